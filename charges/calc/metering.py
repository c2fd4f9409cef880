"""What the meters of one account say about a month (contract: "Meters"; п. 42, 59, 60 of Rules № 354)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from charges.calc.inputs import Meter, Method, Reading
from charges.calc.pieces import Note, note
from charges.calc.timeline import Month
from charges.calc.words import day_words, number_words
from zhkh.kernel.exact import difference, total
from zhkh.kernel.period import Period

_AVERAGE_SPAN = 6  # months of history the average may look back
_LEAST_HISTORY = 3  # months of history it needs
_AVERAGE_MONTHS = 3  # months it may stand in for readings


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    volume: Fraction
    method: Method  # METER or AVERAGE
    note: Note


@dataclasses.dataclass(frozen=True, slots=True)
class Unmeasured:
    """The meter gives no volume for the month: the norm goes instead."""

    uplifted: bool  # an expired meter costs the coefficient, missing readings do not
    note: Note = dataclasses.field(compare=False)


def measure(meter: Meter, month: Month) -> Measured | Unmeasured:
    """The volume of the month by one meter that works on some of its days."""
    if _is_access_refused(meter, month):
        return Unmeasured(uplifted=True, note=note(_refusal_words, meter.access_refused_on))
    expired_for = _months_since_expiry(meter, month)
    if expired_for is not None:
        return _measure_expired(meter, month, expired_for)
    first_day, past = month.first_day, month.past
    before = [reading for reading in meter.readings if reading.on < first_day]
    here = [reading for reading in meter.readings if first_day <= reading.on < past]
    if not here:
        return _measure_silent(meter, month, before)
    if not before and here[0].on != meter.installed:
        return Unmeasured(
            uplifted=False, note=lambda: "нет показания до начала месяца, применён норматив (п. 60)"
        )
    return _by_readings(meter, [*before[-1:], *here])


def read_in_time(meter: Meter, month: Month) -> Decimal | None:
    """
    What `measure` says of a meter in order: read once in the month and before it, no turn.

    Nothing where there is more to think of.
    """
    until, readings = meter.verified_until, meter.readings
    if meter.access_refused_on is not None or (until is not None and until < month.last_day):
        return None
    if len(readings) < 2:
        return None
    earlier, latest = readings[-2], readings[-1]
    if not earlier.on < month.first_day <= latest.on < month.past or latest.value < earlier.value:
        return None
    return difference(latest.value, earlier.value)


def _is_access_refused(meter: Meter, month: Month) -> bool:
    """From the month of the act until the month of a reading taken after it (п. 60(1), 85(3))."""
    refused = meter.access_refused_on
    if refused is None or month.period < Period.of(refused):
        return False
    return not any(refused < reading.on < month.past for reading in meter.readings)


def _refusal_words(refused: dt.date | None) -> str:
    assert refused is not None
    return (
        f"к прибору учёта дважды не дали доступ, акт от {day_words(refused)}, применён норматив "
        "(п. 60(1), 85(3) Правил № 354)"
    )


def needs_older(meter: Meter, since: dt.date, month: Month) -> bool:
    """
    Whether readings before `since`, the first day of a month, could change what is measured.

    The meter holds its readings from that day on; so a long history need not be read whole.
    """
    if meter.installed >= since or read_in_time(meter, month) is not None:
        return False
    if meter.access_refused_on is not None:
        return True  # the reading that ended the refusal may be old
    expired_for = _months_since_expiry(meter, month)
    if expired_for is not None:
        valid = _verified(meter, month)
        return expired_for < _AVERAGE_MONTHS and not _averages(valid, since)
    before = [reading for reading in meter.readings if reading.on < month.first_day]
    if not before or len(before) < len(meter.readings):
        return not before
    silent_for = month.period.months_since(Period.of(before[-1].on))
    return silent_for <= _AVERAGE_MONTHS and not _averages(before, since)


def _averages(readings: Sequence[Reading], since: dt.date) -> bool:
    """Whether everything an average may look back at lies after the day."""
    return bool(readings) and (
        Period.of(readings[-1].on).months_since(Period.of(since)) >= _AVERAGE_SPAN
    )


def _first_unverified_day(meter: Meter) -> dt.date:
    assert meter.verified_until is not None
    return meter.verified_until + dt.timedelta(days=1)


def _months_since_expiry(meter: Meter, month: Month) -> int | None:
    """0 in the month of the first day without verification; nothing while it holds."""
    until = meter.verified_until
    if until is None or until >= month.last_day:
        return None
    return month.period.months_since(Period.of(_first_unverified_day(meter)))


def _by_readings(meter: Meter, readings: Sequence[Reading]) -> Measured:
    volume = _consumed(meter, readings)
    first, last = readings[0], readings[-1]

    def note() -> str:
        return (
            f"по прибору учёта: {number_words(last.value)} ({day_words(last.on)}) − "
            f"{number_words(first.value)} ({day_words(first.on)})"
            f"{_turns_words(meter, readings)} = {number_words(volume)} "
            "(п. 42 Правил № 354, формула 1)"
        )

    return Measured(Fraction(volume), Method.METER, note)


def _consumed(meter: Meter, readings: Sequence[Reading]) -> Decimal:
    """From the first reading to the last; a lower value is a meter past its last digit."""
    turns = Decimal(_turns(readings) * 10**meter.digits)
    return total([difference(readings[-1].value, readings[0].value), turns])


def _turns(readings: Sequence[Reading]) -> int:
    return sum(later.value < earlier.value for earlier, later in pairwise(readings))


def _turns_words(meter: Meter, readings: Sequence[Reading]) -> str:
    turns = _turns(readings)
    return f" + {turns * 10**meter.digits} (переход через ноль)" if turns else ""


def _measure_silent(meter: Meter, month: Month, before: Sequence[Reading]) -> Measured | Unmeasured:
    """No reading in the month: the average for three months, then the norm."""
    if not before:
        return Unmeasured(uplifted=False, note=lambda: "показаний нет, применён норматив (п. 60)")
    silent_for = month.period.months_since(Period.of(before[-1].on))
    if silent_for > _AVERAGE_MONTHS:
        return Unmeasured(
            uplifted=False,
            note=lambda: f"показаний нет {silent_for} мес., применён норматив (п. 60)",
        )
    return _by_average(meter, month, before, "показаний нет")


def _measure_expired(meter: Meter, month: Month, expired_for: int) -> Measured | Unmeasured:
    """Verification ran out: the average for three months, then the norm with the coefficient."""
    until = meter.verified_until
    assert until is not None
    reason = f"срок поверки истёк {day_words(until)}"
    if expired_for >= _AVERAGE_MONTHS:
        return Unmeasured(uplifted=True, note=lambda: f"{reason}, применён норматив (п. 60)")
    return _by_average(meter, month, _verified(meter, month), reason)


def _verified(meter: Meter, month: Month) -> list[Reading]:
    """What the meter said before the month while its verification held."""
    last = min(_first_unverified_day(meter), month.first_day)
    return [reading for reading in meter.readings if reading.on < last]


def _by_average(
    meter: Meter, month: Month, readings: Sequence[Reading], reason: str
) -> Measured | Unmeasured:
    """A meter that works only a part of the month takes that part of the average."""
    latest = Period.of(readings[-1].on) if readings else month.period
    recent = [
        reading
        for reading in readings
        if latest.months_since(Period.of(reading.on)) <= _AVERAGE_SPAN
    ]
    months = latest.months_since(Period.of(recent[0].on)) if recent else 0
    if months < _LEAST_HISTORY:
        return Unmeasured(
            uplifted=False,
            note=lambda: f"{reason}, для среднего мало показаний, применён норматив (п. 59)",
        )
    lo, hi = month.clip(meter.installed, meter.removed)
    consumed = _consumed(meter, recent)
    volume = Fraction(consumed) / months * (hi - lo) / month.days

    def note() -> str:
        part = "" if hi - lo == month.days else f" × {hi - lo}/{month.days} дней"
        return (
            f"{reason}, среднее с {day_words(recent[0].on)} по {day_words(recent[-1].on)}: "
            f"{number_words(consumed)} / {months} мес.{part} (п. 59 Правил № 354)"
        )

    return Measured(volume, Method.AVERAGE, note)
