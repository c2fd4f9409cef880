"""The debts of one account by the books → what accrued for each, with its spans; plain values."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from accounts_registry.ledger.open_items import Settlement
from accounts_registry.ledger.settle import Debt
from charges.calc.demands import Demands
from charges.calc.inputs import PenaltyRule, Suspension
from charges.calc.penalty import OverdueMonth, penalties
from charges.calc.result import PenaltySpan
from charges.penalties.terms import MonthTerms
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

DebtKey = tuple[Period, str | None]  # month and service code


@dataclasses.dataclass(frozen=True, slots=True)
class Accrued:
    """What accrued for the debt of a month by one rule from the first day of delay; roubles."""

    rule: PenaltyRule
    period: Period
    due: dt.date
    spans: tuple[PenaltySpan, ...]
    weights: dict[str | None, Decimal]  # the debts of the month by service code

    @property
    def amount(self) -> Decimal:
        return sum((span.amount for span in self.spans), ZERO)


def accrue(
    settlement: Settlement,
    terms: MonthTerms,
    *,
    capital: frozenset[str | None],
    paused: tuple[Suspension, ...],
    demands: Demands,
) -> Iterator[Accrued]:
    """
    Penalties of an account up to the day of the terms, by month and rule, where there are any.

    Principal alone: never on penalties, and never on days the account is in credit.
    """
    closed = _closed(settlement)
    paused = (*paused, *days_in_credit(settlement))
    for (period, rule), debts in sorted(_groups(settlement, terms, capital).items()):
        due = terms.due(period, next((debt.due for debt in debts if debt.due), None))
        if due is None:
            continue
        month = OverdueMonth(
            period,
            sum((debt.amount for debt in debts), ZERO),
            due,
            _paid(closed, debts),
        )
        spans = penalties([month], terms.of(rule, paused), demands).spans
        if spans:
            weights = {debt.service: debt.amount for debt in debts}
            yield Accrued(rule, period, due, spans, weights)


def days_in_credit(settlement: Settlement) -> tuple[Suspension, ...]:
    """
    Days on which what was paid for other services covers every debt there is.

    A debt exists from the end of its month; a payment counts from the day after it.
    """
    left_over = [item for item in settlement.allocations if item.period is None and item.service]
    credited = settlement.credited
    if not left_over and not any(item.service for item in credited if item.period is None):
        return ()
    changes: defaultdict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    for debt in settlement.debts:
        changes[debt.period.next_first_day] += debt.amount
    for item in (*credited, *settlement.allocations):
        changes[_day_after(item.on)] -= item.amount
    return tuple(_below_zero(sorted(changes.items())))


def _below_zero(changes: Sequence[tuple[dt.date, Decimal]]) -> Iterator[Suspension]:
    balance, since = ZERO, None
    for day, change in changes:
        balance += change
        if balance <= ZERO and since is None:
            since = day
        elif balance > ZERO and since is not None:
            yield Suspension(since, day)
            since = None
    if since is not None:
        yield Suspension(since, None)


def _groups(
    settlement: Settlement, terms: MonthTerms, capital: frozenset[str | None]
) -> dict[tuple[Period, PenaltyRule], list[Debt]]:
    found: defaultdict[tuple[Period, PenaltyRule], list[Debt]] = defaultdict(list)
    for debt in settlement.debts:
        if not debt.is_penalty:
            rule = terms.rule_for(is_capital_repair=debt.service in capital)
            found[debt.period, rule].append(debt)
    return found


def _closed(settlement: Settlement) -> dict[DebtKey, list[tuple[dt.date, Decimal]]]:
    """What closed each debt on which day: credits first, then payments as they were shared out."""
    found: defaultdict[DebtKey, list[tuple[dt.date, Decimal]]] = defaultdict(list)
    for item in (*settlement.credited, *settlement.allocations):
        if item.period is not None and not item.is_penalty:
            found[item.period, item.service].append((item.on, item.amount))
    return found


def _paid(
    closed: dict[DebtKey, list[tuple[dt.date, Decimal]]], debts: Sequence[Debt]
) -> tuple[tuple[dt.date, Decimal], ...]:
    """Of one month: by date, each day once, since a day's payments end one stretch of debt."""
    sums: defaultdict[dt.date, Decimal] = defaultdict(lambda: ZERO)
    for debt in debts:
        for on, amount in closed.get((debt.period, debt.service), ()):
            sums[on] += amount
    return tuple(sorted(sums.items()))


def _day_after(day: dt.date) -> dt.date:
    return day if day == dt.date.max else day + dt.timedelta(days=1)
