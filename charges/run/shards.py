"""A calculation shared by workers: each claims shards of houses, whoever is killed loses a chunk."""

import logging

from django.db import transaction

from charges.run import draft
from charges.run.draft import PROGRAM_FAILED, MonthInWork
from zhkh.runs import services as runs
from zhkh.runs.models import Run

KIND = "charges"
HOUSES_IN_A_CHUNK = 20  # a transaction: lines and marks of these houses stand or fall together
HOUSES_IN_A_SHARD = 40

logger = logging.getLogger(__name__)


def work_off(run: Run) -> None:
    """Calculate what waits and nobody else has claimed, until nothing is left or stop is asked."""
    organisation_id, period = runs.month_of(run)
    try:
        month = MonthInWork(organisation_id=organisation_id, period=period)
    except Exception:  # what all houses share cannot be read: no house can be calculated
        logger.exception("run %s", run.pk)
        runs.fail_waiting(run, PROGRAM_FAILED)
        return
    while _work_off_free_shards(run, month):
        pass


def _work_off_free_shards(run: Run, month: MonthInWork) -> bool:
    """Whether anything was done: what others claimed meanwhile may be free by now."""
    shards = runs.waiting_by_shard(run, size=HOUSES_IN_A_SHARD)
    done = [_work_off_shard(run, month, shard, keys) for shard, keys in sorted(shards.items())]
    return any(done)


def _work_off_shard(run: Run, month: MonthInWork, shard: int, keys: list[str]) -> bool:
    """Whether anything of the shard was done here."""
    with runs.claimed(run, shard) as is_ours:
        if not is_ours:
            return False
        waiting = runs.still_waiting(run, keys)
        for start in range(0, len(waiting), HOUSES_IN_A_CHUNK):
            if runs.is_stop_requested(run):
                return False
            _work_off_chunk(run, month, waiting[start : start + HOUSES_IN_A_CHUNK])
        return bool(waiting)


@transaction.atomic
def _work_off_chunk(run: Run, month: MonthInWork, keys: list[str]) -> None:
    failures = draft.put_in_draft(month, [int(key) for key in keys])
    for house_id, message in failures.items():
        runs.mark_failed(run, str(house_id), message)
    runs.mark_all_done(run, [key for key in keys if int(key) not in failures])
