"""Debts told from the last months are those of the whole history, or are not told at all."""

import datetime as dt
from collections.abc import Callable

import pytest

from accounts_registry.ledger.open_items import open_items, settlement_of
from accounts_registry.ledger.posting import AdjustmentKind
from accounts_registry.ledger.recent_debts import recent_debts
from accounts_registry.models import Service
from tests.accounts_registry.ledger.books import adjust, charged, line, owe, pay, take_back
from tests.cast import JULY, TihiyOkean, tihiy_okean
from zhkh.kernel.period import Period

LONG = 40  # months: a debt of the first ones grows three years old


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def is_told(okean: TihiyOkean) -> bool:
    services = Service.objects.filter(organisation=okean.organisation)
    codes = {service.pk: service.code or None for service in services}
    return recent_debts(okean.fet, codes) is not None


def both_ways(okean: TihiyOkean):
    return open_items(okean.fet), list(settlement_of(okean.fet).open_items)


def live(okean: TihiyOkean, months: int, pays: Callable[[int], str | None]) -> None:
    """So many months of a fee of 10 and water of 5; what is paid for each on its tenth day."""
    for number in range(months):
        period = JULY.shifted(number)
        charged(
            okean, (okean.fet, okean.fee, "10.00"), (okean.fet, okean.cold_water, "5.00"),
            period=period,
        )  # fmt: skip
        amount = pays(number)
        if amount:
            on = period.next_first_day.replace(day=10)
            pay(okean.fet, line(okean.fee, amount), line(okean.cold_water, "5.00"), on=on)


HABITS: dict[str, tuple[Callable[[int], str | None], bool]] = {
    "pays all": (lambda number: "10.00", True),
    "pays half": (lambda number: "5.00", True),
    "pays once a year, water never in time": (
        lambda number: "120.00" if number % 12 == 11 else None,
        False,
    ),
    "pays the fee ahead and water once": (lambda number: "400.00" if number == 0 else None, False),
    "forgot the last year": (lambda number: "10.00" if number < LONG - 12 else None, True),
    "began after three years": (lambda number: "10.00" if number > 37 else None, False),
}


@pytest.mark.parametrize("habit", HABITS)
def test_of_every_habit(okean, habit):
    pays, told = HABITS[habit]
    live(okean, LONG, pays)

    quick, whole = both_ways(okean)

    assert quick == whole
    assert is_told(okean) is told


def test_penalties_are_what_is_left_last(okean):
    live(okean, 4, lambda number: "10.00" if number < 2 else None)
    on = dt.date(2013, 11, 5)
    for about, amount in ((Period(2013, 9), "0.70"), (Period(2013, 10), "0.90")):
        adjust(okean.fet, okean.fee, amount, on=on, kind=AdjustmentKind.PENALTY, about=about)
    pay(okean.fet, line(okean.fee, "20.50"), on=on)

    quick, whole = both_ways(okean)

    assert quick == whole
    assert [(str(item.amount), item.is_penalty) for item in quick] == [
        ("5.00", False), ("5.00", False), ("1.10", True),
    ]  # fmt: skip
    assert is_told(okean)


def test_a_debt_brought_in_and_paid_in_time_is_told(okean):
    owe(okean.fet, okean.fee, "30.00", about=Period(2013, 1), due_on=dt.date(2013, 2, 10))
    live(okean, 5, lambda number: "15.00")

    quick, whole = both_ways(okean)

    assert quick == whole
    assert is_told(okean)


def test_a_debt_brought_in_too_old_to_be_paid_is_settled_anew(okean):
    owe(okean.fet, okean.fee, "30.00", about=Period(2009, 1), due_on=dt.date(2009, 2, 10))
    live(okean, 3, lambda number: "10.00")

    quick, whole = both_ways(okean)

    assert quick == whole
    assert not is_told(okean)


def named(okean) -> None:
    pay(okean.fet, line(okean.fee, "10.00", Period(2013, 8)), on=dt.date(2013, 10, 5))


def reversed_(okean) -> None:
    payment = pay(okean.fet, line(okean.fee, "10.00"), on=dt.date(2013, 10, 5))
    take_back(payment, on=dt.date(2013, 10, 6))


def not_split(okean) -> None:
    pay(okean.fet, line(okean.unsplit, "10.00"), on=dt.date(2013, 10, 5))


@pytest.mark.parametrize("happened", [named, reversed_, not_split])
def test_whatever_does_not_go_in_turn_is_settled_anew(okean, happened):
    live(okean, 3, lambda number: None)
    happened(okean)

    quick, whole = both_ways(okean)

    assert quick == whole
    assert not is_told(okean)


def test_before_the_first_posted_month_everything_is_settled_anew(okean):
    pay(okean.fet, line(okean.fee, "10.00"), on=dt.date(2013, 7, 5))

    assert open_items(okean.fet) == []
    assert not is_told(okean)
