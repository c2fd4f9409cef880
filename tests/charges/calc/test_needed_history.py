"""A month depends on the latest readings only: those before `needs_older` says so change nothing."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from charges.calc.inputs import Meter, Reading
from charges.calc.metering import Measured, measure, needs_older
from charges.calc.timeline import Month
from zhkh.kernel.period import Period

MONTH = Month.of(Period(2024, 3))
LAST_DAY = dt.date(2024, 3, 31)
DAYS = st.dates(dt.date(2022, 1, 1), LAST_DAY)


@st.composite
def meters(draw):
    installed = draw(DAYS)
    days = sorted(draw(st.sets(st.dates(installed, LAST_DAY), max_size=12)))
    values = sorted(draw(st.lists(st.integers(0, 900), min_size=len(days), max_size=len(days))))
    return Meter(
        "water",
        installed,
        tuple(Reading(day, Decimal(value)) for day, value in zip(days, values, strict=True)),
        access_refused_on=draw(st.none() | DAYS),
        verified_until=draw(st.none() | st.dates(dt.date(2023, 9, 1), dt.date(2024, 6, 1))),
    )


def told(meter: Meter):
    result = measure(meter, MONTH)
    volume = (result.volume, result.method) if isinstance(result, Measured) else result.uplifted
    return type(result), volume


@given(meters(), st.integers(0, 14))
def test_older_readings_change_nothing(meter, months):
    since = MONTH.period.shifted(-months).first_day
    latest = tuple(reading for reading in meter.readings if reading.on >= since)
    cut = meter._replace(readings=latest)

    assert needs_older(cut, since, MONTH) or told(cut) == told(meter)


def test_a_meter_read_last_month_and_this_one_needs_no_more():
    days = (dt.date(2024, 2, 20), dt.date(2024, 3, 20))
    meter = Meter("water", dt.date(2015, 1, 1), tuple(Reading(on, Decimal(5)) for on in days))

    assert not needs_older(meter, dt.date(2024, 1, 1), MONTH)


def test_a_silent_meter_needs_the_half_year_its_average_looks_back_at():
    meter = Meter("water", dt.date(2015, 1, 1), (Reading(dt.date(2024, 2, 20), Decimal(5)),))

    assert needs_older(meter, dt.date(2024, 1, 1), MONTH)
    assert not needs_older(meter, dt.date(2023, 8, 1), MONTH)
