"""Readings from a table: what would be kept, what has to be answered, what is wrong — then kept."""

import dataclasses
import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Q

from accounts_registry.models import Meter, MeterReading, Organisation, ReadingSource, Zone
from accounts_registry.services.reading_file import ReadingLine
from accounts_registry.services.readings import (
    ReadingIsHigh,
    ReadingIsLower,
    TypedReading,
    submit_reading,
)
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User

_DATE_FORMATS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d")
_PLACES = 7
_ZONES = {label: value for value, label in Zone.choices} | {value: value for value in Zone.values}


class LineState(enum.StrEnum):
    KEPT = "kept"
    KNOWN = "known"
    ASKED = "asked"
    REFUSED = "refused"


class LineRefusal(Refusal):
    """The row of the table cannot be understood."""


@dataclasses.dataclass(frozen=True, slots=True)
class LineOutcome:
    line: ReadingLine
    state: LineState
    words: str = ""
    question: str = ""  # what a yes would confirm


ROLLED_OVER, HIGH = "rolled_over", "high"


def import_readings(
    *,
    organisation: Organisation,
    lines: Sequence[ReadingLine],
    confirmed: Collection[tuple[int, str]],
    by: User | None,
    at: dt.datetime,
    write: bool,
) -> list[LineOutcome]:
    """
    Each row on its own: a bad one stops nobody. Without `write` all is taken back: a rehearsal.

    `confirmed` are places of rows with the question that was answered with yes. A row that is kept already
    changes nothing, so the same table may come twice.
    """
    meters = _meters(organisation, lines)
    with transaction.atomic():
        outcomes = [_outcome(line, meters, confirmed, by, at) for line in lines]
        if not write:
            transaction.set_rollback(True)
    return outcomes


def _outcome(
    line: ReadingLine,
    meters: dict[str, list[Meter]],
    confirmed: Collection[tuple[int, str]],
    by: User | None,
    at: dt.datetime,
) -> LineOutcome:
    try:
        meter = _meter_of(line, meters.get(line.account, []))
        reading = _typed(line, confirmed)
        if _is_known(meter, reading):
            return LineOutcome(line, LineState.KNOWN, "уже записано")
        written = submit_reading(meter=meter, reading=reading, by=by, at=at)
    except ReadingIsLower as refusal:
        return LineOutcome(line, LineState.ASKED, str(refusal), ROLLED_OVER)
    except ReadingIsHigh as refusal:
        return LineOutcome(line, LineState.ASKED, str(refusal), HIGH)
    except Refusal as refusal:
        return LineOutcome(line, LineState.REFUSED, str(refusal))
    return LineOutcome(line, LineState.KEPT, written.note)


def _is_known(meter: Meter, reading: TypedReading) -> bool:
    """Also where its month was posted and it stands in the open one, with a note."""
    taken = Q(read_on=reading.read_on) | Q(note__startswith=f"снято {reading.read_on:%d.%m.%Y}")
    return MeterReading.objects.filter(taken, meter=meter, value=reading.value).exists()


def _typed(line: ReadingLine, confirmed: Collection[tuple[int, str]]) -> TypedReading:
    return TypedReading(
        read_on=_day(line.day),
        value=_value(line.value),
        source=ReadingSource.IMPORT,
        rolled_over=(line.place, ROLLED_OVER) in confirmed or None,
        high_confirmed=(line.place, HIGH) in confirmed,
        moves_on=True,
    )


def _day(text: str) -> dt.date:
    for form in _DATE_FORMATS:
        try:
            day = dt.datetime.strptime(text.partition(" ")[0], form).date()  # noqa: DTZ007 (a day)
        except ValueError:
            continue
        if day.year >= 1900:
            return day
    raise LineRefusal(f"Дата «{text[:20]}» не читается: нужна вида 25.07.2026.")


def _value(text: str) -> Decimal:
    try:
        value = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or -int(value.as_tuple().exponent) > _PLACES or abs(value) >= 10**11:
        raise LineRefusal(f"Показание «{text[:20]}» не читается: нужно число, например 107,841.")
    return value


# --- whose meter it is


def _meters(organisation: Organisation, lines: Iterable[ReadingLine]) -> dict[str, list[Meter]]:
    """Meters in place by account number."""
    found: defaultdict[str, list[Meter]] = defaultdict(list)
    meters = Meter.objects.filter(
        account__organisation=organisation,
        account__number__in={line.account for line in lines},
        removed_on__isnull=True,
    )
    for meter in meters.select_related("service", "account"):
        if meter.account is not None:
            found[meter.account.number].append(meter)
    return found


def _meter_of(line: ReadingLine, meters: Sequence[Meter]) -> Meter:
    if not meters:
        raise LineRefusal(
            f"У счёта «{line.account[:30]}» нет действующих счётчиков: проверьте номер счёта."
        )
    service = line.service.casefold()
    fitting = [
        meter
        for meter in meters
        if service in {meter.service.code.casefold(), meter.service.name.casefold()}
        and meter.zone == _ZONES.get(line.zone.casefold(), line.zone)
        and (not line.serial or meter.serial == line.serial)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise LineRefusal("Таких счётчиков несколько: впишите заводской номер.")
    known = ", ".join(dict.fromkeys(str(meter) for meter in meters))
    raise LineRefusal(f"Такого счётчика нет. У счёта есть: {known}.")
