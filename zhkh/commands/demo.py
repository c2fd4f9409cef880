"""`zhkh demo`: the whole business on the sample house, then the program to look at."""

import argparse
import os
import subprocess
import sys

from zhkh.services import describe, ensure_services, stop_services
from zhkh.services.place import make_folders, var_folder

TRAINING_DAY = "2013-08-05"  # the first days after the month of the sample bill
DESCRIPTION = "Показать всё на примере дома из образца: от показания счётчика до закрытого долга."


def main(argv: list[str]) -> int:
    """0 told and served; 1 the books do not agree; 3 the port is taken."""
    parser = argparse.ArgumentParser(prog="zhkh demo", description=DESCRIPTION)
    parser.add_argument("--no-serve", action="store_true", help="закончить после рассказа")
    parser.add_argument("--port", type=int, default=8000, help="порт на 127.0.0.1")
    options = parser.parse_args(argv)
    from zhkh.commands.run import end_politely, is_free

    if not options.no_serve and not is_free(options.port):
        print(
            f"Порт {options.port} занят: остановите другую программу (make stop) "
            "или назовите другой порт: make demo ARGS='--port 8001'.",
            file=sys.stderr,
        )
        return 3
    end_politely()
    ran_before = any(line.is_running for line in describe())
    try:
        prepare()
        agreed = tell_story()
        if not options.no_serve:
            serve(options.port)
    finally:
        if not ran_before:
            stop_services()
    return 0 if agreed else 1


def prepare() -> None:
    """Services, tables and Django, standing on the training day."""
    services = ensure_services()
    os.environ.update(services.environment, ZHKH_TRAINING_DAY=TRAINING_DAY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
    subprocess.run(
        [sys.executable, "-m", "zhkh", "migrate", "--verbosity=0"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    import django

    django.setup()


def tell_story() -> bool:
    # ruff: noqa: PLC0415 - models can be imported only after Django is set up
    from django.db import connections
    from django.utils import timezone

    from zhkh.demo import people, story
    from zhkh.demo.post import close_post_office, open_post_office

    var = var_folder(None)
    make_folders(var)
    folder = var / "demo"
    folder.mkdir(exist_ok=True)
    office = open_post_office(folder, at=timezone.now())
    try:
        agreed = story.tell(story.set_stage(folder, office))
    finally:
        close_post_office()
        connections.close_all()
    passwords = people.known_logins(folder)
    for login in people.LOGINS:
        print(f"Вход, {login.title}: {login.username} / {passwords[login.username]}", flush=True)
    return agreed


def serve(port: int) -> None:
    """The program on the same data, with the mail server and the tunnel, until Ctrl-C."""
    from django.utils import timezone

    from zhkh.commands.run import serve_until_stopped
    from zhkh.demo.post import close_post_office, open_post_office

    open_post_office(var_folder(None) / "demo", at=timezone.now())
    try:
        serve_until_stopped(port)
    finally:
        close_post_office()
