"""What a piece of work costs: time, processor of clients and of the database, memory."""

import dataclasses
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from zhkh.kernel.refusal import Refusal

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _GROUP = 1, 2
_USER, _SYSTEM, _USER_OF_ENDED, _SYSTEM_OF_ENDED = 11, 12, 13, 14  # after the name


class DatabaseElsewhere(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "Процессы базы данных не видны на этой машине: замер процессорного времени возможен "
            "только рядом с сервером. Уберите ZHKH_DATABASE_URL или запустите замер на его машине."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """Seconds by the clock; processor seconds of clients and of the server; megabytes."""

    seconds: float
    client_cpu: float
    database_cpu: float
    rss_mb: float  # the largest process of the clients

    @property
    def cpu(self) -> float:
        return self.client_cpu + self.database_cpu


def effort_of(work: Callable[[], object]) -> Effort:
    """
    Do the work in this process and measure it with the processes it starts and waits for.

    Everything the server does meanwhile is counted, for others too: it must be ours alone. For
    memory to be that of the work, the process must be fresh.

    :raises DatabaseElsewhere: the server runs on another machine.
    """
    server = _postmaster()
    database, client, began = database_cpu(server), _client_cpu(), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return Effort(
        seconds=seconds,
        client_cpu=_client_cpu() - client,
        database_cpu=database_cpu(server) - database,
        rss_mb=max(_own_peak_kb(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024,
    )


def database_cpu(server: int) -> float:
    """Processor seconds of the server with its living and ended children."""
    ticks = _ticks(server, _USER, _SYSTEM, _USER_OF_ENDED, _SYSTEM_OF_ENDED)
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and _field(int(folder.name), _PARENT) == server:
            ticks += _ticks(int(folder.name), _USER, _SYSTEM)
    return ticks / _TICKS


def group_of(pid: int) -> int | None:
    """The process group; None when the process is gone or only waits to be buried."""
    return None if _is_dead(pid) else _field(pid, _GROUP)


def _is_dead(pid: int) -> bool:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


def _postmaster() -> int:
    """The parent of the process that serves our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row is not None
    stat = _PROC / str(row[0]) / "stat"
    parent = _field(row[0], _PARENT)
    if parent is None or "(postgres)" not in stat.read_text():
        raise DatabaseElsewhere
    return parent


def _client_cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _own_peak_kb() -> int:
    """Not by rusage: that counts the parent's memory too, from before this program began."""
    for line in (_PROC / "self" / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _ticks(pid: int, *fields: int) -> int:
    return sum(_field(pid, field) or 0 for field in fields)


def _field(pid: int, number: int) -> int | None:
    """A number of /proc/PID/stat, counted from the state; None when the process is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(text.rpartition(")")[2].split()[number])
