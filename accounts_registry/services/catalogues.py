"""Reference books changed by people: a row is written or taken out, and what stood there is kept."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from accounts_registry.models import (
    CalendarDay,
    CatalogueChange,
    DueDay,
    Organisation,
    PenaltySuspension,
    ReferenceRate,
    UpliftCoefficient,
)
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User


class CatalogueRefusal(Refusal):
    """The row cannot be written like this."""


class RowIsTheSame(CatalogueRefusal):
    def __init__(self) -> None:
        super().__init__("Такая строка уже записана: измените значение или дату.")


class LaterRowInTheWay(CatalogueRefusal):
    def __init__(self, since: dt.date) -> None:
        super().__init__(
            f"Уже записано изменение с {since:%d.%m.%Y}: укажите дату не раньше этого дня."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """
    One reference book: its rows, and what tells one row from another.

    In a `dated` book a row holds until the next one of the same kind begins.
    """

    key: str
    title: str
    about: str
    model: type[models.Model]
    same: tuple[str, ...]
    dated: bool = False

    def rows(self) -> Any:
        return self.model.objects.all()  # type: ignore[attr-defined]  # every model here has it


BOOKS = {
    book.key: book
    for book in (
        Book(
            "rates",
            "Ставки",
            "Ключевая ставка и её предел для пеней, ставка в день, НДС",
            ReferenceRate,
            ("kind", "since"),
        ),
        Book(
            "suspensions",
            "Приостановка пеней",
            "Моратории, а для одного счёта — суд или рассрочка",
            PenaltySuspension,
            ("account",),
        ),
        Book(
            "due-days",
            "Сроки оплаты",
            "До какого числа оплачивается месяц; своё число организации важнее общего",
            DueDay,
            (),
            dated=True,
        ),
        Book(
            "uplifts",
            "Повышающие коэффициенты по закону",
            "К нормативу, где прибор можно поставить, но его нет",
            UpliftCoefficient,
            ("kind",),
            dated=True,
        ),
        Book(
            "calendar",
            "Производственный календарь",
            "Праздники и перенесённые дни; субботы и воскресенья известны и так",
            CalendarDay,
            ("day",),
        ),
    )
}


@transaction.atomic
def write_row(
    book: Book,
    *,
    organisation: Organisation | None,
    values: Mapping[str, Any],
    by: User | None,
    at: dt.datetime,
) -> Any:
    """
    Add a row, or correct the one that begins on the same day; a corrected row is the operator's.

    Without an organisation the row is the whole country's.

    :raises CatalogueRefusal: nothing would change, or a later row is in the way.
    """
    rows = _same_rows(book, organisation, values)
    known = _known(rows, values)
    if known and all(getattr(known, name) == value for name, value in values.items()):
        raise RowIsTheSame
    before = _words(known) if known else ""
    if book.dated and not known:
        _end_the_one_before(rows, values["valid"].lower)
    row: Any = known or book.model(organisation=organisation)
    for name, value in values.items():
        setattr(row, name, value)
    row.is_shipped = False
    row.save()
    row.refresh_from_db()
    _remember(book, organisation, before, _words(row), by, at)
    return row


@transaction.atomic
def remove_row(book: Book, row: Any, *, by: User | None, at: dt.datetime) -> None:
    """Take out a row written by mistake; in a dated book the one before it holds on."""
    organisation = row.organisation
    before = _words(row)
    if book.dated:
        values = {name: getattr(row, name) for name in ("country", *book.same)}
        valid = row.valid
        earlier = _same_rows(book, organisation, values).filter(valid__endswith=valid.lower).first()
        row.delete()
        if earlier:
            earlier.valid = (earlier.valid.lower, valid.upper)
            earlier.save(update_fields=["valid"])
    else:
        row.delete()
    _remember(book, organisation, before, "", by, at)


def _same_rows(book: Book, organisation: Organisation | None, values: Mapping[str, Any]) -> Any:
    rows = book.rows().filter(organisation=organisation)
    return rows.filter(**{name: values[name] for name in ("country", *book.same)})


def _known(rows: Any, values: Mapping[str, Any]) -> Any:
    if "valid" in values:
        return rows.filter(valid__startswith=values["valid"].lower).first()
    return rows.first()


def _end_the_one_before(rows: Any, since: dt.date) -> None:
    later = rows.filter(valid__startswith__gt=since).order_by("valid").first()
    if later:
        raise LaterRowInTheWay(later.valid.lower)
    current = rows.filter(valid__contains=since).first()
    if current:
        current.valid = (current.valid.lower, since)
        current.save(update_fields=["valid"])


def _words(row: Any) -> str:
    return f"{row} ({row.source})"


def _remember(
    book: Book,
    organisation: Organisation | None,
    before: str,
    after: str,
    by: User | None,
    at: dt.datetime,
) -> None:
    if before == after:
        return
    CatalogueChange.objects.create(
        book=book.key,
        organisation=organisation,
        before=before,
        after=after,
        changed_at=at,
        changed_by=by,
    )
