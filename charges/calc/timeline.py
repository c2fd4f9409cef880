"""
The days of one month, counted from 0, and values that change inside it.

A value over time is a row of spans without gaps that together cover the whole
month; neighbours that are equal are one span, so a cut is always a change.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Generic, TypeVar

from zhkh.kernel.period import Period

Value = TypeVar("Value")


@dataclasses.dataclass(frozen=True, slots=True)
class Span(Generic[Value]):
    """From day `lo` up to but not including day `hi`."""

    lo: int
    hi: int
    value: Value

    @property
    def days(self) -> int:
        return self.hi - self.lo


Steps = tuple[Span[Value], ...]
Dated = tuple[dt.date, dt.date | None, Value]


@dataclasses.dataclass(frozen=True, slots=True)
class Month:
    period: Period
    days: int
    first_ordinal: int
    first_day: dt.date
    last_day: dt.date
    past: dt.date  # the first day of the next month

    @classmethod
    def of(cls, period: Period) -> "Month":
        first, last, past = period.first_day, period.last_day, period.next_first_day
        return cls(period, period.days, first.toordinal(), first, last, past)

    def is_whole(self, since: dt.date, until: dt.date | None) -> bool:
        """Whether a half-open interval covers the month."""
        return since <= self.first_day and (until is None or until >= self.past)

    def clip(self, since: dt.date, until: dt.date | None) -> tuple[int, int]:
        """The days of the month inside a half-open interval; empty when `lo` is not below `hi`."""
        lo = max(0, since.toordinal() - self.first_ordinal)
        hi = self.days if until is None else until.toordinal() - self.first_ordinal
        return lo, min(self.days, hi)

    def date(self, day: int) -> dt.date:
        """The date of a day; the day after the last is the first of the next month."""
        return dt.date.fromordinal(self.first_ordinal + day)

    def steps(self, rows: Iterable[Dated[Value]], otherwise: Value) -> Steps[Value]:
        """Dated rows that do not overlap, as a value on every day of the month."""
        inside = []
        for since, until, value in rows:
            lo, hi = self.clip(since, until)
            if lo < hi:
                inside.append(Span(lo, hi, value))
        spans: list[Span[Value]] = []
        day = 0
        for span in sorted(inside, key=lambda span: span.lo):
            if day < span.lo:
                spans.append(Span(day, span.lo, otherwise))
            spans.append(span)
            day = span.hi
        if day < self.days:
            spans.append(Span(day, self.days, otherwise))
        return merged(spans)


def merged(spans: Iterable[Span[Value]]) -> Steps[Value]:
    """Neighbours with equal values become one."""
    whole: list[Span[Value]] = []
    for span in spans:
        if whole and whole[-1].hi == span.lo and whole[-1].value == span.value:
            whole[-1] = Span(whole[-1].lo, span.hi, span.value)
        else:
            whole.append(span)
    return tuple(whole)


def at(steps: Sequence[Span[Value]], day: int) -> Value:
    """The value on a day."""
    return next(span.value for span in steps if span.lo <= day < span.hi)


def cut(lo: int, hi: int, *borders: Iterable[Span[Any]]) -> list[tuple[int, int]]:
    """The stretch `lo`–`hi` cut wherever a span begins or ends inside it."""
    points = {lo, hi}
    for spans in borders:
        for span in spans:
            points.update(day for day in (span.lo, span.hi) if lo < day < hi)
    days = sorted(points)
    return list(pairwise(days))
