"""
Every move of a journal row. Nothing else writes `state`.

A move is one guarded UPDATE (this row, this state, this owner) and an event in the same
transaction. No row updated means that somebody else owns it: stop. Time is the database's.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Now

from mailing.models import BatchState, JournalEvent, JournalRow, MailBatch
from mailing.models import JournalState as State
from mailing.models.states import DUE
from mailing.outcome.verdict import Kind, Verdict
from mailing.outcome.wording import happened
from mailing.services.limits import room

CLAIM_SIZE = 20
LEASE = dt.timedelta(minutes=2)
BODY_LEASE = dt.timedelta(minutes=15)  # body 180 s, final reply 600 s, and some

_FREE: dict[str, Any] = {"owner": "", "lease_until": None}
_NO_TROUBLE: dict[str, Any] = {
    "reason": "",
    "explanation": "",
    "next_try_at": None,
    "deferred_since": None,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """A change of one row: between which states, whose it must be, what is told of it."""

    source: State
    target: State
    owner: str = ""
    by_id: int | None = None
    text: str = ""
    reply: str = ""


def from_now(span: dt.timedelta) -> Combinable:
    """A moment by the database's clock."""
    return ExpressionWrapper(
        Now() + Value(span, output_field=DurationField()), output_field=DateTimeField()
    )


@transaction.atomic(durable=True)
def claim(*, batch: MailBatch, owner: str, limit: int = CLAIM_SIZE) -> list[int]:
    """Take due rows for `owner` within the account's limits (T3); other workers pass over them."""
    limit = room(batch.mail_account_id, wanted=limit)
    due = (
        JournalRow.objects.filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=Now()))
        .filter(batch=batch, batch__state=BatchState.RUNNING, state__in=DUE)
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
        .only("id", "state")[:limit]
    )
    states = {row.pk: row.state for row in due}
    JournalRow.objects.filter(pk__in=states, state__in=DUE).update(
        state=State.CLAIMED,
        owner=owner,
        lease_until=from_now(LEASE),
        attempts=F("attempts") + 1,
        next_try_at=None,
    )
    _record(batch, states, State.CLAIMED, owner=owner)
    return list(states)


def renew(*, batch_id: int, owner: str) -> None:
    """A claim lasts as long as its owner works on it."""
    JournalRow.objects.filter(batch_id=batch_id, owner=owner, state=State.CLAIMED).update(
        lease_until=from_now(LEASE)
    )


@transaction.atomic(durable=True)
def begin_body(row_id: int, *, owner: str) -> bool:
    """The durable marker before the first byte of the letter (T5)."""
    move = Move(State.CLAIMED, State.IN_DATA, owner=owner)
    return _move(row_id, move, owner=owner, lease_until=from_now(BODY_LEASE), body_at=Now())


@transaction.atomic(durable=True)
def accept(row_id: int, *, owner: str, reply: str) -> bool:
    """The server took the letter (T7)."""
    move = Move(State.IN_DATA, State.ACCEPTED, owner=owner, reply=reply)
    values = {**_FREE, **_NO_TROUBLE, "accepted_at": Now(), "last_reply": reply}
    return _move(row_id, move, **values)


@transaction.atomic(durable=True)
def refuse(row_id: int, *, source: State, owner: str, verdict: Verdict, reply: str) -> bool:
    """The letter waits or is refused for good (T8, T9), or nobody knows (T6)."""
    target = {
        Kind.DEFERRED: State.DEFERRED,
        Kind.FAILED: State.FAILED,
        Kind.UNCERTAIN: State.UNCERTAIN,
    }[verdict.kind]
    wait = from_now(verdict.after) if verdict.after is not None else None
    move = Move(source, target, owner=owner, text=verdict.explanation, reply=reply)
    return _move(
        row_id,
        move,
        **_FREE,
        next_try_at=wait,
        deferred_since=Coalesce(F("deferred_since"), Now()),
        last_reply=reply,
        reason=verdict.reason,
        explanation=verdict.explanation,
    )


@transaction.atomic(durable=True)
def put_off(row_id: int, *, owner: str, verdict: Verdict, reply: str) -> bool:
    """The account is in trouble after the body was refused: the letter is due at once (T8)."""
    move = Move(State.IN_DATA, State.DEFERRED, owner, text=verdict.explanation, reply=reply)
    return _move(
        row_id,
        move,
        **_FREE,
        next_try_at=Now(),
        attempts=_one_less(),
        last_reply=reply,
        reason=verdict.reason,
        explanation=verdict.explanation,
    )


@transaction.atomic(durable=True)
def give_back(*, batch_id: int, owner: str, text: str) -> int:
    """Claimed rows of the owner return to the queue as if never taken (T10)."""
    rows = JournalRow.objects.select_for_update().filter(
        batch_id=batch_id, owner=owner, state=State.CLAIMED
    )
    return _back_to_queue(rows, owner=owner, text=text)


