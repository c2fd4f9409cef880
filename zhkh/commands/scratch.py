"""A database for one calculation: cloned from an empty migrated one, dropped afterwards."""

import contextlib
import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from zhkh.kernel.refusal import Refusal
from zhkh.services import Services

SCRATCH = "zhkh_scratch_"
EMPTY = "zhkh_empty_"

_PROJECT = Path(__file__).resolve().parent.parent.parent

Connection = psycopg.Connection[tuple[object, ...]]


class NoScratchDatabase(Refusal):
    def __init__(self, answer: str) -> None:
        super().__init__(
            "Не удалось создать временную базу данных: роли владельца (ZHKH_DATABASE_OWNER_URL) "
            f"нужно право CREATEDB. Ответ сервера: {' '.join(answer.split())}"
        )


@contextlib.contextmanager
def scratch_database(services: Services) -> Iterator[str]:
    """
    The address of an empty database for the role of the program.

    While it is in use, a connection beside it holds a lock of its name; a database whose lock
    nobody holds was left by a killed process, and the next one to come drops it.

    :raises NoScratchDatabase: the server does not let the owner's role create databases.
    """
    name = f"{SCRATCH}{uuid.uuid4().hex}"
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(
                psycopg.connect(services.database_owner_url, autocommit=True)
            )
            _create(connection, name, services.database_owner_url)
        except psycopg.Error as error:
            raise NoScratchDatabase(str(error)) from error
        try:
            yield _in_database(services.database_url, name)
        finally:
            _drop_or_leave(connection, name)


def _create(connection: Connection, name: str, owner_url: str) -> None:
    """One at a time: a template that somebody copies cannot be copied by another."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [SCRATCH])
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    _drop_abandoned(connection)
    template = _template(connection, owner_url)
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [SCRATCH])


def _drop_abandoned(connection: Connection) -> None:
    for name in _own_databases(connection, SCRATCH):
        lock = connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name]
        ).fetchone()
        if lock == (True,):
            _drop_or_leave(connection, name)
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def _own_databases(connection: Connection, prefix: str) -> list[str]:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND pg_get_userbyid(datdba) = current_user",
        [prefix],
    )
    return [str(name) for (name,) in rows.fetchall()]


def _drop_or_leave(connection: Connection, name: str) -> None:
    """
    What somebody still works in, or a server that is gone, is left to the next one to come.

    Not WITH (FORCE): the owner may not end connections of the program's role. The server itself
    waits some seconds for those that are just ending.
    """
    with contextlib.suppress(psycopg.OperationalError):
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _template(connection: Connection, owner_url: str) -> str:
    """
    The migrated empty database of this version of the program; made at first use.

    Those of other versions go: a checkout that goes back makes its own again.
    """
    template = f"{EMPTY}{_schema_fingerprint()}"
    known = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [template]
    ).fetchone()
    if known:
        return template
    for outdated in _own_databases(connection, EMPTY):
        _drop_or_leave(connection, outdated)
    unfinished = f"{template}_unfinished"
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    _migrate(_in_database(owner_url, unfinished))
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(unfinished), sql.Identifier(template)
        )
    )
    return template


def _migrate(owner_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
        check=False,
        cwd=_PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "zhkh.settings.dev",
            **os.environ,
            "ZHKH_DATABASE_URL": owner_url,
        },
    )
    if done.returncode:
        raise NoScratchDatabase(done.stderr.strip().rpartition("\n")[2])


def _schema_fingerprint() -> str:
    files = sorted(_PROJECT.glob("*/migrations/*.py")) + sorted(
        _PROJECT.glob("*/*/migrations/*.py")
    )
    content = b"\0".join(file.read_bytes() for file in files)
    return hashlib.sha256(content).hexdigest()[:16]


def in_database(url: str, other: str) -> str:
    """The address of this server and role, in the database the other address names."""
    return _in_database(url, urlsplit(other).path.removeprefix("/"))


def _in_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))
