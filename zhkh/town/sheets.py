"""Rows into tables by COPY, and identifiers taken beforehand for rows that others point at."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED, Field, Model
from django.db.models.options import Options

_NOTHING = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Sheet:
    """
    Rows of one table on their way into it.

    Columns nobody fills take the defaults of their fields, as a row made by its model would.
    """

    def __init__(self, model: type[Model], columns: Sequence[str]) -> None:
        meta = model._meta  # noqa: SLF001 (the documented door to a model's columns)
        left = [field for field in _columns_to_fill(meta) if field.attname not in columns]
        self._table = meta.db_table
        self._columns = (*columns, *(str(field.column) for field in left))
        rest = tuple(field.get_default() for field in left)
        missing = [f.column for f, value in zip(left, rest, strict=True) if value is None]
        assert not missing, f"{self._table}: nothing to put into {missing}"
        self._rest = "".join(f"\t{_written(value)}" for value in rest) + "\n"
        self._rows: list[str] = []

    def add(self, *row: object) -> None:
        self._rows.append("\t".join(map(_written, row)) + self._rest)

    def write(self) -> int:
        """Everything added since the last time; returns how many rows."""
        columns = ", ".join(self._columns)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self._table} ({columns}) FROM STDIN") as copy,
        ):
            copy.write("".join(self._rows))
        written = len(self._rows)
        self._rows.clear()
        return written


def _written(value: object) -> str:
    """A value as the text COPY reads."""
    if value is None:
        return _NOTHING
    text = str(value)
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPED)


def take_ids(model: type[Model], count: int) -> list[int]:
    """Identifiers nobody else gets, ascending."""
    table = model._meta.db_table  # noqa: SLF001 (documented)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _columns_to_fill(meta: "Options[Any]") -> "list[Field[Any, Any]]":
    """Columns a row must not leave to the database."""
    return [
        field
        for field in meta.concrete_fields
        if not field.primary_key
        and not field.generated
        and not field.null
        and field.db_default is NOT_PROVIDED
    ]
