"""A line as a row of the table of charge lines: the text COPY reads."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from charges.calc.result import AccountResult, LineResult, Part

COLUMNS = (
    "zone", "component", "use", "unit", "price",
    "individual_volume", "individual_method", "individual_amount",
    "common_volume", "common_method", "common_amount",
    "uplift_coefficient", "uplift_amount", "vat", "charged", "recalculated", "benefit", "total",
)  # fmt: skip
NULL = "\\N"
NO_PART = f"{NULL}\t\t{NULL}"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Row = tuple[str, str]  # code of the service, `COLUMNS` as COPY reads them


class ChangedLine(NamedTuple):
    """What raised or lowered a line after it was charged."""

    service: str
    recalculated: Decimal
    benefit: Decimal


class AccountRows(NamedTuple):
    number: str
    rows: list[Row]
    changed: list[ChangedLine]


def rows_of(account: AccountResult) -> AccountRows:
    rows = [row_of(line) for line in account.lines]
    return AccountRows(account.number, rows, changed_lines(account.lines))


def changed_lines(lines: Iterable[LineResult]) -> list[ChangedLine]:
    return [
        ChangedLine(line.service, line.recalculated, line.benefit)
        for line in lines
        if line.recalculated or line.benefit
    ]


def row_of(line: LineResult) -> Row:
    cells = (NULL if cell is None else escaped(str(cell)) for cell in columns_of(line))
    return line.service, "\t".join(cells)


def columns_of(line: LineResult) -> tuple[object, ...]:
    """What a line says, in the order of `COLUMNS`."""
    return (
        line.zone or "",
        line.component or "",
        line.use or "",
        line.unit,
        line.price,
        *_part(line.individual),
        *_part(line.common),
        line.uplift.coefficient,
        line.uplift.amount,
        line.vat,
        line.charged,
        line.recalculated,
        line.benefit,
        line.total,
    )


def _part(part: Part | None) -> Iterable[object]:
    return (part.volume, part.method or "", part.amount) if part else (None, "", None)


def escaped(text: str) -> str:
    return text.translate(_ESCAPED)
