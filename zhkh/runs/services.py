"""Starting, advancing and ending long work."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from django.db import transaction

from zhkh.runs.models import ItemState, Run, RunItem, RunState


class HasPrimaryKey(Protocol):
    @property
    def pk(self) -> int: ...


@transaction.atomic
def start_run(
    *,
    kind: str,
    subject: str,
    title: str,
    items: Iterable[tuple[str, str]],
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> Run:
    """A run with its items (key, title), all waiting."""
    run = Run.objects.create(
        kind=kind, subject=subject, title=title, started_at=at, started_by_id=by.pk if by else None
    )
    RunItem.objects.bulk_create(
        RunItem(run=run, item_key=key, title=item_title) for key, item_title in items
    )
    return run


def working_run(*, kind: str, subject: str) -> Run | None:
    return Run.objects.filter(kind=kind, subject=subject, state=RunState.WORKING).first()


def latest_run(*, kind: str, subject: str) -> Run | None:
    return Run.objects.filter(kind=kind, subject=subject).order_by("-id").first()


def waiting_keys(run: Run) -> list[str]:
    """Keys of the items not done yet, in their order."""
    waiting = run.items.filter(state=ItemState.WAITING).order_by("id")
    return list(waiting.values_list("item_key", flat=True))


def mark_done(run: Run, item_key: str) -> None:
    """Call it in the transaction that writes what the item made."""
    _mark(run, item_key, ItemState.DONE, "")


def mark_failed(run: Run, item_key: str, message: str) -> None:
    assert message, "a failed item says why"
    _mark(run, item_key, ItemState.FAILED, message)


def request_stop(run: Run) -> None:
    Run.objects.filter(pk=run.pk, state=RunState.WORKING).update(stop_requested=True)


def is_stop_requested(run: Run) -> bool:
    return Run.objects.filter(pk=run.pk, stop_requested=True).exists()


def finish_run(run: Run, *, at: dt.datetime) -> Run:
    """Done, failed (some item failed) or stopped (some item still waits)."""
    states = set(run.items.values_list("state", flat=True).distinct())
    if ItemState.WAITING in states:
        run.state = RunState.STOPPED
    elif ItemState.FAILED in states:
        run.state = RunState.FAILED
    else:
        run.state = RunState.DONE
    run.finished_at = at
    run.save(update_fields=["state", "finished_at"])
    return run


def _mark(run: Run, item_key: str, state: ItemState, message: str) -> None:
    item = run.items.get(item_key=item_key)
    item.state = state
    item.message = message
    item.attempts += 1
    item.save(update_fields=["state", "message", "attempts"])
