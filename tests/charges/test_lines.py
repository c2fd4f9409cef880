import pytest

from charges.lines import NotReproduced, explain
from charges.models import ChargeInput
from tests.priced import calculated, priced_tihiy_okean


@pytest.fixture
def frozen(db):
    okean = priced_tihiy_okean()
    calculated(okean.organisation)
    return ChargeInput.objects.get()


def test_every_line_of_the_account_is_explained(frozen):
    why = explain(frozen, "000000001002")

    assert set(why) == {("maintenance", "", "", ""), ("cold_water", "", "", "")}
    assert all(why.values())


def test_an_account_of_another_house_has_no_lines_here(frozen):
    assert explain(frozen, "no such") == {}


def test_other_figures_than_those_charged_are_not_explained(frozen):
    frozen.result_digest = "0" * 64

    with pytest.raises(NotReproduced, match="по правилам версии"):
        explain(frozen, "000000001002")
