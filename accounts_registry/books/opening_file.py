"""Opening balances from an XLSX file: the file and its rows, read with care."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from accounts_registry.forms import DateField, MonthField
from accounts_registry.ledger.openings import TypedOpening
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.xlsx import Fault, SheetRow, UnusableSheet, cell_text, sheet_rows

HEAD = ("Лицевой счёт", "Услуга", "Месяц", "Сумма", "Срок оплаты")
LARGEST_FILE = 1_500_000  # bytes; the page carries the file between looking and writing
MOST_ROWS = 20_000
_TOO_MANY = f"В файле больше {MOST_ROWS} строк: разделите его на части и загрузите по одной."
_FAULTS = {
    Fault.UNREADABLE: "Файл не читается как XLSX: сохраните таблицу в формате «Книга Excel (.xlsx)».",
    Fault.TOO_LARGE: "Файл внутри слишком велик: оставьте в нём только остатки.",
    Fault.TOO_MANY_ROWS: _TOO_MANY,
    Fault.NOT_CALCULATED: "формула без значения: откройте файл в Excel и сохраните его снова.",
}


class FileIsUnreadable(Refusal):
    """The file as a whole cannot be used."""


def openings_in(content: bytes, *, basis: str) -> list[TypedOpening]:
    """
    Rows of the first sheet after its heading, empty ones left out; numbers are the sheet's own.

    :raises FileIsUnreadable: not such a file, too large, or without the columns.
    """
    rows = _rows(content)
    _check_heading(rows[:1])
    found = [_typed(row, basis) for row in rows[1:]]
    if not found:
        raise FileIsUnreadable("В файле нет строк под заголовком: заполните остатки и повторите.")
    return found


def _rows(content: bytes) -> list[SheetRow]:
    if len(content) > LARGEST_FILE:
        raise FileIsUnreadable("Файл больше 1,5 МБ: разделите его на части и загрузите по одной.")
    try:
        return sheet_rows(content, columns=len(HEAD), most_rows=MOST_ROWS + 1)
    except UnusableSheet as failure:
        where = f"Строка {failure.place}: " if failure.place else ""
        raise FileIsUnreadable(where + _FAULTS[failure.fault]) from failure


def _check_heading(rows: list[SheetRow]) -> None:
    words = [cell_text(cell).casefold() for row in rows for cell in row.cells]
    wanted = [word.casefold() for word in HEAD]
    if words[:4] != wanted[:4]:
        raise FileIsUnreadable(
            "Первая строка первого листа — заголовки: «"
            + "», «".join(HEAD)
            + "». Проверьте их порядок."
        )


def _typed(row: SheetRow, basis: str) -> TypedOpening:
    number, service, month, amount, due = row.cells
    words = cell_text(number)
    try:
        return TypedOpening(
            row=row.place,
            number=words,
            service=cell_text(service),
            period=_period(month),
            amount=_amount(amount),
            due_on=_day(due),
            basis=basis,
        )
    except ValidationError as mistake:
        sentence = f"Счёт {words[:30] or 'не указан'}: {mistake.messages[0]}"
        return TypedOpening(row.place, words, "", None, None, mistake=sentence)


def _period(cell: object) -> Period:
    words = cell_text(cell)
    if isinstance(cell, dt.datetime | dt.date):
        words = words.partition(".")[2]
    period = MonthField(error_messages={"required": "не указан месяц."}).clean(words)
    assert isinstance(period, Period), "the field is required"
    return period


def _amount(cell: object) -> Decimal:
    """Numbers of a sheet are binary: their shortest text is what was typed."""
    text = "".join(cell_text(cell).split()).replace(",", ".")
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
    day: dt.date | None = DateField(required=False).clean(cell_text(cell))
    return day
