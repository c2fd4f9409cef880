"""
The console front: `zhkh COMMAND …`, from any folder.

Plain commands start without Django; the rest are Django's management commands, run with the
database and the broker of this checkout unless the environment names others.
"""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, cast

from zhkh.kernel.refusal import Refusal

Command = Callable[[list[str]], int]

PLAIN = {  # command: the module whose `main(argv)` does it
    "bench": "zhkh.commands.bench",
    "demo": "zhkh.commands.demo",
    "scenario": "zhkh.commands.scenario",
    "services": "zhkh.commands.services",
    "tunnel": "smtp_tunnel.__main__",
}
WIRED = {  # the same, with the database, the broker and Django ready
    "check-books": "zhkh.commands.check_books",
    "run": "zhkh.commands.run",
    "worker": "zhkh.commands.worker",
    "charge": "zhkh.commands.charge",
    "issue": "zhkh.commands.issue",
    "town": "zhkh.commands.town",
}
BY_OWNER = ("migrate", "makemigrations")  # everything else works as a role that owns nothing
WITHOUT_SERVICES = ("check", "makemessages", "compilemessages", "collectstatic")
WORDS = {
    "scenario": "рассчитать, проверить или загрузить сценарий (run, check, load)",
    "services": "база данных и очередь этой папки (start, stop, status)",
    "tunnel": "туннель TLS к почтовому серверу: tunnel ФАЙЛ_НАСТРОЕК",
    "demo": "показать всё на примере дома из образца",
    "run": "веб-сервер и исполнитель заданий для разработки",
    "worker": "исполнитель заданий",
    "mail-worker": "отправщик писем",
    "mail": "почта: состояние и действия",
    "charge": "рассчитать и подтвердить месяц",
    "issue": "выпустить платёжные документы проведённого месяца",
    "check-books": "сверить книги: остатки, распределения, документы",
    "town": "построить выдуманный город: --accounts N --months M --seed S",
    "bench": "замеры и испытания на выдуманном городе (charges, faults)",
    "migrate": "привести базу данных к этой версии программы",
    "makemigrations": "записать изменения моделей",
    "makemessages": "собрать тексты для перевода",
    "compilemessages": "подготовить переводы",
    "collectstatic": "собрать файлы страниц для веб-сервера",
    "createsuperuser": "завести администратора",
    "changepassword": "сменить пароль пользователя",
    "check": "проверить настройки",
    "shell": "интерпретатор Python с моделями",
}


def main(argv: list[str] | None = None) -> int:
    """0 done; 1 found differences; 2 bad input; 3 not possible now."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in {"help", "-h", "--help"}:
        print_commands(sys.stdout)
        return 0 if words else 2
    try:
        return run(words[0], words[1:])
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130


def run(name: str, arguments: list[str]) -> int:
    if name in PLAIN:
        command = cast(Command, importlib.import_module(PLAIN[name]).main)
        return command(arguments)
    if name in WIRED:
        return run_wired(name, arguments)
    if name in WORDS:
        return run_by_django(name, arguments)
    print(f"Нет команды «{name}».", file=sys.stderr)
    print_commands(sys.stderr)
    return 2


def run_wired(name: str, arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
    find_services(as_owner=False)
    import django  # noqa: PLC0415 - slow to import

    django.setup()
    command = cast(Command, importlib.import_module(WIRED[name]).main)
    return command(arguments)


def run_by_django(name: str, arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
    if os.environ.get("ZHKH_VAR"):  # one folder for this process and all it starts elsewhere
        os.environ["ZHKH_VAR"] = str(Path(os.environ["ZHKH_VAR"]).expanduser().absolute())
    if name not in WITHOUT_SERVICES:
        find_services(as_owner=name in BY_OWNER)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - slow to import

    execute_from_command_line(["zhkh", name.replace("-", "_"), *arguments])
    return 0


def find_services(*, as_owner: bool) -> None:
    """Start what is missing; settings read the addresses from the environment."""
    from zhkh.services import ensure_services  # noqa: PLC0415 - plain commands do without it

    services = ensure_services()
    os.environ.update(services.environment)
    if as_owner:
        os.environ["ZHKH_DATABASE_URL"] = services.database_owner_url


def print_commands(stream: TextIO) -> None:
    width = max(map(len, WORDS))
    lines = [f"  {name:<{width}}  {words}" for name, words in WORDS.items()]
    print("Использование: zhkh КОМАНДА …", *lines, sep="\n", file=stream)


if __name__ == "__main__":
    sys.exit(main())
