"""Where the services of one checkout keep their files, and the lock that keeps them apart."""

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from zhkh.services.refusal import ServiceRefusal

CHECKOUT = Path(__file__).resolve().parents[2]
SOCKET_PATH_LIMIT = 107  # bytes of sockaddr_un.sun_path without the closing zero
LOCK_PATIENCE_SECONDS = 180.0


def var_folder(var: Path | None = None) -> Path:
    """Folder of everything that lives only while the program runs: `ZHKH_VAR`, else `var/`."""
    chosen = var if var is not None else Path(os.environ.get("ZHKH_VAR") or CHECKOUT / "var")
    return Path(os.path.abspath(chosen.expanduser()))  # noqa: PTH100 - keeps symlinks the user made


def is_default(var: Path) -> bool:
    """Nobody chose this folder: neither an argument nor `ZHKH_VAR` named it."""
    return var == CHECKOUT / "var" and not os.environ.get("ZHKH_VAR")


def make_folders(var: Path) -> None:
    """
    Create `var/`, `var/run/` and `var/log/`; folders that exist are left as they are.

    Root's `var/` may be crossed (0711): the database server runs as another user.
    """
    with naming_disk_trouble(var):
        if not var.exists():
            var.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                var.mkdir()
                var.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (var / "run", var / "log"):
            folder.mkdir(mode=0o700, exist_ok=True)


def log_file(var: Path, name: str) -> Path:
    return var / "log" / f"{name}.log"


def socket_folder(wanted: Path, *, file_name: str, uid: int) -> Path:
    """
    The folder itself, or a short private one in /tmp when the socket's path would be too long.

    A comma will not do either: to PostgreSQL's clients it separates servers. The short name is
    made of the long one, so every process of this checkout finds it again.
    """
    path = os.fsencode(wanted / file_name)
    if len(path) <= SOCKET_PATH_LIMIT and b"," not in path:
        return wanted
    mark = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(f"/tmp/zhkh-{uid}-{mark}")  # noqa: S108 - made 0700 and checked by make_private


def drop_short_folder(folder: Path, wanted: Path) -> None:
    """Leave nothing in /tmp behind a stopped server."""
    if folder != wanted:
        with contextlib.suppress(OSError):
            folder.rmdir()


def make_private(folder: Path, *, uid: int, gid: int) -> None:
    """
    Create the folder for one user alone, or make sure that it is so.

    :raises ServiceRefusal: somebody else's folder or a link stands in its place.
    """
    with naming_disk_trouble(folder):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
        else:
            if os.geteuid() == 0:
                os.chown(folder, uid, gid)
            found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise ServiceRefusal(
            f"Папка {folder} должна принадлежать пользователю с номером {uid} и быть закрыта "
            f"для остальных (0700): удалите её или укажите другую папку данных в ZHKH_VAR."
        )


@contextlib.contextmanager
def only_one(var: Path, name: str) -> Iterator[None]:
    """
    Keep two processes from starting or stopping the same service at once.

    :raises ServiceRefusal: the other process has not finished in three minutes.
    """
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    with naming_disk_trouble(var):
        lock = os.open(var / "run" / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _take(lock):
            if time.monotonic() > deadline:
                raise ServiceRefusal(
                    f"Другая программа уже давно запускает или останавливает «{name}» в папке "
                    f"{var}: дождитесь её или завершите её и повторите."
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(lock)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def naming_disk_trouble(folder: Path) -> Iterator[None]:
    """Say a failure of the file system in one sentence: which folder, what is wrong, what to do."""
    try:
        yield
    except OSError as error:
        raise ServiceRefusal(disk_sentence(folder, error)) from error


def disk_sentence(folder: Path, error: OSError) -> str:
    place = error.filename or folder
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_space_sentence(folder)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"Нет права писать в {place}: исправьте права или укажите другую папку данных "
            f"в переменной ZHKH_VAR."
        )
    return (
        f"Не удалось подготовить {place} ({error.strerror}): исправьте это или укажите другую "
        f"папку данных в переменной ZHKH_VAR."
    )


def no_space_sentence(folder: Path) -> str:
    return (
        f"На диске с папкой {folder} кончилось место: освободите его или укажите папку на другом "
        f"диске в переменной ZHKH_VAR и повторите."
    )
