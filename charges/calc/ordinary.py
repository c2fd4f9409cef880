"""
The short way to an ordinary volume: one for the whole month, of an account nothing unusual is known of.

Made ready once for a service of a month; whatever is not ordinary — a change inside the month,
zones, components — has no plan here and goes the general way. Both ways give the same line:
`tests/charges/calc/test_rows.py` compares them.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from charges.calc.inputs import Account, Charge, Component, Method, Service, Use
from charges.calc.metering import Measured, Unmeasured, measure, read_in_time
from charges.calc.pieces import ByZone, Piece, weakest
from charges.calc.tables import MonthTables, NormValue, Ranges
from charges.calc.timeline import Month
from zhkh.kernel.exact import product, total

_ONE = Decimal(1)
_NOTHING = Fraction(0)


class NotOrdinary(Exception):
    """The account's volume of the service is found the general way."""


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


class LinePlan(NamedTuple):
    """A line of the service: what it is priced with all the month."""

    component: Component | None
    prices: Ranges
    common_prices: Ranges
    coefficient: Decimal
    heat: Fraction | None = None  # for a unit of the volume, in the line of it


@dataclasses.dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service of the month where nothing of it changes inside the month."""

    service: Service
    month: Month
    lines: tuple[LinePlan, ...]
    per_person: NormValue | None
    per_m2: NormValue | None
    find: "Callable[[ServicePlan, Account], Own | None]"

    def own(self, account: Account) -> Own | None:
        """
        The individual volume; nothing where the service has no individual part here.

        :raises NotOrdinary: something of it changes inside the month.
        """
        return self.find(self, account)


def plan_of(service: Service, tables: MonthTables) -> ServicePlan | None:
    """The plan of a service in which nothing is unusual in this month."""
    find = _nothing if service.common_of is not None else _OWN.get(service.charge)
    norms = [tables.norm(service.code, key) for key in ("per_person", "per_m2", "heat_per_unit")]
    if find is None or any(len(row) > 1 for row in norms):
        return None
    per_person, per_m2, heat = (row[0].value for row in norms)
    if service.charge is Charge.NORM_AREA and per_m2 is None:
        return None  # the general way says what is missing
    lines = _lines(service, heat, tables)
    return ServicePlan(service, tables.month, lines, per_person, per_m2, find) if lines else None


def _lines(service: Service, heat: NormValue | None, tables: MonthTables) -> tuple[LinePlan, ...]:
    """Nothing where a line has no price or more than one kind of it."""
    if service.charge is not Charge.HOT_WATER_TWO_PART:
        line = _line(service, None, tables)
        return (line,) if line else ()
    water, heating = (_line(service, component, tables) for component in _COMPONENTS)
    if water is None or heating is None or heat is None:
        return ()
    return water, heating._replace(coefficient=_ONE, heat=heat.monthly)


_COMPONENTS = (Component.WATER, Component.HEAT)
_USES = (Use.INDIVIDUAL, Use.COMMON)


def _line(service: Service, component: Component | None, tables: MonthTables) -> LinePlan | None:
    prices, common = (tables.prices(service.code, None, component, use) for use in _USES)
    uplift = tables.uplift(service)
    if (
        any(len(row) > 1 for row in (prices, common, uplift))
        or not prices[0].value
        or not common[0].value
        or tables.prices_differ_by_use(service.code, None, component)
    ):
        return None
    return LinePlan(component, prices[0].value, common[0].value, uplift[0].value)


def drained(sources: Iterable[Own]) -> Own | None:
    """What came in as water goes out."""
    found = list(sources)
    if not found:
        return None
    method = weakest(own.method for own in found) or Method.METER
    return Own(sum_of([own.volume for own in found]), method)


def sum_of(volumes: Sequence[Decimal | Fraction]) -> Decimal | Fraction:
    if len(volumes) == 1:
        return volumes[0]
    exact = [volume for volume in volumes if isinstance(volume, Decimal)]
    if len(exact) == len(volumes):
        return total(exact)
    return sum((Fraction(volume) for volume in volumes), start=_NOTHING)


# --- accounts

_ORDINARY_FIELDS = frozenset(
    {
        "number", "payer", "premises", "area", "living_area", "owners", "residents", "services",
        "meter_impossible", "meters", "heating_charged",
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
    """A flat of which nothing is known beyond the facts the short way takes."""
    return bool(_others_of(account) == _NOTHING_ELSE)


# --- volumes by the way of charging


def _nothing(plan: ServicePlan, account: Account) -> Own | None:
    del plan, account
    return None


def _per_area(plan: ServicePlan, account: Account) -> Own | None:
    del plan
    return Own(account.area, None)


_OF_AN_ACCOUNT = Own(_ONE, None)


def _per_account(plan: ServicePlan, account: Account) -> Own | None:
    del plan, account
    return _OF_AN_ACCOUNT


def _per_person(plan: ServicePlan, account: Account) -> Own | None:
    return Own(Decimal(_persons(account, plan.month)), None)


def _norm_area(plan: ServicePlan, account: Account) -> Own | None:
    assert plan.per_m2 is not None, "no plan without a norm"
    can_be_metered = plan.service.code not in account.meter_impossible
    return Own(_times(plan.per_m2, account.area), Method.NORM, can_be_metered)


def _metered(plan: ServicePlan, account: Account) -> Own | None:
    code, month = plan.service.code, plan.month
    found: Own | None = None
    for meter in account.meters:
        if meter.service != code:
            continue
        if found is not None or meter.zone is not None:
            return _by_all_meters(plan, account)
        volume = read_in_time(meter, month)
        if volume is None or not month.is_whole(meter.installed, meter.removed):
            return _by_all_meters(plan, account)
        found = Own(volume, Method.METER)
    return found or _by_norm(plan, account, [])


def _by_all_meters(plan: ServicePlan, account: Account) -> Own | None:
    results = []
    for meter in account.meters:
        if meter.service != plan.service.code:
            continue
        lo, hi = plan.month.clip(meter.installed, meter.removed)
        if lo >= hi:
            continue
        if meter.zone is not None or lo or hi != plan.month.days:
            raise NotOrdinary
        results.append(measure(meter, plan.month))
    failures = [result for result in results if isinstance(result, Unmeasured)]
    if results and not failures:
        return _measured([result for result in results if isinstance(result, Measured)])
    return _by_norm(plan, account, failures)


def _measured(found: list[Measured]) -> Own:
    volume = sum_of([result.volume for result in found])
    return Own(volume, weakest(result.method for result in found))


def _by_norm(plan: ServicePlan, account: Account, failures: list[Unmeasured]) -> Own | None:
    """A silent meter without any norm: the service is there, its volume is 0."""
    if plan.per_person is None:
        return Own(_NOTHING, Method.NORM) if failures else None
    uplifted = (
        (not failures or any(failure.uplifted for failure in failures))
        and plan.service.uplift
        and plan.service.code not in account.meter_impossible
    )
    people = _persons(account, plan.month)
    return Own(_times(plan.per_person, Decimal(people)), Method.NORM, uplifted)


def _persons(account: Account, month: Month) -> int:
    """Residents, and where nobody is registered the owners, all the month the same."""
    if not account.residents:
        return account.owners
    row, *others = account.residents
    if others or not month.is_whole(row.since, row.until):
        raise NotOrdinary
    return row.count or account.owners


def _times(norm: NormValue, number: Decimal) -> Decimal | Fraction:
    if norm.yearly:
        return norm.monthly * Fraction(number)
    return product(norm.printed, number)


def _of_others(plan: ServicePlan, account: Account) -> Own | None:
    """What follows from other volumes is found elsewhere."""
    del plan, account
    raise NotOrdinary


_OWN: dict[Charge, Callable[[ServicePlan, Account], Own | None]] = {
    Charge.PER_AREA: _per_area,
    Charge.PER_ACCOUNT: _per_account,
    Charge.PER_PERSON: _per_person,
    Charge.NORM_AREA: _norm_area,
    Charge.METERED: _metered,
    Charge.HOT_WATER_TWO_PART: _metered,
    Charge.DRAINAGE: _of_others,
    Charge.HEATING: _of_others,
}


def own_of_volumes(found: ByZone, month: Month) -> Own | None:
    """A volume found the general way, where it is one of the whole month."""
    pieces = found.get(None, ())
    if len(found) != 1 or len(pieces) != 1 or pieces[0].lo or pieces[0].hi != month.days:
        return None
    return Own(pieces[0].volume, pieces[0].method, pieces[0].uplifted)
