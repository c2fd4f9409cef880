"""
The payment document as plain data, and what each of its cells prints.

The form is the one of Приказ Минрегиона № 454: charges in columns 1–13, reference columns 1–6.
Every figure comes in ready; this module checks that the figures agree, and words them.
Money is in roubles, areas in m².
"""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal

from zhkh.kernel.money import ZERO, round_places
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity

# Columns 3 and 4 print at most so many decimals; the charge was made from the exact volume.
VOLUME_PLACES = 4


class Blank(enum.Enum):
    """A cell without a figure; the value is what is printed in it."""

    NOT_APPLICABLE = "x"
    EMPTY = ""


class Mark(enum.Enum):
    """How a volume was determined; the value is what is printed beside the volume."""

    NORM = "(1)"
    NORM_UPLIFTED = "(1а)"
    METER = "(2)"
    AVERAGE = "(3)"
    HOUSE_METER = "(4)"


_MARK_WORDS = {
    Mark.NORM: "по нормативам",
    Mark.NORM_UPLIFTED: "по нормативам с повышающим коэффициентом при отсутствии ПУ",
    Mark.METER: "по показаниям ИПУ",
    Mark.AVERAGE: "по среднему",
    Mark.HOUSE_METER: "по показаниям ОПУ",
}
_FOOTNOTE = "* Объем коммунальных услуг определен: " + ", ".join(
    f"{mark.value} - {words}" for mark, words in _MARK_WORDS.items()
)


@dataclasses.dataclass(frozen=True, slots=True)
class Volume:
    """Volume of a utility in the unit of its row; the sample bill leaves some volumes unmarked."""

    quantity: Decimal
    mark: Mark | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """«Справочная информация», columns 1–6: norms, meters' current readings, the house's volumes."""

    norm_individual: Decimal | Blank = Blank.EMPTY
    norm_common: Decimal | Blank = Blank.EMPTY
    meter_readings: tuple[Decimal, ...] | Blank = ()
    house_readings: tuple[Decimal, ...] | Blank = ()
    house_premises: Decimal | Blank = Blank.EMPTY
    house_common: Decimal | Blank = Blank.EMPTY


