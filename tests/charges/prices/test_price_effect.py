"""«Что изменится»: the last month with other prices, to the kopeck, without writing anything."""

from decimal import Decimal

import pytest

from accounts_registry.models import ChargeKind
from charges.models import ChargeLine, HeatingCharged, HouseHeating, Tariff
from charges.prices.price_effect import Effect, effect_of
from charges.prices.price_list import NormRow, PriceRow, UpliftRow
from tests.cast import JULY
from tests.factories import connect, make_service
from tests.priced import add_house, calculated, posted, priced_tihiy_okean, set_price

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return priced_tihiy_okean()


def told(service, rows, **options) -> Effect:
    """The effect where there is a month to compare with."""
    effect = effect_of(service, rows, **options)
    assert effect is not None
    return effect


def prices(*values: str) -> tuple[PriceRow, ...]:
    return tuple(PriceRow(Decimal(value)) for value in values)


def test_without_a_calculated_month_there_is_nothing_to_compare(okean):
    assert effect_of(okean.fee, prices("17")) is None


def test_every_account_of_the_month_is_counted_again(okean):
    calculated(okean.organisation)

    effect = told(okean.fee, prices("17"))

    assert (effect.period, effect.houses, effect.all_houses, effect.is_whole) == (JULY, 1, 1, True)
    (fee,) = effect.services
    assert (fee.accounts, fee.changed, fee.before, fee.after) == (
        4, 4, Decimal("4452.00"), Decimal("4760.00"),
    )  # fmt: skip
    assert (fee.difference, fee.mean, fee.largest) == (
        Decimal("308.00"), Decimal("77.00"), Decimal("77.00"),
    )  # fmt: skip
    assert next((one.number, one.before, one.after) for one in effect.sample) == (
        "000000001001", Decimal("1113.00"), Decimal("1190.00"),
    )  # fmt: skip


def test_the_effect_is_what_the_calculation_then_gives(okean):
    posted(okean.organisation)
    effect = told(okean.cold_water, prices("14.37"))

    Tariff.objects.filter(service=okean.cold_water).update(price=Decimal("14.37"))
    august = JULY.next()
    calculated(okean.organisation, august)

    lines = ChargeLine.objects.filter(month=august.first_day, service=okean.cold_water)
    assert sum(line.charged for line in lines) == effect.services[0].after


def test_nothing_is_written(okean):
    calculated(okean.organisation)
    before = list(ChargeLine.objects.values_list("account", "service", "total").order_by("pk"))

    effect_of(okean.fee, prices("17"))

    assert before == list(
        ChargeLine.objects.values_list("account", "service", "total").order_by("pk")
    )


def test_a_norm_changes_what_goes_by_it(okean):
    calculated(okean.organisation)

    effect = told(okean.cold_water, (NormRow(per_person=Decimal(6)),))

    assert effect.services[0].after == Decimal("324.00")  # 4 × 6 м³ × 13,50


def test_a_coefficient_does_nothing_where_the_service_has_none(okean):
    calculated(okean.organisation)

    effect = told(okean.cold_water, (UpliftRow(Decimal("1.5")),))

    assert (effect.services[0].changed, effect.sample) == (0, ())


def test_prices_nothing_can_be_counted_with_are_told(okean):
    calculated(okean.organisation)

    effect = told(okean.cold_water, (PriceRow(Decimal(3), zone="night"),))

    assert (effect.refused, effect.services, effect.sample) == (1, (), ())


def test_a_house_whose_heating_is_corrected_is_counted_too(okean):
    heating = make_service(
        organisation=okean.organisation, code="heating", name="Отопление", charge=ChargeKind.HEATING
    )
    connect(okean.fet, heating)
    set_price(heating, "2000")
    month = JULY.first_day
    HouseHeating.objects.create(
        house=okean.house, month=month, season="year", previous_year_mean=4, year_volume=50
    )
    HeatingCharged.objects.create(account=okean.fet, month=month, amount=Decimal(1000))
    calculated(okean.organisation)

    effect = told(okean.fee, prices("17"))

    assert (effect.refused, effect.services[0].changed) == (0, 4)


def test_a_large_month_is_a_sample_of_its_houses(okean):
    add_house(okean, code="second", accounts=2)
    add_house(okean, code="third", accounts=2)
    calculated(okean.organisation)

    effect = told(okean.fee, prices("17"), enough=5)

    assert (effect.houses, effect.all_houses, effect.accounts, effect.is_whole) == (2, 3, 6, False)
