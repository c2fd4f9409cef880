"""
Debtors with the age of their debts.

A service's debt now is its last closing with everything recorded since. Older debts are taken as
closed first, so what is left stands in the newest months; money not split by service closes debts
of its payee. Which month a payment really closed, the statement of the account tells.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from accounts_registry.ledger.open_items import payees_of
from accounts_registry.ledger.reports.scope import CHOSEN, Scope, joined, row_of, rows_of
from accounts_registry.models import Service

_AGED = """
, entered AS (
  SELECT t.account_id, t.service_id, t.closing AS amount
    FROM ledger_turnover t WHERE t.month = %(posted)s
  UNION ALL
  SELECT a.account_id, a.service_id, a.amount
    FROM ledger_adjustment a WHERE a.month > %(posted)s
  UNION ALL
  SELECT l.account_id, l.service_id, -l.amount
    FROM ledger_paymentline l WHERE l.month > %(posted)s
), balance AS (
  SELECT entered.account_id, entered.service_id, sum(entered.amount) AS amount
  FROM entered
  JOIN chosen ON chosen.id = entered.account_id
  JOIN sold ON sold.id = entered.service_id
  GROUP BY entered.account_id, entered.service_id
  HAVING sum(entered.amount) <> 0
), unsplit AS (
  SELECT account_id, -amount AS advance FROM balance
  WHERE service_id = %(unsplit)s AND amount < 0
), owing AS (
  SELECT balance.account_id, balance.service_id, balance.amount,
         CASE WHEN balance.service_id = ANY (%(covered)s) THEN 0 ELSE balance.service_id END AS kin
  FROM balance WHERE balance.amount > 0
), kin AS (
  SELECT owing.account_id, owing.kin,
         greatest(sum(owing.amount)
           - CASE WHEN owing.kin = 0 THEN coalesce(max(unsplit.advance), 0) ELSE 0 END, 0) AS amount
  FROM owing LEFT JOIN unsplit ON unsplit.account_id = owing.account_id
  GROUP BY owing.account_id, owing.kin
), added AS (
  SELECT t.account_id, t.service_id, t.month, t.charged + t.adjusted AS amount
    FROM ledger_turnover t JOIN chosen ON chosen.id = t.account_id
  UNION ALL
  SELECT a.account_id, a.service_id, a.for_month, a.amount
    FROM ledger_adjustment a JOIN chosen ON chosen.id = a.account_id
    WHERE a.kind = 'opening'
  UNION ALL
  SELECT a.account_id, a.service_id, a.month, a.amount
    FROM ledger_adjustment a JOIN chosen ON chosen.id = a.account_id
    WHERE a.kind <> 'opening' AND a.month > %(posted)s
), grown AS (
  SELECT owing.account_id, owing.kin, added.month, greatest(sum(added.amount), 0) AS amount
  FROM owing JOIN added ON added.account_id = owing.account_id
   AND added.service_id = owing.service_id
  GROUP BY owing.account_id, owing.kin, added.month
), newest_first AS (
  SELECT grown.account_id, grown.kin, grown.month, grown.amount,
         sum(grown.amount) OVER (PARTITION BY grown.account_id, grown.kin
           ORDER BY grown.month DESC) - grown.amount AS newer
  FROM grown
), dated AS (
  SELECT kin.account_id, newest_first.month,
         least(greatest(kin.amount - newest_first.newer, 0), newest_first.amount) AS amount
  FROM kin JOIN newest_first
    ON newest_first.account_id = kin.account_id AND newest_first.kin = kin.kin
), undated AS (
  SELECT kin.account_id, NULL::date AS month, kin.amount - coalesce(sum(grown.amount), 0) AS amount
  FROM kin LEFT JOIN grown ON grown.account_id = kin.account_id AND grown.kin = kin.kin
  GROUP BY kin.account_id, kin.kin, kin.amount
  HAVING kin.amount > coalesce(sum(grown.amount), 0)
), aged AS (
  SELECT account_id, amount, month,
         (extract(year FROM %(today)s::date) - extract(year FROM month)) * 12
         + extract(month FROM %(today)s::date) - extract(month FROM month) - 1 AS overdue
  FROM (SELECT * FROM dated UNION ALL SELECT * FROM undated) item
  WHERE amount > 0
), debtor AS (
  SELECT account_id, sum(amount) AS debt,
    coalesce(sum(amount) FILTER (WHERE overdue <= 0), 0.00) AS current,
    coalesce(sum(amount) FILTER (WHERE overdue BETWEEN 1 AND 2), 0.00) AS to_two,
    coalesce(sum(amount) FILTER (WHERE overdue BETWEEN 3 AND 6), 0.00) AS to_six,
    coalesce(sum(amount) FILTER (WHERE overdue BETWEEN 7 AND 12), 0.00) AS to_twelve,
    coalesce(sum(amount) FILTER (WHERE overdue BETWEEN 13 AND 36), 0.00) AS to_thirty_six,
    coalesce(sum(amount) FILTER (WHERE overdue > 36 OR month IS NULL), 0.00) AS barred,
    count(DISTINCT month) FILTER (WHERE overdue > 0) AS months
  FROM aged GROUP BY account_id
  HAVING sum(amount) >= %(least_debt)s
     AND count(DISTINCT month) FILTER (WHERE overdue > 0) >= %(least_months)s
)
"""

_FIGURES = (
    "debtor.debt, debtor.current, debtor.to_two, debtor.to_six, debtor.to_twelve,"
    " debtor.to_thirty_six, debtor.barred, debtor.months"
)
_ROWS = """
FROM debtor
JOIN chosen ON chosen.id = debtor.account_id
JOIN accounts_registry_person payer ON payer.id = chosen.payer_id
JOIN accounts_registry_premises premises ON premises.id = chosen.premises_id
JOIN accounts_registry_house house ON house.id = chosen.house_id
ORDER BY debtor.debt DESC, chosen.number
"""
_WHO = """
SELECT chosen.id, chosen.number, payer.full_name,
       concat_ws(', ', house.address, CASE premises.kind WHEN 'residential' THEN 'кв. '
         ELSE 'пом. ' END || premises.number),
