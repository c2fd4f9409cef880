"""One careful reader: it gives what the sheet holds, or says why it cannot."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.xlsx.workbooks import SHEET, bomb, changed, old_excel, sheet_of, workbook
from zhkh.xlsx import Fault, SheetRow, UnusableSheet, cell_text, looks_like_workbook, sheet_rows

SOUND = workbook([["счёт", "сумма"], ["001", 10.5], ["002", 20]])


def read(content, columns=2, most_rows=10):
    return [
        (row.place, *row.cells) for row in sheet_rows(content, columns=columns, most_rows=most_rows)
    ]


def fault_of(content, **limits):
    with pytest.raises(UnusableSheet) as caught:
        read(content, **limits)
    return caught.value.fault, caught.value.place


def test_rows_keep_their_numbers_and_their_values():
    day = dt.datetime(2013, 7, 1)  # noqa: DTZ001 (days of a sheet have no zone)
    content = workbook([["а", "б", "в"], [], [None, " "], ["007", 7], [day, None]])

    assert read(content) == [(1, "а", "б"), (4, "007", 7), (5, day, None)]


def test_a_short_row_is_as_wide_as_asked():
    assert read(workbook([["а"]]), columns=3) == [(1, "а", None, None)]


def test_the_first_sheet_is_read_and_no_other():
    assert read(workbook([], [["а", "б"]])) == []


def test_a_sheet_that_lies_of_its_size_is_read_whole():
    def small(text):
        return text.replace(b'<dimension ref="A1:B3" />', b'<dimension ref="A1" />')

    lying = changed(SOUND, SHEET, small)

    assert lying != SOUND
    assert read(lying) == [(1, "счёт", "сумма"), (2, "001", 10.5), (3, "002", 20)]


def test_rows_are_counted_where_something_stands():
    content = workbook([["а", 1], *[[None]] * 50, ["б", 2]])

    assert read(content, most_rows=2) == [(1, "а", 1), (52, "б", 2)]
    assert fault_of(content, most_rows=1) == (Fault.TOO_MANY_ROWS, 0)


def test_a_row_numbered_past_any_sheet_does_not_hang_the_reader():
    far = '<sheetData><row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>'

    assert read(sheet_of(far)) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.UNREADABLE),
        (b"no archive", Fault.UNREADABLE),
        (b"PK\x03\x04" + bytes(100), Fault.UNREADABLE),
        (SOUND[:-100], Fault.UNREADABLE),
        (old_excel(), Fault.UNREADABLE),
        (changed(SOUND, SHEET, lambda text: text[:-40]), Fault.UNREADABLE),
        (changed(SOUND, "xl/workbook.xml", lambda _: b"<a/>"), Fault.UNREADABLE),
        (changed(SOUND, "[Content_Types].xml", lambda _: b""), Fault.UNREADABLE),
        (bomb(), Fault.TOO_LARGE),
    ],
)
def test_a_spoiled_file_is_told_from_a_large_one(content, fault):
    assert fault_of(content) == (fault, 0)


class TestFormulas:
    def test_a_calculated_one_is_its_value(self):
        row = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>'

        assert read(sheet_of(f"<sheetData>{row}</sheetData>")) == [(1, 2, 3)]

    def test_an_empty_text_is_a_value(self):
        row = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'

        assert read(sheet_of(f"<sheetData>{row}</sheetData>")) == [(1, 1, None)]

    def test_one_without_a_value_is_told_with_its_row(self):
        assert fault_of(workbook([["а", "б"], ["в", "=1+1"]])) == (Fault.NOT_CALCULATED, 2)

    def test_one_beside_the_columns_asked_for_is_nobodys_business(self):
        assert read(workbook([["а", "б", "=1+1"]])) == [(1, "а", "б")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" 007 ", "007"),
        (1001, "1001"),
        (1001.0, "1001"),
        (0.0, "0"),
        (150.25, "150.25"),
        (1e16, "10000000000000000"),
        (1e-7, "0.0000001"),
        (-50, "-50"),
        (dt.date(2013, 7, 1), "01.07.2013"),
        (dt.datetime(2013, 7, 1, 12, 30), "01.07.2013"),  # noqa: DTZ001 (as a sheet has it)
        (True, "True"),
    ],
)
def test_a_cell_says_what_people_see(value, text):
    assert cell_text(value) == text


def test_a_workbook_is_known_by_its_first_bytes():
    assert [looks_like_workbook(one) for one in (SOUND, old_excel(), b"a;b\n1;2")] == [
        True, False, False,
    ]  # fmt: skip


@given(place=st.integers(0, len(SOUND) - 1), byte=st.integers(0, 255), tail=st.booleans())
@example(place=len(SOUND) - 10, byte=255, tail=False)
def test_a_byte_changed_anywhere_gives_rows_or_a_fault(place, byte, tail):
    spoiled = SOUND[:place] + bytes([byte]) + (b"" if tail else SOUND[place + 1 :])

    found = rows_or_fault(spoiled)

    assert isinstance(found, Fault) or {len(row.cells) for row in found} <= {2}


def rows_or_fault(content: bytes) -> Fault | list[SheetRow]:
    try:
        return sheet_rows(content, columns=2, most_rows=10)
    except UnusableSheet as failure:
        return failure.fault
