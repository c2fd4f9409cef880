"""Prices, norms and raising coefficients of a service: what holds when, and changing it."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.ledger.periods import MonthIsBusy
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import ChargeKind, Organisation, Service
from charges.models import Norm, PriceAction, PriceChange, PriceKind, Tariff, Uplift
from charges.prices.price_list import (
    DatedRow,
    NormRow,
    PriceRow,
    Row,
    UpliftRow,
    Version,
    laid_over,
    months_between,
    price_problems,
    version_on,
    versions,
)
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

_NORMS = ("per_person", "per_common_m2", "per_m2", "heat_per_unit")


class PriceRefusal(Refusal):
    """The prices cannot be changed like this."""


class PricesAreWrong(PriceRefusal):
    """`problems` are sentences, one for each thing to correct."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


class DayHasPrices(PriceRefusal):
    def __init__(self, since: dt.date) -> None:
        super().__init__(
            f"С {since:%d.%m.%Y} цены уже записаны: исправьте ту запись или выберите другой день."
        )


class NoSuchVersion(PriceRefusal):
    def __init__(self, since: dt.date) -> None:
        super().__init__(
            f"Записи с {since:%d.%m.%Y} уже нет: её изменили, пока страница была открыта. "
            "Откройте услугу снова."
        )


class ZeroIsAsked(PriceRefusal):
    """A price of nothing is rare enough to ask about."""

    def __init__(self) -> None:
        super().__init__("Цена 0: по ней начисления не будет. Это верно?")


class TouchesPostedMonths(PriceRefusal):
    """Posted months keep their charges; whoever changes the price has to know."""

    def __init__(self, months: Sequence[Period]) -> None:
        self.months = tuple(months)
        names = ", ".join(month.title.lower() for month in months)
        super().__init__(
            f"Изменение задевает проведённые месяцы: {names}. Их начисления не изменятся: разницу "
            "внесите перерасчётом в открытом месяце. Всё равно записать?"
        )


