"""Dated facts and connected services: a change closes what was before, overlaps are refused."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.services import (
    AlreadyConnected,
    NotConnected,
    SpanIsInTheWay,
    connect_service,
    disconnect_service,
    set_area,
    set_ownership,
    set_residents,
)
from accounts_registry.services.facts import (
    AreaIsLargerThanHouse,
    BeforeOpening,
    LivingAreaIsLarger,
    SharesAreOverOne,
    days_in_words,
)
from tests.cast import TihiyOkean, tihiy_okean
from tests.factories import LONG_AGO, give_facts, make_account, make_service

pytestmark = pytest.mark.django_db

JULY_1 = dt.date(2013, 7, 1)
SEPTEMBER_1 = dt.date(2013, 9, 1)


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


def test_new_area_closes_the_one_before(okean):
    set_area(account=okean.fet, since=JULY_1, area_m2=Decimal("71.50"))

    spans = [(a.valid.lower, a.valid.upper, a.area_m2) for a in okean.fet.areas.all()]
    assert spans == [
        (LONG_AGO, JULY_1, Decimal("70.00")),
        (JULY_1, None, Decimal("71.50")),
    ]


def test_change_on_the_very_day_corrects_the_value(okean):
    set_residents(account=okean.fet, since=JULY_1, count=2)
    set_residents(account=okean.fet, since=JULY_1, count=3)

    spans = [(r.valid.lower, r.valid.upper, r.count) for r in okean.fet.residents.all()]
    assert spans == [(LONG_AGO, JULY_1, 1), (JULY_1, None, 3)]


def test_change_before_a_later_one_is_refused_with_its_days(okean):
    set_ownership(account=okean.fet, since=SEPTEMBER_1, owners=2)

    with pytest.raises(SpanIsInTheWay) as refusal:
        set_ownership(account=okean.fet, since=JULY_1, owners=3)

    assert str(refusal.value) == (
        "Изменение с 01.07.2013 пересекается с уже записанным с 01.09.2013: "
        "укажите дату не раньше 01.09.2013."
    )
    assert [o.owners for o in okean.fet.ownerships.all()] == [1, 2]


def test_fact_does_not_begin_before_the_account(okean):
    with pytest.raises(BeforeOpening) as refusal:
        set_residents(account=okean.fet, since=dt.date(2012, 9, 30), count=2)

    assert str(refusal.value) == ("Счёт открыт 01.10.2012: укажите дату не раньше этого дня.")


def test_connected_service_is_not_connected_again(okean):
    with pytest.raises(AlreadyConnected) as refusal:
        connect_service(account=okean.fet, service=okean.fee, since=JULY_1)

    assert str(refusal.value) == (
        "Услуга «Содержание и ремонт жилого помещения» уже подключена с 01.10.2012: "
        "сначала отключите её или выберите другую дату."
    )


def test_service_connected_later_is_in_the_way_too(okean):
    gas = make_service(organisation=okean.organisation, code="gas", name="Газ")
    connect_service(account=okean.fet, service=gas, since=SEPTEMBER_1)

    with pytest.raises(AlreadyConnected):
        connect_service(account=okean.fet, service=gas, since=JULY_1)


def test_service_is_not_connected_before_the_account_opens(okean):
    gas = make_service(organisation=okean.organisation, code="gas", name="Газ")

    with pytest.raises(BeforeOpening):
        connect_service(account=okean.fet, service=gas, since=dt.date(2012, 1, 1))


def test_disconnected_service_may_be_connected_again(okean):
    disconnect_service(account=okean.fet, service=okean.fee, on=JULY_1)
    connect_service(account=okean.fet, service=okean.fee, since=SEPTEMBER_1)

    spans = [
        (c.valid.lower, c.valid.upper)
        for c in okean.fet.services.filter(service=okean.fee).order_by("valid")
    ]
    assert spans == [(LONG_AGO, JULY_1), (SEPTEMBER_1, None)]


@pytest.mark.parametrize("on", [LONG_AGO, dt.date(2012, 1, 1)])
def test_service_is_not_disconnected_before_it_was_connected(okean, on):
    with pytest.raises(NotConnected):
        disconnect_service(account=okean.fet, service=okean.fee, on=on)


def test_refusal_to_disconnect_names_the_day(okean):
    disconnect_service(account=okean.fet, service=okean.fee, on=JULY_1)

    with pytest.raises(NotConnected) as refusal:
        disconnect_service(account=okean.fet, service=okean.fee, on=SEPTEMBER_1)

    assert str(refusal.value) == (
        "Услуга «Содержание и ремонт жилого помещения» на 31.08.2013 не подключена: "
        "проверьте дату отключения."
    )


@pytest.mark.parametrize(
    ("until", "words"),
    [(None, "с 01.07.2013"), (SEPTEMBER_1, "с 01.07.2013 по 31.08.2013")],
)
def test_span_in_words_ends_on_its_last_day(until, words):
    assert days_in_words(JULY_1, until) == words


def test_an_area_larger_than_the_house_is_refused(okean):
    with pytest.raises(AreaIsLargerThanHouse, match="проверьте запятую"):
        set_area(account=okean.fet, since=JULY_1, area_m2=Decimal("3182.61"))

    set_area(account=okean.fet, since=JULY_1, area_m2=Decimal("3182.60"))


def test_a_living_area_larger_than_the_whole_is_refused(okean):
    with pytest.raises(LivingAreaIsLarger):
        set_area(
            account=okean.fet, since=JULY_1, area_m2=Decimal(70), living_area_m2=Decimal("70.01")
        )


def test_shares_of_one_flat_are_not_raised_over_one(okean):
    neighbour = make_account(premises=okean.fet.premises, number="2b")
    half = Decimal("0.5")
    set_ownership(account=okean.fet, since=JULY_1, owners=1, share=half)
    set_ownership(account=neighbour, since=JULY_1, owners=1, share=half)

    with pytest.raises(SharesAreOverOne, match="вместе — 1,1, больше единицы"):
        set_ownership(account=neighbour, since=SEPTEMBER_1, owners=1, share=Decimal("0.6"))
    set_ownership(account=neighbour, since=SEPTEMBER_1, owners=1, share=Decimal("0.4"))


def test_shares_over_one_can_be_put_right_one_by_one(okean):
    neighbour = make_account(premises=okean.fet.premises, number="2b")
    give_facts(neighbour, owners=1)

    for account in (okean.fet, neighbour):
        set_ownership(account=account, since=JULY_1, owners=1, share=Decimal("0.5"))

    assert [row.share for row in neighbour.ownerships.filter(valid__contains=JULY_1)] == [
        Decimal("0.5")
    ]
