"""Rows of the books for documents and screens, as plain data."""

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from accounts_registry.ledger.models import Adjustment, AdjustmentKind, Turnover
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Recalculation:
    """A signed sum for a service, negative lowers the bill; roubles."""

    service_id: int
    amount: Decimal
    for_month: dt.date
    reason: str
    basis: str


def recalculations_of_month(
    account_ids: Iterable[int], *, period: Period
) -> dict[int, list[Recalculation]]:
    """Recalculations standing in the accounting month, by account in the order of entry."""
    found: defaultdict[int, list[Recalculation]] = defaultdict(list)
    wanted = frozenset(account_ids)
    rows = Adjustment.objects.filter(
        account_id__gte=min(wanted, default=0),  # thousands of keys are slower than strangers
        account_id__lte=max(wanted, default=0),
        month=period.first_day,
        kind=AdjustmentKind.RECALCULATION,
    ).order_by("id")
    columns = ("account_id", "service_id", "amount", "for_month", "reason", "basis")
    for account, *said in rows.values_list(*columns):
        if account in wanted:
            found[account].append(Recalculation(*said))
    return dict(found)


def recalculation_totals(*, organisation_id: int, period: Period) -> list[tuple[int, int, Decimal]]:
    """Account, service and the sum of recalculations standing in the accounting month; roubles."""
    rows = Adjustment.objects.filter(
        account__organisation_id=organisation_id,
        month=period.first_day,
        kind=AdjustmentKind.RECALCULATION,
    )
    sums = rows.order_by().values_list("account_id", "service_id").annotate(total=Sum("amount"))
    return list(sums)


def adjustment_totals(
    account_ids: Iterable[int], *, period: Period
) -> defaultdict[tuple[int, int, str], Decimal]:
    """Adjustments standing in the month but opening balances: by account, service and kind."""
    rows = Adjustment.objects.filter(
        account_id__in=list(account_ids), month=period.first_day
    ).exclude(kind=AdjustmentKind.OPENING)
    sums = rows.order_by("account_id", "service_id", "kind")
    found: defaultdict[tuple[int, int, str], Decimal] = defaultdict(lambda: ZERO)
    columns = sums.values_list("account_id", "service_id", "kind").annotate(total=Sum("amount"))
    for account_id, service_id, kind, amount in columns:
        found[account_id, service_id, kind] = amount
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class AboutMonth:
    """A sum that is about a month, whichever accounting month it stands in; roubles."""

    adjustment_id: int
    account_id: int
    service_id: int
    kind: str
    amount: Decimal
    key: uuid.UUID


def adjustments_about(account_ids: Iterable[int], *, period: Period) -> list[AboutMonth]:
    """Every adjustment for the month but opening balances, in the order of entry."""
    rows = Adjustment.objects.filter(
        account_id__in=list(account_ids), for_month=period.first_day
    ).exclude(kind=AdjustmentKind.OPENING)
    return _about(rows)


def adjustments_with_keys(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, AboutMonth]:
    return {row.key: row for row in _about(Adjustment.objects.filter(key__in=list(keys)))}


def _about(rows: QuerySet[Adjustment]) -> list[AboutMonth]:
    columns = ("id", "account_id", "service_id", "kind", "amount", "key")
    return [AboutMonth(*row) for row in rows.order_by("id").values_list(*columns)]


def posted_charges(account_ids: Iterable[int], *, period: Period) -> dict[int, Decimal]:
    """What the posted month added to each account: charges and adjustments; roubles."""
    rows = Turnover.objects.filter(account_id__in=list(account_ids), month=period.first_day)
    sums = rows.values_list("account_id").annotate(added=Sum(F("charged") + F("adjusted")))
    return dict(sums)
