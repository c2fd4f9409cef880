import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from zhkh.services import (
    ServiceRefusal,
    background_names,
    background_state,
    start_background,
    stop_background,
    stop_services,
)
from zhkh.services.process import birth

SLEEP = ["/bin/sleep", "600"]
PARENT = ["/bin/sh", "-c", "sleep 600 & echo $!; wait"]  # says its child's number
DEAF = ["/bin/sh", "-c", 'trap "" TERM; echo deaf; while :; do sleep 0.05; done']

BREEDING = [
    "/bin/sh",
    "-c",
    'trap "" TERM; echo breeding; while :; do sleep 0.2 & sleep 0.01; done',
]


def start(var, argv, name="web") -> int:
    pid = start_background(name, argv, var=var).pid
    assert pid is not None
    return pid


def said(log, *, patience=60):
    """What the process has written so far, once it has written something."""
    deadline = time.monotonic() + patience
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    return log.read_text().strip()


def gone(pid, *, patience=60):
    deadline = time.monotonic() + patience
    while birth(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    return birth(pid) is None


def test_started_process_is_adopted_and_reads_and_writes_only_its_own(var):
    pid = start(var, SLEEP)

    handles = [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in range(3)]
    parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]

    assert handles == ["/dev/null", str(var / "log/web.log"), str(var / "log/web.log")]
    assert int(parent) != os.getpid()
    assert os.getsid(pid) != os.getsid(0)


def test_second_start_finds_the_first_one(var):
    first = start_background("web", SLEEP, var=var)

    assert start_background("web", SLEEP, var=var) == first


def test_stop_ends_the_process_and_forgets_it(var):
    pid = start(var, SLEEP)

    assert stop_background("web", var=var) is True
    assert birth(pid) is None
    assert stop_background("web", var=var) is False
    assert background_names(var) == []


def test_stop_where_nothing_was_ever_started(var):
    assert stop_background("web", var=var) is False
    assert stop_services(var) == []


def test_child_of_a_killed_service_is_ended_too(var):
    worker = start(var, PARENT, "worker")
    child = int(said(var / "log" / "worker.log"))
    os.kill(worker, signal.SIGKILL)
    assert gone(worker)

    assert background_state("worker", var=var).pid is None
    assert stop_services(var) == ["исполнитель заданий"]
    assert birth(child) is None


def test_service_is_ended_even_when_its_pid_file_is_lost(var):
    pid = start(var, SLEEP)
    (var / "run" / "web.pid").unlink()

    assert background_names(var) == ["web"]
    assert stop_services(var) == ["веб-сервер"]
    assert birth(pid) is None


def test_start_after_a_kill_leaves_one_process(var):
    first = start(var, PARENT, "worker")
    child = int(said(var / "log" / "worker.log"))
    os.kill(first, signal.SIGKILL)
    assert gone(first)

    second = start(var, SLEEP, "worker")

    assert birth(child) is None
    assert background_state("worker", var=var).pid == second


def test_service_that_ignores_the_request_is_killed(var):
    pid = start(var, DEAF)
    assert said(var / "log" / "web.log") == "deaf"

    assert stop_background("web", var=var, patience=0.2) is True
    assert birth(pid) is None


def test_service_that_keeps_beginning_others_is_killed_with_all_of_them(var):
    pid = start(var, BREEDING)
    assert said(var / "log" / "web.log") == "breeding"

    assert stop_background("web", var=var, patience=0.2) is True
    assert birth(pid) is None
    assert background_names(var) == []


def test_number_given_to_a_stranger_is_not_ours(var, stranger):
    web = start_background("web", SLEEP, var=var)
    stop_background("web", var=var)
    (var / "run" / "web.pid").write_text(f"{stranger.pid}\n{web.pid}/another-birth\n")

    assert background_state("web", var=var).pid is None
    assert stop_background("web", var=var) is False
    assert stranger.poll() is None


@pytest.mark.parametrize("torn", ["", "12", "x\ny\n", "12\n\n"])
def test_torn_pid_file_names_nobody(var, torn):
    start_background("web", SLEEP, var=var)
    stop_background("web", var=var)
    (var / "run" / "web.pid").write_text(torn)

    assert background_state("web", var=var).pid is None


def test_another_folders_service_is_left_alone(var, folder):
    theirs = start_background("web", SLEEP, var=folder / "their-var")
    start_background("web", SLEEP, var=var)

    assert stop_services(var) == ["веб-сервер"]
    assert background_state("web", var=folder / "their-var").pid == theirs.pid
    assert stop_services(folder / "their-var") == ["веб-сервер"]


def test_command_that_does_not_exist_is_told_by_its_log(var):
    start_background("web", ["/no/such/program"], var=var)

    assert "/no/such/program: not found" in said(var / "log" / "web.log")
    stop_background("web", var=var)
    assert background_state("web", var=var).pid is None


def test_process_gets_the_variables_it_was_promised(var):
    web = start_background(
        "web",
        ["/bin/sh", "-c", "echo $ZHKH_BROKER_URL"],
        var=var,
        environment={"ZHKH_BROKER_URL": "x"},
    )

    assert said(web.log) == "x"


def test_folder_nobody_may_write_in_is_named(monkeypatch):
    with pytest.raises(ServiceRefusal) as refusal:
        start_background("web", SLEEP, var=Path("/proc/zhkh"))

    assert str(refusal.value) == (
        "Не удалось подготовить /proc/zhkh (No such file or directory): исправьте это или укажите "
        "другую папку данных в переменной ZHKH_VAR."
    )


def test_zombie_counts_as_gone():
    process = subprocess.Popen(["/bin/true"])
    assert gone(process.pid)

    process.wait()
