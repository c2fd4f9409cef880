"""What was owed before the month and which of it the payments closed (contract: "Balance", "Allocation")."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from accounts_registry.ledger.settle import Allocation, Debt, Paid, settle
from charges.calc.demands import Demands
from charges.calc.inputs import Account, Opening, Payment
from charges.calc.penalty import NO_PENALTY, OverdueMonth, penalties
from charges.calc.result import AllocationResult, PenaltyResult
from charges.calc.tables import MonthTables
from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Balance:
    opening: Decimal  # a debt is positive
    allocations: tuple[AllocationResult, ...]
    penalty: PenaltyResult

    def to_pay(self, charged: Decimal) -> Decimal:
        return max(ZERO, self._sum(charged))

    def advance_left(self, charged: Decimal) -> Decimal:
        return max(ZERO, self._sum(charged).copy_negate())

    def _sum(self, charged: Decimal) -> Decimal:
        return total((self.opening, charged, self.penalty.total), ZERO)


def balance_of(account: Account, tables: MonthTables, demands: Demands) -> Balance:
    counted = _counted(account, tables.terms.payments_counted_until)
    debts = _debts(account, tables)
    allocations = settle(debts, counted)
    opened = total((row.amount for row in account.opening), ZERO)
    paid = total((payment.amount for payment in counted), ZERO)
    return Balance(
        difference(opened, paid),
        tuple(
            AllocationResult(row.payment, row.period, row.service, row.amount)
            for row in allocations
        ),
        _penalty(debts, allocations, tables, demands),
    )


def _counted(account: Account, until: dt.date | None) -> list[Paid]:
    """Payments up to and including the last counted day, called by their place in the file."""
    return [
        _paid(position, payment)
        for position, payment in enumerate(account.payments, start=1)
        if until is None or payment.on <= until
    ]


def _paid(position: int, payment: Payment) -> Paid:
    return Paid(position, payment.on, payment.amount, payment.period)


def _debts(account: Account, tables: MonthTables) -> list[Debt]:
    """Debts by month and service in the order of the bill, those of no service last."""
    last = len(tables.rank)
    sums: dict[tuple[Period, str | None], Debt] = {}
    for row in account.opening:
        if row.amount <= 0:
            continue
        earlier = sums.get((row.period, row.service))
        sums[row.period, row.service] = _added(row, earlier)
    return sorted(
        sums.values(),
        key=lambda debt: last if debt.service is None else tables.rank[debt.service],
    )


def _added(row: Opening, earlier: Debt | None) -> Debt:
    if earlier is None:
        return Debt(row.period, row.service, row.amount, row.due)
    amount = total((earlier.amount, row.amount))
    return dataclasses.replace(earlier, amount=amount, due=earlier.due or row.due)


def _penalty(
    debts: Sequence[Debt],
    allocations: Sequence[Allocation],
    tables: MonthTables,
    demands: Demands,
) -> PenaltyResult:
    terms = tables.terms.penalty
    if terms is None:
        return NO_PENALTY
    months = []
    for period in sorted({debt.period for debt in debts}):
        own = [debt for debt in debts if debt.period == period]
        due = next((debt.due for debt in own if debt.due), None)
        assert due is not None, "a debt without a due date does not pass the reader"
        paid = tuple((row.on, row.amount) for row in allocations if row.period == period)
        months.append(OverdueMonth(period, total((debt.amount for debt in own), ZERO), due, paid))
    return penalties(months, terms, demands)
