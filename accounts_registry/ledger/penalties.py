"""Penalties in the books: what of them is owed apart from the debts, and who may owe any."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts_registry.ledger.models import Adjustment, AdjustmentKind
from accounts_registry.models import OrganisationSetting, SettingName
from accounts_registry.models.settings import PenaltyOrder
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

__all__ = ["Arrears", "PenaltyOwed", "accounts_in_arrears", "penalties_owed"]


@dataclasses.dataclass(frozen=True, slots=True)
class PenaltyOwed:
    """Penalties of one accounting month for a service; roubles, above zero."""

    service_id: int
    period: Period
    amount: Decimal
    only_named: bool  # a payment closes them only by naming their month


@dataclasses.dataclass(frozen=True, slots=True)
class _Months:
    since: dt.date
    until: dt.date | None

    def __contains__(self, month: dt.date) -> bool:
        return self.since <= month and (self.until is None or month < self.until)


def penalties_owed(
    account_ids: Sequence[int], before: Period | None
) -> defaultdict[int, list[PenaltyOwed]]:
    """
    Penalties posted to each account, oldest first; what was taken back is off the oldest.

    Only those of accounting months before `before`, where given.
    """
    rows = Adjustment.objects.filter(account_id__in=account_ids, kind=AdjustmentKind.PENALTY)
    if before is not None:
        rows = rows.filter(month__lt=before.first_day)
    sums = (
        rows.order_by("account_id", "service_id", "month")
        .values_list("account_id", "account__organisation_id", "service_id", "month")
        .annotate(total=Sum("amount"))
    )
    by_service: defaultdict[tuple[int, int, int], list[tuple[dt.date, Decimal]]]
    by_service = defaultdict(list)
    for account_id, organisation_id, service_id, month, amount in sums:
        by_service[account_id, organisation_id, service_id].append((month, amount))
    named_only = _named_only() if by_service else {}
    found: defaultdict[int, list[PenaltyOwed]] = defaultdict(list)
    for (account_id, organisation_id, service_id), months in by_service.items():
        for month, amount in _left_of(months):
            only_named = any(month in span for span in named_only.get(organisation_id, ()))
            found[account_id].append(PenaltyOwed(service_id, Period.of(month), amount, only_named))
    return found


def _left_of(months: Sequence[tuple[dt.date, Decimal]]) -> list[tuple[dt.date, Decimal]]:
    taken_back = -sum((amount for _, amount in months if amount < ZERO), ZERO)
    left: list[tuple[dt.date, Decimal]] = []
    for month, amount in months:
        if amount < ZERO:
            continue
        off = min(taken_back, amount)
        taken_back -= off
        if amount > off:
            left.append((month, amount - off))
    return left


def _named_only() -> dict[int, list[_Months]]:
    found: defaultdict[int, list[_Months]] = defaultdict(list)
    for row in OrganisationSetting.objects.filter(
        name=SettingName.PENALTY_ORDER, value=PenaltyOrder.NAMED_ONLY
    ):
        found[row.organisation_id].append(_Months(row.valid.lower, row.valid.upper))
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class Arrears:
    """Debts of billed months up to `upto` count as late from `since` on."""

    upto: Period
    since: dt.date


_IN_ARREARS = """
WITH base AS (
  SELECT max(month) AS month FROM ledger_accountingperiod
  WHERE organisation_id = %(organisation)s AND state = 'posted' AND month <= %(upto)s
), owed AS (
  SELECT turnover.account_id, sum(turnover.closing) AS amount
  FROM base
  JOIN ledger_turnover turnover ON turnover.month = base.month
  JOIN accounts_registry_personalaccount account ON account.id = turnover.account_id
   AND account.organisation_id = %(organisation)s
  GROUP BY turnover.account_id
  HAVING sum(turnover.closing) > 0
)
SELECT owed.account_id FROM owed
LEFT JOIN LATERAL (
  SELECT sum(line.amount) AS amount
  FROM base
  JOIN ledger_paymentline line ON line.account_id = owed.account_id AND line.month > base.month
  JOIN ledger_payment payment ON payment.id = line.payment_id AND payment.paid_on < %(since)s
) paid ON true
WHERE owed.amount > coalesce(paid.amount, 0)
"""

# Debts brought in stand in no turnover before their month is posted; payments that name a month
# may leave an older one open.
_BROUGHT_IN_OR_NAMED = """
SELECT adjustment.account_id FROM ledger_adjustment adjustment
JOIN accounts_registry_personalaccount account ON account.id = adjustment.account_id
WHERE account.organisation_id = %(organisation)s AND adjustment.month = %(month)s
  AND adjustment.kind = 'opening' AND adjustment.amount > 0
UNION
SELECT line.account_id FROM ledger_paymentline line
JOIN accounts_registry_personalaccount account ON account.id = line.account_id
WHERE account.organisation_id = %(organisation)s AND line.named_month IS NOT NULL
  AND line.month >= %(month)s::date - interval '1 month'
"""

_MOVED = """
SELECT account.id FROM accounts_registry_personalaccount account
WHERE account.organisation_id = %(organisation)s AND account.id = ANY(%(accounts)s)
  AND (EXISTS (SELECT FROM ledger_paymentline line
               WHERE line.account_id = account.id AND line.month >= %(month)s)
    OR EXISTS (SELECT FROM ledger_adjustment adjustment
               WHERE adjustment.account_id = account.id
                 AND adjustment.month >= %(month)s::date - interval '1 month'))
"""


def accounts_in_arrears(
    *,
    organisation_id: int,
    period: Period,
    arrears: Sequence[Arrears],
    penalised: Sequence[int],
) -> list[int]:
    """
    Accounts that may owe a penalty in the month, found without reading the others' debts.

    `penalised` are accounts penalties were posted to: those with movements since are looked at
    again, so that a payment found late is made good.
    """
    found: set[int] = set()
    month: dict[str, Any] = {"organisation": organisation_id, "month": period.first_day}
    with connection.cursor() as cursor:
        for item in arrears:
            cursor.execute(
                _IN_ARREARS,
                {**month, "upto": item.upto.first_day, "since": item.since},
            )
            found.update(row[0] for row in cursor)
        cursor.execute(_BROUGHT_IN_OR_NAMED, month)
        found.update(row[0] for row in cursor)
        if penalised:
            cursor.execute(_MOVED, {**month, "accounts": list(penalised)})
            found.update(row[0] for row in cursor)
    return sorted(found)
