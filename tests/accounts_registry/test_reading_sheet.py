"""The sheet of a house: sound rows are kept, the others stay as typed with what to do."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts_registry.models import Meter, MeterReading
from tests.cast import accountant_of, tihiy_okean
from tests.factories import make_meter
from tests.priced import posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db

JUNE, JULY = dt.date(2013, 6, 25), dt.date(2013, 7, 25)


@pytest.fixture
def okean():
    return tihiy_okean()


@pytest.fixture
def desk(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def meter_of(account, service, *readings, **columns) -> Meter:
    known = readings or [(dt.date(2013, 5, 25), "10"), (JUNE, "15")]
    return make_meter(at=account, service=service, readings=known, **columns)


def address(okean, month="2013-07") -> str:
    return f"{reverse('accounts_registry:reading-sheet', args=[okean.house.pk])}?month={month}"


def typed(meter, value, day="25.07.2013", **answers) -> dict[str, str]:
    fields = {f"meter-{meter.pk}-read_on": day, f"meter-{meter.pk}-value": value}
    return fields | {f"meter-{meter.pk}-{name}": text for name, text in answers.items()}


def kept(meter) -> list[tuple[dt.date, Decimal]]:
    return list(meter.readings.order_by("read_on").values_list("read_on", "value"))[2:]


def test_every_meter_of_the_house_has_a_row(desk, okean):
    own = make_meter(at=okean.house, service=okean.cold_water, readings=[(JUNE, "500")])
    second = meter_of(okean.fet, okean.cold_water)
    first = meter_of(okean.lermontov, okean.cold_water)
    meter_of(okean.nekrasov, okean.cold_water, removed_on=dt.date(2013, 7, 1))

    rows = desk.get(address(okean)).context["rows"]

    assert {row.meter for row in rows} == {own, first, second}
    assert [row.before.value for row in rows if row.meter != own] == [15, 15]


def test_sound_rows_are_kept_and_the_page_starts_anew(desk, okean):
    first = meter_of(okean.lermontov, okean.cold_water)
    second = meter_of(okean.fet, okean.cold_water)

    answer = desk.post(address(okean), typed(first, "20,5") | typed(second, ""))

    assert answer["Location"] == address(okean)
    assert kept(first) == [(JULY, Decimal("20.5000000"))]
    assert kept(second) == []
    assert MeterReading.objects.filter(entered_by__username="accountant").count() == 1


def test_what_is_wrong_stays_and_the_rest_is_kept(desk, okean):
    sound = meter_of(okean.lermontov, okean.cold_water)
    lower = meter_of(okean.fet, okean.cold_water)
    future = meter_of(okean.tyutchev, okean.cold_water)
    broken = meter_of(okean.nekrasov, okean.cold_water)

    answer = desk.post(
        address(okean),
        typed(sound, "20")
        | typed(lower, "3")
        | typed(future, "20", "25.07.2999")
        | typed(broken, "двадцать"),
    )

    rows = {row.meter: row for row in answer.context["rows"]}
    assert answer.status_code == 422
    assert kept(sound) == [(JULY, Decimal(20))]
    assert kept(lower) == kept(future) == kept(broken) == []
    assert rows[sound].saved
    assert rows[lower].question.yes == "Переход через ноль"
    assert rows[lower].form["value"].value() == "3"
    assert rows[future].form.errors["value"][0].startswith("Дата показания ещё не наступила")
    assert rows[broken].form.errors["value"] == ["Нужно число, например 12,5."]


def test_questions_are_answered_one_after_another(desk, okean):
    meter = meter_of(okean.fet, okean.cold_water, digits=2)

    first = desk.post(address(okean), typed(meter, "3"))
    question = first.context["rows"][0].question
    second = desk.post(address(okean), typed(meter, "3", answers=question.answers))
    question = second.context["rows"][0].question
    third = desk.post(address(okean), typed(meter, "3", answers=question.answers))

    assert question.yes == "Показание верно"
    assert third.status_code == 302
    reading = meter.readings.get(read_on=JULY)
    assert reading.rolled_over
    assert reading.value == 3


def test_the_month_says_what_it_has(desk, okean):
    meter = meter_of(okean.fet, okean.cold_water)
    desk.post(address(okean), typed(meter, "20", "10.07.2013"))
    desk.post(address(okean), typed(meter, "23"))

    (row,) = desk.get(address(okean)).context["rows"]

    assert (row.before.value, [one.value for one in row.here], row.consumed) == (15, [20, 23], 8)


def test_a_reading_of_a_posted_month_goes_to_the_open_one_with_a_note(client):
    okean = priced_tihiy_okean()
    meter = meter_of(okean.fet, okean.cold_water)
    posted(okean.organisation)
    client.force_login(accountant_of(okean.organisation))

    first = client.post(address(okean), typed(meter, "20"))
    question = first.context["rows"][0].question
    client.post(address(okean), typed(meter, "20", answers=question.answers))

    assert question.yes == "Записать на 01.08.2013"
    reading = meter.readings.latest("read_on")
    assert (reading.read_on, reading.note) == (
        dt.date(2013, 8, 1), "снято 25.07.2013, июль 2013 уже проведён",
    )  # fmt: skip


def test_the_sheet_asks_the_same_number_of_questions(
    desk, okean, django_assert_num_queries, django_assert_max_num_queries
):
    meter_of(okean.fet, okean.cold_water)
    with django_assert_max_num_queries(30) as few:
        desk.get(address(okean))
    meter_of(okean.lermontov, okean.cold_water)
    meter_of(okean.nekrasov, okean.cold_water)

    with django_assert_num_queries(len(few)):
        desk.get(address(okean))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("20,5", "5,5 м³"),
        ("3", "меньше предыдущего"),
        ("900", "Расход 885 с 25.06.2013 больше обычного в 182 раза: проверьте цифры."),
        ("", ""),
    ],
)
def test_consumption_is_told_while_typing(desk, okean, value, words):
    meter = meter_of(okean.fet, okean.cold_water)

    page = desk.get(reverse("accounts_registry:consumption", args=[meter.pk]), typed(meter, value))

    assert page.context["words"].removesuffix(" Показание верно?") == words
    assert kept(meter) == []


def test_a_first_reading_has_nothing_to_compare_with(desk, okean):
    meter = make_meter(at=okean.fet, service=okean.cold_water)

    page = desk.get(reverse("accounts_registry:consumption", args=[meter.pk]), typed(meter, "5"))

    assert page.context["words"] == "первое показание"
