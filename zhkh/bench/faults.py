"""
Killing the charge run at random points: what is left must be what an undisturbed run leaves.

The same town stands in two databases. In one its month is calculated and posted in peace; in the
other the processes that do it are killed with signal 9, again and again, and started anew.
"""

import contextlib
import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connections
from django.utils import timezone

from zhkh.bench.digest import Digests, draft_digests, posted_digests
from zhkh.bench.effort import group_of
from zhkh.bench.figures import Figures
from zhkh.bench.victim import CALCULATE, POST
from zhkh.kernel.refusal import Refusal
from zhkh.town.building import build_town
from zhkh.town.plan import Plan

if TYPE_CHECKING:
    from accounts_registry.models import Organisation

TITLES = {
    "kills": "убийств при расчёте",
    "posting_kills": "убийств при проведении",
    "completed": "расчётов доведено до конца",
    "differences": "отличий от спокойного расчёта",
    "seconds": "всего, с",
}
_BUSY = 3  # exit code of a victim that found the dead one's lock still held
_PATIENCE = 600.0
_PAUSE = 0.05

Tell = Callable[[str], None]


class TrialBroken(Refusal):
    """Something else than a kill ended the work."""


@dataclasses.dataclass(frozen=True, slots=True)
class Peace:
    """What an undisturbed month came to, and how long it took, seconds."""

    draft: Digests
    posted: Digests
    calculating: float
    posting: float


@dataclasses.dataclass(frozen=True, slots=True)
class Kills:
    """How many times; a posting done before it could be killed is not repeated."""

    calculating: int
    posting: int


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """A town in the database Django is connected to, and the dice of the killer."""

    plan: Plan
    organisation: "Organisation"
    workers: int
    chance: random.Random
    tell: Tell
    left_alone: list[int] = dataclasses.field(default_factory=list)  # crews whose member died


def calculate_in_peace(plan: Plan, *, workers: int, tell: Tell) -> Peace:
    """Build the town where Django is connected, calculate and post its last month."""
    trial = _trial(plan, workers, tell)
    calculating = _work(trial, CALCULATE)
    draft = draft_digests(trial.organisation, plan.last)
    posting = _work(trial, POST)
    return Peace(draft, posted_digests(trial.organisation, plan.last), calculating, posting)


def calculate_among_kills(
    plan: Plan, peace: Peace, *, kills: Kills, workers: int, tell: Tell
) -> Figures:
    """
    The same in another empty database, killed so many times; `differences` is how many of the
    digests differ from those of peace, and how often a killed posting left a part of itself.

    :raises TrialBroken: a process ended otherwise than it should.
    """
    began = time.monotonic()
    trial = _trial(plan, workers, tell)
    try:
        differences, completed, killed = _die_and_compare(trial, peace, kills)
    finally:
        _bury(trial)
    return {
        "kills": kills.calculating,
        "posting_kills": killed,
        "completed": completed,
        "differences": differences,
        "seconds": round(time.monotonic() - began, 1),
    }


def _die_and_compare(trial: Trial, peace: Peace, kills: Kills) -> tuple[int, int, int]:
    """Differences, calculations completed, postings killed."""
    organisation, period, tell = trial.organisation, trial.plan.last, trial.tell
    completed = _kill_calculations(trial, kills.calculating, peace.calculating)
    differences = _differing(peace.draft, draft_digests(organisation, period), tell)
    killed, torn = _kill_postings(trial, kills.posting, peace.posting)
    differences += torn + _differing(peace.posted, posted_digests(organisation, period), tell)
    return differences, completed, killed


def _trial(plan: Plan, workers: int, tell: Tell) -> Trial:
    tell(f"город: счетов {plan.accounts}, зерно {plan.seed}")
    organisation = build_town(plan, at=timezone.now(), workers=1, tell=lambda *_: None)
    chance = random.Random(f"{plan.seed}/kills")  # noqa: S311 (a trial is repeated by its seed)
    return Trial(plan, organisation, workers, chance, tell)


