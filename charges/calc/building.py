"""One house and one month: the smallest thing that can be calculated, because its volumes are shared."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from charges.calc.balance import balance_of
from charges.calc.benefits import benefits
from charges.calc.common_house import Ground, Used, common_volumes, used_by
from charges.calc.common_volume import CommonVolumes
from charges.calc.demands import Demands
from charges.calc.drainage import drainage_volume
from charges.calc.heating import heating_volumes
from charges.calc.inputs import Account, Charge, House, Service
from charges.calc.lines import ZONES, Draft, LineMaker
from charges.calc.pieces import ByZone, Pieces
from charges.calc.presence import at_the_end, by_mean_area, kept_on, on_days, shared_on
from charges.calc.pricing import Slice, amount_of, excess_of, method_of, volume_of
from charges.calc.problems import Place
from charges.calc.recalculation import Change, given, lowered, yearly_correction
from charges.calc.result import (
    AccountResult,
    CommonResult,
    HouseResult,
    LineResult,
    Part,
    Segment,
    UpliftResult,
)
from charges.calc.shares import Flat, Payer, divided, flats, living_together
from charges.calc.tables import MonthTables
from charges.calc.timeline import Month
from charges.calc.volumes import demand_norm_by_area, individual_volumes
from charges.calc.voted import voted_lines
from charges.calc.why import explain
from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO, round_ratio

_VOLUME_PLACES = 7
_ONE = Decimal(1)


@dataclasses.dataclass(frozen=True, slots=True)
class HouseCalculation:
    house: HouseResult
    accounts: tuple[AccountResult, ...]  # by number


def calculate_house(
    tables: MonthTables, house: House, place: Place = ("houses", 0)
) -> HouseCalculation:
    """
    Everything of one house. `place` is where it stands in the scenario, for problems.

    :raises ScenarioProblems: something is missing that a rule needs, with every such thing.
    """
    demands = Demands()
    calculation = calculator_of(tables, house, place, demands).calculate()
    demands.refuse_if_any()
    return calculation


def calculator_of(
    tables: MonthTables, house: House, place: Place, demands: Demands
) -> "HouseCalculator":
    """Accounts that share a flat are put together, areas made those of the month."""
    together = flats(house, tables.services, tables.month)
    whole = dataclasses.replace(house, accounts=tuple(flat.account for flat in together))
    by_area = by_mean_area(whole, tables.services, tables.month)
    return HouseCalculator(tables, by_area, place, demands, together)


@dataclasses.dataclass(slots=True)
class HouseCalculator:
    tables: MonthTables
    house: House  # its accounts are flats, with the area that shares go by
    place: Place
    demands: Demands
    flats: tuple[Flat, ...]

    def calculate(self) -> HouseCalculation:
        volumes = self.volumes()
        common = self.common(partial(used_by, volumes))
        voted = voted_lines(self.house, self.place, self.tables, self.demands)
        accounts = [
            account
            for number, own in enumerate(volumes)
            for account in self.accounts(number, own, common, voted[number])
        ]
        accounts.sort(key=lambda account: account.number)
        return HouseCalculation(self.house_result(common), tuple(accounts))

    def volumes(self) -> list[dict[str, ByZone]]:
        """Individual volumes of every account; drainage after the services it adds up."""
        volumes: list[dict[str, ByZone]] = [{} for _ in self.house.accounts]
        services = sorted(
            self.tables.services, key=lambda service: service.charge is Charge.DRAINAGE
        )
        for service in services:
            for own, found in zip(volumes, self.volumes_of(service, volumes), strict=True):
                if found:
                    own[service.code] = found
        return volumes

    def common(self, used: Used) -> CommonVolumes:
        """What the house has to share."""
        return common_volumes(Ground(self.house, self.place, self.tables, used, self.demands))

    def volumes_of(self, service: Service, volumes: Sequence[Mapping[str, ByZone]]) -> list[ByZone]:
        accounts = self.house.accounts
        if service.charge is Charge.HEATING:
            heat = heating_volumes(service, self.house, self.place, self.tables, self.demands)
            return [
                _plain(shared_on(pieces, flat.account, service.code, self.tables.month))
                for flat, pieces in zip(self.flats, heat, strict=True)
            ]
        if service.charge is Charge.DRAINAGE:
            return [
                self.drained(service, number, own) if account.has(service.code) else {}
                for number, (account, own) in enumerate(zip(accounts, volumes, strict=True))
            ]
        served = [account.has(service.code) for account in accounts]
        if service.charge is Charge.NORM_AREA and any(served):
            demand_norm_by_area(service, self.tables, self.demands)
        return [
            self.volumes_of_one(service, number) if has_it else {}
            for number, has_it in enumerate(served)
        ]

    def volumes_of_one(self, service: Service, number: int) -> ByZone:
        """Of an account that has the service; not for what depends on other volumes."""
        return on_days(
            lambda account: individual_volumes(service, account, self.tables),
            self.flats[number].account,
            service,
            self.tables.month,
        )

    def drained(self, service: Service, number: int, own: Mapping[str, ByZone]) -> ByZone:
        """Of an account that has the service: what came in as its other volumes."""
        flat = self.flats[number]
        pieces = drainage_volume(service, own)
        return _plain(kept_on(pieces, flat.account, service.code, self.tables.month))

    # --- one account

    def accounts(
        self,
        number: int,
        own: Mapping[str, ByZone],
        common: CommonVolumes,
        voted: dict[str, Draft],
    ) -> Iterator[AccountResult]:
        """The account, or everybody who pays for the flat."""
        account, flat = self.house.accounts[number], self.flats[number]
        drafts = [
            draft
            for service in self.tables.services
            if account.has(service.code)
            for draft in self.drafts(service, number, own, common, voted)
        ]
        if not flat.is_shared:
            account = at_the_end(flat.account, self.tables.month)
            yield self._account(flat.payers[0], account, drafts)
            return
        parts = [divided(draft, flat, self.tables.month) for draft in drafts]
        for place, payer in enumerate(flat.payers):
            mine = [draft for row in parts if (draft := row[place]) is not None]
            yield self._account(payer, living_together(payer, flat, self.tables.month), mine)

    def _account(self, payer: Payer, account: Account, drafts: Sequence[Draft]) -> AccountResult:
        place = (*self.place, "accounts", payer.place)
        lines = self.finished(account, place, drafts)
        charged = total((line.total for line in lines), ZERO)
        balance = balance_of(account, self.tables, self.demands)
        return AccountResult(
            account.number,
            lines,
            balance.allocations,
            balance.penalty,
            balance.opening,
            charged,
            balance.to_pay(charged),
            balance.advance_left(charged),
        )

    def drafts(
        self,
        service: Service,
        number: int,
        own: Mapping[str, ByZone],
        common: CommonVolumes,
        voted: dict[str, Draft],
    ) -> list[Draft]:
        if service.charge is Charge.APPORTIONED:
            return [voted[service.code]] if service.code in voted else []
        dated = self.flats[number].account
        maker = LineMaker(self.tables, self.house, self.demands, dated)
        account, found = self.house.accounts[number], common.get(service.code, {})
        return list(maker.lines(service, account, own.get(service.code, {}), found))

    def finished(
        self, account: Account, place: Place, drafts: Sequence[Draft]
    ) -> tuple[LineResult, ...]:
        served = list(dict.fromkeys(draft.service.code for draft in drafts))
        to_first_lines = given(account, place, served, self.tables.month.period, self.demands)
        heated = next((d.service for d in drafts if d.service.charge is Charge.HEATING), None)
        if account.heating_charged is not None:
            correction = yearly_correction(
                heated, account, place, self.house, self.tables, self.demands
            )
            if heated and correction:
                to_first_lines.setdefault(heated.code, []).extend(correction)
        lines = []
        for draft in drafts:
            changes = list(lowered(draft, account, self.house, self.tables))
            changes += to_first_lines.pop(draft.service.code, [])
            lines.append(self._line(draft, account, changes))
        return tuple(lines)

    def _line(self, draft: Draft, account: Account, changes: Sequence[Change]) -> LineResult:
        charged = draft.charged
        recalculated = total((change.amount for change in changes), ZERO)
        due = total((charged, recalculated))
        reliefs = benefits(draft, account, self.tables, limit=due)
        benefit = total((relief.amount for relief in reliefs), ZERO)
        month = self.tables.month
        return LineResult(
            draft.service.code,
            draft.zone,
            draft.component,
            draft.use,
            draft.unit,
            _price(draft.slices),
            _part(draft.individual),
            _part(draft.common),
            _uplift(draft.individual),
            draft.vat,
            charged,
            recalculated,
            benefit,
            difference(due, benefit),
            _segments(draft, month),
            lambda: explain(draft, [*changes, *reliefs], month),
        )

    # --- the house itself

    def house_result(self, common: CommonVolumes) -> HouseResult:
        rows = [
            CommonResult(
                row.service,
                row.zone,
                round_ratio(row.volume, _VOLUME_PLACES),
                row.method,
                round_ratio(row.undistributed, _VOLUME_PLACES),
            )
            for service in self.tables.services
            for zone in ZONES
            if (row := common.get(service.code, {}).get(zone)) is not None
        ]
        return HouseResult(self.house.code, tuple(rows))


def _plain(pieces: Pieces) -> ByZone:
    return {None: pieces} if pieces else {}


def _price(slices: Sequence[Slice]) -> Decimal | None:
    prices = {part.price for part in slices}
    return prices.pop() if len(prices) == 1 else None


def _part(slices: Sequence[Slice]) -> Part | None:
    if not slices:
        return None
    return Part(volume_of(slices), method_of(slices), amount_of(slices))


def _uplift(individual: Sequence[Slice]) -> UpliftResult:
    coefficients = {part.coefficient for part in individual} or {_ONE}
    coefficient = coefficients.pop() if len(coefficients) == 1 else None
    return UpliftResult(coefficient, excess_of(individual))


def _segments(draft: Draft, month: Month) -> tuple[Segment, ...]:
    if len(draft.individual) <= 1 and len(draft.common) <= 1:
        return ()
    return tuple(
        Segment(
            part.part,
            month.date(part.lo),
            month.date(part.hi),
            part.volume,
            part.price,
            part.amount,
        )
        for part in draft.slices
    )
