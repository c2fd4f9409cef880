"""Workbooks people send: the first sheet as rows, whatever was done to the file."""

import dataclasses
import datetime as dt
import enum
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.exceptions import InvalidFileException

LARGEST_UNPACKED = 60_000_000  # bytes; a packed file of a megabyte may hold a thousand
_LAST_ROW = 1_048_576  # of any sheet: a row numbered higher is somebody's joke
_NOT_CALCULATED = re.compile(
    rb"""<(\w+:)?c\b(?![^>]*\bt="str")(?:[^>]*?\br="(?P<cell>[A-Z]+\d+)")?[^>]*>\s*"""
    rb"""<(\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(\w+:)?f>)\s*"""
    rb"""(?:<(\w+:)?v\s*/>|<(\w+:)?v>\s*</(\w+:)?v>)?\s*</(\w+:)?c>"""
)  # an empty text is a value, and its cell says t="str"
_SPOILED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException, SyntaxError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError, EOFError),
)  # whatever a spoiled file makes of its reader


class Fault(enum.Enum):
    """Why a workbook cannot be used; whoever asked for it says so in words."""

    UNREADABLE = enum.auto()  # not such a file: broken, of another kind, under a password
    TOO_LARGE = enum.auto()  # more than `LARGEST_UNPACKED` inside
    TOO_MANY_ROWS = enum.auto()
    NOT_CALCULATED = enum.auto()  # a formula whose value the file does not hold


class UnusableSheet(Exception):
    """`place` is the number of the row, where one is at fault; 0 otherwise."""

    def __init__(self, fault: Fault, place: int = 0) -> None:
        super().__init__(fault, place)
        self.fault = fault
        self.place = place


@dataclasses.dataclass(frozen=True, slots=True)
class SheetRow:
    """`place` is its number in the sheet, the first is 1; cells are values, not formulas."""

    place: int
    cells: tuple[object, ...]


def looks_like_workbook(content: bytes) -> bool:
    """Whatever its name says: a workbook is a ZIP archive."""
    return content.startswith(b"PK\x03\x04")


def sheet_rows(content: bytes, *, columns: int, most_rows: int) -> list[SheetRow]:
    """
    Rows of the first sheet that hold anything in so many first columns, each as wide as that.

    What the sheet says of its own size is not believed: some programs write it wrong.

    :raises UnusableSheet: it cannot be read whole and right.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, warnings.catch_warnings():
            _check_size(packed)
            warnings.simplefilter("ignore")  # of extensions it leaves out, of days before 1900
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            cells = sheet.iter_rows(max_row=_LAST_ROW, max_col=columns, values_only=True)
            rows = _filled(cells, most_rows)
            part = sheet._worksheet_path  # type: ignore[attr-defined]  # noqa: SLF001 (no other way to know it)
            _check_calculated(packed.read(part), columns)
    except _SPOILED as failure:
        raise UnusableSheet(Fault.UNREADABLE) from failure
    return rows


def cell_text(value: object) -> str:
    """What people see in the cell: a day as 25.07.2013, 1001.0 as 1001, no powers of ten."""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%d.%m.}{value.year:04d}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        return f"{number.normalize():f}" if number else "0"
    return "" if value is None else str(value).strip()


def _check_size(packed: zipfile.ZipFile) -> None:
    """Sizes are the archive's own words: reading it stops where they say."""
    if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
        raise UnusableSheet(Fault.TOO_LARGE)


def _filled(rows: Iterable[tuple[object, ...]], most_rows: int) -> list[SheetRow]:
    found: list[SheetRow] = []
    for place, cells in enumerate(rows, start=1):
        if all(cell is None or not str(cell).strip() for cell in cells):
            continue
        if len(found) == most_rows:
            raise UnusableSheet(Fault.TOO_MANY_ROWS)
        found.append(SheetRow(place, cells))
    return found


def _check_calculated(sheet: bytes, columns: int) -> None:
    for found in _NOT_CALCULATED.finditer(sheet):
        place, column = coordinate_to_tuple((found["cell"] or b"A1").decode())
        if column <= columns:
            raise UnusableSheet(Fault.NOT_CALCULATED, place)