@transaction.atomic(durable=True)
def hold(row_id: int, *, owner: str, reason: str, explanation: str) -> bool:
    """Set aside a letter that must not go out (T10, T11): a person releases or cancels it."""
    back = Move(State.CLAIMED, State.QUEUED, owner=owner, text=explanation)
    if not _move(row_id, back, **_FREE, attempts=_one_less()):
        return False
    aside = Move(State.QUEUED, State.HELD, text=explanation)
    return _move(row_id, aside, reason=reason, explanation=explanation)


@transaction.atomic(durable=True)
def withdraw(row_id: int, *, owner: str, reason: str) -> bool:
    """Take back a claimed letter whose document was issued anew (T10, T12)."""
    text = happened(reason)
    back = Move(State.CLAIMED, State.QUEUED, owner=owner, text=text)
    if not _move(row_id, back, **_FREE, attempts=_one_less()):
        return False
    dropped = Move(State.QUEUED, State.CANCELLED, text=text)
    return _move(row_id, dropped, reason=reason, explanation=text)


@transaction.atomic(durable=True)
def sweep() -> tuple[int, int]:
    """
    Rows whose owner is gone: claimed ones return to the queue (T4), begun ones are uncertain (T6).

    Returns how many of each.
    """
    expired = JournalRow.objects.select_for_update(skip_locked=True).filter(lease_until__lt=Now())
    freed = _back_to_queue(
        expired.filter(state=State.CLAIMED), text="Отправщик пропал до передачи письма."
    )
    text = happened("worker_lost")
    unclear = [
        row.pk
        for row in expired.filter(state=State.IN_DATA)
        if _move(
            row.pk,
            Move(State.IN_DATA, State.UNCERTAIN, owner=row.owner, text=text),
            **_FREE,
            reason="worker_lost",
            explanation=text,
        )
    ]
    return freed, len(unclear)


@transaction.atomic
def send_again(row: JournalRow, *, by_id: int) -> bool:
    """«Отправить ещё раз»: a person takes the risk of a second copy (T14)."""
    move = Move(State.UNCERTAIN, State.QUEUED, by_id=by_id, text="Решено отправить ещё раз.")
    return _move(row.pk, move, **_NO_TROUBLE)


@transaction.atomic
def consider_sent(row: JournalRow, *, by_id: int) -> bool:
    """«Считать отправленным»: a person knows that the letter came (T13)."""
    text = "Отмечено отправленным вручную."
    move = Move(State.UNCERTAIN, State.ACCEPTED, by_id=by_id, text=text)
    return _move(row.pk, move, **_NO_TROUBLE, accepted_at=Now(), last_reply=row.last_reply or text)


@transaction.atomic
def cancel(row: JournalRow, *, by_id: int) -> bool:
    """A person decides that the letter does not go (T12)."""
    move = Move(State(row.state), State.CANCELLED, by_id=by_id, text="Отменено.")
    return _move(row.pk, move, **_NO_TROUBLE)


@transaction.atomic
def release(row: JournalRow, *, by_id: int) -> bool:
    """A person lets a held letter go (T11)."""
    move = Move(State.HELD, State.QUEUED, by_id=by_id, text="Возвращено в очередь.")
    return _move(row.pk, move, **_NO_TROUBLE)


@transaction.atomic
def try_now(row: JournalRow, *, by_id: int) -> bool:
    """A deferred letter need not wait any longer; its state stays."""
    move = Move(State.DEFERRED, State.DEFERRED, by_id=by_id, text="Повторить сейчас.")
    return _move(row.pk, move, next_try_at=Now())


def _move(row_id: int, move: Move, **values: object) -> bool:
    changed = JournalRow.objects.filter(pk=row_id, state=move.source, owner=move.owner).update(
        **{"state": move.target, **values}
    )
    if changed:
        JournalEvent.objects.create(
            batch_id=JournalRow.objects.values_list("batch_id", flat=True).get(pk=row_id),
            row_id=row_id,
            by_id=move.by_id,
            worker=move.owner,
            from_state=move.source,
            to_state=move.target,
            text=move.text,
            reply=move.reply,
        )
    return bool(changed)


def _back_to_queue(rows: Iterable[JournalRow], *, text: str, owner: str = "") -> int:
    moved = [
        row.pk
        for row in rows
        if _move(
            row.pk,
            Move(State.CLAIMED, State.QUEUED, owner=owner or row.owner, text=text),
            **_FREE,
            attempts=_one_less(),
        )
    ]
    return len(moved)


def _one_less() -> Greatest:
    """The attempt is given back: no byte of the letter was sent."""
    return Greatest(F("attempts") - 1, 0)


def _record(batch: MailBatch, before: dict[int, str], target: State, *, owner: str) -> None:
    JournalEvent.objects.bulk_create(
        JournalEvent(batch=batch, row_id=row_id, worker=owner, from_state=state, to_state=target)
        for row_id, state in before.items()
    )
