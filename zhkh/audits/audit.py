"""An audit is a query that must find nothing; what it finds says where and what differs."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection, transaction

from zhkh.kernel.money import format_money
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Audit:
    """
    `sql` gives rows (organisation, what, month or NULL, said, should be); none when all is well.

    `said` and `expected` are the words before the two figures, `words` what codes are called.
    """

    code: str
    title: str
    said: str
    expected: str
    sql: str
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One difference, ready to be read."""

    code: str
    text: str


def findings_of(audit: Audit, *, organisation_id: int | None = None) -> Iterator[Finding]:
    """
    «Счёт 000000001002, Услуга, Июль 2013: в обороте 100,00, по строкам начислений 90,00».

    Those of one organisation, where given; what concerns several is told once.
    """
    with connection.cursor() as cursor:
        cursor.execute(audit.sql)
        rows = cursor.fetchall()
    ours = (row[1:] for row in rows if organisation_id in {None, row[0]})
    for what, month, said, expected in dict.fromkeys(ours):
        where = f"{what}, {Period.of(month).title}" if month else what
        yield Finding(
            audit.code,
            f"{where}: {audit.said} {_word(said, audit)}, "
            f"{audit.expected} {_word(expected, audit)}",
        )


@contextmanager
def one_moment() -> Iterator[None]:
    """All queries see the same rows; inside a caller's transaction, what that one sees."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _word(value: object, audit: Audit) -> str:
    if isinstance(value, Decimal):
        return format_money(value)
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return "нет" if value is None else audit.words.get(str(value), str(value))
