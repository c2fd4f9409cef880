"""`zhkh worker`: does the work the web has written down; rung by Celery, swept every minute."""

import os
import sys

from zhkh.services.place import make_folders, var_folder


def main(argv: list[str]) -> int:
    """Becomes the Celery worker with its own beat: signals go straight to it."""
    var = var_folder(None)
    make_folders(var)
    command = [
        sys.executable, "-m", "celery", "--app=zhkh.celery", "worker", "--beat",
        f"--schedule={var / 'run' / 'beat-schedule'}", "--pidfile=", "--concurrency=2",
        "--loglevel=INFO", "--without-gossip", "--without-mingle", *argv,
    ]  # fmt: skip
    os.execv(sys.executable, command)
