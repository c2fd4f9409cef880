"""A reading arrives: checked against the meter, its other readings and the posted months."""

import dataclasses
import datetime as dt
import itertools
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import Meter, MeterReading, ReadingSource, ReplacedReading
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User

TOO_HIGH = 3  # times the usual: worth a question


class ReadingRefusal(Refusal):
    """The reading is not taken."""


class ReadingIsNegative(ReadingRefusal):
    def __init__(self) -> None:
        super().__init__("Показание не бывает отрицательным: перепишите цифры со счётчика.")


class ReadingHasTooManyDigits(ReadingRefusal):
    def __init__(self, digits: int) -> None:
        super().__init__(
            f"У счётчика {digits} знаков до запятой, в показании больше: проверьте цифры."
        )


class ReadingIsInFuture(ReadingRefusal):
    def __init__(self, today: dt.date) -> None:
        super().__init__(f"Дата показания ещё не наступила: сегодня {today:%d.%m.%Y}.")


class ReadingBeforeInstallation(ReadingRefusal):
    def __init__(self, installed_on: dt.date) -> None:
        super().__init__(
            f"Счётчик установлен {installed_on:%d.%m.%Y}: дата показания не может быть раньше."
        )


class ReadingAfterRemoval(ReadingRefusal):
    def __init__(self, removed_on: dt.date) -> None:
        super().__init__(f"Счётчик снят {removed_on:%d.%m.%Y}: введите показание нового счётчика.")


class DayHasReading(ReadingRefusal):
    def __init__(self, reading: MeterReading) -> None:
        super().__init__(
            f"За {reading.read_on:%d.%m.%Y} показание уже есть: {format_quantity(reading.value)}. "
            "Укажите другую дату."
        )


class MonthIsClosedForReadings(ReadingRefusal):
    """`opens_on` is the first day of the open month, should it have come."""

    def __init__(self, period: Period, opens_on: dt.date | None = None) -> None:
        super().__init__(
            f"{period.title} уже проведён: укажите дату в открытом месяце, "
            "а прошлое исправьте перерасчётом."
        )
        self.period = period
        self.opens_on = opens_on


class ReasonIsMissing(ReadingRefusal):
    def __init__(self) -> None:
        super().__init__("Напишите причину исправления: её увидят в истории показаний.")


class ReadingIsGone(ReadingRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Этого показания уже нет: его исправили, пока страница была открыта. Откройте её снова."
        )


class ReadingIsLower(ReadingRefusal):
    """Roll-over or mistake? Only the one who types knows; the screen asks."""

    def __init__(self, *, value: Decimal, previous: MeterReading, consumed: Decimal) -> None:
        super().__init__(
            f"Показание {format_quantity(value)} меньше предыдущего "
            f"{format_quantity(previous.value)} ({previous.read_on:%d.%m.%Y}): "
            "счётчик перешёл через ноль или это ошибка?"
        )
        self.value = value
        self.previous = previous
        self.consumed = consumed  # if it did roll over


class MeterDidNotRollOver(ReadingRefusal):
    def __init__(self, previous: MeterReading) -> None:
        super().__init__(
            "Показание не меньше предыдущего "
            f"({format_quantity(previous.value)}): перехода через ноль не было, снимите отметку."
        )


class ReadingIsHigherThanNext(ReadingRefusal):
    def __init__(self, following: MeterReading) -> None:
        super().__init__(
            f"На {following.read_on:%d.%m.%Y} уже записано {format_quantity(following.value)}: "
            "более раннее показание не может быть больше. Проверьте дату и цифры."
        )


class ReadingIsHigh(ReadingRefusal):
    """Allowed once confirmed: it happens, but a slip of the key happens more often."""

    def __init__(self, *, consumed: Decimal, times: int, since: dt.date) -> None:
        super().__init__(
            f"Расход {format_quantity(consumed)} с {since:%d.%m.%Y} больше обычного "
            f"в {times} раз{_a_few(times)}: проверьте цифры. Показание верно?"
        )
        self.consumed = consumed
        self.times = times


