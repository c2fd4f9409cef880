"""A posted month of a house counted again from what is known today, beside what it was charged."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts_registry.models import House, PersonalAccount, Service
from charges.calc.calculation import calculate
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_document
from charges.calc.problems import ScenarioProblems
from charges.calc.result import ScenarioResult
from charges.corrections.queries import already_corrected
from charges.loading import load_house, load_terms, sentences
from charges.models import ChargeLine
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

Sums = defaultdict[tuple[int, int], Decimal]  # by account and service


class HouseNotCounted(Refusal):
    """The facts of the house do not add up to a month."""


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """An account and service in a month: charged then, corrected since, and what it should be."""

    account_id: int
    service_id: int
    charged: Decimal
    corrected: Decimal
    counted: Decimal

    @property
    def amount(self) -> Decimal:
        return self.counted - self.charged - self.corrected


def differences(
    house: House, *, period: Period, service: Service | None = None
) -> Iterator[Difference]:
    """
    Where today's facts give another sum than was charged and corrected; in order of accounts.

    Counted once through the pure core, tariffs, norms and readings as they stand now; only one
    service is compared when it is named, though all are counted.

    :raises HouseNotCounted: what is missing, a sentence a line.
    """
    ids = dict(PersonalAccount.objects.filter(premises__house=house).values_list("number", "pk"))
    codes = {row.code: row.pk for row in house.organisation.services.all()}
    counted = _counted(house, period, ids, codes)
    charged = _charged(ids.values(), period)
    corrected = already_corrected(ids.values(), period=period)
    order = {pk: place for place, pk in enumerate(codes.values())}
    for account_id in dict(sorted(ids.items())).values():
        for service_id in order:
            if service is not None and service_id != service.pk:
                continue
            key = account_id, service_id
            found = Difference(*key, charged[key], corrected[key], counted[key])
            if found.amount:
                yield found


@dataclasses.dataclass(frozen=True, slots=True)
class HouseMonth:
    """A month of a house as today's facts tell it, without the recalculations standing in it."""

    scenario: Scenario
    document: dict[str, Any]

    def calculate(self, scenario: Scenario | None = None) -> ScenarioResult:
        """:raises HouseNotCounted: what is missing, a sentence a line."""
        try:
            return calculate(scenario or self.scenario)
        except ScenarioProblems as refusal:
            raise _not_counted(self.document, refusal) from refusal


def house_month(house: House, *, period: Period) -> HouseMonth:
    """:raises HouseNotCounted: the facts are not sound, a sentence a line."""
    terms = load_terms(organisation_id=house.organisation_id, period=period)
    document = load_house(house, period=period, terms=terms)
    try:
        scenario = parse_document(document)
    except ScenarioProblems as refusal:
        raise _not_counted(document, refusal) from refusal
    return HouseMonth(_without_recalculations(scenario), document)


def _not_counted(document: dict[str, Any], refusal: ScenarioProblems) -> HouseNotCounted:
    return HouseNotCounted("\n".join(sentences(document, refusal.problems)))


def _counted(house: House, period: Period, ids: dict[str, int], codes: dict[str, int]) -> Sums:
    found: Sums = defaultdict(lambda: ZERO)
    for account in house_month(house, period=period).calculate().accounts:
        for line in account.lines:
            found[ids[account.number], codes[line.service]] += line.total
    return found


def _without_recalculations(scenario: Scenario) -> Scenario:
    """Those standing in the month are about other months, or are compared apart."""
    return dataclasses.replace(
        scenario,
        houses=tuple(
            dataclasses.replace(
                house,
                accounts=tuple(
                    dataclasses.replace(account, recalculations=()) for account in house.accounts
                ),
            )
            for house in scenario.houses
        ),
    )


def _charged(account_ids: Iterable[int], period: Period) -> Sums:
    rows = ChargeLine.objects.filter(month=period.first_day, account_id__in=list(account_ids))
    sums = rows.order_by().values_list("account_id", "service_id").annotate(Sum("charged"))
    found: Sums = defaultdict(lambda: ZERO)
    found.update({(account, service): amount for account, service, amount in sums})
    return found
