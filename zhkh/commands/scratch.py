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

_PROJECT = Path(__file__).resolve().parent.parent.parent


class NoScratchDatabase(Refusal):
    def __init__(self, error: Exception) -> None:
        super().__init__(
            "Не удалось создать временную базу данных: роли владельца (ZHKH_DATABASE_OWNER_URL) "
            f"нужно право CREATEDB. Ответ сервера: {str(error).strip()}"
        )


@contextlib.contextmanager
def scratch_database(services: Services) -> Iterator[str]:
    """
    The address of an empty database for the role of the program.

    :raises NoScratchDatabase: the server does not let the owner's role create databases.
    """
    name = f"zhkh_scratch_{uuid.uuid4().hex}"
    try:
        with psycopg.connect(services.database_owner_url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtextextended('zhkh_scratch', 0))")
            template = _template(connection, services.database_owner_url)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
    except (psycopg.Error, subprocess.CalledProcessError) as error:
        raise NoScratchDatabase(error) from error
    try:
        yield _in_database(services.database_url, name)
    finally:
        with psycopg.connect(services.database_owner_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _template(connection: psycopg.Connection[tuple[object, ...]], owner_url: str) -> str:
    """The migrated empty database of this version of the program; made at first use."""
    template = f"zhkh_empty_{_schema_fingerprint()}"
    known = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", [template]
    ).fetchone()
    if known:
        return template
    unfinished = f"{template}_unfinished"
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished))
    )
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    _migrate(_in_database(owner_url, unfinished))
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(unfinished), sql.Identifier(template)
        )
    )
    return template


def _migrate(owner_url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--skip-checks"],
        check=True,
        cwd=_PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={
            "DJANGO_SETTINGS_MODULE": "zhkh.settings.dev",
            **os.environ,
            "ZHKH_DATABASE_URL": owner_url,
        },
    )


def _schema_fingerprint() -> str:
    files = sorted(_PROJECT.glob("*/migrations/*.py")) + sorted(
        _PROJECT.glob("*/*/migrations/*.py")
    )
    content = b"\0".join(file.read_bytes() for file in files)
    return hashlib.sha256(content).hexdigest()[:16]


def _in_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))
