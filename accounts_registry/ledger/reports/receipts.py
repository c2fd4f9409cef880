"""Payments one by one and by day and source; adjustments by kind and basis."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from accounts_registry.ledger.models import AdjustmentKind, PaymentSource
from accounts_registry.ledger.reports.scope import CHOSEN, Scope, joined, row_of, rows_of

_BY_DAY = """
SELECT payment.paid_on, payment.source, count(*) FILTER (WHERE payment.reverses_id IS NULL),
       coalesce(sum(line.amount) FILTER (WHERE payment.reverses_id IS NULL), 0.00),
       coalesce(sum(line.amount) FILTER (WHERE payment.reverses_id IS NOT NULL), 0.00)
FROM ledger_payment payment
JOIN chosen ON chosen.id = payment.account_id
JOIN (SELECT payment_id, sum(amount) AS amount FROM ledger_paymentline
      JOIN sold ON sold.id = service_id
      WHERE month BETWEEN %(first)s AND %(last)s GROUP BY payment_id) line
  ON line.payment_id = payment.id
WHERE payment.month BETWEEN %(first)s AND %(last)s
GROUP BY payment.paid_on, payment.source
"""
_BY_BASIS = """
SELECT entry.kind, entry.basis, entry.reason, count(*), count(DISTINCT entry.account_id),
       sum(entry.amount)
FROM ledger_adjustment entry
JOIN chosen ON chosen.id = entry.account_id
JOIN sold ON sold.id = entry.service_id
WHERE entry.month BETWEEN %(first)s AND %(last)s AND entry.kind <> 'opening'
GROUP BY entry.kind, entry.basis, entry.reason
"""


@dataclasses.dataclass(frozen=True, slots=True)
class DayOfSource:
    """What a source brought on a day; `reversed` is not positive, roubles."""

    on: dt.date
    source: PaymentSource
    payments: int
    received: Decimal
    reversed: Decimal

    @property
    def kept(self) -> Decimal:
        return self.received + self.reversed


@dataclasses.dataclass(frozen=True, slots=True)
class BasisSum:
    """Adjustments of one kind by one paper for one reason; roubles."""

    kind: AdjustmentKind
    basis: str
    reason: str
    rows: int
    accounts: int
    amount: Decimal


def days_of_sources(
    scope: Scope, *, offset: int = 0, limit: int | None = None
) -> Iterator[DayOfSource]:
    """Payments that stand in the accounting months of the scope, by business day and source."""
    sql = joined(CHOSEN, _BY_DAY, "ORDER BY 1, 2")
    for on, source, *figures in rows_of(sql, scope.values(), offset=offset, limit=limit):
        yield DayOfSource(on, PaymentSource(source), *figures)


def days_total(scope: Scope) -> tuple[int, int, Decimal, Decimal]:
    """Rows, payments, received and reversed."""
    sql = joined(
        *(CHOSEN, ", day (paid_on, source, payments, received, reversed) AS (", _BY_DAY, ")"),
        "SELECT count(*), coalesce(sum(payments), 0)::bigint, coalesce(sum(received), 0.00),",
        "coalesce(sum(reversed), 0.00) FROM day",
    )
    rows, payments, received, reversed_ = row_of(sql, scope.values())
    return rows, payments, received, reversed_


def sums_by_basis(scope: Scope, *, offset: int = 0, limit: int | None = None) -> Iterator[BasisSum]:
    """Adjustments of the accounting months of the scope; opening balances are not among them."""
    sql = joined(CHOSEN, _BY_BASIS, "ORDER BY 1, 2, 3")
    for kind, *rest in rows_of(sql, scope.values(), offset=offset, limit=limit):
        yield BasisSum(AdjustmentKind(kind), *rest)


def basis_total(scope: Scope) -> tuple[int, int, Decimal]:
    """Rows, adjustments in them and their sum."""
    sql = joined(
        *(CHOSEN, ", entry (kind, basis, reason, rows, accounts, amount) AS (", _BY_BASIS, ")"),
        "SELECT count(*), coalesce(sum(rows), 0)::bigint, coalesce(sum(amount), 0.00) FROM entry",
    )
    rows, entries, amount = row_of(sql, scope.values())
    return rows, entries, amount
