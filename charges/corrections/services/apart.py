"""Sums that are no recalculation: fines, fees and costs of a court, imported subsidies."""

import datetime as dt
import io
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any
from zipfile import BadZipFile

from django.db import transaction
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import Organisation, PersonalAccount, Service
from charges.corrections import rules
from charges.corrections.models import CorrectionDocument, DocumentKind, DocumentState
from charges.corrections.services.documents import (
    Basis,
    CorrectionsRefusal,
    Row,
    start_document,
    write_lines,
    write_refusals,
)
from zhkh.kernel.money import is_whole_kopecks
from zhkh.kernel.period import Period

MOST_ROWS = 200_000
_LARGEST = Decimal(99_999_999)
_UNREADABLE = "Файл не читается: нужна таблица Excel (.xlsx) без пароля."


class UnreadableTable(CorrectionsRefusal):
    def __init__(self, sentence: str = _UNREADABLE) -> None:
        super().__init__(sentence)


@transaction.atomic
def draft_apart(  # noqa: PLR0913 (each is a fact of the document)
    *,
    kind: DocumentKind,
    account: PersonalAccount,
    service: Service,
    period: Period,
    amount: Decimal,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft of a fine, a state fee or court costs of one account.

    For a fine `amount` is what was over-charged: half of it lowers the debt.
    """
    document = CorrectionDocument(
        organisation=account.organisation,
        kind=kind,
        state=DocumentState.DRAFT,
        scope=f"Лицевой счёт {account.number}, {account.payer}"[:300],
        service=service,
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known is None:
        signed = -rules.fine_for(amount) if kind == DocumentKind.FINE else amount
        if not signed:
            raise UnreadableTable("Сумма слишком мала: штраф выходит 0,00.")
        write_lines(document, [Row(account.pk, service.pk, period, signed)])
    return known or document


@transaction.atomic
def draft_subsidies(
    *,
    service: Service,
    table: bytes,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft from a table of account, month and sum; rows that do not fit are refused one by one.

    :raises UnreadableTable: it is no table, or too long a one.
    """
    rows = _table(table)
    organisation = service.organisation
    document = CorrectionDocument(
        organisation=organisation,
        kind=DocumentKind.SUBSIDY,
        state=DocumentState.DRAFT,
        scope=f"Реестр субсидий, строк: {len(rows)}",
        service=service,
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known:
        return known
    refused: list[tuple[str, str]] = []
    write_lines(document, _subsidies(organisation, service, rows, refused))
    write_refusals(document, refused)
    return document


def _subsidies(
    organisation: Organisation,
    service: Service,
    rows: Iterable[tuple[int, tuple[Any, ...]]],
    refused: list[tuple[str, str]],
) -> Iterator[Row]:
    ids = dict(
        PersonalAccount.objects.filter(organisation=organisation).values_list("number", "pk")
    )
    seen: set[tuple[int, Period]] = set()
    for place, cells in rows:
        number, period, amount = _number(cells[0]), _month(cells[1]), _sum(cells[2])
        wrong = ""
        if number not in ids:
            wrong = "Такого счёта в организации нет: проверьте номер."
        elif period is None:
            wrong = f"Месяц не прочитан ({_shown(cells[1])}): нужно 07.2013 или 2013-07."
        elif amount is None:
            wrong = f"Сумма не прочитана ({_shown(cells[2])}): нужно число больше нуля."
        elif (ids[number], period) in seen:
            wrong = "Этот счёт и месяц в таблице уже были: сложите суммы в одну строку."
        if wrong or period is None or amount is None:
            refused.append((f"Строка {place}, счёт {_shown(cells[0])}", wrong))
            continue
        seen.add((ids[number], period))
        yield Row(ids[number], service.pk, period, -amount)


def _table(content: bytes) -> list[tuple[int, tuple[Any, ...]]]:
    """Rows with a number in the file and at least three cells; the heading is left out."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = []
        for place, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if place > MOST_ROWS:
                raise UnreadableTable(f"В таблице больше {MOST_ROWS} строк: разбейте её.")
            filled = (*cells[:3], None, None, None)[:3]
            if any(cell not in (None, "") for cell in filled):
                rows.append((place, filled))
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as failure:
        raise UnreadableTable from failure
    if rows and _sum(rows[0][1][2]) is None and _month(rows[0][1][1]) is None:
        rows = rows[1:]
    if not rows:
        raise UnreadableTable("В таблице нет строк: нужны столбцы «счёт», «месяц», «сумма».")
    return rows


def _number(cell: Any) -> str:
    """Excel turns a number of digits into a figure: 1001.0 is 1001."""
    if isinstance(cell, int):
        return str(cell)
    text = str(cell or "").strip()
    return text.removesuffix(".0")


def _month(cell: Any) -> Period | None:
    if isinstance(cell, dt.datetime | dt.date):
        return Period.of(cell) if cell.year < dt.MAXYEAR else None
    text = str(cell or "").strip()
    left, _, right = text.partition(".")
    for wanted in (text, f"{right}-{left:0>2}"):
        try:
            return Period.parse(wanted)
        except ValueError:
            continue
    return None


def _sum(cell: Any) -> Decimal | None:
    """Whole kopecks above zero; binary figures of Excel are read as they are shown."""
    text = "".join(str(cell if cell is not None else "").split()).replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount <= _LARGEST or not is_whole_kopecks(amount):
        return None
    return amount


def _shown(cell: Any) -> str:
    return "пусто" if cell in (None, "") else f"«{str(cell)[:40]}»"
