"""The months a town has behind it: calculated, posted and paid for, one after another."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from django.utils import timezone

from accounts_registry.ledger.bulk import (
    PaymentsKnown,
    PaymentToPost,
    closings_of,
    post_payments,
)
from accounts_registry.ledger.periods import find_period
from accounts_registry.ledger.posting import LineToPost, PaymentSource
from accounts_registry.models import Organisation, PersonalAccount
from charges.services import calculate_month, confirm_month, unready_houses
from zhkh.kernel.money import ZERO, round_money
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.town.books import payment_key
from zhkh.town.plan import Plan
from zhkh.town.rows import Place
from zhkh.town.workers import Tell, each_by

_ACCOUNTS_AT_ONCE = 2_000
_PAID_BY = 25  # day of the month
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)


class MonthOfTownNotCalculated(Refusal):
    def __init__(self, period: Period, problems: list[str]) -> None:
        super().__init__(f"{period.title}: дома города не рассчитаны: {'; '.join(problems[:3])}")


def live_through(
    plan: Plan, organisation: Organisation, place: Place, *, workers: int, tell: Tell
) -> None:
    """
    Every month but the last is calculated, posted and paid for in the next one.

    Months posted before, by an attempt that was broken off, are left as they are.
    """
    for done, period in enumerate(plan.periods):
        if _is_posted(organisation, period):
            continue
        if done:
            _pay_for(period.previous(), plan, organisation, place, workers)
        if period != plan.last:
            _post(organisation, period, workers)
            tell(f"{period.title} проведён ({done + 1} из {plan.months - 1})")


def _is_posted(organisation: Organisation, period: Period) -> bool:
    row = find_period(organisation_id=organisation.pk, period=period)
    return row is not None and row.is_posted


def _post(organisation: Organisation, period: Period, workers: int) -> None:
    calculate_month(
        organisation=organisation, period=period, by=None, clock=timezone.now, workers=workers
    )
    problems = unready_houses(organisation=organisation, period=period)
    if problems:
        raise MonthOfTownNotCalculated(period, problems)
    confirm_month(organisation=organisation, period=period, by=None)


def _pay_for(
    period: Period, plan: Plan, organisation: Organisation, place: Place, workers: int
) -> None:
    ids = (
        PersonalAccount.objects.filter(organisation=organisation)
        .order_by("number")
        .values_list("pk", flat=True)
    )
    numbered = list(enumerate(ids))
    with each_by(workers) as each:
        chunks = list(_chunks(numbered))
        for _ in each(partial(pay_bills, plan, place, period), chunks):
            pass


def _chunks(numbered: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(numbered), _ACCOUNTS_AT_ONCE):
        yield numbered[start : start + _ACCOUNTS_AT_ONCE]


def pay_bills(plan: Plan, place: Place, period: Period, accounts: list[tuple[int, int]]) -> int:
    """
    What these accounts pay for the posted month, each by its habit; returns how many pay.

    Accounts are numbers in the town with identifiers. Done once, however often it is asked.
    """
    owed = closings_of([pk for _, pk in accounts], period=period)
    payments = [
        PaymentToPost(
            account_id=pk,
            paid_on=_day(period.next(), number),
            key=payment_key(pk, place, period),
            lines=lines,
        )
        for number, pk in accounts
        if (lines := _paid_lines(plan, number, period, owed.get(pk, [])))
    ]
    try:
        post_payments(
            organisation_id=place.organisation_id,
            payments=payments,
            source=PaymentSource.BANK,
            by=None,
            at=place.at,
        )
    except PaymentsKnown:
        return 0
    return len(payments)


def _day(month: Period, number: int) -> dt.date:
    return dt.date(month.year, month.month, 1 + (number * 13 + month.month) % _PAID_BY)


def _paid_lines(
    plan: Plan, number: int, period: Period, owed: list[LineToPost]
) -> list[LineToPost]:
    """Most pay what they owe, some by a habit of their own; now and then anybody forgets."""
    debts = [line for line in owed if line.amount > ZERO]
    age = period.months_since(plan.first)
    if not debts or (number * 31 + age * 17 + plan.seed) % _FORGETS_ONCE_IN == 0:
        return []
    habit = _HABITS.get((number + plan.seed) % _KINDS_OF_PAYERS)
    return habit(debts, period, age) if habit else debts


Habit = Callable[[list[LineToPost], Period, int], list[LineToPost]]  # the age of the town, months


def _hardly_ever(debts: list[LineToPost], _: Period, age: int) -> list[LineToPost]:
    return debts[:1] if age % 12 == 11 else []


def _every_third_month(debts: list[LineToPost], _: Period, age: int) -> list[LineToPost]:
    return debts if age % 3 == 2 else []


def _by_half(debts: list[LineToPost], _: Period, __: int) -> list[LineToPost]:
    halves = (LineToPost(line.service_id, round_money(line.amount * _HALF)) for line in debts)
    return [line for line in halves if line.amount > ZERO]


def _rounded_up(debts: list[LineToPost], _: Period, __: int) -> list[LineToPost]:
    """To a whole hundred: the rest goes to the first service and becomes an advance."""
    first, *others = debts
    total = sum((line.amount for line in debts), ZERO)
    over = (_HUNDRED - total % _HUNDRED) % _HUNDRED
    return [LineToPost(first.service_id, first.amount + over), *others]


def _for_the_month(debts: list[LineToPost], period: Period, _: int) -> list[LineToPost]:
    return [LineToPost(line.service_id, line.amount, period) for line in debts]


_KINDS_OF_PAYERS = 20
_FORGETS_ONCE_IN = 23
_HABITS: dict[int, Habit] = {  # the rest pay all they owe
    0: _hardly_ever,
    1: _every_third_month,
    2: _every_third_month,
    3: _by_half,
    4: _rounded_up,
    5: _rounded_up,
    6: _for_the_month,
    7: _for_the_month,
}
