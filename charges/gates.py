"""The gates a month is closed by: what holds it back, what only warns, where to repair it."""

import dataclasses
import enum

from accounts_registry.ledger import periods
from accounts_registry.models import House, Organisation
from charges import computed, services
from charges.review import anomalies, changes
from zhkh.kernel.period import Period
from zhkh.runs import services as runs

COMPARED_ON_A_PAGE = 10


class Place(enum.StrEnum):
    """Where what holds the month back is repaired."""

    CALCULATION = "calculation"
    HOUSES = "houses"
    EARLIER_MONTH = "earlier month"
    ANOMALIES = "anomalies"


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """
    One condition of closing a month; what is not `passed` says why in `sentence`.

    `blocks` is false for what only warns. `houses` and `month` are where to go.
    """

    title: str
    passed: bool
    sentence: str = ""
    blocks: bool = True
    place: Place = Place.CALCULATION
    houses: tuple[House, ...] = ()
    month: Period | None = None

    @property
    def holds(self) -> bool:
        return self.blocks and not self.passed


def gates(*, organisation: Organisation, period: Period, compared: int | None = None) -> list[Gate]:
    """
    In the order they are repaired; `confirm_month` refuses while one of them holds.

    `compared` is the number of changed houses compared at once (None: all, as confirming does).
    """
    return [
        _calculated(organisation, period),
        _complete(organisation, period),
        _recalculations(organisation, period),
        _unchanged(organisation, period, compared),
        _in_turn(organisation, period),
        _looked_through(organisation, period),
    ]


def _calculated(organisation: Organisation, period: Period) -> Gate:
    title = "Месяц рассчитан"
    try:
        periods.find_draft(organisation_id=organisation.pk, period=period)
    except periods.PeriodRefusal as refusal:
        return Gate(title, passed=False, sentence=str(refusal))
    return Gate(title, passed=True)


def _complete(organisation: Organisation, period: Period) -> Gate:
    title = "Все дома в черновике"
    run = runs.latest_run(kind=services.KIND, subject=runs.subject_of(organisation, period))
    bad = runs.unfinished_items(run) if run else []
    if not bad:
        return Gate(title, passed=True)
    houses = House.objects.in_bulk([int(item.item_key) for item in bad])
    return Gate(
        title,
        passed=False,
        sentence=f"Не рассчитано домов: {len(bad)}. Исправьте данные и пересчитайте эти дома.",
        place=Place.HOUSES,
        houses=tuple(houses[int(item.item_key)] for item in bad if int(item.item_key) in houses),
    )


def _recalculations(organisation: Organisation, period: Period) -> Gate:
    title = "Перерасчёты учтены"
    if not computed.misses_recalculations(organisation=organisation, period=period):
        return Gate(title, passed=True)
    return Gate(title, passed=False, sentence=str(services.RecalculationsChanged(period)))


def _unchanged(organisation: Organisation, period: Period, compared: int | None) -> Gate:
    title = "Данные не менялись после расчёта"
    found = changes.outdated(organisation=organisation, period=period, at_most=compared)
    if found:
        return Gate(
            title,
            passed=False,
            sentence=services.outdated_sentence(period, found),
            place=Place.CALCULATION if found.terms else Place.HOUSES,
            houses=() if found.terms else found.houses,
        )
    if found.not_compared:
        return Gate(
            title,
            passed=False,
            blocks=False,
            sentence=f"Менялись данные ещё {found.not_compared} домов: они будут сверены с "
            "черновиком при проведении.",
        )
    return Gate(title, passed=True)


def _in_turn(organisation: Organisation, period: Period) -> Gate:
    title = "Предыдущие месяцы проведены"
    earlier = periods.earliest_unposted(organisation_id=organisation.pk, before=period)
    if earlier is None:
        return Gate(title, passed=True)
    return Gate(
        title,
        passed=False,
        sentence=str(periods.MonthIsOutOfTurn(period, earlier.period)),
        place=Place.EARLIER_MONTH,
        month=earlier.period,
    )


def _looked_through(organisation: Organisation, period: Period) -> Gate:
    title = "Замечания просмотрены"
    left = anomalies.unchecked_count(organisation=organisation, period=period)
    if not left:
        return Gate(title, passed=True, place=Place.ANOMALIES)
    return Gate(
        title,
        passed=False,
        blocks=False,
        sentence=f"Не просмотрено замечаний: {left}. Провести месяц они не мешают.",
        place=Place.ANOMALIES,
    )
