"""Real servers in folders of their own; whatever a test starts is ended with it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from zhkh.services import stop_services

CHECKOUT = Path(__file__).resolve().parents[2]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


@pytest.fixture(autouse=True)
def _no_servers_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.startswith("ZHKH_") and name != "ZHKH_TEST_CLUSTER":
            monkeypatch.delenv(name)


@pytest.fixture
def folder():
    """A short path that the server's user can enter; pytest's own folders are closed to it."""
    path = Path(tempfile.mkdtemp(prefix="zt-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def var(folder):
    yield folder / "var"
    stop_services(folder / "var")


@pytest.fixture
def zhkh(var):
    """The console program on this folder, its output in pipes that must close when it ends."""

    def call(*words, **environment):
        return subprocess.run(
            [sys.executable, "-m", "zhkh", *words],
            cwd="/",
            env={
                **os.environ,
                "PYTHONPATH": str(CHECKOUT),
                "ZHKH_VAR": str(var),
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


@pytest.fixture
def stranger():
    """A living process that has nothing to do with us."""
    process = subprocess.Popen(["/bin/sleep", "600"])
    yield process
    process.kill()
    process.wait()
