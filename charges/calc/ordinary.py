"""
The short way of an ordinary line: one volume of the whole month, one price, one coefficient.

Made ready once for a service of a house and month; whatever is not ordinary — a change inside the
month, zones, components, price ranges — has no plan here and goes the general way. Both ways give
the same line: `tests/charges/calc/test_rows.py` compares them.
"""

import dataclasses
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from charges.calc.inputs import Account, Charge, Method, Service, Use
from charges.calc.metering import Measured, Unmeasured, measure
from charges.calc.pieces import Piece, weakest
from charges.calc.pricing import VOLUME_PLACES, amounts_of
from charges.calc.sharing import Sharing
from charges.calc.tables import MonthTables, NormValue
from zhkh.kernel.money import round_places, round_ratio

_ONE = Decimal(1)
_WHOLE = Fraction(0)


class NotOrdinary(Exception):
    """This account's volume of the service is found the general way."""


class Own(NamedTuple):
    """An individual volume of the whole month, exact."""

    volume: Decimal | Fraction
    method: Method | None
    uplifted: bool = False

    def as_piece(self, days: int) -> Piece:
        """Its words are never asked for: only the general way explains."""
        volume = Fraction(self.volume)
        spread = self.method in {Method.METER, Method.AVERAGE}  # what drains cuts it by days
        return Piece(0, days, volume, self.method, str, spread=spread, uplifted=self.uplifted)


