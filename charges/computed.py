"""
What a calculation finds besides the charge: absences, interruptions, benefits, the year's heating.

Kept beside the lines of a draft; becomes adjustments of the ledger when the month is confirmed.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum

from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    HasPrimaryKey,
    post_adjustments,
)
from accounts_registry.ledger.statements import recalculation_totals
from accounts_registry.models import Organisation
from charges.calc.columns import ChangedLine
from charges.calc.inputs import NegativeCommon, Recalculation
from charges.calc.result import HouseResult
from charges.models import ChargeLine, CommonOutcome, ComputedAdjustment, ComputedKind
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

POSTED_AT_ONCE = 5_000

_POSTED = {
    ComputedKind.RECALCULATION: (
        AdjustmentKind.RECALCULATION,
        "Найдено при начислении: временное отсутствие, перерывы, корректировка отопления за год",
        "пп. 42(1), 86–101 Правил № 354",
    ),
    ComputedKind.BENEFIT: (
        AdjustmentKind.BENEFIT,
        "Льгота, найденная при начислении",
        "ст. 159–160 ЖК РФ",
    ),
}

Found = dict[tuple[str, ComputedKind], Decimal]  # by service code; signed as the ledger has it


class Changed(NamedTuple):
    """An account with lines that something raised or lowered, and what somebody entered for it."""

    account_id: int
    lines: Sequence[ChangedLine]
    entered: Sequence[Recalculation]


def keep_computed(
    accounts: Iterable[Changed], *, period: Period, service_ids: Mapping[str, int]
) -> None:
    """Write what the calculation itself found; recalculations somebody entered are not."""
    ComputedAdjustment.objects.bulk_create(
        ComputedAdjustment(
            account_id=account.account_id,
            service_id=service_ids[code],
            month=period.first_day,
            kind=kind,
            amount=amount,
        )
        for account in accounts
        for (code, kind), amount in _found(account).items()
        if amount
    )


def keep_common(
    houses: Mapping[int, HouseResult],
    *,
    period: Period,
    service_ids: Mapping[str, int],
    negative: NegativeCommon,
) -> None:
    """Write what the common volumes of houses came to, instead of what an earlier draft said."""
    month = period.first_day
    carries = negative is NegativeCommon.CARRY
    CommonOutcome.objects.filter(house__in=list(houses), month=month).delete()
    CommonOutcome.objects.bulk_create(
        CommonOutcome(
            house_id=house_id,
            service_id=service_ids[row.service],
            zone=row.zone or "",
            month=month,
            volume=row.volume,
            method=row.method.value,
            undistributed=row.undistributed,
            carried=max(Decimal(0), -row.undistributed) if carries else 0,
        )
        for house_id, house in houses.items()
        for row in house.common
    )


def _found(account: Changed) -> Found:
    found: Found = defaultdict(lambda: ZERO)
    for line in account.lines:
        found[line.service, ComputedKind.RECALCULATION] += line.recalculated
        found[line.service, ComputedKind.BENEFIT] -= line.benefit
    for item in account.entered:
        found[item.service, ComputedKind.RECALCULATION] -= item.amount
    return found


def post_computed(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey | None, at: dt.datetime
) -> None:
    """Record what the draft found as adjustments of its month."""
    found = ComputedAdjustment.objects.filter(
        account__organisation=organisation, month=period.first_day
    ).order_by("account_id", "service_id", "kind")
    rows = (_adjustment(row, period) for row in found.iterator(chunk_size=POSTED_AT_ONCE))
    while batch := list(itertools.islice(rows, POSTED_AT_ONCE)):
        post_adjustments(
            organisation_id=organisation.pk,
            on=period.first_day,
            adjustments=batch,
            by=by,
            at=at,
        )


def _adjustment(row: ComputedAdjustment, period: Period) -> AdjustmentToPost:
    kind, reason, basis = _POSTED[ComputedKind(row.kind)]
    return AdjustmentToPost(
        account_id=row.account_id,
        service_id=row.service_id,
        kind=kind,
        amount=row.amount,
        for_period=period,
        reason=reason,
        basis=basis,
    )


def misses_recalculations(*, organisation: Organisation, period: Period) -> bool:
    """Whether recalculations were entered since the draft was calculated."""
    lines = ChargeLine.objects.filter(month=period.first_day, account__organisation=organisation)
    computed = ComputedAdjustment.objects.filter(
        month=period.first_day,
        account__organisation=organisation,
        kind=ComputedKind.RECALCULATION,
    )
    known = defaultdict(lambda: ZERO, _sums(computed, "amount"))
    entered = recalculation_totals(organisation_id=organisation.pk, period=period)
    charged = set(
        lines.filter(account_id__in={row[0] for row in entered}).values_list(
            "account_id", flat=True
        )
    )
    for account_id, service_id, amount in entered:
        if account_id in charged:  # others have no line to print it in
            known[account_id, service_id] += amount
    printed = _sums(lines.exclude(recalculated=0), "recalculated")
    return printed != {key: amount for key, amount in known.items() if amount}


def _sums(rows: Any, column: str) -> dict[tuple[int, int], Decimal]:
    totals = rows.order_by().values_list("account_id", "service_id").annotate(total=Sum(column))
    return {(account, service): amount for account, service, amount in totals if amount}
