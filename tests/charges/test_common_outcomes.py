"""A common volume below zero comes off the next month where the organisation decided so."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.models import Meter, MeterReading, SettingName
from accounts_registry.services import change_setting
from charges.models import ChargeLine, CommonOutcome
from tests.cast import JULY, NOON
from tests.priced import calculated, posted, priced_tihiy_okean

AUGUST = JULY.next()


@pytest.fixture
def okean(db):
    """Four flats use 5.55 m³ each by the norm, the house meter shows 20 in July, 30 in August."""
    okean = priced_tihiy_okean()
    meter = Meter.objects.create(
        house=okean.house, service=okean.cold_water, digits=9, installed_on=dt.date(2013, 6, 1)
    )
    MeterReading.objects.bulk_create(
        MeterReading(meter=meter, read_on=on, value=value, source="import", entered_at=NOON)
        for on, value in (
            (dt.date(2013, 6, 30), 0),
            (dt.date(2013, 7, 31), 20),
            (dt.date(2013, 8, 31), 50),
        )
    )
    return okean


def decide(okean, value):
    change_setting(
        organisation=okean.organisation,
        name=SettingName.NEGATIVE_COMMON,
        value=value,
        since=JULY,
        by=None,
        at=NOON,
    )


def outcomes(okean):
    return list(
        CommonOutcome.objects.filter(house=okean.house)
        .order_by("month")
        .values_list("month", "volume", "undistributed", "carried")
    )


def test_saved_volume_comes_off_the_next_month(okean):
    decide(okean, "carry")

    posted(okean.organisation)
    calculated(okean.organisation, AUGUST)

    assert outcomes(okean) == [
        (JULY.first_day, Decimal(0), Decimal("-2.2"), Decimal("2.2")),
        (AUGUST.first_day, Decimal("5.6"), Decimal(0), Decimal(0)),
    ]
    line = ChargeLine.objects.get(
        account=okean.fet, service=okean.cold_water, month=AUGUST.first_day
    )
    assert line.common_volume == Decimal("0.12317")  # 5.6 × 70 / 3182.60


def test_saved_volume_is_only_reported_by_default(okean):
    posted(okean.organisation)
    calculated(okean.organisation, AUGUST)

    assert outcomes(okean) == [
        (JULY.first_day, Decimal(0), Decimal("-2.2"), Decimal(0)),
        (AUGUST.first_day, Decimal("7.8"), Decimal(0), Decimal(0)),
    ]


def test_calculating_again_replaces_what_was_found(okean):
    decide(okean, "carry")
    calculated(okean.organisation)
    decide(okean, "ignore")

    calculated(okean.organisation)

    assert outcomes(okean) == [(JULY.first_day, Decimal(0), Decimal(0), Decimal(0))]
