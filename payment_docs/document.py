"""
The payment document as plain data: one set of figures for every form it is printed in.

Every figure comes in ready; this module checks that the figures agree.
Money is in roubles, areas in m².
"""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal

from payment_docs.details import (
    PLAIN_LOOK,
    BenefitRow,
    Change,
    Consumption,
    InstalmentRow,
    Look,
    MeterRow,
    RecalculationRow,
    ServiceSums,
    UpliftRow,
)
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


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
    `benefit` is not negative; `total` = charged + recalculated − benefit. `service` is the code of
    its service; a row of another sum (`is_apart`) belongs to none of the month's charges.
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
    service: str = ""
    uplift: Decimal | None = None
    excess: Decimal = ZERO
    is_apart: bool = False

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
    phone: str = ""
    email: str = ""


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
    def is_complete(self) -> bool:
        """Whether money can be sent by them: everything a code for paying has to name is known."""
        return all((self.inn, self.account, self.bank, self.bic))

    @property
    def lines(self) -> tuple[str, str, str]:
        return (
            _joined("ИНН/КПП", "/".join(filter(None, (self.inn, self.kpp)))),
            _joined("р/с", self.account, "в", self.bank, "БИК", self.bic),
            _joined("к/с", self.correspondent_account),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PayeeRow:
    """Who is paid: `amount` for the month, `opening` is the debt > 0 or advance < 0 before it."""

    name: str
    requisites: Requisites
    account_number: str
    amount: Decimal | None = None
    opening: Decimal = ZERO

    @property
    def to_pay(self) -> Decimal:
        """What is left to pay to this payee alone, an advance taken off; never negative."""
        return max(ZERO, (self.amount or ZERO) + self.opening)


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
    look: Look = PLAIN_LOOK
    due_on: dt.date | None = None
    services: tuple[ServiceSums, ...] = ()
    meters: tuple[MeterRow, ...] = ()
    history: tuple[Consumption, ...] = ()
    change: Change | None = None
    uplifts: tuple[UpliftRow, ...] = ()
    recalculations: tuple[RecalculationRow, ...] = ()
    benefits: tuple[BenefitRow, ...] = ()
    instalments: tuple[InstalmentRow, ...] = ()

    def __post_init__(self) -> None:
        assert self.to_pay == sum((row.total for row in self.rows), start=ZERO), self.to_pay
        assert self.to_pay_with_balance == max(ZERO, self.to_pay + self.opening), self.opening
        amounts = [payee.amount for payee in self.payees if payee.amount is not None]
        if len(amounts) == len(self.payees) > 0:
            assert sum(amounts, start=ZERO) == self.to_pay, amounts
        if self.services:
            assert sum((item.opening for item in self.services), ZERO) == self.opening, self.opening
            owed = sum((row.total for row in self.rows if not row.is_apart), start=ZERO)
            owed += sum((item.of_month for item in self.services), start=ZERO)
            assert owed == self.to_pay, owed

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
    def balance(self) -> Decimal:
        """Debt or advance, never negative."""
        return self.debt or self.advance


def _figure(value: Decimal | Blank) -> Decimal:
    return ZERO if isinstance(value, Blank) else value


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))
