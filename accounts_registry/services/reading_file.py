"""A table of readings as people keep it — XLSX, CSV or pasted — as rows of text."""

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Sequence

from zhkh.kernel.refusal import Refusal
from zhkh.xlsx import Fault, UnusableSheet, cell_text, looks_like_workbook, sheet_rows

MOST_ROWS = 2_000
MOST_BYTES = 5_000_000
MOST_COLUMNS = 50
COLUMNS = {
    "account": ("лицевой счёт", "лицевой счет", "счёт", "счет", "лс"),
    "service": ("услуга",),
    "zone": ("зона",),
    "serial": ("счётчик", "счетчик", "заводской номер", "прибор"),
    "day": ("дата",),
    "value": ("показание", "показания"),
}
HEAD = ("Лицевой счёт", "Услуга", "Зона", "Счётчик", "Дата", "Показание")
_NEEDED = ("account", "service", "day", "value")


class FileRefusal(Refusal):
    """The table cannot be read."""


class NotATable(FileRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Файл не читается: сохраните таблицу как XLSX или CSV и выберите её снова."
        )


class TooLarge(FileRefusal):
    def __init__(self) -> None:
        super().__init__(f"В таблице больше {MOST_ROWS} строк: разделите её на части.")


class TooMuchInside(FileRefusal):
    def __init__(self) -> None:
        super().__init__("Файл внутри слишком велик: оставьте в нём только показания.")


class NotCalculated(FileRefusal):
    def __init__(self, place: int) -> None:
        super().__init__(
            f"Строка {place}: формула без значения: откройте таблицу в Excel и сохраните снова."
        )


class ColumnsAreMissing(FileRefusal):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"Нет столбцов: {', '.join(names)}. В первой строке должны стоять названия: "
            f"{', '.join(HEAD)}."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class ReadingLine:
    """A row of the table as typed; `place` is its number in the table, the heading is 1."""

    place: int
    account: str
    service: str
    zone: str
    serial: str
    day: str
    value: str


def table_text(name: str, content: bytes) -> str:
    """
    The file as text with tabs between columns, as if it was pasted.

    :raises FileRefusal: it is no table, or too large a one.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge
    is_workbook = name.lower().endswith(".xlsx") or looks_like_workbook(content)
    rows = _sheet(content) if is_workbook else _delimited(_decoded(content))
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return text.getvalue().rstrip("\n")


def reading_lines(text: str) -> list[ReadingLine]:
    """
    The rows under the heading; empty ones are left out.

    :raises FileRefusal: a column is missing, or there are too many rows.
    """
    rows = [row for row in enumerate(_delimited(text), start=1) if any(map(str.strip, row[1]))]
    if not rows:
        raise ColumnsAreMissing([HEAD[0]])
    if len(rows) > MOST_ROWS + 1:
        raise TooLarge
    places = _places(rows[0][1])
    return [
        ReadingLine(
            place,
            **{
                column: row[where].strip() if where is not None and where < len(row) else ""
                for column, where in places.items()
            },
        )
        for place, row in rows[1:]
    ]


def _places(heading: Sequence[str]) -> dict[str, int | None]:
    names = [name.strip().casefold() for name in heading]
    found = {
        column: next((names.index(one) for one in known if one in names), None)
        for column, known in COLUMNS.items()
    }
    missing = [column for column in _NEEDED if found[column] is None]
    if missing:
        titles = dict(zip(COLUMNS, HEAD, strict=True))
        raise ColumnsAreMissing([titles[column] for column in missing])
    return found


def _sheet(content: bytes) -> Iterator[list[str]]:
    """Rows left empty stay, so that each keeps its number."""
    try:
        rows = sheet_rows(content, columns=MOST_COLUMNS, most_rows=MOST_ROWS + 1)
    except UnusableSheet as failure:
        raise _refusal(failure) from failure
    if rows and rows[-1].place > MOST_ROWS + 1:
        raise TooLarge
    by_place = {row.place: [cell_text(cell) for cell in row.cells] for row in rows}
    for place in range(1, max(by_place, default=0) + 1):
        yield by_place.get(place, [])


def _refusal(failure: UnusableSheet) -> FileRefusal:
    if failure.fault == Fault.NOT_CALCULATED:
        return NotCalculated(failure.place)
    others = {Fault.TOO_LARGE: TooMuchInside, Fault.TOO_MANY_ROWS: TooLarge}
    return others.get(failure.fault, NotATable)()


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise NotATable
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable


def _delimited(text: str) -> Iterable[list[str]]:
    """Tabs before semicolons before commas: a comma stands inside numbers."""
    first = text.partition("\n")[0]
    delimiter = next((sign for sign in ("\t", ";", ",") if sign in first), "\t")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise NotATable from None
