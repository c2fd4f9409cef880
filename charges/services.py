"""The month: calculated house by house, looked at, confirmed."""

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from accounts_registry.ledger import periods, posting
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import House, Organisation, PersonalAccount, Service
from charges import lines
from charges.calc.calculation import calculate
from charges.calc.parse import ScenarioProblems, parse_document
from charges.calc.result import result_json
from charges.loading import load_house, load_terms
from charges.models import ChargeLine
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import ItemState, Run, RunState

KIND = "charges"
HOUSES_IN_A_CHUNK = 20

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


def calculate_month(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey | None, clock: Clock
) -> Run:
    """
    Calculate every house of the month into a draft; running again replaces the draft.

    A house with bad data is left out with its sentences; the others are calculated.

    :raises NothingToCharge: no houses.
    :raises PeriodRefusal: the month is posted or somebody calculates it now.
    """
    with _alone(organisation, period):
        run = _begin(organisation=organisation, period=period, by=by, at=clock())
        _work(run, organisation=organisation, period=period)
        return _end(run, organisation=organisation, period=period, at=clock())


@transaction.atomic(durable=True)
def confirm_month(*, organisation: Organisation, period: Period, by: HasPrimaryKey | None) -> int:
    """
    Post the draft: from now on the month never moves. Returns the number of turnover rows.

    :raises HousesNotCalculated: some house of the last run has errors or was not reached.
    :raises PeriodRefusal: there is no draft or an earlier month is not posted.
    """
    periods.lock_draft(organisation_id=organisation.pk, period=period)
    unready = unready_houses(organisation=organisation, period=period)
    if unready:
        raise HousesNotCalculated(period, unready)
    return posting.post_month(
        organisation_id=organisation.pk,
        period=period,
        charges=charge_totals(organisation=organisation, period=period),
        by=by,
    )


@transaction.atomic(durable=True)
def reopen_month(*, organisation: Organisation, period: Period) -> None:
    """
    Turn a draft back into an open month.

    :raises PeriodRefusal: the month is posted or there is no draft.
    """
    periods.reopen(organisation_id=organisation.pk, period=period)


def unready_houses(*, organisation: Organisation, period: Period) -> list[str]:
    """Houses of the last run that are not in the draft, each with what is wrong."""
    run = runs.latest_run(kind=KIND, subject=subject_of(organisation, period))
    if run is None:
        return []
    left = run.items.exclude(state=ItemState.DONE)
    return [f"{item.title}: {item.message or 'не рассчитан'}" for item in left]


def charge_totals(
    *, organisation: Organisation, period: Period
) -> Iterable[tuple[int, int, Decimal]]:
    """Account, service and what was charged before adjustments."""
    rows = (
        ChargeLine.objects.filter(month=period.first_day, account__organisation_id=organisation.pk)
        .values_list("account_id", "service_id")
        .annotate(charged=Sum("charged"))
        .order_by("account_id", "service_id")
    )
    return rows.iterator(chunk_size=10_000)


def subject_of(organisation: Organisation, period: Period) -> str:
    return f"{organisation.pk}/{period}"


@contextmanager
def _alone(organisation: Organisation, period: Period) -> Any:
    """
    One worker for a month. The lock dies with its process, so a month left behind by a killed
    worker can be taken over at once.
    """
    key = f"{KIND}/{subject_of(organisation, period)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        row = cursor.fetchone()
        if row is None or not row[0]:
            raise periods.MonthIsBusy(period)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


@transaction.atomic
def _begin(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey | None, at: dt.datetime
) -> Run:
    """A new run, or the one a killed worker left: we hold its lock, so nobody works on it."""
    houses = list(House.objects.filter(organisation=organisation).order_by("code"))
    if not houses:
        raise NothingToCharge(organisation)
    subject = subject_of(organisation, period)
    left_behind = runs.working_run(kind=KIND, subject=subject)
    if left_behind:
        return left_behind
    periods.start_calculation(organisation_id=organisation.pk, period=period)
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_open_month(%s)", [period.first_day])
    return runs.start_run(
        kind=KIND,
        subject=subject,
        title=f"Начисления за {period.title}, {organisation}",
        items=[(str(house.pk), house.address) for house in houses],
        by=by,
        at=at,
    )


def _work(run: Run, *, organisation: Organisation, period: Period) -> None:
    terms = load_terms(organisation_id=organisation.pk, period=period)
    service_ids = dict(Service.objects.filter(organisation=organisation).values_list("code", "pk"))
    waiting = runs.waiting_keys(run)
    for start in range(0, len(waiting), HOUSES_IN_A_CHUNK):
        if runs.is_stop_requested(run):
            return
        with transaction.atomic():
            for key in waiting[start : start + HOUSES_IN_A_CHUNK]:
                house = House.objects.select_related("organisation").get(pk=int(key))
                _calculate_house(run, house, period=period, terms=terms, service_ids=service_ids)


def _calculate_house(
    run: Run, house: House, *, period: Period, terms: dict[str, Any], service_ids: dict[str, int]
) -> None:
    """Replace the house in the draft, or leave it out with the sentences of what is wrong."""
    lines.clear_house(house, period=period)
    document = load_house(house, period=period, terms=terms)
    try:
        result = calculate(parse_document(document))
    except ScenarioProblems as refusal:
        runs.mark_failed(run, str(house.pk), "\n".join(map(str, refusal.problems)))
        return
    except Refusal as refusal:
        runs.mark_failed(run, str(house.pk), str(refusal))
        return
    account_ids = dict(
        PersonalAccount.objects.filter(premises__house=house).values_list("number", "pk")
    )
    lines.copy_lines(result, period=period, account_ids=account_ids, service_ids=service_ids)
    lines.freeze(house, period=period, document=document, result=result_json(result))
    runs.mark_done(run, str(house.pk))


@transaction.atomic
def _end(run: Run, *, organisation: Organisation, period: Period, at: dt.datetime) -> Run:
    run = runs.finish_run(run, at=at)
    periods.finish_calculation(
        organisation_id=organisation.pk,
        period=period,
        complete=run.state != RunState.STOPPED,
    )
    return run
