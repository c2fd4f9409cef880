"""
Looking a calculated month through: totals of its houses and what is unusual in them.

A run of its own beside the calculation: an item is a shard of houses, done as soon as all of them
are calculated, by whoever of the workers is free. A killed one loses its shard, no more.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts_registry.models import Organisation
from charges.review.anomalies import find_anomalies
from charges.review.totals import keep_totals
from charges.run.shards import HOUSES_IN_A_SHARD
from zhkh.runs import services as runs
from zhkh.runs.models import Run

KIND = "charges review"


def begin(calculation: Run, *, at: dt.datetime) -> Run:
    """The run that looks the calculated houses through; one left behind is taken over."""
    known = looking_of(calculation)
    if known is not None:
        return known
    shards = -(-calculation.items.count() // HOUSES_IN_A_SHARD)
    return runs.start_run(
        kind=KIND,
        subject=calculation.subject,
        title=f"Замечания: {calculation.title}"[:200],
        items=[(str(shard), f"Часть {shard + 1} из {shards}") for shard in range(shards)],
        by=calculation.started_by,
        at=at,
    )


def looking_of(calculation: Run) -> Run | None:
    """Nobody looks before the calculation has begun, or after it has ended."""
    return runs.working_run(kind=KIND, subject=calculation.subject)


def look_through(calculation: Run) -> None:
    """Look the calculated shards through that nobody else has claimed, until none is left."""
    looking = looking_of(calculation)
    while looking is not None and _look_through_free_shards(calculation, looking):
        pass


def finish(calculation: Run, *, at: dt.datetime) -> None:
    """
    The calculation ends: of houses not looked through their totals are kept all the same.

    Runs inside the caller's transaction.
    """
    looking = looking_of(calculation)
    if looking is None:
        return
    _, period = runs.month_of(calculation)
    left = [house for key in runs.waiting_keys(looking) for house in _houses(calculation, key)]
    if left:
        keep_totals(left, period=period)
    runs.finish_run(looking, at=at)


def _look_through_free_shards(calculation: Run, looking: Run) -> bool:
    """Whether any was done: what others claimed meanwhile may be free by now."""
    done = False
    for key in runs.waiting_keys(looking):
        if runs.is_stop_requested(calculation):
            return False
        with runs.claimed(looking, int(key)) as is_ours:
            if is_ours and runs.still_waiting(looking, [key]):
                done = _look_through_shard(calculation, looking, key) or done
    return done


@transaction.atomic
def _look_through_shard(calculation: Run, looking: Run, key: str) -> bool:
    """Not before all its houses are calculated or left out."""
    houses = _houses(calculation, key)
    keys = [str(house) for house in houses]
    if runs.still_waiting(calculation, keys):
        return False
    organisation_id, period = runs.month_of(calculation)
    keep_totals(houses, period=period)
    find_anomalies(
        organisation=Organisation.objects.get(pk=organisation_id),
        period=period,
        run_id=calculation.pk,
        house_ids=houses,
    )
    runs.mark_done(looking, key)
    return True


def _houses(calculation: Run, key: str) -> Sequence[int]:
    first = int(key) * HOUSES_IN_A_SHARD
    items = calculation.items.order_by("id").values_list("item_key", flat=True)
    return [int(house) for house in items[first : first + HOUSES_IN_A_SHARD]]
