import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhkh.kernel.period import Period

months = st.builds(Period, st.integers(100, 9000), st.integers(1, 12))


def test_text():
    assert str(Period.parse("2013-07")) == "2013-07"
    assert Period.parse("2013-07").title == "Июль 2013"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2013",
        "2013-7",
        "2013-13",
        "2013-00",
        "0000-01",
        "9999-01",
        "2013-07-01",
        "\u0662013-07",
    ],
)
def test_text_that_is_no_month(text):
    with pytest.raises(ValueError, match=r".*") as refused:
        Period.parse(text)
    assert refused.value.args == (text,)


@pytest.mark.parametrize(("year", "month"), [(2013, 13), (2013, 0), (0, 7), (9999, 1)])
def test_month_outside_the_calendar_is_not_made(year, month):
    with pytest.raises(AssertionError):
        Period(year, month)


@pytest.mark.parametrize(
    ("text", "first", "last", "days"),
    [
        ("2013-07", dt.date(2013, 7, 1), dt.date(2013, 7, 31), 31),
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), 29),
        ("2023-12", dt.date(2023, 12, 1), dt.date(2023, 12, 31), 31),
        ("9998-12", dt.date(9998, 12, 1), dt.date(9998, 12, 31), 31),
        ("0001-01", dt.date(1, 1, 1), dt.date(1, 1, 31), 31),
    ],
)
def test_days(text, first, last, days):
    period = Period.parse(text)

    assert (period.first_day, period.last_day, period.days) == (first, last, days)
    assert period.next_first_day == last + dt.timedelta(days=1)


def test_neighbours():
    assert (Period(2013, 12).next(), Period(2013, 1).previous()) == (
        Period(2014, 1),
        Period(2012, 12),
    )


@given(months, st.integers(-900, 900))
def test_shift_and_back(period, by):
    assert period.shifted(by).shifted(-by) == period
    assert period.shifted(by).months_since(period) == by


@given(st.dates(dt.date(1, 1, 1), dt.date(9998, 12, 31)))
def test_every_day_belongs_to_its_month(day):
    period = Period.of(day)

    assert period.first_day <= day < period.next_first_day


@given(months, months)
def test_months_are_ordered_by_time(one, other):
    assert (one < other) == (one.first_day < other.first_day)