def _kill_calculations(trial: Trial, kills: int, usual: float) -> int:
    """Returns how many times the month was calculated to the end, the last time included."""
    completed = killed = 0
    while killed < kills:
        if _kill_once(trial, CALCULATE, trial.chance.uniform(0, usual)):
            killed += 1
            trial.tell(f"расчёт убит {killed} из {kills}")
        else:
            completed += 1
    _work(trial, CALCULATE)
    return completed + 1


def _kill_postings(trial: Trial, kills: int, usual: float) -> tuple[int, int]:
    """How many postings were killed, and how many of them left a part of themselves."""
    killed = torn = 0
    while killed < kills and not _is_posted(trial):
        killed += _kill_once(trial, POST, trial.chance.uniform(0, usual))
        torn += _is_torn(trial)
        trial.tell(f"проведение убито {killed} из {kills}")
    if not _is_posted(trial):
        _work(trial, POST)
    return killed, torn


def _is_torn(trial: Trial) -> bool:
    """A draft with turnover, or a posted month without."""
    return _is_posted(trial) != _has_turnover(trial)


def _is_posted(trial: Trial) -> bool:
    from accounts_registry.ledger.periods import find_period  # noqa: PLC0415 - models

    period = find_period(organisation_id=trial.organisation.pk, period=trial.plan.last)
    return period is not None and period.is_posted


def _has_turnover(trial: Trial) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_turnover entry"
            " JOIN accounts_registry_personalaccount account ON account.id = entry.account_id"
            " WHERE account.organisation_id = %s AND entry.month = %s)",
            [trial.organisation.pk, trial.plan.last.first_day],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _differing(peace: Digests, found: Digests, tell: Tell) -> int:
    names = [name for name, digest in peace.items() if found[name] != digest]
    for name in names:
        tell(f"отличается от спокойного расчёта: {name}")
    return len(names)


# --- processes


def _work(trial: Trial, action: str) -> float:
    """Let it work to the end; returns how long it worked, without its start."""
    while True:
        with _victim(trial, action) as victim:
            began = time.monotonic()
            code = victim.wait(_PATIENCE)
        if code == 0:
            return time.monotonic() - began
        if code != _BUSY:
            raise TrialBroken(f"Процесс «{action}» окончился с кодом {code}, а его не убивали.")
        time.sleep(_PAUSE)


def _kill_once(trial: Trial, action: str, after: float) -> bool:
    """
    Kill the work so many seconds after it began; False when it was done before, or busy.

    Half of the times the whole crew dies, otherwise one of it: those left alone end by themselves
    while the next ones begin.
    """
    with _victim(trial, action) as victim:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = victim.wait(after)
            if code not in {0, _BUSY}:
                raise TrialBroken(f"Процесс «{action}» окончился с кодом {code} до убийства.")
            time.sleep(_PAUSE)
            return False
        crew = _group(victim.pid)
        alone = trial.chance.choice(crew) if crew and trial.chance.randrange(2) else None
        for pid in crew if alone is None else [alone]:
            _kill(pid)
        trial.left_alone.append(victim.pid)
        victim.wait(_PATIENCE)
    return True


def _group(leader: int) -> list[int]:
    """The living processes of a crew, ascending."""
    numbers = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return sorted(pid for pid in numbers if group_of(pid) == leader)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _bury(trial: Trial) -> None:
    """End whoever was left of the crews."""
    for leader in trial.left_alone:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)


@contextlib.contextmanager
def _victim(trial: Trial, action: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its children in a group of their own, about to work; gone afterwards."""
    victim = subprocess.Popen(  # noqa: S603 (our own program)
        [
            sys.executable,
            "-m",
            "zhkh.bench.victim",
            action,
            str(trial.organisation.pk),
            str(trial.plan.last),
            str(trial.workers),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert victim.stdout is not None
        victim.stdout.readline()
        yield victim
    finally:
        if victim.poll() is None:
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
        if victim.stdout is not None:
            victim.stdout.close()
