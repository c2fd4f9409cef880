"""A reading arrives: what is taken, what is asked about, what is refused and in which words."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.ledger.periods import finish_calculation, start_calculation
from accounts_registry.ledger.posting import post_month
from accounts_registry.models import Meter, MeterReading, ReadingSource
from accounts_registry.services import (
    ReadingIsHigh,
    ReadingIsLower,
    ReadingRefusal,
    TypedReading,
    submit_reading,
)
from accounts_registry.services.readings import consumed_between
from tests.cast import JULY, NOON, tihiy_okean
from tests.factories import make_meter, make_user

JUNE_25 = dt.date(2013, 6, 25)
JULY_25 = dt.date(2013, 7, 25)


@pytest.fixture
def meter(db) -> Meter:
    """Installed 01.01.2013 at 100; 120 on 25.06.2013; five digits."""
    okean = tihiy_okean()
    return make_meter(
        at=okean.fet,
        service=okean.cold_water,
        installed_on=dt.date(2013, 1, 1),
        readings=[(dt.date(2013, 1, 1), "100"), (JUNE_25, "120")],
    )


def submit(meter: Meter, value: str, read_on: dt.date = JULY_25, **answers: Any) -> MeterReading:
    reading = TypedReading(read_on=read_on, value=Decimal(value), **answers)
    return submit_reading(meter=meter, reading=reading, by=None, at=NOON)


def refusal_of(meter: Meter, value: str, read_on: dt.date = JULY_25, **answers: Any) -> str:
    with pytest.raises(ReadingRefusal) as refusal:
        submit(meter, value, read_on, **answers)
    assert meter.readings.count() == 2
    return str(refusal.value)


def test_reading_is_kept_with_who_and_when(meter):
    operator = make_user(username="operator")

    submit_reading(
        meter=meter, reading=TypedReading(JULY_25, Decimal("125.5")), by=operator, at=NOON
    )

    kept = meter.readings.get(read_on=JULY_25)
    assert (kept.value, kept.source, kept.rolled_over) == (
        Decimal("125.5"),
        ReadingSource.OPERATOR,
        False,
    )
    assert (kept.entered_by, kept.entered_at) == (operator, NOON)


def test_same_value_again_is_taken(meter):
    assert submit(meter, "120").value == Decimal(120)


def test_lower_reading_asks_roll_over_or_mistake(meter):
    with pytest.raises(ReadingIsLower) as refusal:
        submit(meter, "85")

    assert str(refusal.value) == (
        "Показание 85 меньше предыдущего 120 (25.06.2013): "
        "счётчик перешёл через ноль или это ошибка?"
    )
    assert refusal.value.previous.value == Decimal(120)
    assert refusal.value.consumed == Decimal(99965)


def test_lower_reading_answered_as_mistake_is_not_taken(meter):
    with pytest.raises(ReadingIsLower):
        submit(meter, "85", rolled_over=False)


def test_meter_that_rolled_over_is_taken_as_such(meter):
    meter.readings.filter(read_on=JUNE_25).update(value=Decimal(99998))

    kept = submit(meter, "3", rolled_over=True)

    assert kept.rolled_over is True


def test_roll_over_without_a_lower_value_is_refused(meter):
    assert refusal_of(meter, "125", rolled_over=True) == (
        "Показание не меньше предыдущего (120): перехода через ноль не было, снимите отметку."
    )


def test_much_higher_reading_asks_first_and_is_taken_when_confirmed(meter):
    with pytest.raises(ReadingIsHigh) as refusal:
        submit(meter, "150")

    assert str(refusal.value) == (
        "Расход 30 с 25.06.2013 больше обычного в 8 раз: проверьте цифры. Показание верно?"
    )
    assert submit(meter, "150", high_confirmed=True).value == Decimal(150)


def test_three_times_the_usual_is_not_asked_about(meter):
    """20 in 175 days before; 30 days at three times that are 10.28."""
    assert submit(meter, "130.2").value == Decimal("130.2")


def test_first_reading_after_installation_has_nothing_usual_to_compare(meter):
    meter.readings.filter(read_on=JUNE_25).delete()

    assert submit(meter, "900").value == Decimal(900)


@pytest.mark.parametrize(
    ("value", "read_on", "sentence"),
    [
        ("-1", JULY_25, "Показание не бывает отрицательным: перепишите цифры со счётчика."),
        (
            "100000",
            JULY_25,
            "У счётчика 5 знаков до запятой, в показании больше: проверьте цифры.",
        ),
        (
            "125",
            dt.date(2013, 7, 26),
            "Дата показания ещё не наступила: сегодня 25.07.2013.",
        ),
        (
            "125",
            dt.date(2012, 12, 31),
            "Счётчик установлен 01.01.2013: дата показания не может быть раньше.",
        ),
        (
            "125",
            JUNE_25,
            "За 25.06.2013 показание уже есть: 120. Укажите другую дату.",
        ),
        (
            "121",
            dt.date(2013, 5, 25),
            (
                "На 25.06.2013 уже записано 120: более раннее показание не может быть больше. "
                "Проверьте дату и цифры."
            ),
        ),
    ],
    ids=["negative", "too many digits", "future", "before installation", "same day", "above next"],
)
def test_impossible_reading_is_refused_in_its_own_words(meter, value, read_on, sentence):
    assert refusal_of(meter, value, read_on) == sentence


def test_removed_meter_takes_no_later_reading(meter):
    meter.removed_on = dt.date(2013, 7, 1)
    meter.save()

    assert refusal_of(meter, "125") == (
        "Счётчик снят 01.07.2013: введите показание нового счётчика."
    )


def test_posted_month_takes_no_reading(meter):
    organisation_id = meter.service.organisation_id
    start_calculation(organisation_id=organisation_id, period=JULY)
    finish_calculation(organisation_id=organisation_id, period=JULY, complete=True)
    post_month(organisation_id=organisation_id, period=JULY, charges=[], by=None)

    assert refusal_of(meter, "125") == (
        "Июль 2013 уже проведён: укажите дату в открытом месяце, а прошлое исправьте перерасчётом."
    )


def test_draft_month_takes_readings(meter):
    organisation_id = meter.service.organisation_id
    start_calculation(organisation_id=organisation_id, period=JULY)
    finish_calculation(organisation_id=organisation_id, period=JULY, complete=True)

    assert submit(meter, "125").value == Decimal(125)


@given(previous=st.integers(0, 99999), current=st.integers(0, 99999), digits=st.just(5))
def test_what_ran_through_brings_the_meter_to_the_new_value(previous, current, digits):
    consumed = consumed_between(
        Meter(digits=digits), MeterReading(value=Decimal(previous)), Decimal(current)
    )

    assert 0 <= consumed < 10**digits
    assert (previous + consumed) % 10**digits == current
