"""
The lines of a house as rows of a table: what a month's run writes, without the words of `why`.

Ordinary lines go the short way (`charges.calc.ordinary`), the others the general one; a row is the
same text either way, so its digest proves an old month whichever way it went.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from charges.calc.building import HouseCalculator, calculator_of
from charges.calc.columns import AccountRows, ChangedLine, Row, changed_lines, row_of, rows_of
from charges.calc.common_house import used_by
from charges.calc.common_volume import CommonVolumes
from charges.calc.demands import Demands
from charges.calc.heating_year import NO_YEAR, YearOfHeating
from charges.calc.inputs import Account, Charge, House, Service, Zone
from charges.calc.lines import Draft
from charges.calc.ordinary import (
    NotOrdinary,
    Own,
    ServicePlan,
    drained,
    is_ordinary,
    own_of_volumes,
    plan_of,
    sum_of,
)
from charges.calc.ordinary_lines import (
    OrdinaryLines,
    Recalculated,
    Shared,
    recalculated_row,
    voted_row,
)
from charges.calc.pieces import ByZone
from charges.calc.problems import Place
from charges.calc.recalculation import interrupted
from charges.calc.result import HouseResult, LineResult
from charges.calc.sharing import Sharing
from charges.calc.tables import MonthTables
from charges.calc.voted import voted_lines
from zhkh.kernel.exact import total
from zhkh.kernel.money import ZERO


class HouseRows(NamedTuple):
    house: HouseResult
    accounts: list[AccountRows]  # by number


def digest_of(houses: Iterable[HouseResult], accounts: Iterable[AccountRows]) -> str:
    """Stands for everything calculated: common volumes of the houses and every row."""
    lines = [
        f"{house.code}\t{row.service}\t{row.zone}\t{row.volume}\t{row.method}\t{row.undistributed}"
        for house in houses
        for row in house.common
    ]
    lines += [
        f"{account.number}\t{service}\t{text}"
        for account in accounts
        for service, text in account.rows
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


# --- a whole house


class MonthPlans:
    """The plans of a month's services, made once for all its houses."""

    def __init__(self, tables: MonthTables) -> None:
        self.tables = tables
        self.plans = {service.code: plan_of(service, tables) for service in tables.services}


def house_rows(month: MonthPlans, house: House, place: Place = ("houses", 0)) -> HouseRows:
    """
    What `calculate_house` gives, as rows.

    :raises ScenarioProblems: something is missing that a rule needs.
    """
    demands = Demands()
    rows = _House(month, calculator_of(month.tables, house, place, demands)).rows()
    demands.refuse_if_any()
    return rows


class _House:
    """One house on its way: volumes of all accounts first, then what they share, then lines."""

    def __init__(self, month: MonthPlans, calculator: HouseCalculator) -> None:
        self.tables = month.tables
        self.calculator = calculator
        self.house = calculator.house
        self.plans = month.plans
        self.year = YearOfHeating.of(self.house, self.tables)
        self.ordinary = [
            len(flat.payers) == 1 and is_ordinary(flat.account) and self.year.holds(flat.account)
            for flat in calculator.flats
        ]
        self.own: list[dict[str, Own]] = [{} for _ in self.house.accounts]
        self.volumes: list[dict[str, ByZone]] = [{} for _ in self.house.accounts]

    def rows(self) -> HouseRows:
        for service in sorted(self.tables.services, key=_comes_last):
            self._find_volumes(service)
        common = self.calculator.common(self._used)
        voted = voted_lines(self.house, self.calculator.place, self.tables, self.calculator.demands)
        lines = _Lines(self, common)
        accounts: list[AccountRows] = []
        for number, account in enumerate(self.house.accounts):
            if self.ordinary[number]:
                accounts.append(lines.ordinary(number, account, voted[number]))
            else:
                known = _Volumes(self, number)
                found = self.calculator.accounts(number, known, common, voted[number])
                accounts += map(rows_of, found)
        accounts.sort(key=_number)
        return HouseRows(self.calculator.house_result(common), accounts)

    # --- volumes

    def _find_volumes(self, service: Service) -> None:
        plan = self.plans[service.code]
        if plan is None or service.charge is Charge.HEATING:
            self._find_generally(service, plan)
        elif service.charge is Charge.DRAINAGE:
            self._find_drained(service)
        else:
            self._find_own(plan)

    def _find_own(self, plan: ServicePlan) -> None:
        code, find = plan.service.code, plan.find
        for number, account in enumerate(self.house.accounts):
            if account.services is not None and code not in account.services:
                continue
            if self.ordinary[number]:
                try:
                    own = find(plan, account)
                except NotOrdinary:
                    pass
                else:
                    if own is not None:
                        self.own[number][code] = own
                    continue
            found = self.calculator.volumes_of_one(plan.service, number)
            if found:
                self.volumes[number][code] = found

    def _find_drained(self, service: Service) -> None:
        for number, account in enumerate(self.house.accounts):
            if not account.has(service.code):
                continue
            own, volumes = self.own[number], self.volumes[number]
            if self.ordinary[number] and volumes.keys().isdisjoint(service.sources):
                came_in = drained([own[code] for code in service.sources if code in own])
                if came_in is not None:
                    own[service.code] = came_in
                continue
            found = self.calculator.drained(service, number, _Volumes(self, number))
            if found:
                volumes[service.code] = found

    def _find_generally(self, service: Service, plan: ServicePlan | None) -> None:
        """What was found for the whole month is priced the short way where there is a plan."""
        known = [_Volumes(self, number) for number in range(len(self.volumes))]
        for number, found in enumerate(self.calculator.volumes_of(service, known)):
            own = None
            if plan is not None and self.ordinary[number]:
                own = own_of_volumes(found, plan.month)
            if own is not None:
                self.own[number][service.code] = own
            elif found:
                self.volumes[number][service.code] = found
            elif self.year.needs_line(service, self.house.accounts[number]):
                self.ordinary[number] = False  # the general way tells what is missing

    def _used(self, service: str, zone: Zone | None) -> Fraction:
        """As `used_by` finds it; an ordinary volume has no zone."""
        whole = used_by(self.volumes, service, zone)
        if zone is not None:
            return whole
        found = [own[service].volume for own in self.own if service in own]
        return whole + Fraction(sum_of(found))


