"""Processes that outlive the command that started them: launch, recognise, end."""

import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

PROC = Path("/proc")
MARK = "ZHKH_BACKGROUND"  # in the environment of every process started here: folder and name


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system that a service runs as."""

    name: str
    uid: int
    gid: int


@dataclasses.dataclass(frozen=True, slots=True)
class Launch:
    """What to start; `account` is another user to become, possible only for root."""

    argv: Sequence[str]
    mark: str
    log: Path
    cwd: Path
    environment: Mapping[str, str]
    account: Account | None = None


def launch(order: Launch) -> int:
    """
    Start a process in a session of its own, adopted by init; its number is returned.

    It inherits nothing of the caller's stdin, stdout and stderr: it reads nothing and writes
    to the log. The shell in between ends at once, so no zombie is left to a long-lived caller.
    """
    with order.log.open("ab") as log:
        shell = subprocess.run(  # noqa: S603 - our own command, no text of the user's
            ["/bin/sh", "-c", 'exec "$@" >&2 & echo $!', "sh", *order.argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=order.cwd,
            env={**order.environment, MARK: order.mark},
            start_new_session=True,
            check=True,
            **become(order.account),
        )
    return int(shell.stdout)


class Become(TypedDict, total=False):
    """Arguments of subprocess that drop root's rights for good."""

    user: int
    group: int
    extra_groups: list[int]


def become(account: Account | None) -> Become:
    """Nothing to drop for anybody but root."""
    if account is None or os.geteuid() != 0:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def birth(pid: int) -> str | None:
    """
    When this process began, as text that no later process with the same number can share.

    None when there is no such process, or only a zombie nobody has collected yet.
    """
    try:
        status = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None if PROC.joinpath("self").exists() else _birth_by_ps(pid)
    state, *fields = status.rpartition(")")[2].split()
    if state in {"Z", "X"}:
        return None
    boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{fields[18]}"


def _birth_by_ps(pid: int) -> str | None:
    """For systems without /proc, such as macOS."""
    told = subprocess.run(  # noqa: S603 - a fixed command and a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split(maxsplit=1)
    return None if len(told) < 2 or told[0].startswith("Z") else told[1].strip()


def command_line(pid: int) -> tuple[str, ...]:
    """The words the process was started with; empty when it is gone."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return () if PROC.joinpath("self").exists() else _command_line_by_ps(pid)
    return tuple(os.fsdecode(word) for word in words if word)


def works_in(pid: int, folder: Path) -> bool:
    """The process stands in this folder, even when the folder was moved under it."""
    try:
        return (PROC / str(pid) / "cwd").samefile(folder)
    except OSError:  # gone, another user's, or no /proc here
        return False


def _command_line_by_ps(pid: int) -> tuple[str, ...]:
    told = subprocess.run(  # noqa: S603 - a fixed command and a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return tuple(told.stdout.split())


def marks() -> dict[int, str]:
    """The mark of every living process that carries one, children of a killed service too."""
    found = {}
    for entry in PROC.glob("[0-9]*/environ"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:  # gone meanwhile, or another user's
            continue
        mark = next((word for word in words if word.startswith(f"{MARK}=".encode())), None)
        if mark is not None and birth(int(entry.parent.name)) is not None:
            found[int(entry.parent.name)] = os.fsdecode(mark).partition("=")[2]
    return found


def end(pid: int, born: str, how: signal.Signals, *, patience: float) -> bool:
    """Signal the process that began at `born` and wait; True when it is gone."""
    if birth(pid) != born:
        return True
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return True
    deadline = time.monotonic() + patience
    while birth(pid) == born:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
