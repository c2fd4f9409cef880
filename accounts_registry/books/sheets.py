"""Reports as tables: columns, rows a page at a time, the sum under them."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from django.urls import reverse

from accounts_registry.ledger.reports.debtors import (
    Ageing,
    Threshold,
    debtor_rows,
    debtor_total,
)
from accounts_registry.ledger.reports.receipts import (
    basis_total,
    days_of_sources,
    days_total,
    sums_by_basis,
)
from accounts_registry.ledger.reports.scope import Scope
from accounts_registry.ledger.reports.turnover import (
    By,
    TurnoverRow,
    collection_rows,
    turnover_rows,
    turnover_total,
)
from zhkh.kernel.money import format_money, round_places
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity


class Cell(enum.StrEnum):
    """How a column is shown."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    DATE = "date"
    PERCENT = "percent"


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    label: str
    cell: Cell = Cell.MONEY

    @property
    def is_number(self) -> bool:
        return self.cell not in {Cell.TEXT, Cell.DATE}


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[object]
    url: str = ""  # where its first cell leads


@dataclasses.dataclass(frozen=True, slots=True)
class ShownRow:
    """Cells in words, each with its column."""

    shown: list[tuple[str, Column]]
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A report ready to be shown: `read(offset, limit)` gives rows, all of them without a limit."""

    title: str
    columns: Sequence[Column]
    count: int
    read: Callable[[int, int | None], Iterable[Row]]
    total: Sequence[object]
    hint: str = ""

    def in_words(self, row: Row) -> ShownRow:
        pairs = zip(row.cells, self.columns, strict=True)
        return ShownRow([(_words(value, column.cell), column) for value, column in pairs], row.url)


class Asked(Protocol):
    """Filters of a report, besides its scope."""

    @property
    def by(self) -> By: ...
    @property
    def debt(self) -> Decimal: ...
    @property
    def overdue(self) -> int: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A report by its name: `sizes` are what its rows may stand for, the usual first."""

    title: str
    make: Callable[[Scope, Asked, dt.date], Sheet]
    sizes: tuple[By, ...] = ()
    limits: tuple[str, ...] = ("house", "service", "payee", "q")
    by_months: bool = True


_NAMES = {
    By.ACCOUNT: "Лицевой счёт",
    By.HOUSE: "Дом",
    By.SERVICE: "Услуга",
    By.PAYEE: "Получатель",
    By.MONTH: "Месяц",
}
_WHO = (Column("Плательщик", Cell.TEXT), Column("Адрес", Cell.TEXT))


def _turnover(scope: Scope, asked: Asked, today: dt.date) -> Sheet:
    del today
    by = asked.by
    who = _WHO if by == By.ACCOUNT else ()
    count, total = turnover_total(scope, by=by)

    def read(offset: int, limit: int | None) -> Iterable[Row]:
        for row in turnover_rows(scope, by=by, offset=offset, limit=limit):
            yield Row((_label(row, by), *_who(row, by), *_sums(row)), _card(row.key, by))

    return Sheet(
        title="Оборотно-сальдовая ведомость",
        columns=[
            Column(_NAMES[by], Cell.TEXT),
            *who,
            *map(
                Column,
                ("На начало, ₽", "Начислено, ₽", "Перерасчёты, ₽", "Оплачено, ₽", "На конец, ₽"),
            ),
        ],
        count=count,
        read=read,
        total=["Итого", *("" for _ in who), *_sums(total)],
        hint="долг со знаком плюс, аванс — минус",
    )


def _collection(scope: Scope, asked: Asked, today: dt.date) -> Sheet:
    del today
    by = asked.by
    rows = [
        Row((_label(row, by), row.charged, row.adjusted, row.paid, _percent(row)))
        for row in collection_rows(scope, by=by)
    ]
    _, total = turnover_total(scope, by=by)
    return Sheet(
        title="Собираемость",
        columns=[
            Column(_NAMES[by], Cell.TEXT),
            Column("Начислено, ₽"),
            Column("Перерасчёты, ₽"),
            Column("Оплачено, ₽"),
            Column("Собрано, %", Cell.PERCENT),
        ],
        count=len(rows),
        read=lambda offset, limit: rows[offset : None if limit is None else offset + limit],
        total=["Итого", total.charged, total.adjusted, total.paid, _percent(total)],
        hint="оплачено от начисленного с перерасчётами тех же месяцев",
    )


