"""`zhkh run`: web server and worker for development, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

ZHKH = [sys.executable, "-m", "zhkh"]
POLITE_SECONDS = 30.0


def main(argv: list[str]) -> int:
    """0 stopped by the user; 3 the port is taken."""
    parser = argparse.ArgumentParser(prog="zhkh run", description="Веб-сервер и исполнитель.")
    parser.add_argument("--port", type=int, default=8000, help="порт на 127.0.0.1")
    options = parser.parse_args(argv)
    if not is_free(options.port):
        print(
            f"Порт {options.port} занят: остановите другую программу (make stop) "
            "или назовите другой порт: make run ARGS='--port 8001'.",
            file=sys.stderr,
        )
        return 3
    subprocess.run([*ZHKH, "migrate", "--verbosity=0"], check=True)
    serve_until_stopped(options.port)
    return 0


def serve_until_stopped(port: int) -> None:
    """Worker and web server as our children, until Ctrl-C or a polite end."""
    end_politely()
    with ended_with_us([*ZHKH, "worker"]), ended_with_us(web_command(port)) as web:
        print(f"Откройте http://127.0.0.1:{port} (остановить: Ctrl-C)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            web.wait()


def end_politely() -> None:
    """SIGTERM and a closed terminal from now on end this process as Ctrl-C does: nothing is left."""
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.default_int_handler)


def web_command(port: int) -> list[str]:
    """Two processes of gunicorn on loopback."""
    return [
        sys.executable, "-m", "gunicorn", "zhkh.wsgi:application",
        f"--bind=127.0.0.1:{port}", "--workers=2", "--access-logfile=-", "--no-control-socket",
    ]  # fmt: skip


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def ended_with_us(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """
    A child with a process group of its own: Ctrl-C reaches us alone, and we ask it to end.

    What it leaves behind is killed (Celery asked to end while it starts forgets its beat), and so
    is a child that has not ended in half a minute or that the user does not wait for: Ctrl-C again.
    """
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
    try:
        yield child
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            child.wait(timeout=POLITE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
