"""
«Что изменится»: the last calculated month once more, with other prices.

Frozen inputs of the month go through the pure core twice, as they are and with the new rows
holding on all its days; nothing is written. A large month is told by a sample of its houses.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from accounts_registry.models import Service
from charges.calc import inputs
from charges.calc.calculation import calculate
from charges.calc.inputs import Component, Scenario, Use, Zone
from charges.calc.parse import parse_text
from charges.calc.problems import ScenarioProblems
from charges.lines import thaw
from charges.models import ChargeInput, ChargeLine
from charges.prices.price_list import NormRow, PriceRow, Row
from zhkh.kernel.money import ZERO, round_money
from zhkh.kernel.period import Period

SAMPLE_ACCOUNTS = 1_000
SHOWN_ACCOUNTS = 10

Sums = dict[str, dict[str, Decimal]]  # by service code, then account number


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceEffect:
    """What one service costs before and after, roubles with VAT, without recalculations."""

    name: str
    accounts: int
    changed: int
    before: Decimal
    after: Decimal
    largest: Decimal
    largest_account: str

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def mean(self) -> Decimal:
        """Of the accounts whose charge changes."""
        return round_money(self.difference / self.changed) if self.changed else ZERO


@dataclasses.dataclass(frozen=True, slots=True)
class AccountEffect:
    number: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """
    `houses` of `all_houses` were counted; less than all is a sample.

    `refused` are houses the new prices cannot be calculated for.
    """

    period: Period
    houses: int
    all_houses: int
    accounts: int
    services: tuple[ServiceEffect, ...]
    sample: tuple[AccountEffect, ...]
    refused: int

    @property
    def is_whole(self) -> bool:
        return self.houses == self.all_houses


Change = Callable[[bytes], tuple[Scenario, Scenario]]  # a frozen document: as it is, and changed


def effect_of(
    service: Service, rows: Sequence[Row], *, enough: int = SAMPLE_ACCOUNTS
) -> Effect | None:
    """
    What the rows would have made of the last calculated month; None without such a month.

    Houses are counted until `enough` accounts are. Accounts of the sample are those that change
    most.
    """

    def change(frozen: bytes) -> tuple[Scenario, Scenario]:
        scenario = parse_text(frozen)
        return scenario, _with_rows(scenario, service.code, rows)

    return effect_by(service, change, enough=enough)


def effect_by(service: Service, change: Change, *, enough: int = SAMPLE_ACCOUNTS) -> Effect | None:
    """The same for any change; what raises `ScenarioProblems` is a house that is refused."""
    month = last_calculated(service.organisation_id)
    if month is None:
        return None
    frozen = ChargeInput.objects.filter(
        house__organisation=service.organisation_id, month=month.first_day
    ).order_by("house_id")
    ids = list(frozen.values_list("pk", flat=True))
    counted: Counted = Counted()
    for pk in _spread(ids):
        counted.add(thaw(frozen.get(pk=pk)), service.code, change)
        if counted.accounts >= enough:
            break
    return _effect(service, month, len(ids), counted)


def last_calculated(organisation_id: int) -> Period | None:
    """The latest month with charge lines of the organisation."""
    lines = ChargeLine.objects.filter(account__organisation=organisation_id)
    month: dt.date | None = lines.order_by("-month").values_list("month", flat=True).first()
    return None if month is None else Period.of(month)


def _spread(ids: Sequence[int]) -> Iterator[int]:
    """All of them, far from each other first: neighbouring houses are alike."""
    step = max(1, len(ids) // 32)
    for first in range(step):
        yield from ids[first::step]


@dataclasses.dataclass(slots=True)
class Counted:
    """Sums of the houses counted so far."""

    before: Sums = dataclasses.field(default_factory=lambda: defaultdict(dict))
    after: Sums = dataclasses.field(default_factory=lambda: defaultdict(dict))
    houses: int = 0
    accounts: int = 0
    refused: int = 0

    def add(self, frozen: bytes, code: str, change: Change) -> None:
        self.houses += 1
        try:
            before, after = change(frozen)
            self.accounts += sum(len(house.accounts) for house in before.houses)
            kept = _connected(before.terms.services, code) | _connected(after.terms.services, code)
            will = _sums(_reduced(after, kept))
            was = _sums(_reduced(before, kept))
        except ScenarioProblems:
            self.refused += 1
            return
        _join(self.before, was)
        _join(self.after, will)


def _join(whole: Sums, part: Sums) -> None:
    for code, accounts in part.items():
        whole[code].update(accounts)


def _sums(scenario: Scenario) -> Sums:
    found: Sums = defaultdict(dict)
    for account in calculate(scenario).accounts:
        for line in account.lines:
            known = found[line.service].get(account.number, ZERO)
            found[line.service][account.number] = known + line.charged
    return found


# --- the scenario with less in it and with other rows


def _reduced(scenario: Scenario, kept: set[str]) -> Scenario:
    """Only what the service takes part in: volumes of others do not depend on it."""
    terms = dataclasses.replace(
        scenario.terms,
        services=tuple(one for one in scenario.terms.services if one.code in kept),
        penalty=None,
    )
    houses = tuple(
        dataclasses.replace(
            house, interruptions=(), accounts=tuple(_bare(account) for account in house.accounts)
        )
        for house in scenario.houses
    )
    return dataclasses.replace(scenario, terms=terms, houses=houses)


def _connected(services: Iterable[inputs.Service], code: str) -> set[str]:
    """The service, those that take volumes from it, and whatever those take theirs from."""
    known = {service.code: service for service in services}
    wanted = {code} | {one.code for one in known.values() if code in _takes_from(one)}
    kept: set[str] = set()
    while wanted:
        one = wanted.pop()
        if one in known and one not in kept:
            kept.add(one)
            wanted |= _takes_from(known[one])
    return kept


def _takes_from(service: inputs.Service) -> set[str]:
    return {*service.sources, *service.minus, *filter(None, [service.common_of])}


def _bare(account: inputs.Account) -> inputs.Account:
    """Without recalculations: those of other services would miss their lines."""
    return dataclasses.replace(
        account,
        absences=(),
        benefits=(),
        recalculations=(),
        opening=(),
        payments=(),
        heating_charged=None,
    )


def _with_rows(scenario: Scenario, code: str, rows: Sequence[Row]) -> Scenario:
    first_day = scenario.period.first_day
    terms: Any = scenario.terms
    table, made = "uplifts", tuple(_made(row, code, first_day) for row in rows)
    if isinstance(rows[0], PriceRow):
        table = "tariffs"
    elif isinstance(rows[0], NormRow):
        table = "norms"
    others = tuple(row for row in getattr(terms, table) if row.service != code)
    return dataclasses.replace(scenario, terms=dataclasses.replace(terms, **{table: others + made}))


def _made(row: Row, code: str, since: dt.date) -> Any:
    if isinstance(row, PriceRow):
        return inputs.Tariff(
            code,
            row.price,
            since,
            zone=Zone(row.zone) if row.zone else None,
            component=Component(row.component) if row.component else None,
            up_to=row.up_to,
            use=Use(row.use) if row.use else None,
        )
    if isinstance(row, NormRow):
        norms = dataclasses.asdict(row)
        year = norms.pop("is_yearly")
        return inputs.Norm(code, since, year=year, **norms)
    return inputs.Uplift(code, row.coefficient, since)


# --- in figures


def _effect(service: Service, month: Period, houses: int, counted: Counted) -> Effect:
    names = dict(
        Service.objects.filter(organisation=service.organisation_id).values_list("code", "name")
    )
    codes = sorted({*counted.before, *counted.after}, key=lambda one: (one != service.code, one))
    effects = {
        code: _service_effect(names.get(code, code), counted.before[code], counted.after[code])
        for code in codes
    }
    told = [code for code in codes if code == service.code or effects[code].changed]
    return Effect(
        period=month,
        houses=counted.houses,
        all_houses=houses,
        accounts=counted.accounts,
        services=tuple(effects[code] for code in told),
        sample=_sample(counted, told),
        refused=counted.refused,
    )


def _service_effect(
    name: str, before: dict[str, Decimal], after: dict[str, Decimal]
) -> ServiceEffect:
    numbers = sorted({*before, *after})
    changes = [(after.get(one, ZERO) - before.get(one, ZERO), one) for one in numbers]
    largest = max(changes, key=lambda change: abs(change[0]), default=(ZERO, ""))
    return ServiceEffect(
        name=name,
        accounts=len(numbers),
        changed=sum(1 for change, _ in changes if change),
        before=sum(before.values(), ZERO),
        after=sum(after.values(), ZERO),
        largest=largest[0],
        largest_account=largest[1] if largest[0] else "",
    )


def _sample(counted: Counted, codes: Sequence[str]) -> tuple[AccountEffect, ...]:
    """Sums of the services that are told about."""
    before, after = _by_account(counted.before, codes), _by_account(counted.after, codes)
    rows = [
        AccountEffect(number, before.get(number, ZERO), after.get(number, ZERO))
        for number in sorted({*before, *after})
    ]
    changed = [row for row in rows if row.difference]
    changed.sort(key=lambda row: (-abs(row.difference), row.number))
    return tuple(changed[:SHOWN_ACCOUNTS])


def _by_account(sums: Sums, codes: Sequence[str]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for code in codes:
        for number, amount in sums[code].items():
            found[number] += amount
    return found
