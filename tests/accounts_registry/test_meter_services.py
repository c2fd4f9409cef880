"""Installing, removing and replacing a meter."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts_registry.models import Meter, ReadingSource
from accounts_registry.services import (
    MeterRefusal,
    NewMeter,
    ReadingIsLower,
    ReadingRefusal,
    TypedReading,
    install_meter,
    remove_meter,
    replace_meter,
)
from tests.cast import NOON, TihiyOkean, tihiy_okean
from tests.factories import make_service

pytestmark = pytest.mark.django_db

JULY_1 = dt.date(2013, 7, 1)
JULY_20 = dt.date(2013, 7, 20)


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


def new_meter(okean: TihiyOkean, **changed: Any) -> NewMeter:
    plain = NewMeter(
        place=okean.fet,
        service=okean.cold_water,
        installed_on=JULY_1,
        initial=Decimal(10),
        serial="55-1",
    )
    return dataclasses.replace(plain, **changed)


def installed(okean: TihiyOkean, **changed: Any) -> Meter:
    return install_meter(new=new_meter(okean, **changed), by=None, at=NOON)


def off(value: str = "20", day: dt.date = JULY_20) -> TypedReading:
    return TypedReading(read_on=day, value=Decimal(value))


def test_installed_meter_keeps_its_first_reading(okean):
    meter = installed(okean)

    first = meter.readings.get()
    assert (first.read_on, first.value, first.source) == (
        JULY_1,
        Decimal(10),
        ReadingSource.INITIAL,
    )


def test_house_meter_needs_no_connection(okean):
    assert installed(okean, place=okean.house).house == okean.house


def test_service_must_be_connected_first(okean):
    gas = make_service(organisation=okean.organisation, code="gas", name="Газ")

    with pytest.raises(MeterRefusal) as refusal:
        installed(okean, service=gas)

    assert str(refusal.value) == (
        "Услуга «Газ» не подключена к счёту: сначала подключите её, потом счётчик."
    )


def test_meter_is_not_installed_tomorrow(okean):
    with pytest.raises(ReadingRefusal) as refusal:
        installed(okean, installed_on=dt.date(2013, 7, 26))

    assert str(refusal.value) == "Дата показания ещё не наступила: сегодня 25.07.2013."


def test_initial_reading_fits_the_digits(okean):
    with pytest.raises(ReadingRefusal):
        installed(okean, initial=Decimal(1000), digits=3)


def test_removed_meter_keeps_its_last_reading(okean):
    meter = remove_meter(meter=installed(okean), final=off(), by=None, at=NOON)

    assert meter.removed_on == JULY_20
    assert meter.readings.get(read_on=JULY_20).value == Decimal(20)


def test_reading_of_the_day_serves_as_the_last_one(okean):
    meter = installed(okean)
    remove_meter(meter=meter, final=off(), by=None, at=NOON)
    meter.refresh_from_db()
    meter.removed_on = None
    meter.save()

    assert remove_meter(meter=meter, final=off(), by=None, at=NOON).readings.count() == 2


def test_last_reading_is_asked_about_like_any_other(okean):
    with pytest.raises(ReadingIsLower):
        remove_meter(meter=installed(okean), final=off("5"), by=None, at=NOON)


def test_meter_is_removed_once(okean):
    meter = remove_meter(meter=installed(okean), final=off(), by=None, at=NOON)

    with pytest.raises(MeterRefusal) as refusal:
        remove_meter(meter=meter, final=off(), by=None, at=NOON)

    assert str(refusal.value) == "Счётчик уже снят 20.07.2013."


def test_meter_is_not_removed_on_the_day_of_installation(okean):
    with pytest.raises(MeterRefusal) as refusal:
        remove_meter(meter=installed(okean), final=off("10", JULY_1), by=None, at=NOON)

    assert str(refusal.value) == (
        "Счётчик установлен 01.07.2013: снять его можно не раньше следующего дня."
    )


def test_meter_is_not_removed_before_its_last_reading(okean):
    meter = installed(okean)
    meter.readings.create(read_on=JULY_20, value=20, source=ReadingSource.OPERATOR, entered_at=NOON)

    with pytest.raises(MeterRefusal) as refusal:
        remove_meter(meter=meter, final=off("15", dt.date(2013, 7, 10)), by=None, at=NOON)

    assert str(refusal.value) == (
        "Есть показание за 20.07.2013: снять счётчик можно не раньше этого дня."
    )


def test_replacement_is_both_or_neither(okean):
    old = installed(okean)

    with pytest.raises(ReadingRefusal):
        replace_meter(
            meter=old,
            final=off(),
            new=new_meter(okean, installed_on=JULY_20, initial=Decimal(-1)),
            by=None,
            at=NOON,
        )

    old.refresh_from_db()
    assert (old.removed_on, okean.fet.meters.count()) == (None, 1)


def test_replacement_begins_where_the_old_meter_ended(okean):
    new = replace_meter(
        meter=installed(okean),
        final=off(),
        new=new_meter(okean, installed_on=JULY_20, initial=Decimal(0), serial="55-2"),
        by=None,
        at=NOON,
    )

    spans = [(m.installed_on, m.removed_on) for m in okean.fet.meters.order_by("installed_on")]
    assert spans == [(JULY_1, JULY_20), (JULY_20, None)]
    assert new.serial == "55-2"
