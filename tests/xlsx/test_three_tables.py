"""Openings, readings and subsidies come as workbooks: the same care, each in its own words."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.books import opening_file
from accounts_registry.books.opening_file import openings_in
from accounts_registry.services import reading_file
from accounts_registry.services.reading_file import reading_lines, table_text
from charges.corrections.models import CorrectionLine, CorrectionRefusal
from charges.corrections.services import apart
from charges.corrections.services.apart import draft_subsidies
from tests.cast import NOON
from tests.charges.corrections.conftest import BASIS, new_key
from tests.priced import priced_tihiy_okean
from tests.xlsx.workbooks import bomb, old_excel, workbook
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

NUMBER = "000000001002"
JULY_1 = dt.date(2013, 7, 1)
ROWS = {
    "openings": (opening_file.HEAD, [NUMBER, "", "07.2013", 100, None]),
    "readings": (reading_file.HEAD, [NUMBER, "вода", "", "", JULY_1, 20.5]),
    "subsidies": (("счёт", "месяц", "сумма"), [NUMBER, "07.2013", 100]),
}
FORMULA_AT = {"openings": 3, "readings": 5, "subsidies": 2}


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


def subsidies_in(okean, content):
    return draft_subsidies(
        service=okean.unsplit, table=content, basis=BASIS, key=new_key(), by=None, at=NOON
    )


@pytest.fixture
def sentence_of(okean):
    """What each of the three says of a file."""

    def read(table, content):
        if table == "openings":
            return openings_in(content, basis="акт")
        if table == "readings":
            return reading_lines(table_text("readings.xlsx", content))
        return subsidies_in(okean, content)

    def sentence(table, content):
        with pytest.raises(Refusal) as caught:
            read(table, content)
        return str(caught.value)

    return sentence


def uncalculated(table):
    heading, row = ROWS[table]
    row = [*row]
    row[FORMULA_AT[table]] = "=1+1"
    return workbook([heading, row])


UNREADABLE = {
    "openings": "Файл не читается как XLSX: сохраните таблицу в формате «Книга Excel (.xlsx)».",
    "readings": "Файл не читается: сохраните таблицу как XLSX или CSV и выберите её снова.",
    "subsidies": "Файл не читается: нужна таблица Excel (.xlsx) без пароля.",
}


OPENINGS_HEADING = (
    "Первая строка первого листа — заголовки: «Лицевой счёт», «Услуга», «Месяц», «Сумма», "
    "«Срок оплаты». Проверьте их порядок."
)
READINGS_HEADING = (
    "Нет столбцов: Лицевой счёт. В первой строке должны стоять названия: "
    "Лицевой счёт, Услуга, Зона, Счётчик, Дата, Показание."
)


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04" + bytes(50), id="broken"),
        pytest.param(workbook([["а"]])[:-200], id="cut short"),
        pytest.param(old_excel(), id="an .xls renamed, or a password"),
        pytest.param(b"", id="empty"),
    ],
)
def test_what_is_no_workbook(sentence_of, table, content):
    assert sentence_of(table, content) == UNREADABLE[table]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("openings", "Файл внутри слишком велик: оставьте в нём только остатки."),
        ("readings", "Файл внутри слишком велик: оставьте в нём только показания."),
        ("subsidies", "Файл внутри слишком велик: оставьте в нём только таблицу."),
    ],
)
def test_a_bomb(sentence_of, table, sentence):
    assert sentence_of(table, bomb()) == sentence


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("openings", "Строка 2: формула без значения: откройте файл в Excel и сохраните его снова."),
        ("readings", "Строка 2: формула без значения: откройте таблицу в Excel и сохраните снова."),
        ("subsidies", "Строка 2: формула без значения: откройте таблицу в Excel и сохраните снова."),
    ],
)  # fmt: skip
def test_a_formula_nobody_calculated(sentence_of, table, sentence):
    assert sentence_of(table, uncalculated(table)) == sentence


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("openings", OPENINGS_HEADING),
        ("readings", READINGS_HEADING),
        ("subsidies", "В таблице нет строк: нужны столбцы «счёт», «месяц», «сумма»."),
    ],
)  # fmt: skip
def test_rows_on_the_second_sheet(sentence_of, table, sentence):
    heading, row = ROWS[table]

    assert sentence_of(table, workbook([], [heading, row])) == sentence


@pytest.mark.parametrize(
    ("table", "module", "sentence"),
    [
        ("openings", opening_file,
         "В файле больше 20000 строк: разделите его на части и загрузите по одной."),
        ("readings", reading_file, "В таблице больше 3 строк: разделите её на части."),
        ("subsidies", apart, "В таблице больше 200000 строк: разбейте её."),
    ],
)  # fmt: skip
def test_a_row_too_many(sentence_of, monkeypatch, table, module, sentence):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    heading, row = ROWS[table]

    assert sentence_of(table, workbook([heading, *[row] * 4])) == sentence


# --- what is read of sound ones


def test_openings_written_as_people_write_them():
    rows = [
        [1001, "вода", JULY_1, "1 200,50", "10.08.2013"],
        [1001.0, None, "2013-07", -50.5, JULY_1],
        [" 007 ", "", "07.2013", "\N{MINUS SIGN}1", None],
        ["008", "", dt.date(9999, 12, 1), 1, None],
    ]

    found = openings_in(workbook([opening_file.HEAD, *rows]), basis="акт")

    july = Period(2013, 7)
    assert [(one.row, one.number, one.period, one.amount, one.due_on) for one in found] == [
        (2, "1001", july, Decimal("1200.50"), dt.date(2013, 8, 10)),
        (3, "1001", july, Decimal("-50.5"), JULY_1),
        (4, "007", july, Decimal(-1), None),
        (5, "008", None, None, None),
    ]
    assert found[3].mistake == "Счёт 008: Месяц пишется так: 07.2013."


def test_a_blank_row_between_openings_loses_nothing():
    heading, row = ROWS["openings"]

    found = openings_in(workbook([heading, row, [None], row]), basis="акт")

    assert [one.row for one in found] == [2, 4]


def test_readings_written_as_people_write_them():
    rows = [
        [1001, "вода", None, 77.0, JULY_1, 107.841],
        [],
        ["007", "вода", "день", '"9', "01.07.2013", "107,841"],
        ["008", "вода", "", "8", "01.07.2013", 1],
    ]

    lines = reading_lines(table_text("readings.xlsx", workbook([reading_file.HEAD, *rows])))

    assert [(one.place, one.account, one.serial, one.day, one.value) for one in lines] == [
        (2, "1001", "77", "01.07.2013", "107.841"),
        (4, "007", '"9', "01.07.2013", "107,841"),
        (5, "008", "8", "01.07.2013", "1"),
    ]


def test_a_workbook_under_another_name_is_still_one():
    heading, row = ROWS["readings"]

    (line,) = reading_lines(table_text("readings.csv", workbook([heading, row])))

    assert (line.account, line.value) == (NUMBER, "20.5")


def test_subsidies_written_as_people_write_them(okean):
    rows = [
        ["счёт", "месяц", "сумма"],
        [NUMBER, JULY_1, "1 200,50"],
        [],
        ["000000001003", "2013-07", 10.0],
        [1001.0, "07.2013", 1],
        ["000000001001", dt.date(9999, 12, 1), 1],
    ]

    document = subsidies_in(okean, workbook(rows))

    lines = CorrectionLine.objects.filter(document=document).order_by("account__number")
    assert [(line.account.number, line.amount) for line in lines] == [
        (NUMBER, Decimal("-1200.50")), ("000000001003", Decimal(-10)),
    ]  # fmt: skip
    refused = CorrectionRefusal.objects.filter(document=document).order_by("pk")
    assert [(one.title, one.wrong) for one in refused] == [
        ("Строка 5, счёт «1001»", "Такого счёта в организации нет: проверьте номер."),
        ("Строка 6, счёт «000000001001»",
         "Месяц не прочитан («01.12.9999»): нужно 07.2013 или 2013-07."),
    ]  # fmt: skip
