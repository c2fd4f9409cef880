"""
Which debt a payment closes (contract: "Allocation"; ПП ВС № 22 of 27.06.2017, п. 32; п. 118 of the Rules).

Pure: the answer is computed again whenever it is asked, never stored.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.split import split_by_weight

_LIMITATION_YEARS = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Debt:
    """What is owed for a month and a service; without a service it belongs to none."""

    period: Period
    service: str | None
    amount: Decimal  # above zero
    due: dt.date | None = None  # without it the debt is never time-barred


@dataclasses.dataclass(frozen=True, slots=True)
class Paid:
    """A payment; `position` is what the answer calls it by."""

    position: int
    on: dt.date
    amount: Decimal  # above zero
    period: Period | None = None  # named by the payer
    service: str | None = None  # meant for this service alone


@dataclasses.dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a payment. Without a period it is what was left over: an advance."""

    payment: int
    period: Period | None
    service: str | None
    amount: Decimal
    on: dt.date


def settle(debts: Sequence[Debt], payments: Iterable[Paid]) -> tuple[Allocation, ...]:
    """
    Share out payments among debts, losing nothing.

    Payments go by date, on one day as given. Each closes the month its payer
    named, then the oldest months that are not time-barred; inside a month it
    is divided in proportion to what is left, to the kopeck, by largest
    remainder. Debts of a month come in the order of the bill, which decides ties.
    """
    assert all(debt.amount > ZERO for debt in debts), debts
    months: dict[Period, list[_Open]] = {}
    for debt in debts:
        months.setdefault(debt.period, []).append(_Open(debt, debt.amount))
    allocations: list[Allocation] = []
    for payment in sorted(payments, key=lambda paid: paid.on):
        allocations += _settle_one(payment, months)
    return tuple(allocations)


@dataclasses.dataclass(slots=True)
class _Open:
    debt: Debt
    left: Decimal


def _settle_one(payment: Paid, months: dict[Period, list[_Open]]) -> list[Allocation]:
    allocations: list[Allocation] = []
    left = payment.amount
    for period in _in_turn(payment, months):
        payable = [item for item in months[period] if _is_payable(item.debt, payment)]
        owed = total((item.left for item in payable), ZERO)
        share = min(left, owed)
        if not share:
            continue
        parts = split_by_weight(share, [item.left for item in payable])
        for item, part in zip(payable, parts, strict=True):
            item.left = difference(item.left, part)
            if part:
                allocations.append(
                    Allocation(payment.position, period, item.debt.service, part, payment.on)
                )
        left = difference(left, share)
    if left:
        allocations.append(Allocation(payment.position, None, payment.service, left, payment.on))
    return allocations


def _in_turn(payment: Paid, months: Iterable[Period]) -> list[Period]:
    return sorted(months, key=lambda period: (period != payment.period, period))


def _is_payable(debt: Debt, payment: Paid) -> bool:
    if payment.service not in {None, debt.service}:
        return False
    return debt.period == payment.period or not is_time_barred(debt.due, on=payment.on)


def is_time_barred(due: dt.date | None, *, on: dt.date) -> bool:
    """
    Whether three years have passed since the debt was due (ст. 196 ГК РФ).

    The last day itself still counts; 29 February ends on 28 February.
    """
    if due is None or due.year + _LIMITATION_YEARS > dt.MAXYEAR:
        return False
    leap_day = (due.month, due.day) == (2, 29)
    last_day = due.replace(year=due.year + _LIMITATION_YEARS, day=28 if leap_day else due.day)
    return last_day < on
