"""What was changed since a draft was calculated: noted by the database, compared here."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Max

from accounts_registry.models import House, Organisation
from charges.calc.writing import document_text
from charges.lines import digest, result_digest, thaw
from charges.loading import load_house, load_terms
from charges.models import ChangedFact, ChargeInput
from charges.review.redraft import HouseHasErrors, recalculated
from zhkh.kernel.period import Period

TERMS_TITLE = "тарифы, нормативы или услуги"


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """What was changed last when, of which house (None: of all houses)."""

    title: str
    house: House | None
    changed_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Outdated:
    """
    Houses of a draft that would be charged otherwise now.

    `terms` tells that what all houses share changed something; `not_compared` houses have notes
    but were left for later.
    """

    houses: tuple[House, ...]
    terms: bool
    not_compared: int

    def __bool__(self) -> bool:
        return bool(self.houses)


def mark_start(*, organisation: Organisation, period: Period) -> None:
    """
    The month is calculated from now on; notes no draft needs any more are dropped.

    Call it in the transaction that asks for the calculation.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"organisation": organisation.pk, "month": period.first_day})
        cursor.execute(_DROP, {"organisation": organisation.pk})


def notes(*, organisation: Organisation, period: Period) -> list[Note]:
    """What was changed since the calculation began, the latest first; one query."""
    rows = _since_start(organisation, period).select_related("house")
    latest = (
        rows.order_by()
        .values("fact", "house_id")
        .annotate(last=Max("changed_at"))
        .order_by("-last", "fact", "house_id")
    )
    houses = House.objects.in_bulk({row["house_id"] for row in latest if row["house_id"]})
    return [Note(_title(row["fact"]), houses.get(row["house_id"]), row["last"]) for row in latest]


def outdated(*, organisation: Organisation, period: Period, at_most: int | None = None) -> Outdated:
    """
    Compare what has notes with what the draft was calculated from.

    Exact: a change that changes no figure is none. Stops at the first difference `terms` make;
    compares `at_most` houses.
    """
    noted = set(_since_start(organisation, period).values_list("house_id", flat=True).distinct())
    if not noted:
        return Outdated((), terms=False, not_compared=0)
    terms = load_terms(organisation_id=organisation.pk, period=period)
    shared_changed = None in noted and _terms_differ(organisation, period, terms)
    houses = House.objects.filter(organisation=organisation).select_related("organisation")
    if not shared_changed:
        houses = houses.filter(pk__in=noted - {None})
    return _compared(list(houses.order_by("pk")), period, terms, shared_changed, at_most)


def _compared(
    houses: list[House],
    period: Period,
    terms: dict[str, Any],
    shared_changed: bool,  # noqa: FBT001 (one caller, just above)
    at_most: int | None,
) -> Outdated:
    frozen = _frozen(houses, period)
    found: list[House] = []
    looked = houses if at_most is None else houses[:at_most]
    for place, house in enumerate(looked, 1):
        if _differs(house, period, terms, frozen.get(house.pk)):
            found.append(house)
            if shared_changed:
                return Outdated(tuple(found), terms=True, not_compared=len(houses) - place)
    return Outdated(tuple(found), terms=False, not_compared=len(houses) - len(looked))


def _differs(
    house: House, period: Period, terms: dict[str, Any], frozen: ChargeInput | None
) -> bool:
    document = load_house(house, period=period, terms=terms)
    if frozen is None:
        return any(shown["accounts"] for shown in document["houses"])
    if digest(document_text(document)) == frozen.input_digest:
        return False
    try:
        new = recalculated(house, period=period, terms=terms)
    except HouseHasErrors:
        return True
    return result_digest(new.result) != frozen.result_digest


def _terms_differ(organisation: Organisation, period: Period, terms: dict[str, Any]) -> bool:
    """Against those of the house calculated first; houses put in later are compared anyway."""
    frozen = (
        ChargeInput.objects.filter(house__organisation=organisation, month=period.first_day)
        .order_by("pk")
        .first()
    )
    if frozen is None:
        return False
    document = json.loads(thaw(frozen))
    return document_text(terms) != document_text(
        {key: value for key, value in document.items() if key != "houses"}
    )


def _frozen(houses: Iterable[House], period: Period) -> dict[int, ChargeInput]:
    rows = ChargeInput.objects.filter(house__in=list(houses), month=period.first_day)
    return {row.house_id: row for row in rows.defer("document")}


def _since_start(organisation: Organisation, period: Period) -> Any:
    """Notes of transactions the calculation may not have seen."""
    return ChangedFact.objects.filter(organisation=organisation).extra(  # noqa: S610 (no input)
        where=[_UNSEEN], params=[organisation.pk, period.first_day]
    )


def _title(table: str) -> str:
    """«показания»: the plural of the model behind the table."""
    names = {
        model._meta.db_table: str(model._meta.verbose_name_plural)  # noqa: SLF001 (Django's way)
        for model in apps.get_models()
    }
    return names.get(table, table)


# Transactions begun before the calculation and ended after its snapshot count as unseen.
# After a restore elsewhere transactions are counted anew: the time tells then.
_UNSEEN = """
EXISTS (SELECT FROM charges_draftstart start
  WHERE start.organisation_id = %s AND start.month = %s
    AND (NOT pg_visible_in_snapshot(transaction::text::xid8, start.snapshot::pg_snapshot)
      OR changed_at > start.started_at))
"""

_MARK = """
INSERT INTO charges_draftstart (organisation_id, month, snapshot, started_at)
VALUES (%(organisation)s, %(month)s, pg_current_snapshot()::text, clock_timestamp())
ON CONFLICT (organisation_id, month) DO UPDATE
  SET snapshot = excluded.snapshot, started_at = excluded.started_at
"""

_DROP = """
DELETE FROM charges_changedfact fact
WHERE fact.organisation_id = %(organisation)s AND NOT EXISTS (
  SELECT FROM charges_draftstart start
  JOIN ledger_accountingperiod period
    ON period.organisation_id = start.organisation_id AND period.month = start.month
  WHERE start.organisation_id = fact.organisation_id AND period.state <> 'posted'
    AND (NOT pg_visible_in_snapshot(fact.transaction::text::xid8, start.snapshot::pg_snapshot)
      OR fact.changed_at > start.started_at))
"""
