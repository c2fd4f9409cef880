"""
Named processes of one checkout: web, worker, tunnel, mail server, broker.

Each has a log in `var/log/` and a pid file in `var/run/` that holds the process's birth too,
so a number given to a stranger later is never mistaken for ours.
"""

import dataclasses
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from zhkh.services.place import log_file, make_folders, naming_disk_trouble, only_one, var_folder
from zhkh.services.process import Launch, birth, end, launch, marks
from zhkh.services.refusal import ServiceRefusal

POLITE_SECONDS = 10.0
LEFTOVER_SECONDS = 5.0
KILLED_SECONDS = 30.0  # a killed process is gone as soon as a busy machine gets to it


@dataclasses.dataclass(frozen=True, slots=True)
class Background:
    """One process as its pid file tells it; `pid` is None when it does not run."""

    name: str
    pid: int | None
    log: Path


def start_background(
    name: str,
    argv: Sequence[str],
    *,
    var: Path | None = None,
    environment: dict[str, str] | None = None,
) -> Background:
    """
    Start the process unless it runs; it lives on when its starter ends, even by a hang-up.

    `environment` is added to the caller's own. That the process is ready is for the caller to
    ask: this returns as soon as it has begun.
    """
    var = var_folder(var)
    make_folders(var)
    with only_one(var, name), naming_disk_trouble(var):
        known = background_state(name, var=var)
        if known.pid is not None:
            return known
        end_leftovers(name, var)
        pid = launch(
            Launch(
                argv=argv,
                mark=_mark(name, var),
                log=known.log,
                cwd=var,
                environment={**os.environ, **(environment or {})},
            )
        )
        _pid_file(name, var).write_text(f"{pid}\n{birth(pid) or ''}\n")
    return background_state(name, var=var)


def stop_background(
    name: str, *, var: Path | None = None, patience: float = POLITE_SECONDS
) -> bool:
    """
    Ask the process to end, then end what it left behind; False when nothing ran.

    `patience` seconds it may finish its work, twice: the second time its children are asked too.

    :raises ServiceRefusal: something of it survives even SIGKILL.
    """
    var = var_folder(var)
    if not (var / "run").exists():
        return False
    with only_one(var, name), naming_disk_trouble(var):
        pid, born = _remembered(name, var)
        ran = pid is not None and birth(pid) == born
        if pid is not None and ran:
            end(pid, born, signal.SIGTERM, patience=patience)
        left = end_leftovers(name, var, patience=patience)
        _pid_file(name, var).unlink(missing_ok=True)
    return ran or left


def end_leftovers(name: str, var: Path, *, patience: float = LEFTOVER_SECONDS) -> bool:
    """
    End what still carries this service's mark: children of a killed parent, or itself.

    Only where the system shows environments (/proc); elsewhere the pid file alone is known.
    """
    found = bool(_marked(name, var))
    for how, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, KILLED_SECONDS)):
        _signal_until_gone(name, var, how, deadline=time.monotonic() + seconds)
    survivors = _marked(name, var)
    if survivors:
        raise ServiceRefusal(
            f"Служба «{name}» (процессы {', '.join(map(str, survivors))}) не завершается: "
            f"посмотрите журнал {log_file(var, name)}."
        )
    return found


def _signal_until_gone(name: str, var: Path, how: signal.Signals, *, deadline: float) -> None:
    """Asked again until nothing is left: a process may begin another while its turn comes."""
    while left := _marked(name, var):
        for pid in left:
            born = birth(pid)
            if born is not None:
                end(pid, born, how, patience=max(0.0, deadline - time.monotonic()))
        if time.monotonic() >= deadline:
            return


def background_state(name: str, *, var: Path | None = None) -> Background:
    """Look without starting anything."""
    var = var_folder(var)
    pid, born = _remembered(name, var)
    alive = pid if pid is not None and birth(pid) == born else None
    return Background(name, alive, log_file(var, name))


def background_names(var: Path | None = None) -> list[str]:
    """Every service this folder remembers or still has a process of."""
    var = var_folder(var)
    remembered = {file.stem for file in (var / "run").glob("*.pid")}
    ours = _mark("", var)
    running = {mark.removeprefix(ours) for mark in marks().values() if mark.startswith(ours)}
    return sorted(remembered | running)


def _mark(name: str, var: Path) -> str:
    return f"{var.resolve()}|{name}"


def _marked(name: str, var: Path) -> list[int]:
    return [pid for pid, mark in marks().items() if mark == _mark(name, var)]


def _pid_file(name: str, var: Path) -> Path:
    return var / "run" / f"{name}.pid"


def _remembered(name: str, var: Path) -> tuple[int | None, str]:
    """A torn or foreign pid file means that nothing is remembered."""
    try:
        number, born = _pid_file(name, var).read_text().splitlines()
    except (FileNotFoundError, ValueError):
        return None, ""
    return (int(number), born) if number.isdigit() and born else (None, "")
