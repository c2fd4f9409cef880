"""The demo as a stranger runs it, told twice in one folder; whoever asks first runs it for all."""

import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from zhkh.services import ensure_postgres, stop_services
from zhkh.services.place import make_folders, only_one
from zhkh.services.process import marks

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 300.0


@dataclasses.dataclass(frozen=True)
class Told:
    """How one telling ended and what it left: processes of the folder, files under `demo/`."""

    code: int
    story: list[str]
    errors: str
    processes: list[str]
    files: list[str]


@dataclasses.dataclass(frozen=True)
class Telling:
    """
    First `--no-serve`, then with the web server, ended by SIGTERM.

    `login_page` is the answer of the served program; the counts are of the books at the end.
    """

    var: Path
    first: Told
    second: Told
    login_page: int
    desk_payments: int
    journal_rows: int


@pytest.fixture(scope="session")
def telling() -> Telling:
    """Workers of one test run share it through the run's folder."""
    folder = Path(os.environ["ZHKH_TEST_CLUSTER"])
    make_folders(folder)
    with only_one(folder, "demo"):
        kept = folder / "telling.json"
        if not kept.exists():
            kept.write_text(json.dumps(dataclasses.asdict(_tell(folder / "demo")), default=str))
    known = json.loads(kept.read_text())
    return Telling(
        **known
        | {
            "var": Path(known["var"]),
            "first": Told(**known["first"]),
            "second": Told(**known["second"]),
        }
    )


def demo(var: Path, *words: str) -> subprocess.Popen[str]:
    """The console program with nothing of our own settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ZHKH_")}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.Popen(
        [sys.executable, "-m", "zhkh", "demo", *words],
        cwd="/",
        env={**clean, "PYTHONPATH": str(CHECKOUT), "ZHKH_VAR": str(var)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tell(var: Path) -> Telling:
    try:
        first = _ended(var, demo(var, "--no-serve"))
        port = free_port()
        serving = demo(var, "--port", str(port))
        login_page = _answer(f"http://127.0.0.1:{port}/login/", serving)
        serving.send_signal(signal.SIGTERM)
        second = _ended(var, serving)
        payments, journal_rows = _counted(var)
    finally:
        stop_services(var)
    return Telling(var, first, second, login_page, payments, journal_rows)


def _ended(var: Path, process: subprocess.Popen[str]) -> Told:
    story, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return Told(
        code=process.returncode,
        story=story.splitlines(),
        errors=errors,
        processes=sorted(mark for mark in marks().values() if mark.startswith(f"{var}|")),
        files=sorted(str(file) for file in (var / "demo").rglob("*") if file.is_file()),
    )


def _answer(url: str, serving: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while serving.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    return 0


def _counted(var: Path) -> tuple[int, int]:
    with psycopg.connect(ensure_postgres(var).app_url) as connection:
        payments = connection.execute(
            "SELECT count(*) FROM ledger_payment WHERE source = 'desk'"
        ).fetchone()
        rows = connection.execute("SELECT count(*) FROM mailing_journalrow").fetchone()
    assert payments is not None
    assert rows is not None
    return payments[0], rows[0]


def without_passwords(story: list[str]) -> list[str]:
    """The story with what differs between folders taken out."""
    return [re.sub(r" / [0-9a-f]{8}$", " / …", line) for line in story]
