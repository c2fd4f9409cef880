"""Turnover sheet (оборотно-сальдовая ведомость) and the collection rate."""

import dataclasses
import enum
from collections.abc import Iterator
from decimal import Decimal

from accounts_registry.ledger.reports.scope import CHOSEN, Scope, joined, row_of, rows_of
from zhkh.kernel.money import ZERO

# What each account and service brought into the first month and what the months moved. Posted
# months are read from turnover, later ones from the rows they have received so far.
_MOVEMENT = """
, part AS (
  SELECT t.account_id, t.service_id, t.month, t.opening, 0.00 AS charged, 0.00 AS adjusted, 0.00 AS paid
    FROM ledger_turnover t WHERE t.month = %(first)s
  UNION ALL
  SELECT t.account_id, t.service_id, t.month, t.closing, 0.00, 0.00, 0.00
    FROM ledger_turnover t WHERE t.month = %(posted)s AND %(posted)s < %(first)s
  UNION ALL
  SELECT a.account_id, a.service_id, a.month, a.amount, 0.00, 0.00, 0.00
    FROM ledger_adjustment a
    WHERE (a.month > %(posted)s AND a.month < %(first)s)
       OR (a.kind = 'opening' AND a.month > %(first)s AND a.month <= %(last)s)
       OR (a.kind = 'opening' AND a.month = %(first)s AND %(posted)s < %(first)s)
  UNION ALL
  SELECT l.account_id, l.service_id, l.month, -l.amount, 0.00, 0.00, 0.00
    FROM ledger_paymentline l WHERE l.month > %(posted)s AND l.month < %(first)s
  UNION ALL
  SELECT t.account_id, t.service_id, t.month, 0.00, t.charged, t.adjusted, t.paid
    FROM ledger_turnover t WHERE t.month BETWEEN %(first)s AND %(last)s
  UNION ALL
  SELECT a.account_id, a.service_id, a.month, 0.00, 0.00, a.amount, 0.00
    FROM ledger_adjustment a
    WHERE a.kind <> 'opening' AND a.month > %(posted)s AND a.month BETWEEN %(first)s AND %(last)s
  UNION ALL
  SELECT l.account_id, l.service_id, l.month, 0.00, 0.00, 0.00, l.amount
    FROM ledger_paymentline l
    WHERE l.month > %(posted)s AND l.month BETWEEN %(first)s AND %(last)s
), moved AS (
  SELECT chosen.id AS account_id, chosen.number, chosen.payer_id, chosen.premises_id,
         chosen.house_id, sold.id AS service_id, sold.name AS service, sold.payee_id,
         sold.position, sold.file_position, part.month,
         part.opening, part.charged, part.adjusted, part.paid
  FROM part
  JOIN chosen ON chosen.id = part.account_id
  JOIN sold ON sold.id = part.service_id
)
"""

_SUMS = """
  coalesce(sum(moved.opening), 0.00), coalesce(sum(moved.charged), 0.00),
  coalesce(sum(moved.adjusted), 0.00), coalesce(sum(moved.paid), 0.00)
"""

_HOUSE = "JOIN accounts_registry_house house ON house.id = moved.house_id"
_MONEY_CAME = "HAVING bool_or(moved.charged <> 0 OR moved.adjusted <> 0 OR moved.paid <> 0)"


class By(enum.StrEnum):
    """What a row of the sheet stands for."""

    ACCOUNT = "account"
    HOUSE = "house"
    SERVICE = "service"
    PAYEE = "payee"
    MONTH = "month"


_ADDRESS = """concat_ws(', ', house.address, CASE premises.kind WHEN 'residential' THEN 'кв. '
  ELSE 'пом. ' END || premises.number)"""


@dataclasses.dataclass(frozen=True, slots=True)
class _Rows:
    """Id, label and what else is told about a row; how rows are made and ordered."""

    told: str
    joins: str
    group: str
    order: str
    count: str


_ROWS = {
    By.ACCOUNT: _Rows(
        told=joined("moved.account_id, moved.number, payer.full_name,", _ADDRESS),
        joins=joined(
            _HOUSE,
            "JOIN accounts_registry_person payer ON payer.id = moved.payer_id",
            "JOIN accounts_registry_premises premises ON premises.id = moved.premises_id",
        ),
        group="moved.account_id, moved.number, payer.full_name, house.id, premises.id",
        order="moved.number, moved.account_id",
        count="moved.account_id",
    ),
    By.HOUSE: _Rows(
        told="moved.house_id, house.address, '', ''",
        joins=_HOUSE,
        group="moved.house_id, house.id",
        order="house.street_key, house.number_key, moved.house_id",
        count="moved.house_id",
    ),
    By.SERVICE: _Rows(
        told="moved.service_id, moved.service, '', ''",
        joins="",
        group="moved.service_id, moved.service, moved.position, moved.file_position",
        order="moved.position, moved.file_position, moved.service_id",
        count="moved.service_id",
    ),
    By.PAYEE: _Rows(
        told="coalesce(moved.payee_id, 0), coalesce(payee.name, organisation.name), '', ''",
        joins=joined(
            "LEFT JOIN accounts_registry_payee payee ON payee.id = moved.payee_id",
            "JOIN accounts_registry_organisation organisation",
            "ON organisation.id = %(organisation)s",
        ),
        group="moved.payee_id, payee.name, organisation.name",
        order="2, 1",
        count="coalesce(moved.payee_id, 0)",
    ),
    By.MONTH: _Rows(
        told="0, to_char(moved.month, 'YYYY-MM'), '', ''",
        joins="",
        group="moved.month",
        order="moved.month",
        count="moved.month",
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class TurnoverRow:
    """opening + charged + adjusted − paid = closing; roubles."""

    key: int
    label: str
    payer: str
    address: str
    opening: Decimal
    charged: Decimal
    adjusted: Decimal
    paid: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.charged + self.adjusted - self.paid

    @property
    def collected(self) -> Decimal | None:
        """Paid of what was charged with adjustments, a share; None where nothing was."""
        due = self.charged + self.adjusted
        return self.paid / due if due > ZERO else None


def turnover_rows(
    scope: Scope, *, by: By, offset: int = 0, limit: int | None = None
) -> Iterator[TurnoverRow]:
    """Rows with any sum in them, in their printing order."""
    for row in rows_of(_sheet(by), scope.values(), offset=offset, limit=limit):
        yield TurnoverRow(*row)


def turnover_total(scope: Scope, *, by: By) -> tuple[int, TurnoverRow]:
    """How many rows the sheet has, and their sum."""
    counted = joined("SELECT count(DISTINCT", _ROWS[by].count, "),")
    count, *sums = row_of(joined(CHOSEN, _MOVEMENT, counted, _SUMS, "FROM moved"), scope.values())
    return count, TurnoverRow(0, "Итого", "", "", *sums)


def collection_rows(scope: Scope, *, by: By) -> Iterator[TurnoverRow]:
    """Rows where something was charged, adjusted or paid."""
    for row in rows_of(_sheet(by, _MONEY_CAME), scope.values()):
        yield TurnoverRow(*row)


def _sheet(by: By, having: str = "") -> str:
    rows = _ROWS[by]
    head = joined("SELECT", rows.told, ",", _SUMS, "FROM moved", rows.joins)
    tail = joined("GROUP BY", rows.group, having, "ORDER BY", rows.order)
    return joined(CHOSEN, _MOVEMENT, head, tail)