def _a_few(times: int) -> str:
    """«в 22 раза», but «в 12 раз»."""
    return "а" if times % 10 in {2, 3, 4} and times % 100 not in {12, 13, 14} else ""


@dataclasses.dataclass(frozen=True, slots=True)
class TypedReading:
    """
    What was typed and what was answered to questions.

    `rolled_over` None means nobody was asked yet. `moves_on` lets a reading of a posted month stand
    on the first day of the open one, with a note of the day it was taken.
    """

    read_on: dt.date
    value: Decimal
    source: ReadingSource = ReadingSource.OPERATOR
    rolled_over: bool | None = None
    high_confirmed: bool = False
    moves_on: bool = False
    note: str = ""


@transaction.atomic
def submit_reading(
    *, meter: Meter, reading: TypedReading, by: User | None, at: dt.datetime
) -> MeterReading:
    """
    Take a reading of a meter.

    :raises ReadingIsLower: lower than the previous one and nobody said it rolled over.
    :raises ReadingIsHigh: more than three times the usual and nobody confirmed it.
    :raises ReadingRefusal: the date or the digits are impossible; each case has its own class.
    """
    Meter.objects.select_for_update(of=("self",)).get(pk=meter.pk)
    today = timezone.localtime(at).date()
    _check_alone(meter, reading, today=today)
    reading = _in_open_month(meter, reading, today=today)
    _check_among(meter, reading, list(meter.readings.order_by("read_on")))
    return _store(meter, reading, by=by, at=at)


def expected_consumption(*, meter: Meter, reading: TypedReading, at: dt.datetime) -> Decimal | None:
    """
    What would run through since the reading before; None for the first one. Nothing is written.

    :raises ReadingRefusal: as `submit_reading`.
    """
    today = timezone.localtime(at).date()
    _check_alone(meter, reading, today=today)
    reading = _in_open_month(meter, reading, today=today)
    known = list(meter.readings.order_by("read_on"))
    _check_among(meter, reading, known)
    before = [other for other in known if other.read_on < reading.read_on]
    return consumed_between(meter, before[-1], reading.value) if before else None


@transaction.atomic
def correct_reading(
    *,
    known: MeterReading,
    reading: TypedReading,
    reason: str,
    even_posted: bool = False,
    by: User | None,
    at: dt.datetime,
) -> MeterReading:
    """
    Put another reading in the place of a wrong one, which is kept with the reason.

    With `even_posted` it may stand in a posted month: what was charged there stays, and is put
    right by counting the month again.

    :raises ReasonIsMissing: nobody said why.
    :raises ReadingIsGone: somebody else corrected it meanwhile.
    :raises ReadingRefusal: as `submit_reading`; the month of either one is posted.
    """
    if not reason.strip():
        raise ReasonIsMissing
    meter = known.meter
    Meter.objects.select_for_update(of=("self",)).get(pk=meter.pk)
    stored = MeterReading.objects.filter(pk=known.pk).first()
    if stored is None:
        raise ReadingIsGone
    _check_alone(meter, reading, today=timezone.localtime(at).date())
    if not even_posted:
        _check_month(meter, stored.read_on)
        _check_month(meter, reading.read_on)
    others = list(meter.readings.exclude(pk=stored.pk).order_by("read_on"))
    _check_among(meter, reading, others)
    ReplacedReading.objects.create(
        meter=meter,
        read_on=stored.read_on,
        value=stored.value,
        became=reading.value,
        rolled_over=stored.rolled_over,
        source=stored.source,
        entered_at=stored.entered_at,
        entered_by_id=stored.entered_by_id,
        reason=reason.strip(),
        replaced_at=at,
        replaced_by=by,
    )
    stored.delete()
    return _store(meter, reading, by=by, at=at)


def _store(
    meter: Meter, reading: TypedReading, *, by: User | None, at: dt.datetime
) -> MeterReading:
    return MeterReading.objects.create(
        meter=meter,
        read_on=reading.read_on,
        value=reading.value,
        rolled_over=bool(reading.rolled_over),
        source=reading.source,
        entered_at=at,
        entered_by=by,
        note=reading.note,
    )


