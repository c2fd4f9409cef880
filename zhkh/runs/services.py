"""Starting, advancing and ending long work."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Count, F

from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs.models import ItemState, Run, RunItem, RunState


class HasPrimaryKey(Protocol):
    @property
    def pk(self) -> int: ...


Settled = tuple[ItemState, str]
LONGEST_TITLE = 300  # a number and a name may be longer together


class RunIsBusy(Refusal):
    """Another worker has the run now."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"«{run.title}» уже выполняется: дождитесь окончания.")


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How many items there are, and how many of them are done and failed."""

    total: int
    done: int
    failed: int

    @property
    def passed(self) -> int:
        return self.done + self.failed


def subject_of(organisation: HasPrimaryKey, period: Period) -> str:
    """Of work about a month of an organisation."""
    return f"{organisation.pk}/{period}"


def month_of(run: Run) -> tuple[int, Period]:
    """The organisation's key and the month such work is about."""
    organisation_id, _, period = run.subject.partition("/")
    return int(organisation_id), Period.parse(period)


@transaction.atomic
def start_run(  # noqa: PLR0913 (each is a fact of the run)
    *,
    kind: str,
    subject: str,
    title: str,
    items: Iterable[tuple[str, str]],
    by: HasPrimaryKey | None,
    at: dt.datetime,
    settled: Mapping[str, Settled] | None = None,
) -> Run:
    """
    A run with its items (key, title), all waiting.

    Items named in `settled` are not worked on: they stand as an earlier run left them.
    """
    known = settled or {}
    run = Run.objects.create(
        kind=kind, subject=subject, title=title, started_at=at, started_by_id=by.pk if by else None
    )
    RunItem.objects.bulk_create(
        RunItem(
            run=run,
            item_key=key,
            title=item_title[:LONGEST_TITLE],
            state=state,
            message=message,
        )
        for key, item_title in items
        for state, message in [known.get(key, (ItemState.WAITING, ""))]
    )
    return run


def settled_items(run: Run) -> dict[str, Settled]:
    """State and message of the items that are done or failed, by key."""
    rows = run.items.exclude(state=ItemState.WAITING).values_list("item_key", "state", "message")
    return {key: (ItemState(state), message) for key, state, message in rows}


def working_run(*, kind: str, subject: str) -> Run | None:
    return Run.objects.filter(kind=kind, subject=subject, state=RunState.WORKING).first()


def latest_run(*, kind: str, subject: str) -> Run | None:
    return Run.objects.filter(kind=kind, subject=subject).order_by("-id").first()


def working_runs(*, kind: str) -> list[Run]:
    """Runs nobody has ended yet, the oldest first: being worked on, or waiting for a worker."""
    return list(Run.objects.filter(kind=kind, state=RunState.WORKING).order_by("id"))


@contextmanager
def alone_with(run: Run) -> Iterator[None]:
    """
    One worker for a run. The lock dies with its connection, so a run left behind by a killed
    worker can be taken over at once; whoever takes it reads the run afresh.

    :raises RunIsBusy: another worker has it.
    """
    key = f"{run.kind}/{run.subject}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        row = cursor.fetchone()
        if row is None or not row[0]:
            raise RunIsBusy(run)
        try:
            run.refresh_from_db()
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


@contextmanager
def lending_a_hand(run: Run) -> Iterator[None]:
    """A worker besides the one that is alone with the run; the run ends when all have left."""
    with _held("pg_advisory_lock_shared", "pg_advisory_unlock_shared", _hands(run)):
        run.refresh_from_db()
        yield


@contextmanager
def without_hands(run: Run) -> Iterator[None]:
    """Waits until nobody lends a hand, and lets nobody begin."""
    with _held("pg_advisory_lock", "pg_advisory_unlock", _hands(run)):
        yield


@contextmanager
def claimed(run: Run, shard: int) -> Iterator[bool]:
    """Whether this worker has the shard now; the claim of a killed worker dies with it."""
    key = f"{run.kind}/{run.pk}/shard {shard}"
    with _held("pg_try_advisory_lock", "pg_advisory_unlock", key) as taken:
        yield taken is not False


