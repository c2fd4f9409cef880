"""Meters of a flat and what they showed month after month."""

import datetime as dt
import random

from zhkh.kernel.period import Period
from zhkh.town.facts import MeterFacts, Reading
from zhkh.town.plan import Plan

# Thousandths of a unit used by a person in a month: from and to.
METERED = {
    "cold_water": (1_500, 4_800),
    "hot_water": (1_000, 3_300),
    "electricity": (45_000, 120_000),
}
MONTHS_BEFORE = {False: 1, True: 4}  # readings of how many months precede the town's first one
_DIGITS = 5
_THOUSAND = 1_000


def meter_of(
    plan: Plan, service: str, *, persons: int, opened: dt.date, chance: random.Random
) -> MeterFacts:
    """A meter read on about the 20th of every month, the last one of the plan included."""
    least, most = METERED[service]
    value = chance.randrange(5, 10**_DIGITS // 3) * _THOUSAND
    readings = []
    for period in _read_in(plan):
        value += persons * chance.randrange(least, most)
        readings.append(Reading(dt.date(period.year, period.month, _day(chance)), value))
    return MeterFacts(
        service=service,
        serial=f"{chance.randrange(10**7):07d}",
        installed=opened,
        readings=readings,
        verified_until=dt.date(plan.last.year + chance.randrange(1, 5), 6, 30),
    )


def _read_in(plan: Plan) -> list[Period]:
    before = MONTHS_BEFORE[plan.is_full]
    return [plan.first.shifted(later) for later in range(-before, plan.months)]


def _day(chance: random.Random) -> int:
    return chance.randrange(18, 26)
