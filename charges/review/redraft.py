"""One house calculated again inside a draft: what would change, and putting it in."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import psycopg
from django.db import DataError, transaction

from accounts_registry.ledger import periods
from accounts_registry.models import House, PersonalAccount, Service
from charges import lines
from charges.calc.calculation import calculate
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_document
from charges.calc.problems import ScenarioProblems
from charges.calc.result import ScenarioResult
from charges.calc.writing import document_text
from charges.loading import load_house, load_terms, sentences
from charges.models import ChargeInput, ChargeLine
from charges.review import anomalies
from charges.review.totals import keep_totals
from charges.run import draft
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import Run

LineKey = tuple[str, str, str, str, str]  # account number, service code, zone, component, use


class RedraftRefusal(Refusal):
    """The house cannot be calculated again, or not put into the draft."""


class HouseHasErrors(RedraftRefusal):
    def __init__(self, house: House, told: list[str]) -> None:
        self.sentences = tuple(told)
        super().__init__(f"{house.address}: дом не рассчитывается. {' '.join(told)}")


class NewsSincePreview(RedraftRefusal):
    def __init__(self, house: House) -> None:
        super().__init__(
            f"{house.address}: пока вы смотрели, данные дома или черновик изменились. Проверьте "
            "новую разницу и внесите её ещё раз."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What a line says in numbers; all zeros and None where there is no line."""

    price: Decimal | None = None
    individual_volume: Decimal | None = None
    common_volume: Decimal | None = None
    charged: Decimal = ZERO
    recalculated: Decimal = ZERO
    benefit: Decimal = ZERO
    total: Decimal = ZERO


@dataclasses.dataclass(frozen=True, slots=True)
class LineChange:
    """A line that changes: as it stands in the draft and as it would."""

    service: Service
    zone: str
    component: str
    use: str
    before: Figures
    after: Figures

    @property
    def difference(self) -> Decimal:
        return self.after.total - self.before.total


@dataclasses.dataclass(frozen=True, slots=True)
class AccountChange:
    """An account whose lines change."""

    account: PersonalAccount
    lines: tuple[LineChange, ...]

    @property
    def difference(self) -> Decimal:
        return sum((line.difference for line in self.lines), ZERO)


@dataclasses.dataclass(frozen=True, slots=True)
class HouseChange:
    """
    What calculating the house now would change in the draft.

    `token` stands for the house's data and its place in the draft: applying asks for the same.
    """

    house: House
    accounts: tuple[AccountChange, ...]
    before: Decimal
    after: Decimal
    token: str

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclasses.dataclass(frozen=True, slots=True)
class Recalculated:
    """A house calculated from what the database holds now; nothing is written."""

    document: dict[str, Any]
    scenario: Scenario
    result: ScenarioResult


def recalculated(
    house: House, *, period: Period, terms: dict[str, Any] | None = None
) -> Recalculated:
    """
    Calculate the house; `terms` may be loaded once for many.

    :raises HouseHasErrors: with a sentence for everything wrong with its data.
    """
    shared = terms or load_terms(organisation_id=house.organisation_id, period=period)
    document = load_house(house, period=period, terms=shared)
    try:
        scenario = parse_document(document)
        return Recalculated(document, scenario, calculate(scenario))
    except ScenarioProblems as refusal:
        raise HouseHasErrors(house, sentences(document, refusal.problems)) from refusal


def preview_house(house: House, *, period: Period) -> HouseChange:
    """
    What would change if the house were calculated now.

    :raises HouseHasErrors: its data do not allow it.
    :raises PeriodRefusal: there is no draft.
    """
    periods.find_draft(organisation_id=house.organisation_id, period=period)
    return _change(house, period, recalculated(house, period=period))


