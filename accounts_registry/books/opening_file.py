"""Opening balances from an XLSX file: the file and its rows, read with care."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts_registry.books.forms import MonthField
from accounts_registry.forms import DateField
from accounts_registry.ledger.openings import TypedOpening
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

HEAD = ("Лицевой счёт", "Услуга", "Месяц", "Сумма", "Срок оплаты")
LARGEST_FILE = 1_500_000  # bytes; the page carries the file between looking and writing
LARGEST_UNPACKED = 60_000_000
MOST_ROWS = 20_000


class FileIsUnreadable(Refusal):
    """The file as a whole cannot be used."""


def openings_in(content: bytes, *, basis: str) -> list[TypedOpening]:
    """
    Rows of the first sheet after its heading, empty ones left out; numbers are the sheet's own.

    :raises FileIsUnreadable: not such a file, too large, or without the columns.
    """
    rows = _cells(content)
    _check_heading(next(rows, None))
    found = [
        _typed(number, cells, basis)
        for number, cells in enumerate(rows, start=2)
        if any(cell not in {None, ""} for cell in cells)
    ]
    if not found:
        raise FileIsUnreadable("В файле нет строк под заголовком: заполните остатки и повторите.")
    if len(found) > MOST_ROWS:
        raise FileIsUnreadable(
            f"В файле больше {MOST_ROWS} строк: разделите его на части и загрузите по одной."
        )
    return found


def _cells(content: bytes) -> Iterator[tuple[object, ...]]:
    if len(content) > LARGEST_FILE:
        raise FileIsUnreadable("Файл больше 1,5 МБ: разделите его на части и загрузите по одной.")
    broken = "Файл не читается как XLSX: сохраните таблицу в формате «Книга Excel (.xlsx)»."
    try:
        return iter(_read(content))
    except (
        *(zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError),
        *(SyntaxError, AttributeError, TypeError, NotImplementedError, EOFError),
    ) as failure:  # whatever a spoiled file makes of its reader
        raise FileIsUnreadable(broken) from failure


def _read(content: bytes) -> list[tuple[object, ...]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(item.file_size for item in packed.infolist())
    if unpacked > LARGEST_UNPACKED:
        raise FileIsUnreadable("Файл внутри слишком велик: оставьте в нём только остатки.")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    rows = book.worksheets[0].iter_rows(max_row=MOST_ROWS + 2, max_col=len(HEAD), values_only=True)
    return list(rows)


def _check_heading(heading: tuple[object, ...] | None) -> None:
    words = [str(cell or "").strip().casefold() for cell in heading or ()]
    wanted = [word.casefold() for word in HEAD]
    if words[:4] != wanted[:4]:
        raise FileIsUnreadable(
            "Первая строка файла — заголовки: «" + "», «".join(HEAD) + "». Проверьте их порядок."
        )


def _typed(row: int, cells: tuple[object, ...], basis: str) -> TypedOpening:
    number, service, month, amount, due = (*cells, *(None,) * len(HEAD))[: len(HEAD)]
    words = str(number).strip() if number is not None else ""
    try:
        return TypedOpening(
            row=row,
            number=words,
            service=str(service or "").strip(),
            period=_period(month),
            amount=_amount(amount),
            due_on=_day(due),
            basis=basis,
        )
    except ValidationError as mistake:
        sentence = f"Счёт {words[:30] or 'не указан'}: {mistake.messages[0]}"
        return TypedOpening(row, words, "", None, None, mistake=sentence)


def _period(cell: object) -> Period:
    if isinstance(cell, dt.datetime | dt.date):
        return Period.of(cell)
    period = MonthField(error_messages={"required": "не указан месяц."}).clean(str(cell or ""))
    assert period is not None, "the field is required"
    return period


def _amount(cell: object) -> Decimal:
    """Numbers of a sheet are binary: their shortest text is what was typed."""
    text = "".join(str(cell if cell is not None else "").split()).replace(",", ".")
    try:
        amount = Decimal(text.replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValidationError(f"сумма «{text[:20]}» не читается, нужна такая: 1234,56.")
    return amount


def _day(cell: object) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    day: dt.date | None = DateField(required=False).clean(str(cell or ""))
    return day
