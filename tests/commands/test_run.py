import signal
import subprocess
import sys
import time

import pytest

from zhkh.commands import run
from zhkh.services.process import birth

DEAF = ["/bin/sh", "-c", 'trap "" TERM; sleep 600 & echo $! >child; echo deaf >told; wait']
FORGETFUL = ["/bin/sh", "-c", "sleep 600 & echo $! >child"]
POLITE = [sys.executable, "-c", "import time; open('told', 'w').write('polite'); time.sleep(600)"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wait_until_told(place):
    while not (place / "told").exists() or not (place / "told").read_text():
        time.sleep(0.01)


def gone(pid, *, patience=60):
    deadline = time.monotonic() + patience
    while birth(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    return birth(pid) is None


def test_child_is_asked_to_end(place):
    with run.ended_with_us(POLITE) as child:
        wait_until_told(place)

    assert child.returncode == -signal.SIGTERM


def test_deaf_child_is_killed_with_what_it_began(place, monkeypatch):
    monkeypatch.setattr(run, "POLITE_SECONDS", 0.2)

    with run.ended_with_us(DEAF) as child:
        wait_until_told(place)
    begun = int((place / "child").read_text())

    assert child.returncode == -signal.SIGKILL
    assert gone(begun)


def test_what_a_child_left_behind_is_killed(place):
    with run.ended_with_us(FORGETFUL) as child:
        child.wait()
    begun = int((place / "child").read_text())

    assert child.returncode == 0
    assert gone(begun)


def test_child_that_ended_by_itself_is_left_alone():
    with run.ended_with_us(["/bin/true"]) as child:
        child.wait()

    assert child.returncode == 0


def test_ctrl_c_of_the_terminal_does_not_reach_the_child(place):
    with run.ended_with_us(POLITE) as child:
        wait_until_told(place)
        group = subprocess.check_output(["/bin/ps", "-o", "pgid=", "-p", str(child.pid)], text=True)

    assert int(group) == child.pid