def _hands(run: Run) -> str:
    return f"{run.kind}/{run.pk}/hands"


@contextmanager
def _held(lock: str, unlock: str, key: str) -> Iterator[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [key])
        row = cursor.fetchone()
        taken = row[0] if row else False
        try:
            yield taken
        finally:
            if taken is not False:
                cursor.execute(f"SELECT {unlock}(hashtextextended(%s, 0))", [key])


def waiting_by_shard(run: Run, *, size: int) -> dict[int, list[str]]:
    """Keys of the items not done yet, in their order, by shards of so many items of the run."""
    found: dict[int, list[str]] = {}
    rows = run.items.order_by("id").values_list("item_key", "state")
    for place, (key, state) in enumerate(rows.iterator(chunk_size=10_000)):
        if state == ItemState.WAITING:
            found.setdefault(place // size, []).append(key)
    return found


def still_waiting(run: Run, keys: Iterable[str]) -> list[str]:
    """Those of the keys that nobody has done meanwhile, in the same order."""
    wanted = list(keys)
    rows = run.items.filter(state=ItemState.WAITING, item_key__in=wanted)
    waiting = set(rows.values_list("item_key", flat=True))
    return [key for key in wanted if key in waiting]


def progress_of(run: Run) -> Progress:
    counts = dict(run.items.order_by().values_list("state").annotate(Count("pk")))
    done, failed = counts.get(ItemState.DONE, 0), counts.get(ItemState.FAILED, 0)
    return Progress(total=sum(counts.values()), done=done, failed=failed)


def unfinished_items(run: Run) -> list[RunItem]:
    """Items that failed or were not reached, in their order."""
    return list(run.items.exclude(state=ItemState.DONE).order_by("id"))


def has_waiting(run: Run) -> bool:
    return run.items.filter(state=ItemState.WAITING).exists()


def waiting_keys(run: Run) -> list[str]:
    """Keys of the items not done yet, in their order."""
    waiting = run.items.filter(state=ItemState.WAITING).order_by("id")
    return list(waiting.values_list("item_key", flat=True))


def mark_done(run: Run, item_key: str, message: str = "") -> None:
    """Call it in the transaction that writes what the item made."""
    _mark(run, item_key, ItemState.DONE, message)


def mark_all_done(run: Run, item_keys: Iterable[str], message: str = "") -> None:
    """As `mark_done`, for many items at once."""
    run.items.filter(item_key__in=list(item_keys)).update(
        state=ItemState.DONE, message=message, attempts=F("attempts") + 1
    )


def fail_waiting(run: Run, message: str) -> None:
    """Nothing can be done for what still waits."""
    assert message, "a failed item says why"
    run.items.filter(state=ItemState.WAITING).update(
        state=ItemState.FAILED, message=message, attempts=F("attempts") + 1
    )


def mark_failed(run: Run, item_key: str, message: str) -> None:
    assert message, "a failed item says why"
    _mark(run, item_key, ItemState.FAILED, message)


def request_stop(run: Run) -> None:
    Run.objects.filter(pk=run.pk, state=RunState.WORKING).update(stop_requested=True)


def stop(run: Run | None, *, end: Callable[[Run], object]) -> None:
    """End the run after what is in work: `end` is called at once when no worker has it yet."""
    if run is None:
        return
    request_stop(run)
    try:
        with alone_with(run):
            if run.state == RunState.WORKING:
                end(run)
    except RunIsBusy:
        return  # its worker looks at the request between portions


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


def settle_item(run: Run, item_key: str, title: str) -> None:
    """
    An item done apart from an ended run: it is done, and so is the run once nothing else failed.

    An object that came after the run is added to it.
    """
    assert run.finished_at, "the run has ended"
    RunItem.objects.get_or_create(run=run, item_key=item_key, defaults={"title": title})
    _mark(run, item_key, ItemState.DONE, "")
    finish_run(run, at=run.finished_at)


def _mark(run: Run, item_key: str, state: ItemState, message: str) -> None:
    item = run.items.get(item_key=item_key)
    item.state = state
    item.message = message
    item.attempts += 1
    item.save(update_fields=["state", "message", "attempts"])
