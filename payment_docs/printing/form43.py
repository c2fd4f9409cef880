"""Section 3 of the model form of Приказ Минстроя № 43/пр: a row for each charge with all its sums."""

from collections.abc import Iterable
from decimal import Decimal

from payment_docs.details import ServiceSums
from payment_docs.document import Blank, PaymentDocument, ServiceRow
from payment_docs.printing.cells import (
    Cell,
    CellKind,
    number_cell,
    on_paper,
    price_cell,
    quantity_cell,
    volume_cell,
)
from payment_docs.printing.printed import Group, Row
from payment_docs.printing.words import Words
from zhkh.kernel.money import ZERO, format_money

NOTHING = ServiceSums("", "", 0)


def groups_43(document: PaymentDocument, words: Words) -> tuple[Group, ...]:
    """The document's sections; what a service owes besides its rows stands on its first row."""
    left = {item.code: item for item in document.services}
    groups = [
        Group(
            section.title or words.housing,
            tuple(
                _row(row, left.pop(row.service, NOTHING))
                for row in section.rows
                if not row.is_apart
            ),
        )
        for section in document.sections
    ]
    rest = tuple(_row_of_sums(item) for item in left.values() if item.of_month or item.opening)
    if rest:
        groups.append(Group(words.other, rest))
    return tuple(group for group in groups if group.rows)


def totals_43(document: PaymentDocument) -> tuple[Cell, ...]:
    """Of the columns «размер платы», then «размер превышения» and every sum after it."""
    rows = [row for row in document.rows if not row.is_apart]
    sums = document.services
    return tuple(
        _money(amount)
        for amount in (
            _sum(row.charged for row in rows),
            _sum(row.excess for row in rows),
            _sum(row.recalculated for row in rows) + _sum(item.recalculated for item in sums),
            _sum(row.benefit for row in rows) + _sum(item.benefit for item in sums),
            _sum(item.penalty for item in sums),
            _sum(item.fine for item in sums),
            _sum(item.state_fee for item in sums),
            _sum(item.court_costs for item in sums),
            _sum(item.instalment for item in sums),
            document.to_pay,
            document.opening,
            document.to_pay + document.opening,
        )
    )


def _row(row: ServiceRow, sums: ServiceSums) -> Row:
    of_month = row.total + sums.of_month
    return Row(
        row.name,
        (
            Cell(CellKind.TEXT, row.unit),
            on_paper(volume_cell(row.volume_individual), is_marked=True),
            on_paper(volume_cell(row.volume_common), is_marked=True),
            on_paper(quantity_cell(row.price) if row.is_fee else price_cell(row.price)),
            _money(row.charged),
            on_paper(quantity_cell(Blank.EMPTY if row.uplift is None else row.uplift)),
            _money(row.excess),
            _money(row.recalculated + sums.recalculated),
            _money(row.benefit + sums.benefit),
            *_besides(sums),
            _money(of_month),
            _money(sums.opening),
            _money(of_month + sums.opening),
        ),
    )


def _row_of_sums(sums: ServiceSums) -> Row:
    """A service without charges in the month: its debts, penalties and recalculations."""
    return Row(
        sums.name,
        (
            Cell(CellKind.TEXT, ""),
            *(number_cell("", is_marked=True) for _ in range(2)),
            *(number_cell("") for _ in range(4)),
            _money(sums.recalculated),
            _money(sums.benefit),
            *_besides(sums),
            _money(sums.of_month),
            _money(sums.opening),
            _money(sums.of_month + sums.opening),
        ),
    )


def _besides(sums: ServiceSums) -> tuple[Cell, ...]:
    amounts = (sums.penalty, sums.fine, sums.state_fee, sums.court_costs, sums.instalment)
    return tuple(map(_money, amounts))


def _money(amount: Decimal) -> Cell:
    """Nothing is left empty: a row of noughts is hard to read."""
    return number_cell(format_money(amount) if amount else "")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, start=ZERO)
