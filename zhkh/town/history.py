"""The months a town has behind it: calculated or copied, posted and paid for, in turn."""

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
from zhkh.town.copies import copy_draft
from zhkh.town.foreign_keys import Count
from zhkh.town.plan import Plan
from zhkh.town.rows import Place
from zhkh.town.workers import Tell, each_by

_ACCOUNTS_AT_ONCE = 2_000
_SOON = 3  # months
_PAID_BY = 25  # day of the month
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)


class MonthOfTownNotCalculated(Refusal):
    def __init__(self, period: Period, problems: list[str]) -> None:
        super().__init__(f"{period.title}: дома города не рассчитаны: {'; '.join(problems[:3])}")


def live_through(
    plan: Plan,
    organisation: Organisation,
    place: Place,
    *,
    workers: int,
    tell: Tell,
    count: Count,
) -> None:
    """
    Every month but the last is calculated, posted and paid for in the next one; in a copied
    history the first is calculated for all.

    `count` is called while the books are young: then they grow many times in a month.

    Months posted before, by an attempt that was broken off, are left as they are.
    """
    left = [period for period in plan.periods if not _is_posted(organisation, period)]
    if plan.months == 1:
        return
    numbered = _numbered(organisation)
    with each_by(workers) as each:
        for period in left:
            if period != plan.first:
                _pay_for(period.previous(), plan, place, numbered, each)
            if period != plan.last:
                _post(plan, organisation, period, workers)
                done = period.months_since(plan.first) + 1
                tell(f"{period.title} проведён ({done} из {plan.months - 1})")
                if done <= _SOON:
                    count()


def _is_posted(organisation: Organisation, period: Period) -> bool:
    row = find_period(organisation_id=organisation.pk, period=period)
    return row is not None and row.is_posted


def _post(plan: Plan, organisation: Organisation, period: Period, workers: int) -> None:
    if plan.is_copied and period != plan.first:
        copy_draft(organisation=organisation, sample=plan.first, period=period)
    else:
        _calculate(organisation, period, workers)
    confirm_month(organisation=organisation, period=period, by=None)


def _calculate(organisation: Organisation, period: Period, workers: int) -> None:
    calculate_month(
        organisation=organisation, period=period, by=None, clock=timezone.now, workers=workers
    )
    problems = unready_houses(organisation=organisation, period=period)
    if problems:
        raise MonthOfTownNotCalculated(period, problems)


def _numbered(organisation: Organisation) -> list[tuple[int, int]]:
    """Identifiers of the accounts with their numbers in the town."""
    ids = PersonalAccount.objects.filter(organisation=organisation).order_by("number")
    return list(enumerate(ids.values_list("pk", flat=True)))


def _pay_for(
    period: Period,
    plan: Plan,
    place: Place,
    numbered: list[tuple[int, int]],
    each: Callable[..., Iterator[int]],
) -> None:
    for _ in each(partial(pay_bills, plan, place, period), list(_chunks(numbered))):
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