@transaction.atomic(durable=True)
def put_in_draft(house: House, *, period: Period, seen: str, run: Run | None) -> HouseChange:
    """
    Replace the house in the draft by what the preview with the token `seen` showed.

    Lines, findings, frozen input, totals and anomalies go together; the item of `run`, the month's last
    calculation, becomes done.

    :raises NewsSincePreview: the data or the draft are not those previewed.
    :raises HouseHasErrors: its data do not allow it.
    :raises PeriodRefusal: there is no draft.
    """
    periods.locked_draft(organisation_id=house.organisation_id, period=period)
    new = recalculated(house, period=period)
    change = _change(house, period, new)
    if change.token != seen:
        raise NewsSincePreview(house)
    _write(house, period, new)
    if run is not None:
        runs.settle_item(run, str(house.pk), house.address)
    keep_totals([house.pk], period=period)
    anomalies.find_anomalies(
        organisation=house.organisation,
        period=period,
        run_id=run.pk if run else None,
        house_ids=[house.pk],
    )
    return change


def _change(house: House, period: Period, new: Recalculated) -> HouseChange:
    before, after = _lines_in_draft(house, period), _lines_of(new.result)
    frozen = ChargeInput.objects.filter(house=house, month=period.first_day).first()
    known = frozen.result_digest if frozen else ""
    return HouseChange(
        house=house,
        accounts=_changed_accounts(house, before, after),
        before=sum((figures.total for figures in before.values()), ZERO),
        after=sum((figures.total for figures in after.values()), ZERO),
        token=lines.digest(document_text(new.document) + known),
    )


def _lines_in_draft(house: House, period: Period) -> dict[LineKey, Figures]:
    columns = [field.name for field in dataclasses.fields(Figures)]
    rows = ChargeLine.objects.filter(
        month=period.first_day, account__premises__house=house
    ).values_list("account__number", "service__code", "zone", "component", "use", *columns)
    return {row[:5]: Figures(*row[5:]) for row in rows}


def _lines_of(result: ScenarioResult) -> dict[LineKey, Figures]:
    return {
        (
            account.number,
            line.service,
            line.zone or "",
            line.component or "",
            line.use or "",
        ): Figures(
            price=line.price,
            individual_volume=line.individual.volume if line.individual else None,
            common_volume=line.common.volume if line.common else None,
            charged=line.charged,
            recalculated=line.recalculated,
            benefit=line.benefit,
            total=line.total,
        )
        for account in result.accounts
        for line in account.lines
    }


def _changed_accounts(
    house: House, before: Mapping[LineKey, Figures], after: Mapping[LineKey, Figures]
) -> tuple[AccountChange, ...]:
    """In the order of flats, lines in printing order; those that stay as they are left out."""
    services = {service.code: service for service in house.organisation.services.all()}
    found: defaultdict[str, list[LineChange]] = defaultdict(list)
    for key in before.keys() | after.keys():
        was, becomes = before.get(key, Figures()), after.get(key, Figures())
        if was != becomes:
            number, code, zone, component, use = key
            change = LineChange(services[code], zone, component, use, was, becomes)
            found[number].append(change)
    accounts = (
        PersonalAccount.objects.filter(premises__house=house, number__in=list(found))
        .select_related("payer", "premises__house")
        .order_by("premises__number_order", "premises__number", "number")
    )
    return tuple(
        AccountChange(account, tuple(sorted(found[account.number], key=_printing_order)))
        for account in accounts
    )


def _printing_order(change: LineChange) -> tuple[int, int, str, str, str]:
    service = change.service
    return (service.position, service.file_position, change.zone, change.component, change.use)


def _write(house: House, period: Period, new: Recalculated) -> None:
    month = draft.MonthInWork(organisation_id=house.organisation_id, period=period)
    draft.clear([house.pk], period=period)
    ready = draft.calculated(house, new.document, new.scenario, new.result)
    try:
        draft.write(month, [ready])
    except (DataError, psycopg.DataError) as error:  # COPY answers without Django
        raise HouseHasErrors(house, [draft.TOO_LARGE]) from error
