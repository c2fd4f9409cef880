"""One process or several doing the same to many things. Imports no models: workers begin here."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import django
from django.db import connections

Tell = Callable[[str], None]  # what has been done, for whoever waits


@contextlib.contextmanager
def each_by(workers: int) -> Iterator[Callable[..., Iterator[int]]]:
    """`map` of this process, or of several set up by the same environment."""
    if workers == 1:
        yield map
        return
    connections.close_all()  # each process makes its own
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=django.setup) as pool:
        yield pool.map