NO_REFERENCE = Reference(*[Blank.NOT_APPLICABLE] * 6)


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceRow:
    """
    One line of the calculation.

    Where the volumes are not applicable (fees per m² or per account), so are the parts of the
    charge. `charged` is the sum of its parts, VAT included in them; `recalculated` is signed,
    `benefit` is not negative; `total` = charged + recalculated − benefit.
    """

    name: str
    unit: str
    volume_individual: Volume | Blank
    volume_common: Volume | Blank
    price: Decimal | Blank
    charged_individual: Decimal | Blank
    charged_common: Decimal | Blank
    charged: Decimal
    total: Decimal
    recalculated: Decimal = ZERO
    benefit: Decimal = ZERO
    reference: Reference = Reference()

    def __post_init__(self) -> None:
        assert self.benefit >= ZERO, self
        assert self.total == self.charged + self.recalculated - self.benefit, self
        if not self.is_fee:
            parts = _figure(self.charged_individual) + _figure(self.charged_common)
            assert self.charged == parts, self

    @property
    def is_fee(self) -> bool:
        """Whether the row is paid per m², per account and the like: it has no volume to print."""
        return self.charged_individual is self.charged_common is Blank.NOT_APPLICABLE

    @property
    def cells(self) -> "tuple[Cell, ...]":
        return cells(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading; the housing services come first and have none."""

    title: str
    rows: tuple[ServiceRow, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Organisation:
    name: str = ""
    address: str = ""
    hours: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Requisites:
    """Where to pay; a field nobody filled leaves its label on paper, as in the sample bill."""

    inn: str = ""
    kpp: str = ""
    account: str = ""
    bank: str = ""
    bic: str = ""
    correspondent_account: str = ""

    @property
    def lines(self) -> tuple[str, str, str]:
        return (
            _joined("ИНН/КПП", "/".join(filter(None, (self.inn, self.kpp)))),
            _joined("р/с", self.account, "в", self.bank, "БИК", self.bic),
            _joined("к/с", self.correspondent_account),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PayeeRow:
    name: str
    requisites: Requisites
    account_number: str
    amount: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class LastPayment:
    on: dt.date
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    common_area: Decimal
    residents: int
    premises_area: Decimal
    total_area: Decimal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDocument:
    """
    Everything printed on one bill.

    `opening` is the balance before this month's charges: debt > 0, advance < 0; payments up to and
    including `counted_until` are in it. `number` is empty until the document is issued.
    """

    period: Period
    account_number: str
    payer: str
    address: str
    area: Decimal
    residents: int
    executor: Organisation
    settlement_centre: Organisation
    payees: tuple[PayeeRow, ...]
    opening: Decimal
    last_payment: LastPayment | None
    counted_until: dt.date
    to_pay: Decimal
    to_pay_with_balance: Decimal
    sections: tuple[Section, ...]
    house: House
    number: str = ""
    version: int = 1
    notice: str = ""

    def __post_init__(self) -> None:
        assert self.to_pay == sum((row.total for row in self.rows), start=ZERO), self.to_pay
        assert self.to_pay_with_balance == max(ZERO, self.to_pay + self.opening), self.opening
        amounts = [payee.amount for payee in self.payees if payee.amount is not None]
        if len(amounts) == len(self.payees) > 0:
            assert sum(amounts, start=ZERO) == self.to_pay, amounts

    @property
    def rows(self) -> tuple[ServiceRow, ...]:
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def charged(self) -> Decimal:
        """Sum of column 8: before recalculations and benefits."""
        return sum((row.charged for row in self.rows), start=ZERO)

    @property
    def advance(self) -> Decimal:
        return max(ZERO, -self.opening)

    @property
    def debt(self) -> Decimal:
        return max(ZERO, self.opening)

    @property
    def title(self) -> str:
        return f"Счет на оплату ЖКУ за {self.period.title} г."

    @property
    def balance_word(self) -> str:
        """«Аванс» also names a balance of zero, as in the sample bill's totals."""
        return "Задолженность" if self.debt else "Аванс"

    @property
    def balance(self) -> Decimal:
        """The amount beside `balance_word`, never negative."""
        return self.debt or self.advance

    @property
    def with_balance_words(self) -> str:
        counted = "задолженности" if self.debt else "аванса"
        return f"Итого к оплате с учетом {counted}"

    @property
    def total_cell(self) -> "Cell":
        """Column 11 of the total row."""
        return _quantity(self.to_pay)

    @property
    def number_words(self) -> str:
        """Empty for a document that is not issued; later versions say which they are."""
        if not self.number:
            return ""
        version = f", версия {self.version}" if self.version > 1 else ""
        return f"Документ № {self.number}{version}"

    @property
    def footnote(self) -> str:
        return _FOOTNOTE


class CellKind(enum.Enum):
    TEXT = "text"
    NUMBER = "number"
    NOT_APPLICABLE = "not-applicable"
    EMPTY = "empty"


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; `mark` follows a volume's number."""

    kind: CellKind
    text: str = ""
    mark: str = ""


def cells(row: ServiceRow) -> tuple[Cell, ...]:
    """The nineteen cells of a row: columns 1–13, then reference columns 1–6."""
    total_individual, total_common = total_parts(row)
    reference = row.reference
    return (
        _text(row.name),
        _text(row.unit),
        _volume(row.volume_individual),
        _volume(row.volume_common),
        _quantity(row.price) if row.is_fee else _price(row.price),
        _unless_zero(row.charged_individual),
        _unless_zero(row.charged_common),
        _quantity(row.charged),
        _unless_zero(row.recalculated),
        _unless_zero(row.benefit),
        _quantity(row.total),
        _unless_zero(total_individual),
        _unless_zero(total_common),
        _quantity(reference.norm_individual),
        _quantity(reference.norm_common),
        _readings(reference.meter_readings),
        _readings(reference.house_readings),
        _quantity(reference.house_premises),
        _quantity(reference.house_common),
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


def _text(text: str) -> Cell:
    return Cell(CellKind.TEXT, text) if text else _BLANK_CELLS[Blank.EMPTY]


def _volume(volume: Volume | Blank) -> Cell:
    if isinstance(volume, Blank):
        return _BLANK_CELLS[volume]
    text = format_quantity(round_places(volume.quantity, VOLUME_PLACES))
    return Cell(CellKind.NUMBER, text, volume.mark.value if volume.mark else "")


def _price(price: Decimal | Blank) -> Cell:
    """At least two decimals: 13,50."""
    if isinstance(price, Blank):
        return _BLANK_CELLS[price]
    whole, _, places = format_quantity(price).partition(",")
    return Cell(CellKind.NUMBER, f"{whole},{places:0<2}")


def _quantity(value: Decimal | Blank) -> Cell:
    """Without trailing zeros, money too: 1 113 and 440,1 in the sample bill's table."""
    if isinstance(value, Blank):
        return _BLANK_CELLS[value]
    return Cell(CellKind.NUMBER, format_quantity(value))


def _unless_zero(value: Decimal | Blank) -> Cell:
    return _quantity(value or Blank.EMPTY)


def _readings(readings: tuple[Decimal, ...] | Blank) -> Cell:
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


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))