class Priced(NamedTuple):
    """A part of a line: what `Part` says, and what the coefficient added."""

    volume: Decimal
    method: str
    amount: Decimal
    coefficient: Decimal
    plain_amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service of the month where nothing of it changes inside the month."""

    service: Service
    days: int
    price: Decimal | None
    common_price: Decimal | None
    coefficient: Decimal
    per_person: NormValue | None
    per_m2: NormValue | None

    def own(self, account: Account, tables: MonthTables) -> Own | None:
        """
        The individual volume; nothing where the service has no individual part here.

        :raises NotOrdinary: something of it changes inside the month.
        """
        if self.service.common_of is not None:
            return None
        return _OWN[self.service.charge](self, account, tables)

    def drained(self, sources: Iterable[Own]) -> Own | None:
        """What came in as water goes out."""
        found = list(sources)
        if not found:
            return None
        method = weakest(own.method for own in found) or Method.METER
        if len(found) == 1:
            return Own(found[0].volume, method)
        return Own(sum((Fraction(own.volume) for own in found), start=_WHOLE), method)

    def price_own(self, own: Own) -> Priced:
        if self.price is None:
            raise NotOrdinary
        coefficient = self.coefficient if own.uplifted else _ONE
        volume = rounded_volume(own.volume)
        amount, plain = amounts_of(volume, self.price, coefficient)
        method = Method.NORM_UPLIFTED if coefficient != _ONE else own.method
        return Priced(volume, method or "", amount, coefficient, plain)

    def price_common(self, sharing: Sharing, area: Decimal, method: Method) -> Priced:
        if self.common_price is None:
            raise NotOrdinary
        volume = rounded_volume(sharing.of(area))
        amount, plain = amounts_of(volume, self.common_price, _ONE)
        return Priced(volume, method, amount, _ONE, plain)


def plan_of(service: Service, tables: MonthTables) -> ServicePlan | None:
    """The plan of a service in which nothing is unusual in this month."""
    if service.charge not in _OWN and service.charge is not Charge.DRAINAGE:
        return None
    price = _only_price(service, tables, Use.INDIVIDUAL)
    common_price = _only_price(service, tables, Use.COMMON)
    uplift = tables.uplift(service)
    norms = [tables.norm(service.code, key) for key in ("per_person", "per_m2")]
    changes = any(len(row) > 1 for row in (uplift, *norms))
    if changes or tables.prices_differ_by_use(service.code, None, None):
        return None
    per_person, per_m2 = (row[0].value for row in norms)
    if service.charge is Charge.NORM_AREA and per_m2 is None:
        return None  # the general way says what is missing
    days = tables.month.days
    return ServicePlan(service, days, price, common_price, uplift[0].value, per_person, per_m2)


def _only_price(service: Service, tables: MonthTables, use: Use) -> Decimal | None:
    prices = tables.prices(service.code, None, None, use)
    ranges = prices[0].value
    return ranges[0][1] if len(prices) == 1 and len(ranges) == 1 else None


def rounded_volume(volume: Decimal | Fraction) -> Decimal:
    if isinstance(volume, Decimal):
        return round_places(volume, VOLUME_PLACES)
    return round_ratio(volume, VOLUME_PLACES)


# --- accounts

_ORDINARY_FIELDS = frozenset(
    {
        "number", "payer", "premises", "area", "living_area", "owners", "residents", "services",
        "meter_impossible", "meters",
    }
)  # fmt: skip
_OTHERS = {
    field.name: field.default
    for field in dataclasses.fields(Account)
    if field.name not in _ORDINARY_FIELDS
}
_others_of = attrgetter(*_OTHERS)
_NOTHING_ELSE = tuple(_OTHERS.values())


def is_ordinary(account: Account) -> bool:
    """A flat whose lines nothing lowers, raises or splits: no fact beyond those known here."""
    return bool(_others_of(account) == _NOTHING_ELSE)


# --- volumes by the way of charging


def _per_area(plan: ServicePlan, account: Account, tables: MonthTables) -> Own | None:
    del plan, tables
    return Own(account.area, None)


def _per_account(plan: ServicePlan, account: Account, tables: MonthTables) -> Own | None:
    del plan, account, tables
    return Own(_ONE, None)


def _per_person(plan: ServicePlan, account: Account, tables: MonthTables) -> Own | None:
    del plan
    return Own(Decimal(_persons(account, tables)), None)


def _norm_area(plan: ServicePlan, account: Account, tables: MonthTables) -> Own | None:
    del tables
    assert plan.per_m2 is not None, "no plan without a norm"
    can_be_metered = plan.service.code not in account.meter_impossible
    return Own(_times(plan.per_m2, account.area), Method.NORM, can_be_metered)


def _metered(plan: ServicePlan, account: Account, tables: MonthTables) -> Own | None:
    code = plan.service.code
    results = []
    for meter in account.meters:
        if meter.service != code:
            continue
        lo, hi = tables.month.clip(meter.installed, meter.removed)
        if lo >= hi:
            continue
        if meter.zone is not None or lo or hi != plan.days:
            raise NotOrdinary
        results.append(measure(meter, tables.month))
    failures = [result for result in results if isinstance(result, Unmeasured)]
    if results and not failures:
        return _measured(result for result in results if isinstance(result, Measured))
    return _by_norm(plan, account, tables, failures)


def _measured(results: Iterable[Measured]) -> Own:
    found = list(results)
    if len(found) == 1:
        return Own(found[0].volume, found[0].method)
    volume = sum((result.volume for result in found), start=_WHOLE)
    return Own(volume, weakest(result.method for result in found))


def _by_norm(
    plan: ServicePlan, account: Account, tables: MonthTables, failures: list[Unmeasured]
) -> Own | None:
    """A silent meter without any norm: the service is there, its volume is 0."""
    if plan.per_person is None:
        return Own(_WHOLE, Method.NORM) if failures else None
    uplifted = (
        (not failures or any(failure.uplifted for failure in failures))
        and plan.service.uplift
        and plan.service.code not in account.meter_impossible
    )
    people = _persons(account, tables)
    return Own(_times(plan.per_person, Decimal(people)), Method.NORM, uplifted)


def _persons(account: Account, tables: MonthTables) -> int:
    """Residents, and where nobody is registered the owners, all the month the same."""
    if not account.residents:
        return account.owners
    row, *others = account.residents
    lo, hi = tables.month.clip(row.since, row.until)
    if others or lo or hi != tables.month.days:
        raise NotOrdinary
    return row.count or account.owners


def _times(norm: NormValue, number: Decimal) -> Decimal | Fraction:
    if norm.yearly:
        return norm.monthly * Fraction(number)
    return norm.printed * number


_OWN: dict[Charge, Callable[[ServicePlan, Account, MonthTables], Own | None]] = {
    Charge.PER_AREA: _per_area,
    Charge.PER_ACCOUNT: _per_account,
    Charge.PER_PERSON: _per_person,
    Charge.NORM_AREA: _norm_area,
    Charge.METERED: _metered,
}