def consumed_between(meter: Meter, previous: MeterReading, value: Decimal) -> Decimal:
    """What ran through since the previous reading; a lower value has passed the last digit."""
    wraps_at = Decimal(10**meter.digits) if value < previous.value else Decimal(0)
    return value + wraps_at - previous.value


def check_digits(value: Decimal, *, digits: int) -> None:
    """
    Whether a meter with so many digits can show the value.

    :raises ReadingIsNegative: below zero.
    :raises ReadingHasTooManyDigits: above its last digit.
    """
    if value < 0:
        raise ReadingIsNegative
    if value >= 10**digits:
        raise ReadingHasTooManyDigits(digits)


def _check_alone(meter: Meter, reading: TypedReading, *, today: dt.date) -> None:
    check_digits(reading.value, digits=meter.digits)
    if reading.read_on > today:
        raise ReadingIsInFuture(today)
    if reading.read_on < meter.installed_on:
        raise ReadingBeforeInstallation(meter.installed_on)
    if meter.removed_on is not None and reading.read_on > meter.removed_on:
        raise ReadingAfterRemoval(meter.removed_on)


def _in_open_month(meter: Meter, reading: TypedReading, *, today: dt.date) -> TypedReading:
    """The reading itself, or, should its month be posted and it may move, on the first open day."""
    try:
        _check_month(meter, reading.read_on)
    except MonthIsClosedForReadings as refusal:
        opens_on = refusal.opens_on
        if not reading.moves_on or opens_on is None or opens_on > today:
            raise
        title = refusal.period.title.lower()
        note = f"снято {reading.read_on:%d.%m.%Y}, {title} уже проведён"
        return dataclasses.replace(reading, read_on=opens_on, note=note)
    return reading


def _check_month(meter: Meter, read_on: dt.date) -> None:
    period = Period.of(read_on)
    months = periods_of(organisation_id=meter.service.organisation_id)
    posted = {month.period for month in months if month.posted_at is not None}
    if period in posted:
        raise MonthIsClosedForReadings(period, max(posted).next().first_day)


def _check_among(meter: Meter, reading: TypedReading, known: list[MeterReading]) -> None:
    same_day = [other for other in known if other.read_on == reading.read_on]
    if same_day:
        raise DayHasReading(same_day[0])
    before = [other for other in known if other.read_on < reading.read_on]
    after = [other for other in known if other.read_on > reading.read_on]
    if before:
        _check_after(meter, reading, before[-1])
    if after and not after[0].rolled_over and reading.value > after[0].value:
        raise ReadingIsHigherThanNext(after[0])
    if not reading.high_confirmed:
        _check_usual(meter, reading, before)


def _check_after(meter: Meter, reading: TypedReading, previous: MeterReading) -> None:
    is_lower = reading.value < previous.value
    if is_lower and not reading.rolled_over:
        raise ReadingIsLower(
            value=reading.value,
            previous=previous,
            consumed=consumed_between(meter, previous, reading.value),
        )
    if reading.rolled_over and not is_lower:
        raise MeterDidNotRollOver(previous)


def _check_usual(meter: Meter, reading: TypedReading, before: list[MeterReading]) -> None:
    """Compare with the daily consumption of the last year's readings; silent without history."""
    year = [r for r in before if (reading.read_on - r.read_on).days <= 366]
    if len(year) < 2:
        return
    usual = sum(
        (consumed_between(meter, a, b.value) for a, b in itertools.pairwise(year)),
        Decimal(0),
    )
    usual_days = (year[-1].read_on - year[0].read_on).days
    consumed = consumed_between(meter, year[-1], reading.value)
    days = (reading.read_on - year[-1].read_on).days
    if usual and consumed * usual_days > TOO_HIGH * usual * days:
        times = int(consumed * usual_days / (usual * days))
        raise ReadingIsHigh(consumed=consumed, times=times, since=year[-1].read_on)
