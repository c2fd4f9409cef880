"""Rows of many objects at once, by the shortest way the database has to them."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from django.db import connection

from zhkh.kernel.period import Period

Row = tuple[Any, ...]

_GAP = 20  # keys of strangers that are read over rather than looked up around


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """
    Which rows a chunk of houses needs: those of its keys.

    Keys entered one after another, as those of a house mostly are, are one span of an index; the
    few strangers in it are dropped afterwards.
    """

    keys: frozenset[int]
    spans: tuple[list[int], list[int]]  # first and last key of each
    has_strangers: bool  # in the spans

    @classmethod
    def of(cls, keys: Iterable[int]) -> "Reach":
        wanted = sorted(set(keys))
        lows, highs = wanted[:1], []
        for key, following in pairwise(wanted):
            if following - key > _GAP:
                highs.append(key)
                lows.append(following)
        highs += wanted[-1:]
        spanned = sum(highs) - sum(lows) + len(lows)
        return cls(frozenset(wanted), (lows, highs), spanned > len(wanted))


def rows_of(reach: Reach, sql: str, *given: object, before: Sequence[object] = ()) -> list[Row]:
    """
    Rows of a query whose first column is the key; its FROM begins with SPANS.

    `before` are the parameters that stand before the spans, `given` those after them.
    """
    if not reach.keys:
        return []
    rows = query(sql.replace("SPANS", _SPANS), *before, *reach.spans, *given)
    if not reach.has_strangers:
        return rows
    keys = reach.keys
    return [row for row in rows if row[0] in keys]


_SPANS = "unnest(%s::bigint[], %s::bigint[]) AS span (low, high)"


def query(sql: str, *given: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[Row] = cursor.fetchall()
    return rows


def month_span(period: Period) -> Sequence[dt.date]:
    return period.first_day, period.next_first_day
