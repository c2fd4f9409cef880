"""One process or several doing the same to many things. Imports no models: workers begin here."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import django
from django.db import connections

from zhkh.kernel.refusal import Refusal

Tell = Callable[[str], None]  # what has been done, for whoever waits


class WorkerDied(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "Один из процессов, строивших город, убит: вероятно, не хватило памяти. Запустите ту "
            "же команду ещё раз, можно с --workers 1: она продолжит с места остановки."
        )


@contextlib.contextmanager
def each_by(workers: int) -> Iterator[Callable[..., Iterator[int]]]:
    """
    `map` of this process, or of several set up by the same environment.

    :raises WorkerDied: one of them was killed.
    """
    if workers == 1:
        yield map
        return
    connections.close_all()  # each process makes its own
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=context, initializer=django.setup) as pool:
            yield pool.map
    except BrokenProcessPool as error:
        raise WorkerDied from error
