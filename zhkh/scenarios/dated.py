"""What holds for an account on which days, as spans that do not overlap."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange

from charges.calc import inputs
from zhkh.scenarios.target import Target, span


def areas_by_day(account: inputs.Account, target: Target) -> Iterator[tuple[Decimal, DateRange]]:
    """The dated areas as given; from the month on, the account's own area between them."""
    day = target.period.first_day
    for row in sorted(account.areas, key=lambda row: row.since):
        yield row.area, span(row)
        if day < row.since:
            yield account.area, DateRange(day, row.since)
        if row.until is None:
            return
        day = max(day, row.until)
    yield account.area, DateRange(day, None)


def service_days(account: inputs.Account, code: str, target: Target) -> list[DateRange]:
    """Days the account has the service; an act about one it lacks stands in the month before."""
    rows = [row for row in account.connections if row.service == code]
    days = [span(row) for row in rows] or [target.onward]
    if not account.has(code):
        days, rows = [], []
    is_past = any(row.since < target.period.next_first_day for row in rows)
    if code in account.meter_impossible and (not days or (rows and not is_past)):
        days.append(target.before)
    return days
