"""
The lines of a house as rows of a table: what a month's run writes, without the words of `why`.

Ordinary lines go the short way (`charges.calc.ordinary`), the others the general one; a row is the
same text either way, so its digest proves an old month whichever way it went.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from charges.calc.building import HouseCalculator, calculator_of
from charges.calc.common_house import Ground, common_volumes
from charges.calc.common_volume import CommonVolumes
from charges.calc.demands import Demands
from charges.calc.inputs import Account, Charge, House, Service
from charges.calc.lines import Draft
from charges.calc.ordinary import NotOrdinary, Own, Priced, ServicePlan, is_ordinary, plan_of
from charges.calc.pieces import ByZone
from charges.calc.problems import Place
from charges.calc.result import AccountResult, HouseResult, LineResult, Part
from charges.calc.sharing import Sharing
from charges.calc.tables import MonthTables
from charges.calc.voted import voted_lines
from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO

COLUMNS = (
    "zone", "component", "use", "unit", "price",
    "individual_volume", "individual_method", "individual_amount",
    "common_volume", "common_method", "common_amount",
    "uplift_coefficient", "uplift_amount", "vat", "charged", "recalculated", "benefit", "total",
)  # fmt: skip
_NO_PART = "\\N\t\t\\N"
_NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Row(NamedTuple):
    service: str  # its code
    text: str  # `COLUMNS` as COPY reads them


class AccountRows(NamedTuple):
    """`changed` are the lines that something raised or lowered after they were charged."""

    number: str
    rows: list[Row]
    changed: tuple[LineResult, ...]


class HouseRows(NamedTuple):
    house: HouseResult
    accounts: list[AccountRows]  # by number


# --- a line of the general way as a row


def columns_of(line: LineResult) -> tuple[object, ...]:
    """What a line says, in the order of `COLUMNS`."""
    return (
        line.zone or "",
        line.component or "",
        line.use or "",
        line.unit,
        line.price,
        *_part(line.individual),
        *_part(line.common),
        line.uplift.coefficient,
        line.uplift.amount,
        line.vat,
        line.charged,
        line.recalculated,
        line.benefit,
        line.total,
    )


def _part(part: Part | None) -> tuple[object, ...]:
    return (part.volume, part.method or "", part.amount) if part else (None, "", None)


def row_of(line: LineResult) -> Row:
    cells = ("\\N" if cell is None else _escaped(str(cell)) for cell in columns_of(line))
    return Row(line.service, "\t".join(cells))


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)


def rows_of(account: AccountResult) -> AccountRows:
    return AccountRows(account.number, [row_of(line) for line in account.lines], account.lines)


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
        interrupted = {row.service for row in self.house.interruptions}
        self.plans = {
            code: None if code in interrupted else plan for code, plan in month.plans.items()
        }
        self.ordinary = [
            len(flat.payers) == 1 and is_ordinary(flat.account) for flat in calculator.flats
        ]
        self.own: list[dict[str, Own]] = [{} for _ in self.house.accounts]
        self.volumes: list[dict[str, ByZone]] = [{} for _ in self.house.accounts]

    def rows(self) -> HouseRows:
        for service in sorted(self.tables.services, key=_comes_last):
            self._find_volumes(service)
        common = self._common()
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
        accounts.sort(key=lambda account: account.number)
        return HouseRows(self.calculator.house_result(common), accounts)

    # --- volumes

    def _find_volumes(self, service: Service) -> None:
        plan = self.plans[service.code]
        if plan is None:
            self._find_generally(service)
            return
        find = self._drained if service.charge is Charge.DRAINAGE else self._own
        code = service.code
        for number, account in enumerate(self.house.accounts):
            services = account.services
            if services is None or code in services:
                find(plan, number, account)

    def _find_generally(self, service: Service) -> None:
        known = [_Volumes(self, number) for number in range(len(self.volumes))]
        found = self.calculator.volumes_of(service, known)
        for volumes, own in zip(self.volumes, found, strict=True):
            if own:
                volumes[service.code] = own

    def _own(self, plan: ServicePlan, number: int, account: Account) -> None:
        if self.ordinary[number]:
            try:
                own = plan.own(account, self.tables)
            except NotOrdinary:
                pass
            else:
                if own is not None:
                    self.own[number][plan.service.code] = own
                return
        found = self.calculator.volumes_of_one(plan.service, number)
        if found:
            self.volumes[number][plan.service.code] = found

    def _drained(self, plan: ServicePlan, number: int, account: Account) -> None:
        del account
        sources = plan.service.sources
        own, volumes = self.own[number], self.volumes[number]
        if self.ordinary[number] and not any(code in volumes for code in sources):
            drained = plan.drained(own[code] for code in sources if code in own)
            if drained is not None:
                own[plan.service.code] = drained
            return
        found = self.calculator.drained(plan.service, number, _Volumes(self, number))
        if found:
            volumes[plan.service.code] = found

    def _common(self) -> CommonVolumes:
        individual = [_Volumes(self, number) for number in range(len(self.volumes))]
        calculator = self.calculator
        return common_volumes(
            Ground(self.house, calculator.place, self.tables, individual, calculator.demands)
        )


def _comes_last(service: Service) -> bool:
    return service.charge is Charge.DRAINAGE


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
        rounding = house.tables.terms.rounding
        self._shared = {
            code: (Sharing(zones[None], house.house, rounding), zones[None].method)
            for code, zones in common.items()
            if set(zones) == {None}
        }
        self._heads = {
            service.code: f"\t\t\t{_escaped(service.unit)}\t" for service in house.tables.services
        }
        self._ways: dict[frozenset[str] | None, list[tuple[Service, ServicePlan | None]]] = {}

    def ordinary(self, number: int, account: Account, voted: dict[str, Draft]) -> AccountRows:
        own, volumes = self._house.own[number], self._house.volumes[number]
        rows: list[Row] = []
        changed: list[LineResult] = []
        for service, plan in self._services_of(account.services):
            code = service.code
            if plan is not None and code not in volumes:
                try:
                    row = self._short(plan, account, own.get(code))
                except NotOrdinary:
                    pass
                else:
                    rows += row
                    continue
            lines = self._generally(service, number, voted)
            rows += map(row_of, lines)
            changed += [line for line in lines if line.recalculated or line.benefit]
        return AccountRows(account.number, rows, tuple(changed))

    def _services_of(
        self, codes: frozenset[str] | None
    ) -> list[tuple[Service, ServicePlan | None]]:
        """In the order of the bill; a house with zones has no short way for the service."""
        if codes not in self._ways:
            self._ways[codes] = [
                (service, self._plan_of(service))
                for service in self._house.tables.services
                if codes is None or service.code in codes
            ]
        return self._ways[codes]

    def _plan_of(self, service: Service) -> ServicePlan | None:
        is_shared_by_zones = service.code in self._common and service.code not in self._shared
        return None if is_shared_by_zones else self._house.plans[service.code]

    def _generally(
        self, service: Service, number: int, voted: dict[str, Draft]
    ) -> tuple[LineResult, ...]:
        house = self._house
        account = house.house.accounts[number]
        volumes = {service.code: _Volumes(house, number).get(service.code, {})}
        drafts = house.calculator.drafts(service, number, volumes, self._common, voted)
        place = (*house.calculator.place, "accounts", number)
        return house.calculator.finished(account, place, drafts)

    def _short(self, plan: ServicePlan, account: Account, own: Own | None) -> list[Row]:
        code = plan.service.code
        shared = self._shared.get(code)
        if own is None and shared is None:
            return []
        individual = None if own is None else plan.price_own(own)
        common = None if shared is None else plan.price_common(shared[0], account.area, shared[1])
        text = _text(individual, common, _price(plan, individual, common))
        return [Row(code, self._heads[code] + text)]


def _price(plan: ServicePlan, individual: Priced | None, common: Priced | None) -> Decimal | None:
    if individual is None:
        return plan.common_price
    if common is None or plan.price == plan.common_price:
        return plan.price
    return None


def _text(individual: Priced | None, common: Priced | None, price: Decimal | None) -> str:
    """A row after its unit: nothing raised or lowered the line."""
    own = shared = _NO_PART
    charged = ZERO
    coefficient, excess = Decimal(1), ZERO
    if individual is not None:
        own = f"{individual.volume!s}\t{individual.method}\t{individual.amount!s}"
        charged = individual.amount
        coefficient = individual.coefficient
        if individual.amount is not individual.plain_amount:
            excess = difference(individual.amount, individual.plain_amount)
    if common is not None:
        shared = f"{common.volume!s}\t{common.method!s}\t{common.amount!s}"
        charged = total((charged, common.amount))
    cost = _NULL if price is None else price
    return (
        f"{cost!s}\t{own}\t{shared}\t{coefficient!s}\t{excess!s}\t0.00"
        f"\t{charged!s}\t0.00\t0.00\t{charged!s}"
    )
