"""Changing prices: what is written, what is asked, what is refused, who did it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts_registry.ledger.periods import MonthIsBusy, start_calculation
from accounts_registry.models import ChargeKind
from charges.models import PriceChange, Tariff
from charges.prices.dated_prices import (
    NORMS,
    TARIFFS,
    UPLIFTS,
    DayHasPrices,
    NewPrices,
    NoSuchVersion,
    PricesAreCharged,
    PricesAreWrong,
    TouchesPostedMonths,
    ZeroIsAsked,
    remove_prices,
    set_prices,
    tables_of,
    versions_of,
)
from charges.prices.price_list import NormRow, PriceRow, UpliftRow
from tests.cast import JULY, NOON, accountant_of
from tests.factories import LONG_AGO, make_organisation, make_service
from tests.priced import calculated, posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db

AUGUST, OCTOBER = dt.date(2013, 8, 1), dt.date(2013, 10, 1)


@pytest.fixture
def okean():
    return priced_tihiy_okean()


def new(since, *prices, **answers) -> NewPrices:
    return NewPrices(since, tuple(PriceRow(Decimal(price)) for price in prices), **answers)


def write(service, prices, table=TARIFFS, by=None):
    return set_prices(service=service, table=table, new=prices, by=by, at=NOON)


def told(service, table=TARIFFS) -> list[tuple[dt.date, dt.date | None, str]]:
    return [(one.since, one.until, one.words) for one in versions_of(service, table)]


def test_a_new_price_closes_the_old_one_and_is_signed(okean):
    accountant = accountant_of(okean.organisation)

    outcome = write(okean.fee, new(AUGUST, "17.00", source="Протокол № 3"), by=accountant)

    assert told(okean.fee) == [(LONG_AGO, AUGUST, "15,90"), (AUGUST, None, "17,00")]
    assert outcome.posted == outcome.drafts == ()
    change = PriceChange.objects.get()
    assert (change.was, change.became, change.basis, change.changed_by, change.changed_at) == (
        "15,90", "17,00", "Протокол № 3", accountant, NOON,
    )  # fmt: skip


def test_a_later_price_stays(okean):
    write(okean.fee, new(OCTOBER, "20"))

    write(okean.fee, new(AUGUST, "17"))

    assert told(okean.fee) == [
        (LONG_AGO, AUGUST, "15,90"),
        (AUGUST, OCTOBER, "17,00"),
        (OCTOBER, None, "20,00"),
    ]


def test_a_price_of_the_same_day_has_to_be_corrected(okean):
    write(okean.fee, new(AUGUST, "17"))

    with pytest.raises(DayHasPrices):
        write(okean.fee, new(AUGUST, "18"))
    write(okean.fee, new(AUGUST, "18", corrects=True))

    assert told(okean.fee)[1:] == [(AUGUST, None, "18,00")]
    assert [change.action for change in PriceChange.objects.all()] == ["corrected", "added"]


def test_a_price_that_is_gone_is_not_corrected(okean):
    with pytest.raises(NoSuchVersion):
        write(okean.fee, new(AUGUST, "18", corrects=True))


def test_the_price_before_goes_on_when_a_coming_one_is_removed(okean):
    write(okean.fee, new(AUGUST, "17"))
    write(okean.fee, new(OCTOBER, "20"))

    remove_prices(service=okean.fee, table=TARIFFS, since=AUGUST, by=None, at=NOON)

    assert told(okean.fee) == [(LONG_AGO, OCTOBER, "15,90"), (OCTOBER, None, "20,00")]
    assert Tariff.objects.filter(service=okean.fee).count() == 2


def test_only_what_is_there_is_removed(okean):
    with pytest.raises(NoSuchVersion):
        remove_prices(service=okean.fee, table=TARIFFS, since=AUGUST, by=None, at=NOON)


def test_a_posted_month_is_asked_about_and_keeps_its_charges(okean):
    posted(okean.organisation)
    july = dt.date(2013, 7, 10)

    with pytest.raises(TouchesPostedMonths) as refusal:
        write(okean.fee, new(july, "17"))
    outcome = write(okean.fee, new(july, "17", posted_confirmed=True))

    assert refusal.value.months == outcome.posted == (JULY,)
    assert told(okean.fee)[1:] == [(july, None, "17,00")]


def test_what_a_posted_month_was_charged_by_is_not_removed(okean):
    posted(okean.organisation)

    with pytest.raises(PricesAreCharged):
        remove_prices(service=okean.fee, table=TARIFFS, since=LONG_AGO, by=None, at=NOON)


def test_a_draft_has_to_be_calculated_again(okean):
    calculated(okean.organisation)

    assert write(okean.fee, new(JULY.first_day, "17")).drafts == (JULY,)


def test_a_month_being_calculated_is_left_alone(okean):
    start_calculation(organisation_id=okean.organisation.pk, period=JULY)

    with pytest.raises(MonthIsBusy):
        write(okean.fee, new(JULY.first_day, "17"))
    assert told(okean.fee) == [(LONG_AGO, None, "15,90")]


def test_a_price_of_nothing_is_asked_about(okean):
    with pytest.raises(ZeroIsAsked):
        write(okean.fee, new(AUGUST, "0"))

    write(okean.fee, new(AUGUST, "0", zero_confirmed=True))

    assert told(okean.fee)[1:] == [(AUGUST, None, "0.00".replace(".", ","))]


def test_a_wrong_list_is_refused_whole(okean):
    with pytest.raises(PricesAreWrong) as refusal:
        write(okean.fee, NewPrices(AUGUST, (PriceRow(Decimal(1), up_to=Decimal(5)),)))

    assert len(refusal.value.problems) == 1
    assert not PriceChange.objects.exists()


def test_norms_are_dated_the_same_way(okean):
    rows = (NormRow(per_person=Decimal("6.1")), NormRow(per_m2=Decimal("0.2"), is_yearly=True))

    write(okean.cold_water, NewPrices(AUGUST, rows), NORMS)

    assert told(okean.cold_water, NORMS) == [
        (LONG_AGO, AUGUST, "на человека 5,55"),
        (AUGUST, None, "на м² помещения 0,2 в год; на человека 6,1"),
    ]


def test_norms_of_nothing_are_refused(okean):
    with pytest.raises(PricesAreWrong, match="Впишите хотя бы один норматив"):
        write(okean.cold_water, NewPrices(AUGUST, (NormRow(),)), NORMS)


def test_a_coefficient_is_dated_where_one_may_apply(okean):
    okean.cold_water.has_uplift = True

    write(okean.cold_water, NewPrices(AUGUST, (UpliftRow(Decimal("1.5")),)), UPLIFTS)

    assert told(okean.cold_water, UPLIFTS) == [(AUGUST, None, "× 1,5")]
    assert tables_of(okean.cold_water) == [TARIFFS, NORMS, UPLIFTS]
    assert tables_of(okean.fee) == [TARIFFS, NORMS]


def test_a_voted_sum_has_no_prices():
    lift = make_service(
        organisation=make_organisation(), code="lift", charge=ChargeKind.APPORTIONED
    )

    assert tables_of(lift) == []


def test_what_was_changed_is_never_rewritten(okean):
    write(okean.fee, new(AUGUST, "17"))

    for statement in ("UPDATE charges_pricechange SET was = ''", "DELETE FROM charges_pricechange"):
        with (
            pytest.raises((ProgrammingError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
