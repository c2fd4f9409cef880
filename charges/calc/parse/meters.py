"""Meters and their readings, read from a scenario."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from charges.calc.inputs import Meter, Reading, Zone
from charges.calc.parse.context import Context
from charges.calc.parse.nodes import Node, Sound, shown_or_kind

_DIGITS = 5


def read_meters(node: Node, context: Context) -> tuple[Meter, ...]:
    return tuple(meter for _, meter in node.each(lambda item: _meter(item, context)))


def _meter(node: Node, context: Context) -> Meter | None:
    sound = Sound(node)
    fields = node.fields(
        ("service", "installed", "readings"),
        ("zone", "digits", "removed", "verified_until", "x_access_refused_on"),
    )
    service = context.service(fields["service"]) if "service" in fields else ""
    zone = fields["zone"].choice(Zone) if "zone" in fields else None
    digits = fields["digits"].count(1, 9) if "digits" in fields else _DIGITS
    installed, removed = _working_days(fields)
    verified = fields["verified_until"].day() if "verified_until" in fields else None
    refused = fields["x_access_refused_on"].day() if "x_access_refused_on" in fields else None
    readings: Sequence[tuple[Node, Reading]] = ()
    if "readings" in fields:
        readings = fields["readings"].each(_reading)
        _check_readings(readings, 10**digits, installed, removed)
    if not sound:
        return None
    rows = tuple(reading for _, reading in readings)
    return Meter(service, installed or dt.date.min, rows, zone, digits, removed, verified, refused)


def _working_days(fields: dict[str, Node]) -> tuple[dt.date | None, dt.date | None]:
    """Days that cannot be read are None: readings are then not measured against them."""
    installed = _day(fields, "installed")
    removed = _day(fields, "removed")
    if installed and removed and installed >= removed:
        fields["removed"].refuse(
            f"снят {removed}, не позже установки {installed}", "дата позже установки"
        )
        return installed, None
    return installed, removed


def _day(fields: dict[str, Node], key: str) -> dt.date | None:
    if key not in fields:
        return None
    sound = Sound(fields[key])
    day = fields[key].day()
    return day if sound else None


def _reading(node: Node) -> Reading | None:
    sound = Sound(node)
    fields = node.fields(("on", "value"))
    on = fields["on"].day() if "on" in fields else dt.date.min
    value = fields["value"].not_negative(7) if "value" in fields else Decimal(0)
    return Reading(on, value) if sound else None


def _check_readings(
    rows: Sequence[tuple[Node, Reading]],
    wraps_at: int,
    installed: dt.date | None,
    removed: dt.date | None,
) -> None:
    previous: dt.date | None = None
    for node, reading in rows:
        on = node.member("on")
        if reading.value >= wraps_at:
            value = node.member("value")
            value.refuse(f"показание {shown_or_kind(value.value)}", f"меньше {wraps_at}")
        if previous is not None and reading.on <= previous:
            on.refuse(f"показание не позже предыдущего ({previous})", "даты по возрастанию")
        if installed is not None and reading.on < installed:
            on.refuse("показание раньше установки прибора", f"не раньше {installed}")
        if removed is not None and reading.on > removed:
            on.refuse("показание позже снятия прибора", f"не позже {removed}")
        previous = reading.on
