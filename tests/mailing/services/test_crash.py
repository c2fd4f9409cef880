"""Several workers, killed workers: real processes, real commits."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from mailing.services import Worker, pump, sweep
from tests.cast import tihiy_okean
from tests.mailing.office import (
    QUICK,
    database_environment,
    end_leases,
    pdf_of,
    send,
    start,
    statuses,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def okean(committed_db):
    return tihiy_okean()


def test_two_workers_at_once_send_each_letter_once(house, mail_account, post_office):
    batch = start(mail_account)

    def work(owner: str) -> None:
        try:
            pump(mail_account.pk, worker=Worker(owner=owner, pdf_of=pdf_of, timeouts=QUICK))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(post_office.recipients) == [
        "fet@mail.ru",
        "lermontov_mn@mail.ru",
        "tyutchev@mail.ru",
    ]
    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]


class WorkerProcess:
    """A worker in a process of its own; `kill_between` stops it before it hears the answer."""

    def __init__(self, mail_account_id: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mailing.worker_process", str(mail_account_id)],
            cwd=ROOT,
            env=database_environment(),
        )

    def kill_between(self) -> None:
        """Freeze the worker; the answer reaches its socket, then it is killed unread."""
        os.kill(self._process.pid, signal.SIGSTOP)
        while _state_of(self._process.pid) != "T":
            time.sleep(0.01)
        threading.Timer(0.5, self._process.kill).start()

    def kill_at_once(self) -> None:
        self._process.kill()

    def wait(self) -> int:
        return self._process.wait(60)


def _state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_worker_killed_between_the_answer_and_the_record_leaves_one_uncertain_letter(
    house, mail_account, worker, post_office
):
    batch = start(mail_account)
    victim = WorkerProcess(mail_account.pk)
    post_office.before_answer = victim.kill_between
    code = victim.wait()
    post_office.before_answer = lambda: None
    before_sweep = statuses(batch)
    end_leases()

    swept = sweep()
    after_sweep = statuses(batch)
    send(mail_account, worker)

    assert code == -signal.SIGKILL
    assert before_sweep == ["in_data", "claimed", "claimed", "skipped"]
    assert (swept, after_sweep) == ((2, 1), ["uncertain", "queued", "queued", "skipped"])
    assert statuses(batch) == ["uncertain", "accepted", "accepted", "skipped"]
    assert sorted(post_office.recipients) == [
        "fet@mail.ru",
        "lermontov_mn@mail.ru",
        "tyutchev@mail.ru",
    ]


def test_worker_killed_before_the_body_costs_nothing(house, mail_account, worker, post_office):
    batch = start(mail_account)
    victim = WorkerProcess(mail_account.pk)
    post_office.before_data = victim.kill_at_once
    victim.wait()
    post_office.before_data = lambda: None
    end_leases()

    send(mail_account, worker)

    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]
    assert len(post_office.letters) == 3
