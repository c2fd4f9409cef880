"""Readings from a table: rehearsed, answered, kept; the same table twice changes nothing."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts_registry.models import MeterReading
from accounts_registry.services.reading_file import (
    HEAD,
    MOST_ROWS,
    FileRefusal,
    reading_lines,
    table_text,
)
from tests.cast import accountant_of
from tests.factories import make_meter, make_organisation
from tests.priced import posted, priced_tihiy_okean

JUNE, JULY = dt.date(2013, 6, 25), dt.date(2013, 7, 25)
HEADING = "\t".join(HEAD)


def table(*rows: str) -> str:
    return "\n".join([HEADING, *rows])


def row(number="000000001002", service="Холодное водоснабжение", value="20", day="25.07.2013"):
    return f"{number}\t{service}\t\t\t{day}\t{value}"


# --- the table


@pytest.mark.parametrize(
    "content",
    [
        "Услуга;Лицевой счет;Дата;Показания\nвода;7;25.07.2013;20,5\n\n".encode(),
        "Услуга;Лицевой счет;Дата;Показания\nвода;7;25.07.2013;20,5".encode("cp1251"),
    ],
)
def test_tables_of_text(content):
    (line,) = reading_lines(table_text("readings.csv", content))

    assert (line.place, line.account, line.service, line.day, line.value, line.zone) == (
        2, "7", "вода", "25.07.2013", "20,5", "",
    )  # fmt: skip


def test_a_workbook_keeps_days_and_numbers():
    book = Workbook()
    sheet = book.create_sheet(index=0)
    sheet.append(list(HEAD))
    sheet.append(["007", "вода", "день", None, JULY, 20.5])
    file = io.BytesIO()
    book.save(file)

    (line,) = reading_lines(table_text("readings.xlsx", file.getvalue()))

    assert (line.account, line.zone, line.serial, line.day, line.value) == (
        "007", "день", "", "25.07.2013", "20.5",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"no workbook", "Файл не читается"),
        ("a.csv", b"\0\1", "Файл не читается"),
        ("a.csv", b"x" * 5_000_001, "больше 2000 строк"),
        ("a.csv", "Лицевой счёт;Дата\n1;2".encode(), "Нет столбцов: Услуга, Показание"),
        ("a.csv", b"", "Нет столбцов: Лицевой счёт"),
    ],
)
def test_what_is_no_table_is_told(name, content, words):
    with pytest.raises(FileRefusal, match=words):
        reading_lines(table_text(name, content))


def test_a_table_too_long_is_told():
    with pytest.raises(FileRefusal, match="разделите"):
        reading_lines(table(*[row()] * (MOST_ROWS + 1)))


# --- the screen


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def meter(okean):
    readings = [(dt.date(2013, 5, 25), "10"), (JUNE, "15")]
    return make_meter(at=okean.fet, service=okean.cold_water, readings=readings)


@pytest.fixture
def desk(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def send(desk, text, **fields):
    return desk.post(reverse("accounts_registry:reading-import"), {"text": text} | fields)


def told(page) -> list[tuple[str, str]]:
    return [(one.state, one.words) for one in page.context["outcomes"]]


def test_a_rehearsal_writes_nothing(desk, meter):
    page = send(desk, table(row(value="20,5")), preview="1")

    assert told(page) == [("kept", "")]
    assert meter.readings.count() == 2


def test_sound_rows_are_kept_and_the_table_may_come_again(desk, meter):
    first = send(desk, table(row(value="20,5")), write="1")
    again = send(desk, table(row(value="20,5")), preview="1")

    assert first.status_code == 302
    reading = meter.readings.get(read_on=JULY)
    assert (reading.value, reading.source) == (Decimal("20.5"), "import")
    assert told(again) == [("known", "уже записано")]


def test_every_row_has_its_sentence_and_sound_ones_are_kept(desk, meter):
    rows = [
        row(),
        row(number="1"),
        row(service="Газ"),
        row(value="много"),
        row(day="вчера"),
        row(day="25.07.2999"),
        row(value="3", day="26.07.2013"),
    ]

    page = send(desk, table(*rows), write="1")

    words = [one for _, one in told(page)]
    assert [state for state, _ in told(page)] == ["kept", *["refused"] * 5, "asked"]
    assert words[1] == "У счёта «1» нет действующих счётчиков: проверьте номер счёта."
    assert words[2] == "Такого счётчика нет. У счёта есть: Холодное водоснабжение."
    assert words[3] == "Показание «много» не читается: нужно число, например 107,841."
    assert words[4] == "Дата «вчера» не читается: нужна вида 25.07.2026."
    assert words[5].startswith("Дата показания ещё не наступила")
    assert words[6].startswith("Показание 3 меньше предыдущего 20")
    assert list(meter.readings.filter(read_on__gte=JULY).values_list("value", flat=True)) == [20]


def test_questions_are_answered_row_by_row(desk, meter):
    text = table(row(value="3"))
    first = send(desk, text, preview="1")
    second = send(desk, text, preview="1", confirmed=["2 rolled_over"])
    third = send(desk, text, write="1", confirmed=["2 rolled_over", "2 high"])

    questions = [page.context["outcomes"][0].question for page in (first, second)]
    assert questions == ["rolled_over", "high"]
    assert third.status_code == 302
    assert meter.readings.get(read_on=JULY).rolled_over


def test_two_meters_of_one_service_need_a_number(desk, okean, meter):
    make_meter(at=okean.fet, service=okean.cold_water, serial="17", readings=[(JUNE, "1")])

    page = send(desk, table(row(), row().replace("\t\t\t", "\t\t17\t")), preview="1")

    assert told(page)[0] == ("refused", "Таких счётчиков несколько: впишите заводской номер.")
    assert told(page)[1][0] == "kept"


def test_a_posted_month_moves_to_the_open_one_with_a_note(desk, okean, meter):
    posted(okean.organisation)

    page = send(desk, table(row()), preview="1")
    send(desk, table(row()), write="1")
    again = send(desk, table(row()), preview="1")

    assert told(again) == [("known", "уже записано")]
    assert told(page) == [("kept", "снято 25.07.2013, июль 2013 уже проведён")]
    assert MeterReading.objects.latest("read_on").read_on == dt.date(2013, 8, 1)


def test_a_file_takes_the_place_of_the_text_and_stays_to_be_corrected(desk, meter):
    file = SimpleUploadedFile("r.csv", table(row(value="x")).encode())

    page = send(desk, "", file=file, preview="1")

    assert page.context["form"]["text"].value() == table(row(value="x"))


def test_a_bad_file_is_told_on_the_page(desk, meter):
    page = send(desk, "", file=SimpleUploadedFile("r.xlsx", b"zip"), preview="1")

    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == [
        "Файл не читается: сохраните таблицу как XLSX или CSV и выберите её снова."
    ]


def test_the_table_to_fill_in_names_every_meter(desk, meter):
    answer = desk.get(reverse("accounts_registry:reading-template"))

    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == HEAD
    assert [row[:2] for row in rows[1:]] == [("000000001002", "Холодное водоснабжение")]


def test_a_foreign_organisation_is_absent(desk):
    elsewhere = make_organisation(name="ТСЖ «Соседи»")
    address = reverse("accounts_registry:reading-import")

    assert desk.get(f"{address}?organisation={elsewhere.pk}").status_code == 404
