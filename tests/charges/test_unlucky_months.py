"""A house that breaks the writing, and a month nobody meant."""

from decimal import Decimal

import pytest

from accounts_registry.ledger.periods import MonthIsTooLate, periods_of
from accounts_registry.models import AccountArea, House
from charges.models import ChargeLine
from charges.services import TOO_LARGE, unready_houses
from tests.cast import JULY
from tests.priced import add_house, calculated, priced_tihiy_okean
from zhkh.kernel.period import Period
from zhkh.runs.models import RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return priced_tihiy_okean()


def test_house_the_database_refuses_stops_no_other_and_ends_the_run(okean):
    house = add_house(okean, code="7", accounts=1)
    vast = Decimal("999999999999.99")  # its fee is longer than a column of money
    House.objects.filter(pk=house.pk).update(premises_area_m2=vast)
    AccountArea.objects.filter(account__premises__house=house).update(area_m2=vast)

    run = calculated(okean.organisation)

    assert run.state == RunState.FAILED
    assert unready_houses(organisation=okean.organisation, period=JULY) == [
        f"{house.address}: {TOO_LARGE}"
    ]
    houses = ChargeLine.objects.values_list("account__premises__house", flat=True).distinct()
    assert list(houses.order_by()) == [okean.house.pk]


def test_a_month_typed_wrongly_does_not_open_all_months_before_it(okean):
    calculated(okean.organisation)

    with pytest.raises(MonthIsTooLate, match="последний месяц учёта — Июль 2013"):
        calculated(okean.organisation, Period(2103, 7))

    assert [row.period for row in periods_of(organisation_id=okean.organisation.pk)] == [JULY]


def test_the_month_after_the_last_one_is_calculated(okean):
    calculated(okean.organisation)

    run = calculated(okean.organisation, JULY.next())

    assert run.state == RunState.DONE