def _comes_last(service: Service) -> bool:
    return service.charge is Charge.DRAINAGE


_number = itemgetter(0)  # of `AccountRows`


class _Volumes(Mapping[str, ByZone]):
    """Individual volumes of one account as the general way sees them, whichever way they went."""

    def __init__(self, house: _House, number: int) -> None:
        self._own = house.own[number]
        self._general = house.volumes[number]
        self._days = house.tables.month.days

    def __getitem__(self, code: str) -> ByZone:
        if code in self._general:
            return self._general[code]
        return {None: (self._own[code].as_piece(self._days),)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._own | self._general)

    def __len__(self) -> int:
        return len(self._own | self._general)


# --- lines


class _Lines:
    """Rows of ordinary accounts, when what the house shares is known."""

    def __init__(self, house: _House, common: CommonVolumes) -> None:
        self._house = house
        self._common = common
        self._short = {service.code: self._short_of(service) for service in house.tables.services}
        self._recalculated = {
            service.code: found
            for service in house.tables.services
            if (found := self._recalculated_of(service))
        }
        self._ways: dict[frozenset[str] | None, list[_Way]] = {}

    def _short_of(self, service: Service) -> tuple[OrdinaryLines, ...]:
        """A house with zones has no short way for the service."""
        plan, zones = self._house.plans[service.code], self._common.get(service.code)
        if plan is None or (zones and set(zones) != {None}):
            return ()
        shared = None
        if zones:
            rounding = self._house.tables.terms.rounding
            sharing = Sharing(zones[None], self._house.house, rounding)
            shared = Shared(sharing, zones[None].method)
        return tuple(OrdinaryLines(service, line, shared) for line in plan.lines)

    def _recalculated_of(self, service: Service) -> Recalculated | None:
        """What raises or lowers a line of the service after it is charged."""
        rows = [row for row in self._house.house.interruptions if row.service == service.code]
        year = self._house.year if service.charge is Charge.HEATING else NO_YEAR
        if year.is_settled:
            return lambda charged, account: total(
                (interrupted(charged, rows), year.correction(account))
            )
        return (lambda charged, _: interrupted(charged, rows)) if rows else None

    def ordinary(self, number: int, account: Account, voted: dict[str, Draft]) -> AccountRows:
        own, volumes = self._house.own[number], self._house.volumes[number]
        area = account.area
        rows: list[Row] = []
        changed: list[ChangedLine] = []
        for code, service, short in self._services_of(account.services):
            if code in voted and code not in self._recalculated:
                rows.append(voted_row(voted[code]))
                continue
            if code in volumes or not short:
                lines = self._generally(service, number, voted)
                rows += map(row_of, lines)
                changed += changed_lines(lines)
                continue
            for line in short:
                row = line.row(own.get(code), area)
                if row is None:
                    continue
                if code in self._recalculated:
                    row, change = recalculated_row(row, account, self._recalculated[code])
                    changed += [ChangedLine(code, change, ZERO)] if change else []
                rows.append(row)
        return AccountRows(account.number, rows, changed)

    def _services_of(self, codes: frozenset[str] | None) -> "list[_Way]":
        """In the order of the bill."""
        if codes not in self._ways:
            self._ways[codes] = [
                (service.code, service, self._short[service.code])
                for service in self._house.tables.services
                if codes is None or service.code in codes
            ]
        return self._ways[codes]

    def _generally(
        self, service: Service, number: int, voted: dict[str, Draft]
    ) -> tuple[LineResult, ...]:
        house = self._house
        account = house.house.accounts[number]
        volumes = {service.code: _Volumes(house, number).get(service.code, {})}
        drafts = house.calculator.drafts(service, number, volumes, self._common, voted)
        place = (*house.calculator.place, "accounts", number)
        if service.charge is not Charge.HEATING:
            account = dataclasses.replace(account, heating_charged=None)
        return house.calculator.finished(account, place, drafts)


_Way = tuple[str, Service, tuple[OrdinaryLines, ...]]
