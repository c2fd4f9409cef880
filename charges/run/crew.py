"""Other processes of this machine that lend a hand with a calculation."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from charges.run.shards import HOUSES_IN_A_SHARD, KIND
from zhkh.runs import services as runs
from zhkh.runs.models import Run, RunState

Work = Callable[[Run], None]  # does what waits and nobody else has claimed


def help_with(*, run_id: int, work: Work) -> None:
    """Do a part of what is left of a calculation; whoever works on it ends it."""
    run = Run.objects.get(pk=run_id, kind=KIND)
    with runs.lending_a_hand(run):
        if run.state == RunState.WORKING:
            work(run)


@contextmanager
def helping(run: Run, at_most: int, *, work: Work) -> Iterator[None]:
    """
    So many processes more, as long as there is something to do; none of them outlives this.

    Nobody is started for a shard that is not there.
    """
    shards = -(-run.items.count() // HOUSES_IN_A_SHARD)
    helpers = min(at_most, shards - 1)
    if helpers < 1:
        yield
        return
    connections.close_all()  # a connection is not for two processes
    context = multiprocessing.get_context("fork")
    started = [
        context.Process(target=help_with, kwargs={"run_id": run.pk, "work": work}, daemon=True)
        for _ in range(helpers)
    ]
    for process in started:
        process.start()
    try:
        yield
    finally:
        for process in started:
            process.join()
