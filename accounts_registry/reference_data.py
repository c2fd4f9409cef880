"""Reading the reference books: when a month is due, which days are worked, which rates hold."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from accounts_registry.models import (
    CalendarDay,
    Country,
    DueDay,
    PenaltySuspension,
    RateKind,
    ReferenceRate,
    UpliftCoefficient,
)
from zhkh.kernel.period import Period

_SATURDAY = 5

Span = tuple[dt.date, dt.date | None]  # half-open


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """Whose rows count: a country's and the organisation's own, or the own ones alone."""

    organisation_id: int
    country: Country
    own_only: bool = False

    def rows(self, model: Any) -> Any:
        return model.objects.filter(self._condition())

    def _condition(self) -> Q:
        own = Q(organisation_id=self.organisation_id)
        return own if self.own_only else own | Q(organisation=None, country=self.country)


@dataclasses.dataclass(frozen=True, slots=True)
class DueDays:
    """Last days of payment; what an organisation decided itself comes before the country's."""

    rows: tuple[tuple[Any, int], ...]  # billed months, day of the next month

    def of(self, period: Period) -> dt.date | None:
        """The last day of payment of a billed month, not moved; None where the book is silent."""
        for valid, day in self.rows:
            begins, ends = valid.lower, valid.upper
            if begins <= period.first_day and (ends is None or period.first_day < ends):
                return period.next_first_day.replace(day=day)
        return None


def due_days(book: Book) -> DueDays:
    rows = book.rows(DueDay)
    known = sorted(rows, key=lambda row: row.organisation_id is None)
    return DueDays(tuple((row.valid, row.day) for row in known))


@dataclasses.dataclass(frozen=True, slots=True)
class Calendar:
    """Weekends are computed; `exceptions` are holidays (False) and worked days off (True)."""

    exceptions: Mapping[dt.date, bool]

    def is_working(self, day: dt.date) -> bool:
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def working_day_from(self, day: dt.date) -> dt.date:
        """The day itself or the first working day after it (ст. 193 ГК РФ)."""
        while not self.is_working(day) and day < dt.date.max:
            day += dt.timedelta(days=1)
        return day


def calendar(book: Book) -> Calendar:
    rows = book.rows(CalendarDay).order_by("organisation_id")  # own ones first, nulls last
    days = list(rows.values_list("day", "is_working"))
    return Calendar(dict(reversed(days)))


def rates(book: Book, kind: RateKind) -> list[tuple[dt.date, Decimal | None]]:
    """From which day which per cent holds, by day; None lifts a cap."""
    rows = book.rows(ReferenceRate).filter(kind=kind).order_by("since")
    if not book.own_only:
        rows = rows.filter(organisation=None)
    return list(rows.values_list("since", "percent"))


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """A value of a book on some days, with the act it comes from."""

    value: Decimal
    since: dt.date
    until: dt.date | None
    source: str


def vat_on(book: Book, day: dt.date) -> Held | None:
    """The rate in per cent; what the organisation wrote itself comes before the country's."""
    rows = book.rows(ReferenceRate).filter(kind=RateKind.VAT, since__lte=day)
    row = rows.order_by(F("organisation_id").asc(nulls_last=True), "-since").first()
    return None if row is None else Held(row.percent, row.since, None, row.source)


def uplifts_within(book: Book, kind: str, days: Span) -> list[Held]:
    """
    Coefficients of a kind of service on these days, by day; days without one are left out.

    Where the organisation has rows of its own they hold, the country's on the other days.
    """
    rows = book.rows(UpliftCoefficient).filter(kind=kind, valid__overlap=days)
    found: list[Held] = []
    for row in rows.order_by(F("organisation_id").asc(nulls_last=True), "valid"):
        taken = [(one.since, one.until) for one in found]
        for since, until in without((row.valid.lower, row.valid.upper), taken):
            found.append(Held(row.coefficient, since, until, row.source))
    return sorted(found, key=lambda one: one.since)


def without(span: Span, taken: Sequence[Span]) -> list[Span]:
    """What is left of the span; `taken` spans do not overlap each other."""
    since, end = span
    left: list[Span] = []
    for begins, ends in sorted(taken, key=lambda one: one[0]):
        if ends is not None and ends <= since:
            continue
        if end is not None and begins >= end:
            break
        if begins > since:
            left.append((since, begins))
        if ends is None:
            return left
        since = ends
    if end is None or since < end:
        left.append((since, end))
    return left


def suspensions(book: Book) -> list[Span]:
    """Days without penalties for everybody of the organisation."""
    rows = book.rows(PenaltySuspension).filter(account=None).order_by("valid", "pk")
    return [(row.valid.lower, row.valid.upper) for row in rows]


def suspensions_of_accounts(account_ids: Sequence[int]) -> dict[int, list[Span]]:
    """Days without penalties of single accounts: a court, an instalment agreement."""
    found: dict[int, list[Span]] = {}
    for row in PenaltySuspension.objects.filter(account_id__in=account_ids).order_by("valid"):
        assert row.account_id is not None
        found.setdefault(row.account_id, []).append((row.valid.lower, row.valid.upper))
    return found