class PricesAreCharged(PriceRefusal):
    def __init__(self, months: Sequence[Period]) -> None:
        names = ", ".join(month.title.lower() for month in months)
        super().__init__(
            f"По этой цене проведены месяцы: {names}. Удалить её нельзя, её можно исправить: "
            "разница вносится перерасчётом."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PriceTable:
    """How rows of a database table become plain rows and back."""

    kind: PriceKind
    model: Any
    related: str  # the rows of a service
    read: Callable[[Any], Row]


def _price(row: Tariff) -> PriceRow:
    return PriceRow(row.price, row.zone, row.component, row.use, row.up_to)


def _norm(row: Norm) -> NormRow:
    return NormRow(row.per_person, row.per_common_m2, row.per_m2, row.heat_per_unit, row.is_yearly)


def _uplift(row: Uplift) -> UpliftRow:
    return UpliftRow(row.coefficient)


TARIFFS: PriceTable = PriceTable(PriceKind.TARIFF, Tariff, "tariffs", _price)
NORMS: PriceTable = PriceTable(PriceKind.NORM, Norm, "norms", _norm)
UPLIFTS: PriceTable = PriceTable(PriceKind.UPLIFT, Uplift, "uplifts", _uplift)
TABLES: dict[PriceKind, PriceTable] = {table.kind: table for table in (TARIFFS, NORMS, UPLIFTS)}


@dataclasses.dataclass(frozen=True, slots=True)
class NewPrices:
    """
    What shall hold from the day on, until the next version.

    `corrects` says that a version of the same day gives way; the rest is answers to questions.
    """

    since: dt.date
    rows: tuple[Row, ...]
    source: str = ""
    corrects: bool = False
    zero_confirmed: bool = False
    posted_confirmed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """Months a change concerns: drafts have to be calculated again, posted ones stay."""

    drafts: tuple[Period, ...]
    posted: tuple[Period, ...]


def dated_rows(service: Service, table: PriceTable) -> list[DatedRow]:
    rows = _rows(service, table)
    return [_dated(row, table) for row in rows]


def versions_of(service: Service, table: PriceTable) -> list[Version]:
    """What held together, from the first day on."""
    return versions(dated_rows(service, table))


def set_prices(
    *,
    service: Service,
    table: PriceTable,
    new: NewPrices,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> Outcome:
    """
    Write a version; the one before it ends, a later one stays.

    :raises PricesAreWrong: nothing can be calculated with them.
    :raises ZeroIsAsked: a price is 0 and nobody confirmed it.
    :raises TouchesPostedMonths: months of the version are posted and nobody confirmed it.
    :raises PriceRefusal: the day has prices, or no longer has those to correct.
    :raises MonthIsBusy: a month of the version is being calculated.
    """
    check_prices(service, table, new)
    with transaction.atomic():
        months = _held_months(service.organisation_id)
        before = dated_rows(service, table)
        until = next_change(service, table, new)
        outcome = _outcome(months, new.since, until)
        if outcome.posted and not new.posted_confirmed:
            raise TouchesPostedMonths(outcome.posted)
        after = laid_over(before, new.since, until, new.rows, new.source)
        _replace(service, table, before, after)
        action = PriceAction.CORRECTED if new.corrects else PriceAction.ADDED
        change = PriceChange(
            service=service, action=action, since=new.since, basis=new.source, changed_at=at
        )
        _record(change, table, before, after, by)
    return outcome


def check_prices(service: Service, table: PriceTable, new: NewPrices) -> None:
    """What can be said before anything is written; raises as `set_prices`."""
    problems = _problems(service, new.rows)
    if problems:
        raise PricesAreWrong(problems)
    starts = {version.since for version in versions_of(service, table) if version.rows}
    if new.corrects and new.since not in starts:
        raise NoSuchVersion(new.since)
    if not new.corrects and new.since in starts:
        raise DayHasPrices(new.since)
    prices = [row.price for row in new.rows if isinstance(row, PriceRow)]
    if not all(prices) and not new.zero_confirmed:
        raise ZeroIsAsked


def next_change(service: Service, table: PriceTable, new: NewPrices) -> dt.date | None:
    """The first day after `new.since` on which another version holds already."""
    later = [
        version.since
        for version in versions_of(service, table)
        if version.since > new.since and version.rows
    ]
    return min(later, default=None)


def remove_prices(
    *,
    service: Service,
    table: PriceTable,
    since: dt.date,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> Outcome:
    """
    Take a version away; the one before it goes on until the next.

    :raises NoSuchVersion: there is none from that day on.
    :raises PricesAreCharged: a month of it is posted.
    :raises MonthIsBusy: a month of it is being calculated.
    """
    with transaction.atomic():
        months = _held_months(service.organisation_id)
        before = dated_rows(service, table)
        known = versions(before)
        gone = next((one for one in known if one.since == since and one.rows), None)
        if gone is None:
            raise NoSuchVersion(since)
        outcome = _outcome(months, gone.since, gone.until)
        if outcome.posted:
            raise PricesAreCharged(outcome.posted)
        earlier = version_on(known, since - dt.timedelta(days=1))
        rows, source = (earlier.rows, earlier.source) if earlier else ((), "")
        after = laid_over(before, gone.since, gone.until, rows, source)
        _replace(service, table, before, after)
        change = PriceChange(
            service=service, action=PriceAction.REMOVED, since=since, changed_at=at
        )
        _record(change, table, before, after, by)
    return outcome


def is_priced(service: Service) -> bool:
    """Whether the service has prices at all: voted sums and sums nobody splits have none."""
    return service.charge not in {ChargeKind.APPORTIONED, ChargeKind.NONE}


def tables_of(service: Service) -> list[PriceTable]:
    """What is dated of the service: a coefficient only where one may apply."""
    tables = [TARIFFS, NORMS, *([UPLIFTS] if service.has_uplift else [])]
    return tables if is_priced(service) else []


def _problems(service: Service, rows: Sequence[Row]) -> list[str]:
    prices = [row for row in rows if isinstance(row, PriceRow)]
    norms = [row for row in rows if isinstance(row, NormRow)]
    if prices or not rows:
        two_part = service.charge == ChargeKind.HOT_WATER_TWO_PART
        return price_problems(prices, two_part=two_part)
    given = [name for row in norms for name in _NORMS if getattr(row, name) is not None]
    if norms and not given:
        return ["Впишите хотя бы один норматив."]
    return []


# --- months


def _held_months(organisation_id: int) -> dict[Period, str]:
    """The organisation's months by state; no month begins or ends meanwhile."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    return {row.period: row.state for row in periods.periods_of(organisation_id=organisation_id)}


def touched_months(service: Service, since: dt.date, until: dt.date | None) -> Outcome:
    """What a version of these days concerns, as it is now."""
    rows = periods.periods_of(organisation_id=service.organisation_id)
    return _months({row.period: row.state for row in rows}, since, until)


def _outcome(months: dict[Period, str], since: dt.date, until: dt.date | None) -> Outcome:
    touched = months_between(since, until, months)
    busy = [month for month in touched if months[month] == "calculating"]
    if busy:
        raise MonthIsBusy(busy[0])
    return _months(months, since, until)


def _months(months: dict[Period, str], since: dt.date, until: dt.date | None) -> Outcome:
    touched = months_between(since, until, months)
    return Outcome(
        drafts=tuple(month for month in touched if months[month] == "draft"),
        posted=tuple(month for month in touched if months[month] == "posted"),
    )


# --- rows


def _rows(service: Service, table: PriceTable) -> list[Any]:
    """By their first days; those fetched with the service are not asked for again."""
    rows = getattr(service, table.related).all()
    return sorted(rows, key=lambda row: (row.valid.lower, row.pk))


def _dated(row: Any, table: PriceTable) -> DatedRow:
    return DatedRow(row.valid.lower, row.valid.upper, table.read(row), row.source)


def _replace(
    service: Service,
    table: PriceTable,
    before: Sequence[DatedRow],
    after: Sequence[DatedRow],
) -> None:
    """Rows that stay as they are stay; the rest goes before the new ones come."""
    kept = Counter(before) & Counter(after)
    spare = kept.copy()
    gone = []
    for row in _rows(service, table):
        dated = _dated(row, table)
        if spare[dated]:
            spare[dated] -= 1
        else:
            gone.append(row.pk)
    rows = table.model.objects
    rows.filter(pk__in=gone).delete()
    rows.bulk_create(
        table.model(
            service=service,
            valid=(dated.since, dated.until),
            source=dated.source,
            **dataclasses.asdict(dated.row),
        )
        for dated in (Counter(after) - kept).elements()
    )


def _record(
    change: PriceChange,
    table: PriceTable,
    before: Sequence[DatedRow],
    after: Sequence[DatedRow],
    by: HasPrimaryKey | None,
) -> None:
    change.kind = table.kind
    change.changed_by_id = by.pk if by else None
    change.was = _words_on(before, change.since)
    change.became = _words_on(after, change.since)
    change.save(force_insert=True)


def _words_on(rows: Sequence[DatedRow], day: dt.date) -> str:
    held = version_on(versions(rows), day)
    return held.words if held else ""
