"""Anomalies of a draft: found over the whole month at once, listed, marked as looked at."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import Organisation, PersonalAccount
from accounts_registry.queries import find_accounts
from charges.models import Anomaly, AnomalyKind
from charges.review.anomaly_finders import FINDERS, SETUP
from zhkh.kernel.period import Period

MONTHS_OF_MEAN = 3
_FIRST = Period.of(dt.date.min)
UNUSUAL_TIMES = 3
LEAST_JUMP = Decimal("50.00")  # roubles; a smaller sum may treble without anybody looking

# Many flats use more than the norm, so they come after what is rare.
_GRAVEST_FIRST = sorted(AnomalyKind, key=lambda kind: kind == AnomalyKind.OVER_NORM)
_RANK = Case(
    *(When(kind=kind, then=Value(rank)) for rank, kind in enumerate(_GRAVEST_FIRST)),
    output_field=IntegerField(),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to; what is empty narrows nothing."""

    kind: str = ""
    house_id: int | None = None
    service_id: int | None = None
    text: str = ""
    state: str = ""  # "open": not looked at, "checked"


@dataclasses.dataclass(frozen=True, slots=True)
class KindCount:
    kind: AnomalyKind
    total: int
    unchecked: int


@transaction.atomic
def find_anomalies(
    *,
    organisation: Organisation,
    period: Period,
    run_id: int | None,
    house_ids: Collection[int],
) -> None:
    """
    Look houses of the calculated month through anew.

    Those found before with the same figures keep who looked at them; those gone are dropped.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found_at = cursor.fetchone()[0]
        asked = _asked(organisation, period, run_id, house_ids) | {"found_at": found_at}
        for statement in SETUP:
            cursor.execute(statement, asked)
        for finder in FINDERS:
            cursor.execute(_KEEP.format(finder=finder), asked)
        cursor.execute(_FORGET, asked)


def anomalies_of(
    *, organisation: Organisation, period: Period, asked: Asked | None = None
) -> QuerySet[Anomaly, Anomaly]:
    """The gravest kinds first, then by house and account; addresses and services are loaded."""
    rows = _of_month(organisation, period)
    if asked:
        rows = _narrowed(rows, asked)
    return rows.select_related(
        "house", "account__payer", "account__premises", "service", "checked_by"
    ).order_by(
        _RANK, "house__street_key", "house__number_key", "house_id",
        "account__premises__number_order", "account__number", "service__position", "pk",
    )  # fmt: skip


def counts_by_kind(
    *, organisation: Organisation, period: Period, asked: Asked | None = None
) -> list[KindCount]:
    """Kinds that occur, the gravest first; `asked.kind` itself does not narrow."""
    rows = _of_month(organisation, period)
    if asked:
        rows = _narrowed(rows, dataclasses.replace(asked, kind=""))
    counts = (
        rows.order_by()
        .values_list("kind")
        .annotate(total=Count("pk"), unchecked=Count("pk", filter=Q(checked_at__isnull=True)))
    )
    found = {kind: (total, unchecked) for kind, total, unchecked in counts}
    return [KindCount(kind, *found[kind]) for kind in _GRAVEST_FIRST if kind in found]


def unchecked_count(*, organisation: Organisation, period: Period) -> int:
    return _of_month(organisation, period).filter(checked_at__isnull=True).count()


def mark_checked(rows: QuerySet[Anomaly, Anomaly], *, by: HasPrimaryKey, at: dt.datetime) -> int:
    """«Проверено»: those already looked at keep who was first. Returns how many were marked."""
    return rows.order_by().filter(checked_at__isnull=True).update(checked_by=by.pk, checked_at=at)


def mark_unchecked(rows: QuerySet[Anomaly, Anomaly]) -> int:
    return rows.order_by().filter(checked_at__isnull=False).update(checked_by=None, checked_at=None)


def chosen(
    pks: Iterable[int], *, organisation: Organisation, period: Period
) -> QuerySet[Anomaly, Anomaly]:
    return _of_month(organisation, period).filter(pk__in=list(pks))


def _of_month(organisation: Organisation, period: Period) -> QuerySet[Anomaly, Anomaly]:
    return Anomaly.objects.filter(organisation=organisation, month=period.first_day)


def _narrowed(rows: QuerySet[Anomaly, Anomaly], asked: Asked) -> QuerySet[Anomaly, Anomaly]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.house_id:
        rows = rows.filter(house_id=asked.house_id)
    if asked.service_id:
        rows = rows.filter(service_id=asked.service_id)
    if asked.state:
        rows = rows.filter(checked_at__isnull=asked.state == "open")
    if asked.text.strip():
        accounts = find_accounts(asked.text, among=PersonalAccount.objects.all())
        rows = rows.filter(account__in=accounts)
    return rows


def _asked(
    organisation: Organisation, period: Period, run_id: int | None, house_ids: Collection[int]
) -> dict[str, Any]:
    return {
        "organisation": organisation.pk,
        "month": period.first_day,
        "next_month": period.next_first_day,
        "before": _back(period, 1).first_day,
        "since": _back(period, MONTHS_OF_MEAN).first_day,
        "houses": list(house_ids),
        "run": run_id,
        "times": UNUSUAL_TIMES,
        "floor": LEAST_JUMP,
    }


def _back(period: Period, months: int) -> Period:
    """As far back as there are months."""
    return period.shifted(-min(months, period.months_since(_FIRST)))


_KEEP = """
INSERT INTO charges_anomaly AS known (organisation_id, month, kind, house_id, account_id,
  service_id, now, usual, day, text, found_at)
SELECT %(organisation)s, %(month)s, found.*, %(found_at)s
FROM ({finder}) found (kind, house_id, account_id, service_id, now, usual, day, text)
ON CONFLICT (organisation_id, month, kind, house_id, account_id, service_id) DO UPDATE SET
  now = excluded.now, usual = excluded.usual, day = excluded.day, text = excluded.text,
  found_at = excluded.found_at,
  checked_by_id = CASE WHEN (known.now, known.usual, known.day, known.text) IS NOT DISTINCT FROM
    (excluded.now, excluded.usual, excluded.day, excluded.text) THEN known.checked_by_id END,
  checked_at = CASE WHEN (known.now, known.usual, known.day, known.text) IS NOT DISTINCT FROM
    (excluded.now, excluded.usual, excluded.day, excluded.text) THEN known.checked_at END
"""

_FORGET = """
DELETE FROM charges_anomaly
WHERE organisation_id = %(organisation)s AND month = %(month)s AND found_at <> %(found_at)s
  AND house_id = ANY(%(houses)s)
"""
