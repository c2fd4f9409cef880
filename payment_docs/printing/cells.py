"""The cells of a row in the calculation table of the form of Приказ № 454."""

import dataclasses
import enum
from decimal import Decimal

from payment_docs.document import Blank, ServiceRow, Volume
from zhkh.kernel.money import ZERO, round_places
from zhkh.kernel.quantity import format_quantity

# Columns 3 and 4 print at most so many decimals; the charge was made from the exact volume.
VOLUME_PLACES = 4
_LONGEST = 9  # letters of a figure in the common size of its column
_LONGEST_OF_NARROW = 7  # the same in a column of the reference


class CellKind(enum.Enum):
    TEXT = "text"
    NUMBER = "number"
    NOT_APPLICABLE = "not-applicable"
    EMPTY = "empty"


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """
    What stands in one cell, on a line of its own each; `mark` follows a volume's number.

    `is_marked` keeps the place of a mark whether there is one or not; `is_long` prints smaller.
    """

    kind: CellKind
    text: str = ""
    mark: str = ""
    is_marked: bool = False
    is_long: bool = False

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


def number_cell(
    text: str, mark: str = "", *, is_marked: bool = False, is_narrow: bool = False
) -> Cell:
    """A figure ready for paper, or an empty place for one."""
    longest = _LONGEST_OF_NARROW if is_narrow else _LONGEST
    is_long = any(len(line) > longest for line in text.split("\n"))
    return Cell(CellKind.NUMBER, text, mark, is_marked, is_long)


def on_paper(cell: Cell, *, is_marked: bool = False, is_narrow: bool = False) -> Cell:
    """The cell as its form draws it: an empty place is one for a number."""
    if cell.kind in {CellKind.NUMBER, CellKind.EMPTY}:
        return number_cell(cell.text, cell.mark, is_marked=is_marked, is_narrow=is_narrow)
    return cell


def cells(row: ServiceRow) -> tuple[Cell, ...]:
    """The nineteen cells of a row: columns 1–13, then reference columns 1–6."""
    total_individual, total_common = total_parts(row)
    reference = row.reference
    return (
        text_cell(row.name),
        text_cell(row.unit),
        volume_cell(row.volume_individual),
        volume_cell(row.volume_common),
        quantity_cell(row.price) if row.is_fee else price_cell(row.price),
        unless_zero(row.charged_individual),
        unless_zero(row.charged_common),
        quantity_cell(row.charged),
        unless_zero(row.recalculated),
        unless_zero(row.benefit),
        quantity_cell(row.total),
        unless_zero(total_individual),
        unless_zero(total_common),
        quantity_cell(reference.norm_individual),
        quantity_cell(reference.norm_common),
        readings_cell(reference.meter_readings),
        readings_cell(reference.house_readings),
        quantity_cell(reference.house_premises),
        quantity_cell(reference.house_common),
    )


def total_parts(row: ServiceRow) -> tuple[Decimal | Blank, Decimal | Blank]:
    """
    Columns 12 and 13: the total divided into individual and common-house part.

    Recalculations and benefits lower the individual part, unless the row has only a common one.
    """
    if row.is_fee:
        return Blank.NOT_APPLICABLE, Blank.NOT_APPLICABLE
    common = _figure(row.charged_common)
    if common and not _figure(row.charged_individual):
        return Blank.EMPTY, row.total
    return row.total - common, common


def text_cell(text: str) -> Cell:
    return Cell(CellKind.TEXT, text) if text else _BLANK_CELLS[Blank.EMPTY]


def volume_cell(volume: Volume | Blank) -> Cell:
    if isinstance(volume, Blank):
        return _BLANK_CELLS[volume]
    text = format_quantity(round_places(volume.quantity, VOLUME_PLACES))
    return Cell(CellKind.NUMBER, text, volume.mark.value if volume.mark else "")


def price_cell(price: Decimal | Blank) -> Cell:
    """At least two decimals: 13,50."""
    if isinstance(price, Blank):
        return _BLANK_CELLS[price]
    whole, _, places = format_quantity(price).partition(",")
    return Cell(CellKind.NUMBER, f"{whole},{places:0<2}")


def quantity_cell(value: Decimal | Blank) -> Cell:
    """Without trailing zeros, money too: 1 113 and 440,1 in the sample bill's table."""
    if isinstance(value, Blank):
        return _BLANK_CELLS[value]
    return Cell(CellKind.NUMBER, format_quantity(value))


def unless_zero(value: Decimal | Blank) -> Cell:
    return quantity_cell(value or Blank.EMPTY)


def readings_cell(readings: tuple[Decimal, ...] | Blank) -> Cell:
    """Several meters of one service print their readings on a line each."""
    if isinstance(readings, Blank):
        return _BLANK_CELLS[readings]
    text = ";\n".join(map(format_quantity, readings))
    return Cell(CellKind.NUMBER, text) if text else _BLANK_CELLS[Blank.EMPTY]


_BLANK_CELLS = {
    Blank.NOT_APPLICABLE: Cell(CellKind.NOT_APPLICABLE, Blank.NOT_APPLICABLE.value),
    Blank.EMPTY: Cell(CellKind.EMPTY),
}


def _figure(value: Decimal | Blank) -> Decimal:
    return ZERO if isinstance(value, Blank) else value
