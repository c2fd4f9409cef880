"""What comes out of a calculation, and its exact JSON text (contract: "Output")."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal

from charges.calc.inputs import Component, Method, Use, Zone
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain, plain_price


@dataclasses.dataclass(frozen=True, slots=True)
class CommonResult:
    service: str
    zone: Zone | None
    volume: Decimal
    method: Method
    undistributed: Decimal  # a negative rest that nobody shares


@dataclasses.dataclass(frozen=True, slots=True)
class HouseResult:
    code: str
    common: tuple[CommonResult, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    volume: Decimal
    method: Method | None
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class UpliftResult:
    coefficient: Decimal | None  # None: differs between segments
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    part: Use
    since: dt.date
    until: dt.date
    volume: Decimal
    price: Decimal | None
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class LineResult:
    service: str
    zone: Zone | None
    component: Component | None
    use: Use | None
    unit: str
    price: Decimal | None
    individual: Part | None
    common: Part | None
    uplift: UpliftResult
    vat: Decimal
    charged: Decimal
    recalculated: Decimal
    benefit: Decimal
    total: Decimal
    segments: tuple[Segment, ...]
    tell: Callable[[], tuple[str, ...]] = dataclasses.field(compare=False, repr=False)

    @property
    def why(self) -> tuple[str, ...]:
        """The sentences of the line, made when somebody asks: a run of a month never does."""
        return self.tell()


@dataclasses.dataclass(frozen=True, slots=True)
class AllocationResult:
    payment: int
    period: Period | None
    service: str | None
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class PenaltySpan:
    debt: Decimal
    period: Period
    since: dt.date
    until: dt.date
    days: int
    part: str | None
    rate: Decimal
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class PenaltyResult:
    total: Decimal
    spans: tuple[PenaltySpan, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class AccountResult:
    number: str
    lines: tuple[LineResult, ...]
    allocations: tuple[AllocationResult, ...]
    penalty: PenaltyResult
    opening: Decimal
    charged: Decimal
    to_pay: Decimal
    advance_left: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class ScenarioResult:
    period: Period
    houses: tuple[HouseResult, ...]
    accounts: tuple[AccountResult, ...]


Document = dict[str, object]


def result_json(result: ScenarioResult) -> str:
    """The same result always gives the same bytes."""
    return json.dumps(result_document(result), ensure_ascii=False, indent=1) + "\n"


def result_document(result: ScenarioResult) -> Document:
    """Keys in the order of the contract, decimals as strings."""
    return {
        "period": str(result.period),
        "houses": [
            {"code": house.code, "common": [_common(row) for row in house.common]}
            for house in result.houses
        ],
        "accounts": [_account(account) for account in result.accounts],
    }


def _common(row: CommonResult) -> Document:
    return {
        "service": row.service,
        "zone": row.zone,
        "volume": plain(row.volume),
        "method": row.method,
        "undistributed": plain(row.undistributed),
    }


def _account(account: AccountResult) -> Document:
    return {
        "number": account.number,
        "lines": [line_document(line) for line in account.lines],
        "allocations": [
            {
                "payment": row.payment,
                "period": None if row.period is None else str(row.period),
                "service": row.service,
                "amount": money_text(row.amount),
            }
            for row in account.allocations
        ],
        "penalty": {
            "total": money_text(account.penalty.total),
            "spans": [_span(span) for span in account.penalty.spans],
        },
        "opening": money_text(account.opening),
        "charged": money_text(account.charged),
        "to_pay": money_text(account.to_pay),
        "advance_left": money_text(account.advance_left),
    }


def line_document(line: LineResult) -> Document:
    return {
        "service": line.service,
        "zone": line.zone,
        "component": line.component,
        "use": line.use,
        "unit": line.unit,
        "price": _price(line.price),
        "individual": _part(line.individual),
        "common": _part(line.common),
        "uplift": {
            "coefficient": None
            if line.uplift.coefficient is None
            else plain(line.uplift.coefficient),
            "amount": money_text(line.uplift.amount),
        },
        "vat": money_text(line.vat),
        "charged": money_text(line.charged),
        "recalculated": money_text(line.recalculated),
        "benefit": money_text(line.benefit),
        "total": money_text(line.total),
        "segments": [_segment(segment) for segment in line.segments],
        "why": list(line.why),
    }


def _part(part: Part | None) -> Document | None:
    if part is None:
        return None
    return {
        "volume": plain(part.volume),
        "method": part.method,
        "amount": money_text(part.amount),
    }


def _segment(segment: Segment) -> Document:
    return {
        "part": segment.part,
        "from": segment.since.isoformat(),
        "to": segment.until.isoformat(),
        "volume": plain(segment.volume),
        "price": _price(segment.price),
        "amount": money_text(segment.amount),
    }


def _span(span: PenaltySpan) -> Document:
    return {
        "debt": money_text(span.debt),
        "period": str(span.period),
        "from": span.since.isoformat(),
        "to": span.until.isoformat(),
        "days": span.days,
        "part": span.part,
        "rate": plain(span.rate),
        "amount": money_text(span.amount),
    }


def _price(price: Decimal | None) -> str | None:
    return None if price is None else plain_price(price)


def money_text(amount: Decimal) -> str:
    """Two places, "0.00" for nothing, never "-0.00"."""
    return f"{amount:.2f}" if amount else "0.00"
