"""The tunnel as a process of its own, for tests of signals and exit codes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """`python -m smtp_tunnel conf`, ready to be called at `port`."""

    def __init__(self, conf: Path, **environment: str) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", "smtp_tunnel", str(conf)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._running.stdout
        self.first_line = self._running.stdout.readline()
        self.port = int(self.first_line.split()[1].rpartition(":")[2]) if self.first_line else 0
        self.pid = self._running.pid

    def call(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def signal(self, number: int) -> None:
        self._running.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Exit code and everything written to the log."""
        _, log = self._running.communicate(timeout=60)
        return self._running.returncode, log

    def kill(self) -> None:
        if self._running.poll() is None:
            self._running.kill()
        self._running.communicate(timeout=60)
