"""Months of an organisation: opened, calculated, drafted, posted; a posted month is for ever."""

import datetime as dt

from django.db import connection, transaction

from accounts_registry.ledger.models import AccountingPeriod, PeriodState
from accounts_registry.models import Organisation
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal


class PeriodRefusal(Refusal):
    """The state of the month does not allow it."""


class MonthIsPosted(PeriodRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} уже проведён и не пересчитывается: "
            "исправление вносится перерасчётом в открытом месяце."
        )


class MonthIsBusy(PeriodRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} сейчас рассчитывается: дождитесь окончания расчёта или остановите его."
        )


class MonthIsNotDraft(PeriodRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(f"{period.title} ещё не рассчитан: сначала выполните расчёт.")


class MonthIsOutOfTurn(PeriodRefusal):
    def __init__(self, period: Period, blocking: Period) -> None:
        super().__init__(
            f"{period.title} нельзя провести раньше, чем {blocking.title}: "
            "сначала проведите более ранний месяц."
        )


class MonthIsTooEarly(PeriodRefusal):
    def __init__(self, period: Period, first: Period) -> None:
        super().__init__(
            f"{period.title} раньше первого месяца учёта ({first.title}): выберите более поздний."
        )


class MonthIsTooLate(PeriodRefusal):
    def __init__(self, period: Period, last: Period) -> None:
        super().__init__(
            f"{period.title} рассчитывать рано: последний месяц учёта — {last.title}. "
            "Рассчитайте сначала следующий за ним."
        )


def find_period(*, organisation_id: int, period: Period) -> AccountingPeriod | None:
    return AccountingPeriod.objects.filter(
        organisation_id=organisation_id, month=period.first_day
    ).first()


def periods_of(*, organisation_id: int) -> list[AccountingPeriod]:
    """All months of the organisation, the latest first."""
    return list(AccountingPeriod.objects.filter(organisation_id=organisation_id).order_by("-month"))


@transaction.atomic
def open_month(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    Open the month and every month between the last one and it; opening twice changes nothing.

    :raises MonthIsTooEarly: the organisation's books begin later.
    """
    known = find_period(organisation_id=organisation_id, period=period)
    if known:
        return known
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    ours = AccountingPeriod.objects.filter(organisation_id=organisation_id)
    first = ours.order_by("month").first()
    if first and period < first.period:
        raise MonthIsTooEarly(period, first.period)
    last = ours.order_by("-month").first()
    next_one = last.period.next() if last else period
    for later in range(period.months_since(next_one) + 1):
        opening = next_one.shifted(later)
        _make_partitions(opening)
        AccountingPeriod.objects.bulk_create(
            [AccountingPeriod(organisation_id=organisation_id, month=opening.first_day)],
            ignore_conflicts=True,
        )
    return ours.get(month=period.first_day)


def accounting_month(*, organisation_id: int, on: dt.date) -> AccountingPeriod:
    """
    The month a movement of the day belongs to, locked FOR SHARE against posting.

    It is the day's own month unless that is posted or before the books begin; then the earliest
    unposted month. Must run inside a transaction, before the account is locked.
    """
    period = _own_or_earliest(organisation_id=organisation_id, on=on)
    while True:
        locked = _held(period)
        if locked.state != PeriodState.POSTED:
            return locked
        period = _own_or_earliest(organisation_id=organisation_id, on=on)


def hold_unposted(*, organisation_id: int, period: Period) -> AccountingPeriod | None:
    """
    The month held as it is until the transaction ends; None when the books do not reach it yet.

    For what a calculation reads: it neither starts nor is posted meanwhile, and two writers go
    one after the other. Must run inside a transaction.

    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: it is being calculated.
    :raises MonthIsTooEarly: the organisation's books begin later.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    ours = AccountingPeriod.objects.filter(organisation_id=organisation_id)
    known = ours.filter(month=period.first_day).first()
    if known is None:
        first = ours.order_by("month").first()
        if first and period < first.period:
            raise MonthIsTooEarly(period, first.period)
        return None
    held = _held(known)
    if held.state == PeriodState.POSTED:
        raise MonthIsPosted(period)
    if held.state == PeriodState.CALCULATING:
        raise MonthIsBusy(period)
    return held


def start_calculation(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    Mark the month as being calculated. Must run inside a transaction.

    :raises MonthIsTooLate: it is not the next one either; months once opened stay for ever.
    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: somebody calculates it now.
    """
    last = _last_month(organisation_id=organisation_id)
    if last and period.months_since(last) > 1:
        raise MonthIsTooLate(period, last)
    open_month(organisation_id=organisation_id, period=period)
    row = _locked(organisation_id=organisation_id, period=period)
    if row.state == PeriodState.POSTED:
        raise MonthIsPosted(period)
    if row.state == PeriodState.CALCULATING:
        raise MonthIsBusy(period)
    return _set_state(row, PeriodState.CALCULATING)


def finish_calculation(*, organisation_id: int, period: Period, complete: bool) -> AccountingPeriod:
    """The calculated month becomes a draft; an unfinished one is open again."""
    row = _locked(organisation_id=organisation_id, period=period)
    assert row.state == PeriodState.CALCULATING, row.state
    return _set_state(row, PeriodState.DRAFT if complete else PeriodState.OPEN)


def lock_draft(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    Lock a month that can be posted. Must run inside a transaction.

    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: it is being calculated.
    :raises MonthIsNotDraft: it was never calculated.
    :raises MonthIsOutOfTurn: an earlier month is not posted yet.
    """
    row = locked_draft(organisation_id=organisation_id, period=period)
    earlier = earliest_unposted(organisation_id=organisation_id, before=period)
    if earlier:
        raise MonthIsOutOfTurn(period, earlier.period)
    return row


def locked_draft(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    A draft locked against everybody else, whatever its turn. Must run inside a transaction.

    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: it is being calculated.
    :raises MonthIsNotDraft: there is no draft.
    """
    if not find_period(organisation_id=organisation_id, period=period):
        raise MonthIsNotDraft(period)
    row = _locked(organisation_id=organisation_id, period=period)
    _refuse_unless_draft(row)
    return row


def find_draft(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    The draft as it stands, not locked: to look at.

    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: it is being calculated.
    :raises MonthIsNotDraft: there is no draft.
    """
    row = find_period(organisation_id=organisation_id, period=period)
    if row is None:
        raise MonthIsNotDraft(period)
    _refuse_unless_draft(row)
    return row


def earliest_unposted(*, organisation_id: int, before: Period) -> AccountingPeriod | None:
    """The first month before the given one that still waits to be posted."""
    return (
        AccountingPeriod.objects.filter(organisation_id=organisation_id, month__lt=before.first_day)
        .exclude(state=PeriodState.POSTED)
        .order_by("month")
        .first()
    )


def reopen(*, organisation_id: int, period: Period) -> AccountingPeriod:
    """
    A draft becomes open again, its lines stay until the next calculation replaces them.

    :raises MonthIsPosted: it is posted.
    :raises MonthIsBusy: it is being calculated.
    :raises MonthIsNotDraft: there is no draft.
    """
    return _set_state(
        locked_draft(organisation_id=organisation_id, period=period), PeriodState.OPEN
    )


def _own_or_earliest(*, organisation_id: int, on: dt.date) -> AccountingPeriod:
    unposted = (
        AccountingPeriod.objects.filter(organisation_id=organisation_id)
        .exclude(state=PeriodState.POSTED)
        .order_by("month")
    )
    own = Period.of(on)
    earliest = unposted.first()
    if earliest is None or own > earliest.period:
        return _unposted_month(organisation_id=organisation_id, own=own)
    return earliest


def _unposted_month(*, organisation_id: int, own: Period) -> AccountingPeriod:
    """Every month known is posted, or the day is later than the earliest unposted one."""
    last = (
        AccountingPeriod.objects.filter(organisation_id=organisation_id).order_by("-month").first()
    )
    wanted = own
    if last and last.state == PeriodState.POSTED and own <= last.period:
        wanted = last.period.next()
    return open_month(organisation_id=organisation_id, period=wanted)


def _refuse_unless_draft(row: AccountingPeriod) -> None:
    if row.state == PeriodState.POSTED:
        raise MonthIsPosted(row.period)
    if row.state == PeriodState.CALCULATING:
        raise MonthIsBusy(row.period)
    if row.state != PeriodState.DRAFT:
        raise MonthIsNotDraft(row.period)


def _last_month(*, organisation_id: int) -> Period | None:
    last = AccountingPeriod.objects.filter(organisation_id=organisation_id).order_by("-month")
    row = last.first()
    return row.period if row else None


def _held(period: AccountingPeriod) -> AccountingPeriod:
    """As it is after whoever changes it now; others may hold it too."""
    return AccountingPeriod.objects.raw(
        "SELECT * FROM ledger_accountingperiod WHERE id = %s FOR SHARE", [period.pk]
    )[0]


def _locked(*, organisation_id: int, period: Period) -> AccountingPeriod:
    return AccountingPeriod.objects.select_for_update().get(
        organisation_id=organisation_id, month=period.first_day
    )


def _set_state(row: AccountingPeriod, state: PeriodState) -> AccountingPeriod:
    row.state = state
    row.save(update_fields=["state"])
    return row


def _make_partitions(period: Period) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open_month(%s)", [period.first_day])
