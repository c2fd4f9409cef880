"""What the program is shipped with: rates, caps, moratoria, due days, coefficients, holidays."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Count

from accounts_registry.models import (
    CalendarDay,
    DueDay,
    PenaltySuspension,
    ReferenceRate,
    UpliftCoefficient,
)

pytestmark = pytest.mark.django_db


def rate(kind, on, country="ru"):
    rows = ReferenceRate.objects.filter(
        kind=kind, country=country, organisation=None, since__lte=on
    )
    return rows.latest("since").percent


@pytest.mark.parametrize(
    ("kind", "on", "percent"),
    [
        ("key", dt.date(2015, 12, 31), "8.25"),
        ("key", dt.date(2016, 1, 1), "11"),
        ("key", dt.date(2022, 2, 27), "9.5"),
        ("key", dt.date(2022, 2, 28), "20"),
        ("key", dt.date(2024, 10, 28), "21"),
        ("key", dt.date(2026, 2, 16), "15.5"),
        ("cap", dt.date(2022, 9, 23), "9.5"),
        ("vat", dt.date(2025, 12, 31), "20"),
        ("vat", dt.date(2026, 1, 1), "22"),
    ],
)
def test_rates(kind, on, percent):
    assert rate(kind, on) == Decimal(percent)


@pytest.mark.parametrize(
    ("month", "day"),
    [(dt.date(2013, 7, 1), 10), (dt.date(2026, 2, 1), 10), (dt.date(2026, 3, 1), 15)],
)
def test_due_days(month, day):
    assert DueDay.objects.get(country="ru", valid__contains=month).day == day


@pytest.mark.parametrize(
    ("on", "times"), [(dt.date(2025, 12, 5), "1.5"), (dt.date(2025, 12, 6), "3")]
)
def test_coefficient_of_cold_water(on, times):
    row = UpliftCoefficient.objects.get(kind="cold_water", valid__contains=on)

    assert row.coefficient == Decimal(times)


def test_moratoria():
    spans = (
        PenaltySuspension.objects.filter(country="ru")
        .order_by("valid")
        .values_list("valid", flat=True)
    )

    assert [(span.lower.isoformat(), span.upper.isoformat()) for span in spans] == [
        ("2020-04-06", "2021-01-01"),
        ("2022-03-31", "2022-10-01"),
    ]


def test_calendar_names_days_that_differ_from_their_weekday():
    moved = CalendarDay.objects.filter(day__year=2025)

    assert list(moved.filter(is_working=True).values_list("day", flat=True)) == [
        dt.date(2025, 11, 1)
    ]
    assert moved.filter(is_working=False).count() == 19


@pytest.mark.parametrize(
    "model", [CalendarDay, DueDay, PenaltySuspension, ReferenceRate, UpliftCoefficient]
)
def test_everything_shipped_names_its_source(model):
    told = model.objects.values_list("is_shipped").annotate(Count("pk"))

    assert [is_shipped for is_shipped, _ in told] == [True]
    assert not model.objects.filter(source="").exists()
