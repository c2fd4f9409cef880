"""The pieces a scenario document is put together from."""

import datetime as dt
from decimal import Decimal
from typing import Any

from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain

Document = dict[str, Any]


def present(document: Document) -> Document:
    """Without what is absent: None, '' and empty lists are not written."""
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def plain_or_none(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def within(span: tuple[dt.date, dt.date | None], period: Period) -> Document:
    """The part of a span that lies in the month; an end after the month is not written."""
    since, until = span
    ends_inside = until is not None and until < period.next_first_day
    return {
        "from": day(max(since, period.first_day)),
        "to": day(until) if ends_inside else None,
    }
