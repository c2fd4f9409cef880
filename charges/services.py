"""The month: asked for, calculated house by house, looked at, confirmed."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from accounts_registry.ledger import periods, posting
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import House, Organisation
from charges import computed
from charges.models import HouseTotal
from charges.penalties.posting import post_penalties
from charges.review import changes, looking
from charges.run import crew
from charges.run.draft import PROGRAM_FAILED, TOO_LARGE
from charges.run.shards import HOUSES_IN_A_CHUNK, KIND, work_off
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import ItemState, Run, RunState

__all__ = [
    "HOUSES_IN_A_CHUNK",
    "KIND",
    "PROGRAM_FAILED",
    "TOO_LARGE",
    "ChargesRefusal",
    "DraftChanged",
    "DraftTotals",
    "FactsChanged",
    "HousesNotCalculated",
    "NothingToCharge",
    "RecalculationsChanged",
    "calculate_month",
    "confirm_month",
    "draft_totals",
    "help_with",
    "outdated_sentence",
    "reopen_month",
    "request_calculation",
    "resume_calculation",
    "stop_calculation",
    "unready_houses",
    "work_on",
]

HOUSES_NAMED = 5
NOT_CHOSEN = "Дом не выбран для расчёта: рассчитайте его до проведения месяца."

Clock = Callable[[], dt.datetime]


class ChargesRefusal(Refusal):
    """The month cannot be calculated or confirmed."""


class NothingToCharge(ChargesRefusal):
    def __init__(self, organisation: Organisation) -> None:
        super().__init__(f"У организации {organisation} нет ни одного дома: добавьте дома и счета.")


class HousesNotCalculated(ChargesRefusal):
    def __init__(self, period: Period, titles: Iterable[str]) -> None:
        super().__init__(
            f"{period.title} нельзя провести, пока не рассчитаны дома: {'; '.join(titles)}. "
            "Исправьте ошибки и повторите расчёт."
        )


class DraftChanged(ChargesRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} пересчитали, пока вы смотрели: проверьте новые суммы и подтвердите "
            "ещё раз."
        )


class RecalculationsChanged(ChargesRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"После расчёта за {period.title} внесены перерасчёты, которых нет в черновике: "
            "рассчитайте месяц ещё раз и подтвердите новые суммы."
        )


class FactsChanged(ChargesRefusal):
    def __init__(self, period: Period, outdated: changes.Outdated) -> None:
        super().__init__(outdated_sentence(period, outdated))


@dataclasses.dataclass(frozen=True, slots=True)
class DraftTotals:
    """What a confirmation is about: accounts with lines, and the sum of their bills in roubles."""

    accounts: int
    total: Decimal


def calculate_month(
    *,
    organisation: Organisation,
    period: Period,
    by: HasPrimaryKey | None,
    clock: Clock,
    workers: int = 1,
) -> Run:
    """
    Calculate every house of the month into a draft; running again replaces the draft.

    A house with bad data is left out with its sentences; the others are calculated. A run that
    a killed worker left is taken over. With several `workers` this process starts the others,
    so it may not be inside a transaction.

    :raises NothingToCharge: no houses.
    :raises PeriodRefusal: the month is posted or somebody calculates it now.
    """
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))
    if run is None:
        run = request_calculation(organisation=organisation, period=period, by=by, at=clock())
    with crew.helping(run, workers - 1, work=_work_off):
        return work_on(run_id=run.pk, clock=clock)


@transaction.atomic(durable=True)
def request_calculation(
    *,
    organisation: Organisation,
    period: Period,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    only: Collection[int] | None = None,
) -> Run:
    """
    The run with all houses waiting; any worker may take it from now on.

    With `only` (ids of houses) the others stay in the draft as the last run left them; one it
    never reached is told as left out.

    :raises NothingToCharge: no houses, or none of those named.
    :raises PeriodRefusal: the month is posted or being calculated.
    """
    houses = list(House.objects.filter(organisation=organisation).order_by("code"))
    if not houses or (only is not None and not {house.pk for house in houses} & set(only)):
        raise NothingToCharge(organisation)
    settled = _left_alone(organisation, period, houses, only)
    periods.start_calculation(organisation_id=organisation.pk, period=period)
    if not settled:
        changes.mark_start(organisation=organisation, period=period)
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_open_month(%s)", [period.first_day])
        if not settled:
            cursor.execute(
                "SELECT charges_clear_month(%s, %s)", [organisation.pk, period.first_day]
            )
    return runs.start_run(
        kind=KIND,
        subject=runs.subject_of(organisation, period),
        title=f"Начисления за {period.title}, {organisation}",
        items=[(str(house.pk), house.address) for house in houses],
        by=by,
        at=at,
        settled=settled,
    )


def resume_calculation(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey | None, at: dt.datetime
) -> Run:
    """
    A run of the houses the last one did not calculate; without any, of all.

    :raises NothingToCharge: no houses.
    :raises PeriodRefusal: the month is posted or being calculated.
    """
    last = runs.latest_run(kind=KIND, subject=runs.subject_of(organisation, period))
    left = {int(item.item_key) for item in runs.unfinished_items(last)} if last else set()
    return request_calculation(
        organisation=organisation, period=period, by=by, at=at, only=left or None
    )


def _left_alone(
    organisation: Organisation, period: Period, houses: list[House], only: Collection[int] | None
) -> dict[str, runs.Settled]:
    if only is None:
        return {}
    last = runs.latest_run(kind=KIND, subject=runs.subject_of(organisation, period))
    known = runs.settled_items(last) if last else {}
    return {
        str(house.pk): known.get(str(house.pk), (ItemState.FAILED, NOT_CHOSEN))
        for house in houses
        if house.pk not in only
    }


def work_on(*, run_id: int, clock: Clock) -> Run:
    """
    Do what is left of a requested calculation and end it; an ended run is left as it is.

    :raises MonthIsBusy: another worker has it now.
    """
    run = Run.objects.get(pk=run_id, kind=KIND)
    organisation_id, period = runs.month_of(run)
    try:
        with runs.alone_with(run):
            while run.state == RunState.WORKING:
                looked = looking.begin(run, at=clock())
                _work_off(run)
                with runs.without_hands(run):
                    left = runs.has_waiting(run) or runs.has_waiting(looked)
                    if runs.is_stop_requested(run) or not left:
                        _end(run, organisation_id=organisation_id, period=period, at=clock())
            return run
    except runs.RunIsBusy as busy:
        raise periods.MonthIsBusy(period) from busy


def help_with(*, run_id: int) -> None:
    """Do a part of what is left of a calculation; whoever works on it ends it."""
    crew.help_with(run_id=run_id, work=_work_off)


def _work_off(run: Run) -> None:
    """What waits and nobody else has claimed: houses to calculate, then to look through."""
    work_off(run)
    looking.look_through(run)


def stop_calculation(*, organisation: Organisation, period: Period, at: dt.datetime) -> None:
    """
    End the calculation after the houses in work; at once when no worker has it yet.

    The month is open again; what was calculated stays until the next calculation.
    """
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))

    def end(run: Run) -> None:
        with runs.without_hands(run):
            _end(run, organisation_id=organisation.pk, period=period, at=at)

    runs.stop(run, end=end)


@transaction.atomic(durable=True)
def confirm_month(
    *,
    organisation: Organisation,
    period: Period,
    by: HasPrimaryKey | None,
    seen: DraftTotals | None = None,
) -> int:
    """
    Post the draft: from now on the month never moves. Returns the number of turnover rows.

    :raises HousesNotCalculated: some house of the last run has errors or was not reached.
    :raises DraftChanged: the draft is not the one whose totals the accountant saw.
    :raises RecalculationsChanged: some were entered after the draft was calculated.
    :raises FactsChanged: some houses would be charged otherwise now.
    :raises PenaltyRateIsMissing: a day of delay has no rate.
    :raises PeriodRefusal: there is no draft or an earlier month is not posted.
    """
    periods.lock_draft(organisation_id=organisation.pk, period=period)
    unready = unready_houses(organisation=organisation, period=period)
    if unready:
        raise HousesNotCalculated(period, unready)
    if seen is not None and seen != draft_totals(organisation=organisation, period=period):
        raise DraftChanged(period)
    if computed.misses_recalculations(organisation=organisation, period=period):
        raise RecalculationsChanged(period)
    outdated = changes.outdated(organisation=organisation, period=period)
    if outdated:
        raise FactsChanged(period, outdated)
    computed.post_computed(
        organisation=organisation, period=period, by=by, at=_time_of_transaction()
    )
    post_penalties(organisation_id=organisation.pk, period=period, by=by, at=_time_of_transaction())
    return posting.post_month(organisation_id=organisation.pk, period=period, by=by)


@transaction.atomic(durable=True)
def reopen_month(*, organisation: Organisation, period: Period) -> None:
    """
    Turn a draft back into an open month.

    :raises PeriodRefusal: the month is posted or there is no draft.
    """
    periods.reopen(organisation_id=organisation.pk, period=period)


def unready_houses(*, organisation: Organisation, period: Period) -> list[str]:
    """Houses of the last run that are not in the draft, each with what is wrong."""
    run = runs.latest_run(kind=KIND, subject=runs.subject_of(organisation, period))
    if run is None:
        return []
    return [
        f"{item.title}: {item.message or 'не рассчитан'}" for item in runs.unfinished_items(run)
    ]


def outdated_sentence(period: Period, outdated: changes.Outdated) -> str:
    """What stands in the draft no longer, and what to do."""
    if outdated.terms:
        return (
            f"После расчёта за {period.title} изменены тарифы, нормативы или услуги: "
            "рассчитайте месяц ещё раз и проверьте новые суммы."
        )
    named = "; ".join(house.address for house in outdated.houses[:HOUSES_NAMED])
    more = len(outdated.houses) - HOUSES_NAMED
    others = f" и ещё домов: {more}" if more > 0 else ""
    return (
        f"После расчёта за {period.title} изменены данные, от которых зависят суммы: {named}{others}. "
        "Пересчитайте эти дома или весь месяц и проверьте новые суммы."
    )


def draft_totals(*, organisation: Organisation, period: Period) -> DraftTotals:
    kept = HouseTotal.objects.filter(
        month=period.first_day, house__organisation=organisation, service=None
    )
    found = kept.aggregate(accounts=Sum("accounts", default=0), total=Sum("total", default=ZERO))
    return DraftTotals(**found)


def _time_of_transaction() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        row = cursor.fetchone()
    assert row is not None
    at: dt.datetime = row[0]
    return at


@transaction.atomic
def _end(run: Run, *, organisation_id: int, period: Period, at: dt.datetime) -> Run:
    organisation = Organisation.objects.get(pk=organisation_id)
    looking.finish(run, at=at)
    run = runs.finish_run(run, at=at)
    periods.finish_calculation(
        organisation_id=organisation.pk,
        period=period,
        complete=run.state != RunState.STOPPED,
    )
    return run