def _debtors(scope: Scope, asked: Asked, today: dt.date) -> Sheet:
    threshold = Threshold(max(asked.debt, Decimal("0.01")), asked.overdue)
    count, total = debtor_total(scope, today=today, threshold=threshold)

    def read(offset: int, limit: int | None) -> Iterable[Row]:
        rows = debtor_rows(scope, today=today, threshold=threshold, offset=offset, limit=limit)
        for row in rows:
            yield Row(
                (row.number, row.payer, row.address, *_ages(row.ageing)),
                _card(row.account_id, By.ACCOUNT),
            )

    return Sheet(
        title="Должники",
        columns=[
            Column("Лицевой счёт", Cell.TEXT),
            *_WHO,
            *map(
                Column,
                (
                    *("Долг, ₽", "Срок не вышел", "1–2 мес.", "3–6 мес.", "7–12 мес."),
                    *("13–36 мес.", "Старше 3 лет"),
                ),
            ),
            Column("Месяцев", Cell.COUNT),
        ],
        count=count,
        read=read,
        total=["Итого", "", "", *_ages(total)],
        hint="по возрасту долга в месяцах; какой месяц закрыла каждая оплата — в движении счёта",
    )


def _receipts(scope: Scope, asked: Asked, today: dt.date) -> Sheet:
    del asked, today
    count, payments, received, taken_back = days_total(scope)

    def read(offset: int, limit: int | None) -> Iterable[Row]:
        for row in days_of_sources(scope, offset=offset, limit=limit):
            label = row.source.label
            yield Row((row.on, label, row.payments, row.received, row.reversed, row.kept))

    return Sheet(
        title="Оплаты по дням и источникам",
        columns=[
            Column("Дата", Cell.DATE),
            Column("Источник", Cell.TEXT),
            Column("Оплат", Cell.COUNT),
            *map(Column, ("Принято, ₽", "Отменено, ₽", "Осталось, ₽")),
        ],
        count=count,
        read=read,
        total=["Итого", "", payments, received, taken_back, received + taken_back],
        hint="по учётным месяцам",
    )


def _adjustments(scope: Scope, asked: Asked, today: dt.date) -> Sheet:
    del asked, today
    count, entries, amount = basis_total(scope)

    def read(offset: int, limit: int | None) -> Iterable[Row]:
        for row in sums_by_basis(scope, offset=offset, limit=limit):
            yield Row((row.kind.label, row.basis, row.reason, row.accounts, row.rows, row.amount))

    return Sheet(
        title="Перерасчёты",
        columns=[
            *(Column(label, Cell.TEXT) for label in ("Вид", "Основание", "Причина")),
            Column("Счетов", Cell.COUNT),
            Column("Записей", Cell.COUNT),
            Column("Сумма, ₽"),
        ],
        count=count,
        read=read,
        total=["Итого", "", "", "", entries, amount],
        hint="все изменения долга, кроме начислений и оплат; начальные остатки не входят",
    )


SHEETS = {
    "turnover": Made(
        "Оборотная ведомость", _turnover, (By.ACCOUNT, By.HOUSE, By.SERVICE, By.PAYEE, By.MONTH)
    ),
    "debtors": Made("Должники", _debtors, by_months=False),
    "collection": Made("Собираемость", _collection, (By.MONTH, By.HOUSE, By.SERVICE, By.PAYEE)),
    "receipts": Made("Оплаты по дням", _receipts),
    "adjustments": Made("Перерасчёты", _adjustments),
}


def _words(value: object, cell: Cell) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        return format_quantity(value) if cell == Cell.PERCENT else format_money(value)
    return f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else str(value)


def _label(row: TurnoverRow, by: By) -> str:
    return Period.parse(row.label).title if by == By.MONTH else row.label


def _who(row: TurnoverRow, by: By) -> tuple[str, ...]:
    return (row.payer, row.address) if by == By.ACCOUNT else ()


def _sums(row: TurnoverRow) -> tuple[Decimal, ...]:
    return row.opening, row.charged, row.adjusted, row.paid, row.closing


def _ages(ageing: Ageing) -> tuple[object, ...]:
    return tuple(getattr(ageing, name) for name in Ageing.__slots__)


def _percent(row: TurnoverRow) -> Decimal | None:
    return None if row.collected is None else round_places(row.collected * 100, 1)


def _card(account_id: int, by: By) -> str:
    return reverse("ledger:statement", args=[account_id]) if by == By.ACCOUNT else ""
