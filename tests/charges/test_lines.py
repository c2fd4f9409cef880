import pytest

from charges.calc.columns import rows_of
from charges.lines import NotReproduced, reproduced, reproduced_account
from charges.models import ChargeInput, CommonVolume
from tests.cast import JULY
from tests.priced import calculated, priced_tihiy_okean


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


def frozen_of(okean) -> ChargeInput:
    calculated(okean.organisation)
    return ChargeInput.objects.get()


def test_every_line_of_the_account_is_explained(okean):
    found = reproduced_account(frozen_of(okean), "000000001002")

    assert found is not None
    assert [line.service for line in found[1].lines] == ["maintenance", "cold_water"]
    assert all(line.why for line in found[1].lines)


def test_an_account_of_another_house_has_no_lines_here(okean):
    assert reproduced_account(frozen_of(okean), "no such") is None


def test_other_figures_than_those_charged_are_not_explained(okean):
    frozen = _with_digest(frozen_of(okean), "0" * 64)

    with pytest.raises(NotReproduced, match="по правилам версии"):
        reproduced(frozen)


def _with_digest(frozen: ChargeInput, digest: str) -> ChargeInput:
    frozen.result_digest = digest
    return frozen


def test_one_account_gives_the_lines_and_words_of_the_whole_house(okean):
    CommonVolume.objects.create(
        house=okean.house, service=okean.cold_water, month=JULY.first_day,
        volume=100, method="house_meter",
    )  # fmt: skip
    frozen = frozen_of(okean)
    _, whole = reproduced(frozen)

    for account in whole.accounts:
        found = reproduced_account(frozen, account.number)
        assert found is not None
        assert rows_of(found[1]).rows == rows_of(account).rows
        assert [line.why for line in found[1].lines] == [line.why for line in account.lines]
