"""Meters of a flat and of a house, and what they showed month after month."""

import datetime as dt
import functools
import random

from zhkh.kernel.period import Period
from zhkh.town.facts import MeterFacts, Reading
from zhkh.town.plan import Plan

# Thousandths of a unit used by a person in a month: from and to.
USE = {
    "cold_water": (1_500, 4_800),
    "hot_water": (1_000, 3_300),
    "hot_water_two_part": (1_000, 3_300),
    "electricity": (45_000, 120_000),
    "heating": (200, 700),
}
ZONES = {"day": 60, "night": 40}  # percent of the whole
THREE_ZONES = {"day": 30, "halfpeak": 35, "night": 35}
_THOUSAND = 1_000
_DIGITS = 5


def meter_of(
    plan: Plan,
    service: str,
    *,
    persons: int,
    opened: dt.date,
    chance: random.Random,
    months_before: int = 1,
) -> MeterFacts:
    """A meter read on about the 20th of every month, the last one of the plan included."""
    least, most = USE[service]
    value = chance.randrange(5, 10**_DIGITS // 3) * _THOUSAND
    readings = []
    for period in _read_in(plan, months_before):
        value += max(1, persons) * chance.randrange(least, most)
        readings.append(Reading(dt.date(period.year, period.month, _day(chance)), value))
    return MeterFacts(
        service=service,
        serial=_serial(chance),
        installed=opened,
        readings=readings,
        verified_until=dt.date(plan.last.year + chance.randrange(1, 5), 6, 30),
    )


def by_zones(meter: MeterFacts, zones: dict[str, int]) -> list[MeterFacts]:
    """The same use shared out by parts of the day: a row for each zone of one meter."""
    return [
        MeterFacts(
            service=meter.service,
            serial=meter.serial,
            installed=meter.installed,
            readings=[
                Reading(reading.on, reading.value * percent // 100) for reading in meter.readings
            ],
            zone=zone,
            verified_until=meter.verified_until,
        )
        for zone, percent in zones.items()
    ]


def replaced(meter: MeterFacts, month: Period, chance: random.Random) -> list[MeterFacts]:
    """Taken off on the 15th of the month with a last reading; another begins from nothing."""
    taken_off = dt.date(month.year, month.month, 15)
    before = [reading for reading in meter.readings if reading.on < month.first_day]
    after = [reading for reading in meter.readings if reading.on > taken_off]
    last = before[-1].value + (after[0].value - before[-1].value) // 2
    old = MeterFacts(
        service=meter.service,
        serial=meter.serial,
        installed=meter.installed,
        readings=[*before, Reading(taken_off - dt.timedelta(days=1), last)],
        removed=taken_off,
        verified_until=meter.verified_until,
    )
    new = MeterFacts(
        service=meter.service,
        serial=_serial(chance),
        installed=taken_off,
        readings=[
            Reading(taken_off, 0),
            *(Reading(reading.on, reading.value - last) for reading in after),
        ],
        verified_until=taken_off.replace(year=taken_off.year + 6),
    )
    return [old, new]


def rolled_over(meter: MeterFacts, month: Period) -> None:
    """The meter passes its last digit in the month."""
    whole = 10**meter.digits * _THOUSAND
    first = next(n for n, reading in enumerate(meter.readings) if reading.on >= month.first_day)
    used = meter.readings[first].value - meter.readings[first - 1].value
    shift = whole - meter.readings[first - 1].value - used // 2
    meter.readings = [
        Reading(on, (value + shift) % whole, rolled_over=number == first)
        for number, (on, value, _) in enumerate(meter.readings)
    ]


def house_meter(
    plan: Plan, service: str, monthly: int, *, opened: dt.date, chance: random.Random
) -> MeterFacts:
    """A meter of the house read on the 25th; `monthly` is about what it counts in a month."""
    value = chance.randrange(1_000, 100_000) * _THOUSAND
    readings = []
    for period in _read_in(plan, 1):
        readings.append(Reading(dt.date(period.year, period.month, 25), value))
        value += monthly * chance.randrange(95, 115) // 100
    return MeterFacts(
        service=service,
        serial=_serial(chance),
        installed=opened,
        readings=readings,
        digits=9,
        verified_until=dt.date(plan.last.year + 3, 6, 30),
    )


@functools.cache
def _read_in(plan: Plan, months_before: int) -> tuple[Period, ...]:
    return tuple(plan.first.shifted(later) for later in range(-months_before, plan.months))


def _day(chance: random.Random) -> int:
    return chance.randrange(18, 26)


def _serial(chance: random.Random) -> str:
    return f"{chance.randrange(10**7):07d}"
