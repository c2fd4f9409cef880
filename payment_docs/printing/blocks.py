"""The tables and charts beside the charges: each is printed only when it has something to say."""

from collections.abc import Iterator
from decimal import Decimal

from payment_docs.details import Consumption, Form
from payment_docs.document import Blank, PaymentDocument, ServiceRow
from payment_docs.printing.cells import (
    VOLUME_PLACES,
    Cell,
    CellKind,
    number_cell,
    on_paper,
    quantity_cell,
    readings_cell,
)
from payment_docs.printing.printed import Block, Chart, Row
from payment_docs.printing.words import Words, day
from zhkh.kernel.money import format_money, round_places
from zhkh.kernel.quantity import format_quantity

CHARTS_SHOWN = 4


def blocks_of(document: PaymentDocument, words: Words) -> tuple[Block, ...]:
    """In the order of the form: readings (2), reference (4), instalments (5), recalculations (6)."""
    blocks = []
    if document.look.form is Form.ORDER_43:
        blocks += [_meters(document), _reference(document)]
    else:
        blocks.append(_uplifts(document, words))
    blocks += [_instalments(document, words), _recalculations(document, words)]
    blocks.append(_benefits(document, words))
    return tuple(block for block in blocks if block.rows)


def charts_of(document: PaymentDocument, words: Words) -> tuple[Chart, ...]:
    """The services used most steadily, at most four; one month alone is no history to show."""
    shown = [item for item in document.history if sum(map(bool, item.months)) > 1]
    return tuple(
        Chart(
            picture=f"chart{place}",
            title=f"{item.service}, {item.unit}",
            now=_quantity(item.now),
            before=_told(item, words),
            largest=f"{words.most} {_quantity(max(filter(None, item.months)))}",
        )
        for place, item in enumerate(shown[:CHARTS_SHOWN])
    )


def _told(item: Consumption, words: Words) -> str:
    if item.month_ago is None:
        return ""
    return f"{words.month_ago} {_quantity(item.month_ago)}"


def _meters(document: PaymentDocument) -> Block:
    rows = tuple(
        Row(
            f"{meter.service}, {meter.unit}" if meter.unit else meter.service,
            (
                number_cell(meter.serial),
                on_paper(quantity_cell(_known(meter.previous))),
                number_cell(day(meter.previous_on) if meter.previous_on else ""),
                on_paper(quantity_cell(meter.current)),
                number_cell(day(meter.current_on)),
                on_paper(quantity_cell(_known(meter.volume))),
                number_cell(day(meter.verified_until) if meter.verified_until else ""),
            ),
        )
        for meter in document.meters
    )
    head = (
        "Прибор учета", "Заводской номер", "Предыдущее показание", "Дата",
        "Текущее показание", "Дата", "Объем", "Поверен по",
    )  # fmt: skip
    return Block(
        "meters",
        "Раздел 2. Показания индивидуальных (квартирных) приборов учета и объемы",
        head,
        rows,
    )


def _reference(document: PaymentDocument) -> Block:
    rows = tuple(
        Row(row.name, tuple(on_paper(cell) for cell in _references(row)))
        for row in document.rows
        if not row.is_fee and any(cell.text for cell in _references(row))
    )
    head = (
        "Услуга", "Норматив в жилых помещениях", "Норматив на общедомовые нужды",
        "Показание ИПУ", "Показание ОДПУ", "Объем в помещениях дома",
        "Объем на содержание общего имущества",
    )  # fmt: skip
    return Block("reference", "Раздел 4. Справочная информация", head, rows)


def _references(row: ServiceRow) -> Iterator[Cell]:
    reference = row.reference
    yield quantity_cell(reference.norm_individual)
    yield quantity_cell(reference.norm_common)
    yield readings_cell(reference.meter_readings)
    yield readings_cell(reference.house_readings)
    yield quantity_cell(reference.house_premises)
    yield quantity_cell(reference.house_common)


def _uplifts(document: PaymentDocument, words: Words) -> Block:
    rows = tuple(
        Row(
            item.service,
            (
                on_paper(quantity_cell(_known(item.coefficient))),
                number_cell(format_money(item.excess)),
            ),
        )
        for item in document.uplifts
    )
    title, *head = words.uplifts
    return Block("uplifts", title, tuple(head), rows)


def _instalments(document: PaymentDocument, words: Words) -> Block:
    rows = tuple(
        Row(
            words.agreement.format(item.number),
            (
                number_cell(format_money(item.of_month)),
                number_cell(format_money(item.of_past)),
                number_cell(format_quantity(item.percent)),
                number_cell(format_money(item.percents)),
                number_cell(format_money(item.to_pay)),
                number_cell(format_money(item.left)),
            ),
        )
        for item in document.instalments
    )
    title, *head = words.instalments
    return Block("instalments", _numbered(document, 5, title), tuple(head), rows)


def _recalculations(document: PaymentDocument, words: Words) -> Block:
    rows = tuple(
        Row(
            item.service,
            (
                number_cell(f"{item.for_month.month:02}.{item.for_month.year}"),
                Cell(CellKind.TEXT, ". ".join(filter(None, (item.reason, item.basis)))),
                number_cell(format_money(item.amount)),
            ),
        )
        for item in document.recalculations
    )
    title, *head = words.recalculations
    return Block("recalculations", _numbered(document, 6, title), tuple(head), rows)


def _benefits(document: PaymentDocument, words: Words) -> Block:
    rows = tuple(
        Row(
            item.service,
            (Cell(CellKind.TEXT, item.category), number_cell(format_money(item.amount))),
        )
        for item in document.benefits
    )
    title, *head = words.benefit_rows
    return Block("benefits", title, tuple(head), rows)


def _numbered(document: PaymentDocument, section: int, title: str) -> str:
    is_43 = document.look.form is Form.ORDER_43
    return f"Раздел {section}. {title}" if is_43 else title


def _known(value: Decimal | None) -> Decimal | Blank:
    return Blank.EMPTY if value is None else value


def _quantity(volume: Decimal) -> str:
    return format_quantity(round_places(volume, VOLUME_PLACES))
