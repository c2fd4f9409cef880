"""
The floor of a charge run: the same rows by binary COPY into an identical table.

What nothing that keeps rows in this database can be faster than: no calculation, no triggers,
the same columns, constraints and primary key, `synchronous_commit` on.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from psycopg import sql

from zhkh.kernel.period import Period

ROUNDS = 3
_BLOCK = 1 << 20
_TABLE = sql.Identifier("bench_floor")


def copy_floor_rounds(owner_url: str, *, period: Period, workers: int) -> list[float]:
    """
    Seconds of three rounds; every round fills the emptied table by `workers` connections.

    `owner_url` is of the database that holds the month: the table is made and dropped there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="zhkh-floor-") as folder,
        psycopg.connect(owner_url, autocommit=True) as connection,
    ):
        _make_table(connection, period)
        try:
            parts = _dump(connection, period, Path(folder), workers)
            return [_fill(owner_url, connection, parts) for _ in range(ROUNDS)]
        finally:
            connection.execute(sql.SQL("DROP TABLE {}").format(_TABLE))


Connection = psycopg.Connection[tuple[object, ...]]


def _make_table(connection: Connection, period: Period) -> None:
    partition = sql.Identifier(f"charges_chargeline_{period.first_day:%Y%m}")
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(_TABLE, partition))


def _dump(connection: Connection, period: Period, folder: Path, parts: int) -> list[Path]:
    """The month's lines in files of about equal size, accounts not divided."""
    bounds = connection.execute(
        "SELECT max(account_id) FROM (SELECT account_id, ntile(%s) OVER (ORDER BY account_id) AS"
        " part FROM charges_chargeline WHERE month = %s) line GROUP BY part ORDER BY 1",
        [parts, period.first_day],
    ).fetchall()
    files: list[Path] = []
    above = 0
    for (up_to,) in bounds:
        files.append(folder / f"part{len(files)}")
        query = sql.SQL(
            "COPY (SELECT * FROM charges_chargeline WHERE month = {} AND account_id > {}"
            " AND account_id <= {} ORDER BY account_id) TO STDOUT (FORMAT binary)"
        ).format(period.first_day, above, up_to)
        with files[-1].open("wb") as file, connection.cursor().copy(query) as copy:
            for block in copy:
                file.write(block)
        above = int(str(up_to))
    return files


def _fill(owner_url: str, connection: Connection, parts: list[Path]) -> float:
    connection.execute(sql.SQL("TRUNCATE {}").format(_TABLE))
    with ThreadPoolExecutor(len(parts)) as pool:
        fillers = [psycopg.connect(owner_url) for _ in parts]
        began = time.perf_counter()
        list(pool.map(_fill_part, fillers, parts))
        seconds = time.perf_counter() - began
    for filler in fillers:
        filler.close()
    return seconds


def _fill_part(connection: Connection, part: Path) -> None:
    connection.execute("SET synchronous_commit = on")
    copying = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(_TABLE)
    with part.open("rb") as file, connection.cursor().copy(copying) as copy:
        while block := file.read(_BLOCK):
            copy.write(block)
    connection.commit()
