"""Sums that are no recalculation: fines, fees and costs of a court, imported subsidies."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from django.db import transaction

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
from zhkh.xlsx import Fault, SheetRow, UnusableSheet, cell_text, sheet_rows

MOST_ROWS = 200_000
_LARGEST = Decimal(99_999_999)
_COLUMNS = 3  # account, month, sum
_UNREADABLE = "Файл не читается: нужна таблица Excel (.xlsx) без пароля."
_FAULTS = {
    Fault.UNREADABLE: _UNREADABLE,
    Fault.TOO_LARGE: "Файл внутри слишком велик: оставьте в нём только таблицу.",
    Fault.TOO_MANY_ROWS: f"В таблице больше {MOST_ROWS} строк: разбейте её.",
    Fault.NOT_CALCULATED: "формула без значения: откройте таблицу в Excel и сохраните снова.",
}


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
    rows: Iterable[SheetRow],
    refused: list[tuple[str, str]],
) -> Iterator[Row]:
    ids = dict(
        PersonalAccount.objects.filter(organisation=organisation).values_list("number", "pk")
    )
    seen: set[tuple[int, Period]] = set()
    for row in rows:
        number, period, amount = cell_text(row.cells[0]), _month(row.cells[1]), _sum(row.cells[2])
        wrong = ""
        if number not in ids:
            wrong = "Такого счёта в организации нет: проверьте номер."
        elif period is None:
            wrong = f"Месяц не прочитан ({_shown(row.cells[1])}): нужно 07.2013 или 2013-07."
        elif amount is None:
            wrong = f"Сумма не прочитана ({_shown(row.cells[2])}): нужно число больше нуля."
        elif (ids[number], period) in seen:
            wrong = "Этот счёт и месяц в таблице уже были: сложите суммы в одну строку."
        if wrong or period is None or amount is None:
            refused.append((f"Строка {row.place}, счёт {_shown(row.cells[0])}", wrong))
            continue
        seen.add((ids[number], period))
        yield Row(ids[number], service.pk, period, -amount)


def _table(content: bytes) -> list[SheetRow]:
    """The first row is a heading where neither its month nor its sum can be read."""
    try:
        rows = sheet_rows(content, columns=_COLUMNS, most_rows=MOST_ROWS + 1)
    except UnusableSheet as failure:
        where = f"Строка {failure.place}: " if failure.place else ""
        raise UnreadableTable(where + _FAULTS[failure.fault]) from failure
    if rows and _sum(rows[0].cells[2]) is None and _month(rows[0].cells[1]) is None:
        rows = rows[1:]
    if not rows:
        raise UnreadableTable("В таблице нет строк: нужны столбцы «счёт», «месяц», «сумма».")
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(_FAULTS[Fault.TOO_MANY_ROWS])
    return rows


def _month(cell: object) -> Period | None:
    if isinstance(cell, dt.datetime | dt.date):
        return Period.of(cell) if cell.year < dt.MAXYEAR else None
    text = cell_text(cell)
    left, _, right = text.partition(".")
    for wanted in (text, f"{right}-{left:0>2}"):
        try:
            return Period.parse(wanted)
        except ValueError:
            continue
    return None


def _sum(cell: object) -> Decimal | None:
    """Whole kopecks above zero; binary figures of Excel are read as they are shown."""
    text = "".join(cell_text(cell).split()).replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount <= _LARGEST or not is_whole_kopecks(amount):
        return None
    return amount


def _shown(cell: object) -> str:
    return "пусто" if cell in (None, "") else f"«{cell_text(cell)[:40]}»"