"""
_TOTAL = """
SELECT count(*), coalesce(sum(debt), 0.00), coalesce(sum(current), 0.00), coalesce(sum(to_two), 0.00),
       coalesce(sum(to_six), 0.00), coalesce(sum(to_twelve), 0.00), coalesce(sum(to_thirty_six), 0.00),
       coalesce(sum(barred), 0.00), coalesce(max(months), 0)
FROM debtor
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Ageing:
    """The debt by whole months since its month ended; `barred` is older than three years."""

    debt: Decimal
    current: Decimal  # the month itself and the one after it: not overdue yet
    to_two: Decimal
    to_six: Decimal
    to_twelve: Decimal
    to_thirty_six: Decimal
    barred: Decimal
    months: int  # with an overdue debt


@dataclasses.dataclass(frozen=True, slots=True)
class Debtor:
    account_id: int
    number: str
    payer: str
    address: str
    ageing: Ageing


@dataclasses.dataclass(frozen=True, slots=True)
class Threshold:
    """Who counts as a debtor: this much owed at least, for this many overdue months at least."""

    debt: Decimal = Decimal("0.01")
    months: int = 0


def debtor_rows(
    scope: Scope,
    *,
    today: dt.date,
    threshold: Threshold,
    offset: int = 0,
    limit: int | None = None,
) -> Iterator[Debtor]:
    """The largest debt first; the months of the scope do not matter."""
    sql = joined(CHOSEN, _AGED, _WHO, _FIGURES, _ROWS)
    rows = rows_of(sql, _values(scope, today, threshold), offset=offset, limit=limit)
    for account_id, number, payer, address, *figures in rows:
        yield Debtor(account_id, number, payer, address, Ageing(*figures))


def debtor_total(scope: Scope, *, today: dt.date, threshold: Threshold) -> tuple[int, Ageing]:
    """How many debtors there are, and their sums."""
    count, *figures = row_of(joined(CHOSEN, _AGED, _TOTAL), _values(scope, today, threshold))
    return count, Ageing(*figures)


def _values(scope: Scope, today: dt.date, threshold: Threshold) -> dict[str, object]:
    payees = payees_of(scope.organisation_id)
    unsplit = (
        Service.objects.filter(organisation_id=scope.organisation_id, code="")
        .values_list("pk", flat=True)
        .first()
    )
    covered = [
        pk for pk, payee in payees.items() if unsplit and pk != unsplit and payee == payees[unsplit]
    ]
    return {
        **scope.values(),
        "today": today,
        "least_debt": threshold.debt,
        "least_months": threshold.months,
        "unsplit": unsplit,
        "covered": covered,
    }
