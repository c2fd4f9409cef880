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


def span(valid: Any) -> Document:
    return {"from": day(valid.lower), "to": day(valid.upper)}


def touches(valid: Any, period: Period) -> bool:
    ends_before = valid.upper is not None and valid.upper <= period.first_day
    return not ends_before and valid.lower < period.next_first_day


def covers(valid: Any, period: Period) -> bool:
    """Whether the span holds on every day of the month."""
    ends_inside = valid.upper is not None and valid.upper < period.next_first_day
    return valid.lower <= period.first_day and not ends_inside
