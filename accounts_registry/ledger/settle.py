"""
Which debt a payment closes (contract: "Allocation"; ПП ВС № 22 of 27.06.2017, п. 32; п. 118 of the Rules).

Pure: the answer is computed again whenever it is asked, never stored.
"""

import dataclasses
import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.split import split_by_weight

_LIMITATION_YEARS = 3


class Rule(enum.StrEnum):
    """Why a part of a payment went where it went."""

    NAMED = "named"  # the payer named the month
    OLDEST = "oldest"  # the oldest debt still within three years
    ADVANCE = "advance"  # nothing was left to pay


@dataclasses.dataclass(frozen=True, slots=True)
class Debt:
    """What is owed for a month and a service; without a service it belongs to none."""

    period: Period
    service: str | None
    amount: Decimal  # above zero
    due: dt.date | None = None  # without it the debt is never time-barred
    payee: int | None = None  # whose money it is; None is the organisation itself
    is_penalty: bool = False  # closed after all principal (rules, §5.3)
    only_named: bool = False  # closed by nobody but who named its month


@dataclasses.dataclass(frozen=True, slots=True)
class Paid:
    """A payment; `position` is what the answer calls it by."""

    position: int
    on: dt.date
    amount: Decimal  # above zero
    period: Period | None = None  # named by the payer
    service: str | None = None  # meant for this service alone
    payee: int | None = None  # it never closes what is owed to another


@dataclasses.dataclass(frozen=True, slots=True)
class Allocation:
    """
    A part of a payment. Without a period it is what was left over: an advance.

    `shared` is what the payment gave to all debts of the month, where it was divided among
    several of them.
    """

    payment: int
    period: Period | None
    service: str | None
    amount: Decimal
    on: dt.date
    rule: Rule
    shared: Decimal | None = None
    is_penalty: bool = False


def settle(debts: Sequence[Debt], payments: Iterable[Paid]) -> tuple[Allocation, ...]:
    """
    Share out payments among debts, losing nothing.

    Payments go by date, on one day as given. Each closes the month its payer
    named, then the oldest months that are not time-barred; inside a month it
    is divided in proportion to what is left, to the kopeck, by largest
    remainder. Debts of a month come in the order of the bill, which decides ties.
    Penalties come after every debt itself.
    Payees are apart: money for one never closes what is owed to another (rules, §5.4).
    """
    assert all(debt.amount > ZERO for debt in debts), debts
    purses = _Purses(debts)
    allocations: list[Allocation] = []
    for payment in sorted(payments, key=lambda paid: paid.on):
        allocations += _settle_one(payment, purses.of(payment))
    return tuple(allocations)


_Month = tuple[bool, Period]  # whether it is of penalties
_Purse = dict[_Month, list["_Open"]]  # months in order; those with nothing left are dropped


@dataclasses.dataclass(slots=True)
class _Open:
    debt: Debt
    left: Decimal


class _Purses:
    """Debts by whom a payment may close them: of a payee, and of a service of a payee."""

    def __init__(self, debts: Iterable[Debt]) -> None:
        self._of_payee: defaultdict[int | None, _Purse] = defaultdict(dict)
        self._of_service: defaultdict[tuple[str | None, int | None], _Purse] = defaultdict(dict)
        for debt in sorted(debts, key=lambda debt: (debt.is_penalty, debt.period)):
            month, item = (debt.is_penalty, debt.period), _Open(debt, debt.amount)
            self._of_payee[debt.payee].setdefault(month, []).append(item)
            self._of_service[debt.service, debt.payee].setdefault(month, []).append(item)

    def of(self, payment: Paid) -> _Purse:
        if payment.service is None:
            return self._of_payee[payment.payee]
        return self._of_service[payment.service, payment.payee]


def _settle_one(payment: Paid, purse: _Purse) -> list[Allocation]:
    allocations: list[Allocation] = []
    closed: list[_Month] = []
    left = payment.amount
    for month in _in_turn(payment, purse):
        payable = [item for item in purse[month] if item.left and _is_payable(item.debt, payment)]
        owed = payable[0].left if len(payable) == 1 else total((i.left for i in payable), ZERO)
        share = min(left, owed)
        if share:
            allocations += _closing(payment, month, share, payable)
            left = difference(left, share)
        if not any(item.left for item in purse[month]):
            closed.append(month)
        if not left:
            break
    for month in closed:
        del purse[month]
    if left:
        service = payment.service
        allocations.append(
            Allocation(payment.position, None, service, left, payment.on, Rule.ADVANCE)
        )
    return allocations


def _closing(
    payment: Paid, month: _Month, share: Decimal, payable: Sequence[_Open]
) -> Iterator[Allocation]:
    is_penalty, period = month
    rule = Rule.NAMED if period == payment.period else Rule.OLDEST
    shared = share if len(payable) > 1 else None
    for item, part in _divided(share, payable):
        item.left = difference(item.left, part)
        service = item.debt.service
        yield Allocation(
            payment.position, period, service, part, payment.on, rule, shared, is_penalty
        )


def _divided(share: Decimal, payable: Sequence[_Open]) -> list[tuple[_Open, Decimal]]:
    """The share in proportion to what is left of each debt; parts of nothing left out."""
    if len(payable) == 1:
        return [(payable[0], share)]
    parts = split_by_weight(share, [item.left for item in payable])
    return [(item, part) for item, part in zip(payable, parts, strict=True) if part]


def _in_turn(payment: Paid, purse: _Purse) -> Iterator[_Month]:
    """Debts before penalties; of both the named month first, then the oldest."""
    if payment.period is None:
        yield from purse
        return
    for is_penalty in (False, True):
        named = is_penalty, payment.period
        if named in purse:
            yield named
        yield from (month for month in purse if month[0] is is_penalty and month != named)


def _is_payable(debt: Debt, payment: Paid) -> bool:
    """Of a debt in the purse of the payment."""
    if debt.only_named or payment.period is not None:
        if debt.period == payment.period:
            return True
        if debt.only_named:
            return False
    return not is_time_barred(debt.due, on=payment.on)


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
