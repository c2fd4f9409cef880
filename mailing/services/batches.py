"""Starting, stopping and ending a batch; what a person decides about its letters."""

import collections
import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Collection
from typing import Protocol

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts_registry.models import Organisation
from mailing.letter import message_id
from mailing.loading import PlannedRow, plan_batch
from mailing.models import (
    BatchState,
    JournalEvent,
    JournalRow,
    JournalState,
    MailAccount,
    MailBatch,
)
from mailing.models.states import UNFINISHED
from mailing.rules import Skip
from mailing.services import journal
from mailing.services.accounts import let_run
from mailing.services.refusals import (
    AccountCannotSend,
    BatchIsFinished,
    PasswordNeeded,
    RowHasMoved,
)
from zhkh.kernel.period import Period

_CHUNK = 2000


class Person(Protocol):
    """A user of the program."""

    @property
    def pk(self) -> int: ...


@dataclasses.dataclass(frozen=True, slots=True)
class BatchRequest:
    """
    What a person or a command asks to send: the documents of a month of the account's
    organisation, all or of some personal accounts.

    `password` is for mail accounts that do not remember theirs: it stays sealed with the batch
    while it runs.
    """

    mail_account: MailAccount
    period: Period
    key: uuid.UUID
    account_ids: Collection[int] | None = None
    password: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """What a batch would do: `to_send` + the skipped = the accounts asked for."""

    to_send: int
    skipped: dict[Skip, int]

    @property
    def total(self) -> int:
        return self.to_send + sum(self.skipped.values())


def preview_batch(
    *, organisation: Organisation, period: Period, account_ids: Collection[int] | None = None
) -> Preview:
    """Count before anything is started."""
    plan = plan_batch(organisation=organisation, period=period, account_ids=account_ids)
    counts = collections.Counter(row.decision.skip for row in plan)
    return Preview(
        to_send=counts[None], skipped={skip: counts[skip] for skip in Skip if counts[skip]}
    )


@transaction.atomic(durable=True)
def queue_batch(request: BatchRequest, *, by: Person | None, at: dt.datetime) -> MailBatch:
    """
    Write the whole journal of a batch: who gets a letter, who does not and why.

    The same key gives the same batch, however often it is sent.

    :raises AccountCannotSend: the mail account is not for sending.
    :raises PasswordNeeded: the account logs in and nobody gave the password.
    """
    account = request.mail_account
    organisation = Organisation.objects.select_for_update(no_key=True).get(
        pk=account.organisation_id
    )
    known = MailBatch.objects.filter(key=request.key).first()
    if known:
        return known
    batch = _new_batch(request, organisation, by=by, at=at)
    plan = list(
        plan_batch(
            organisation=organisation, period=request.period, account_ids=request.account_ids
        )
    )
    JournalRow.objects.bulk_create((_row(batch, row) for row in plan), batch_size=_CHUNK)
    _tell_start(batch, plan, by)
    let_run(account.pk)
    finish_if_done(batch.pk)
    batch.refresh_from_db()
    return batch


def _new_batch(
    request: BatchRequest, organisation: Organisation, *, by: Person | None, at: dt.datetime
) -> MailBatch:
    account = request.mail_account
    if not account.use_for_sending:
        raise AccountCannotSend(account.name)
    if account.asks_password and not request.password:
        raise PasswordNeeded(account.name)
    batch = MailBatch(
        organisation=organisation,
        month=request.period.first_day,
        mail_account=account,
        key=request.key,
        organisation_name=organisation.name,
        sender_name=account.sender_name,
        sender_address=account.address,
        started_at=at,
        started_by_id=by.pk if by else None,
    )
    batch.keep_password(request.password if account.asks_password else "")
    batch.save()
    return batch


def _row(batch: MailBatch, planned: PlannedRow) -> JournalRow:
    decision, document = planned.decision, planned.document
    row = JournalRow(
        batch=batch,
        account_id=planned.account_id,
        account_number=planned.account_number,
        month=batch.month,
        dated_at=batch.started_at.replace(microsecond=0),
        state=JournalState.SKIPPED if decision.skip else JournalState.QUEUED,
        skip_reason=decision.skip.value if decision.skip else "",
        explanation=decision.detail or (decision.skip.sentence if decision.skip else ""),
    )
    if document:
        row.document_id = document.pk
        row.document_version = document.version
        row.pdf_sha256 = document.pdf_sha256
        row.retry_of_id = None if decision.skip else document.failed_row_id
    if decision.address:
        row.address = decision.address
        row.message_id = message_id(
            key=str(batch.key),
            account_id=planned.account_id,
            document_version=row.document_version,
            address=batch.sender_address,
        )
    return row


