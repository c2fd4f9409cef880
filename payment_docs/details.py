"""
What a payment document says besides its charges, as plain data.

Money is in roubles (or hryvnias), volumes in the unit of their service.
"""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal

from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

MONTHS_OF_HISTORY = 12


class Form(enum.Enum):
    """Which form the document is printed in."""

    ORDER_454 = "454"  # Приказ Минрегиона № 454 от 19.09.2011
    ORDER_43 = "43"  # Приказ Минстроя № 43/пр от 26.01.2018


class PdfVariant(enum.Enum):
    """What kind of PDF is made; the value is the layout engine's name of it."""

    PLAIN = ""
    ARCHIVE = "pdf/a-3b"
    ACCESSIBLE = "pdf/ua-1"


class Language(enum.Enum):
    RUSSIAN = "ru"
    UKRAINIAN = "uk"


class Currency(enum.Enum):
    """The value is the sign."""

    ROUBLE = "₽"
    HRYVNIA = "₴"


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How the organisation has its documents printed; `logo` is the SHA-256 of a picture."""

    form: Form = Form.ORDER_454
    variant: PdfVariant = PdfVariant.PLAIN
    language: Language = Language.RUSSIAN
    currency: Currency = Currency.ROUBLE
    logo: str = ""


PLAIN_LOOK = Look()


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceSums:
    """
    What a service owes besides its rows' charges: each sum as the books have it, debt > 0.

    `opening` is the debt (> 0) or advance (< 0) before the month's charges; `benefit` lowers.
    `payee` is the place of its payee in the document, `recalculated` and `benefit` are what no
    row of the service holds.
    """

    code: str
    name: str
    payee: int
    opening: Decimal = ZERO
    recalculated: Decimal = ZERO
    benefit: Decimal = ZERO
    penalty: Decimal = ZERO
    fine: Decimal = ZERO
    state_fee: Decimal = ZERO
    court_costs: Decimal = ZERO
    instalment: Decimal = ZERO

    @property
    def of_month(self) -> Decimal:
        """What the month adds to the debt besides the rows."""
        return (
            self.recalculated
            - self.benefit
            + self.penalty
            + self.fine
            + self.state_fee
            + self.court_costs
            + self.instalment
        )


@dataclasses.dataclass(frozen=True, slots=True)
class MeterRow:
    """
    A meter of the premises in the month; `volume` is what its last two readings differ by.

    `key` names its service and zone for whoever assembles the document.
    """

    service: str
    unit: str
    serial: str
    previous: Decimal | None
    previous_on: dt.date | None
    current: Decimal
    current_on: dt.date
    volume: Decimal | None
    verified_until: dt.date | None = None
    key: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Consumption:
    """Volumes of a service in the last twelve months, the document's own month the last."""

    service: str
    unit: str
    months: tuple[Decimal | None, ...]

    def __post_init__(self) -> None:
        assert len(self.months) == MONTHS_OF_HISTORY, self.months

    @property
    def now(self) -> Decimal:
        return self.months[-1] or ZERO

    @property
    def month_ago(self) -> Decimal | None:
        return self.months[-2]


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What the bill was a month ago, and the service that changed it most."""

    before: Decimal
    now: Decimal
    service: str = ""
    service_before: Decimal = ZERO
    service_now: Decimal = ZERO


@dataclasses.dataclass(frozen=True, slots=True)
class RecalculationRow:
    """`amount` is signed: what lowers the bill is negative."""

    service: str
    for_month: Period
    amount: Decimal
    reason: str
    basis: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class BenefitRow:
    """`amount` is what the benefit or subsidy lowers the bill by."""

    service: str
    category: str
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class UpliftRow:
    """`excess` is the part of the charge that the coefficient alone makes."""

    service: str
    coefficient: Decimal | None
    excess: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class InstalmentRow:
    """
    The month's part of an agreement: `of_month` of the billed month's charge, `of_past` of debts.

    `percent` is yearly, `percents` is its sum of the month, `left` is what later months pay.
    """

    number: str
    of_month: Decimal
    of_past: Decimal
    percent: Decimal
    percents: Decimal
    left: Decimal

    @property
    def to_pay(self) -> Decimal:
        return self.of_month + self.of_past + self.percents
