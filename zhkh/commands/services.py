"""`zhkh services start|stop|status`: the database and the broker of this folder."""

import sys

from zhkh.services import ServiceRefusal, describe, ensure_services, stop_services

USAGE = "Использование: zhkh services start|stop|status"


def main(argv: list[str]) -> int:
    """0 done; 1 `status` found something stopped; 2 a wrong word; 3 not possible now."""
    actions = {"start": start, "stop": stop, "status": status}
    if len(argv) != 1 or argv[0] not in actions:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        return actions[argv[0]]()
    except ServiceRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def start() -> int:
    ran_before = {line.name for line in describe() if line.is_running}
    ensure_services()
    for line in describe():
        word = "уже работает" if line.name in ran_before else "запущена"
        if line.is_running:
            print(f"{line.name}: {word} ({line.detail})")
    return 0


def stop() -> int:
    stopped = stop_services()
    print(f"Остановлено: {', '.join(stopped)}." if stopped else "Ничего не было запущено.")
    return 0


def status() -> int:
    lines = describe()
    for line in lines:
        print(f"{line.name}: {'работает' if line.is_running else 'не запущена'} ({line.detail})")
    return 0 if all(line.is_running for line in lines) else 1