def _tell_start(batch: MailBatch, plan: list[PlannedRow], by: Person | None) -> None:
    queued = sum(row.decision.skip is None for row in plan)
    text = f"Поставлено в очередь: {queued}, пропущено: {len(plan) - queued}."
    JournalEvent.objects.create(batch=batch, by_id=by.pk if by else None, text=text)


def finish_if_done(batch_id: int) -> bool:
    """End a batch that has nothing left to do; the password given for it is wiped."""
    left = JournalRow.objects.filter(batch=OuterRef("pk"), state__in=UNFINISHED)
    with transaction.atomic():
        ended = MailBatch.objects.filter(
            ~Exists(left), pk=batch_id, state=BatchState.RUNNING
        ).update(state=BatchState.FINISHED, finished_at=Now(), password_sealed="")
        if ended:
            JournalEvent.objects.create(batch_id=batch_id, text="Рассылка завершена.")
    return bool(ended)


@transaction.atomic(durable=True)
def stop_batch(*, batch_id: int, by: Person) -> None:
    """
    Send no further letter of the batch; one that is on the way is finished.

    :raises BatchIsFinished: there is nothing to stop.
    """
    stopped = MailBatch.objects.filter(pk=batch_id, state=BatchState.RUNNING).update(
        state=BatchState.STOPPED, password_sealed=""
    )
    if not stopped:
        raise BatchIsFinished
    JournalEvent.objects.create(batch_id=batch_id, by_id=by.pk, text="Рассылка остановлена.")


@transaction.atomic(durable=True)
def resume_batch(*, batch_id: int, by: Person, password: str = "") -> MailBatch:
    """
    Go on, also after the mail account stopped for a wrong password.

    :raises PasswordNeeded: the account does not remember its password and none was given.
    """
    return _resume(batch_id, by=by, password=password)


def _resume(batch_id: int, *, by: Person, password: str) -> MailBatch:
    # no_key: a worker that holds the mail account may be writing events of this batch
    batch = MailBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch_id)
    account = batch.mail_account
    if account.asks_password and not password and not batch.password_sealed:
        raise PasswordNeeded(account.name)
    if password and account.asks_password:
        batch.keep_password(password)
    batch.state, batch.finished_at = BatchState.RUNNING, None
    batch.save(update_fields=["state", "finished_at", "password_sealed"])
    JournalEvent.objects.create(batch=batch, by_id=by.pk, text="Рассылка продолжена.")
    let_run(account.pk)
    return batch


_Decision = Callable[..., bool]
DECISIONS: dict[str, _Decision] = {
    "send-again": journal.send_again,
    "consider-sent": journal.consider_sent,
    "cancel": journal.cancel,
    "release": journal.release,
    "try-now": journal.try_now,
}
_PUTS_IN_QUEUE = {"send-again", "release", "try-now"}


@transaction.atomic(durable=True)
def decide_row(*, row_id: int, decision: str, by: Person, password: str = "") -> None:
    """
    What a person decides about one letter; a finished batch runs again when there is work.

    :raises RowHasMoved: the letter is not any more in the state the decision was made for.
    :raises PasswordNeeded: the batch has to run again and the password was wiped.
    """
    row = JournalRow.objects.select_related("batch").get(pk=row_id)
    if not _fits(row, decision) or not DECISIONS[decision](row, by_id=by.pk):
        raise RowHasMoved
    if decision in _PUTS_IN_QUEUE and row.batch.state != BatchState.RUNNING:
        _resume(row.batch_id, by=by, password=password)
    finish_if_done(row.batch_id)


def decisions_for(state: str) -> tuple[str, ...]:
    """What a person may decide about a letter in this state."""
    return {
        JournalState.UNCERTAIN.value: ("send-again", "consider-sent"),
        JournalState.QUEUED.value: ("cancel",),
        JournalState.DEFERRED.value: ("try-now", "cancel"),
        JournalState.HELD.value: ("release", "cancel"),
    }.get(state, ())


def _fits(row: JournalRow, decision: str) -> bool:
    return decision in decisions_for(row.state)
