"""
Foreign keys of an empty database, set aside while a town is written and put back proved.

Checked row by row they cost a third of the writing; put back, the database checks all rows at
once. Their definitions wait in a table of the same database: a command that was killed leaves
them there, and the next one, whatever town it is asked for, puts them back.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
Count = Callable[[], None]

_KEPT = sql.Identifier("town_foreign_keys")
_KEEPING = "town_foreign_keys"  # the lock of whoever has set them aside
_NOT_NOW = (psycopg.errors.InsufficientPrivilege, psycopg.errors.LockNotAvailable)
_OF_TABLES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])
    ORDER BY 1, 2
"""


@contextlib.contextmanager
def without_foreign_keys(owner_url: str | None, tables: Sequence[str]) -> Iterator[Count]:
    """
    Foreign keys of these tables are away inside, if there are no accounts yet; they come back in
    the end and after an error.

    Without the owner's address, when another town is being written or somebody uses the tables,
    nothing is set aside.

    Gives a function to call when the tables have grown: plans made for empty ones are bad.
    """
    if owner_url is None:
        yield _count_nothing
        return
    with psycopg.connect(owner_url, autocommit=True) as connection:
        count = partial(_count_rows, connection, tables)
        if not _is_ours(connection):
            yield count
            return
        _set_aside(connection, tables)
        try:
            yield count
        finally:
            _put_back(connection)
        count()


def _count_nothing() -> None:
    """Only the owner may; the server does it by itself, later."""


def _count_rows(connection: Connection, tables: Sequence[str]) -> None:
    for table in tables:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _is_ours(connection: Connection) -> bool:
    """Whether no other command keeps keys aside; the lock is held as long as the connection."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_KEEPING]
    ).fetchone()
    return row == (True,)


def _set_aside(connection: Connection, tables: Sequence[str]) -> None:
    """Those a killed command left stay aside: it had begun in an empty database."""
    if _are_aside(connection) or _has_accounts(connection):
        return
    with contextlib.suppress(*_NOT_NOW), connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        keys = connection.execute(_OF_TABLES, [list(tables)]).fetchall()
        connection.execute(
            sql.SQL("CREATE TABLE {} (owner text, name text, definition text)").format(_KEPT)
        )
        for owner, name, definition in keys:
            connection.execute(
                sql.SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(_KEPT),
                [owner, name, definition],
            )
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(str(owner)), sql.Identifier(str(name))
                )
            )


def _put_back(connection: Connection) -> None:
    """All of them or none; the database looks at every row again."""
    if not _are_aside(connection):
        return
    with connection.transaction():
        connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        keys = connection.execute(
            sql.SQL("SELECT owner, name, definition FROM {} ORDER BY 1, 2").format(_KEPT)
        ).fetchall()
        for owner, name, definition in keys:
            connection.execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    sql.Identifier(str(owner)),
                    sql.Identifier(str(name)),
                    sql.SQL(str(definition)),
                )
            )
        connection.execute(sql.SQL("DROP TABLE {}").format(_KEPT))


def _are_aside(connection: Connection) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [_KEEPING]).fetchone()
    return row == (True,)


def _has_accounts(connection: Connection) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM accounts_registry_personalaccount)"
    ).fetchone()
    return row == (True,)
