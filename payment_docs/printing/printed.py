"""
A document as the texts its form prints, in the order of the paper.

What changes from bill to bill is a *slot* (the fields named in `SLOTS`); the rest is the same for
every bill of one shape. `slots` gives the slots of a page as a flat mapping, `with_slots` puts
other texts into them: so a form laid out once can be filled many times. A slot stands on one line,
alone in its cell or last in its line, unless an `is_long` beside it says that it wraps.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from payment_docs.details import Form, Look
from payment_docs.printing.cells import Cell, CellKind
from payment_docs.printing.words import Words

LONGEST_LINE = 62  # letters of the payer's column that surely stand on one line
Part = TypeVar("Part")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """«Плательщик: **Лермонтов М. Н.**»: the text is alone at the end of its line."""

    SLOTS: ClassVar = ("text",)
    caption: str
    text: str = ""
    is_long: bool = False

    @classmethod
    def of(cls, caption: str, text: str) -> "Line":
        return cls(caption, text, len(caption) + len(text) > LONGEST_LINE)


@dataclasses.dataclass(frozen=True, slots=True)
class Party:
    """Executor or settlement centre: the same on every bill of the organisation."""

    SLOTS: ClassVar = ()
    word: str
    name: str
    lines: tuple[Line, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Payee:
    SLOTS: ClassVar = ("account", "amount", "with_balance")
    name: str
    requisites: tuple[str, ...]
    account: str
    amount: str
    with_balance: str


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """`name` wraps, so it belongs to the shape; figures are slots, words are not."""

    SLOTS: ClassVar = ("cells",)
    name: str
    cells: tuple[Cell, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    SLOTS: ClassVar = ("rows",)
    title: str
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A table beside the charges; `key` names its columns' widths in the style sheet."""

    SLOTS: ClassVar = ("rows",)
    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """A picture to pay by: the address of the picture, whom it pays and how much."""

    SLOTS: ClassVar = ("text",)
    picture: str
    name: str
    caption: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """Bars of twelve months: the address of the picture, what it shows, its last figures."""

    SLOTS: ClassVar = ("now", "before", "largest")
    picture: str
    title: str
    now: str
    before: str
    largest: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One bill. `words` are the captions of its form and language."""

    SLOTS: ClassVar = (
        "title", "heading", "account", "footer_account", "footer_number", "payer", "payees",
        "balance", "last_payment", "counted", "due", "sums", "change", "codes", "groups",
        "totals", "house", "blocks", "charts",
    )  # fmt: skip
    look: Look
    words: Words
    author: str
    title: str
    heading: str
    account: str
    footer_account: str
    footer_number: str
    payer: tuple[Line, ...]
    parties: tuple[Party, ...]
    payees_head: tuple[str, ...]
    payees: tuple[Payee, ...]
    balance: Line
    last_payment: Line
    counted: str
    due: Line
    sums: tuple[Line, ...]
    change: str
    change_is_long: bool
    codes: tuple[Code, ...]
    groups: tuple[Group, ...]
    totals: tuple[Cell, ...]
    house: tuple[Line, ...]
    footnote: str
    legend: str
    blocks: tuple[Block, ...]
    charts: tuple[Chart, ...]
    notice: tuple[str, ...]

    @property
    def form(self) -> Form:
        return self.look.form

    @property
    def is_43(self) -> bool:
        return self.form is Form.ORDER_43


def slots(page: Printed) -> dict[str, str]:
    """Every text that changes from bill to bill, by its place: "groups.0.rows.3.cells.2.0"."""
    return dict(_texts(page, ""))


def with_slots(page: Printed, texts: Mapping[str, str]) -> Printed:
    """The same page with other texts in its slots; what is not given stays."""
    return _replaced(page, "", texts)


def shape_of(page: Printed) -> Printed:
    """What is left of a page when its slots are empty: equal for bills of one shape."""
    return with_slots(page, dict.fromkeys(slots(page), ""))


def _texts(item: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(item, str):
        yield place, item
    elif isinstance(item, Cell):
        yield from _texts_of_cell(item, place)
    elif isinstance(item, tuple):
        for number, part in enumerate(item):
            yield from _texts(part, f"{place}.{number}")
    else:
        for name in item.SLOTS:
            yield from _texts(getattr(item, name), _inner(place, name))


def _texts_of_cell(cell: Cell, place: str) -> Iterator[tuple[str, str]]:
    if cell.kind is CellKind.NUMBER:
        for number, line in enumerate(cell.lines):
            yield f"{place}.{number}", line
        if cell.is_marked:
            yield f"{place}.mark", cell.mark


def _replaced(item: Part, place: str, texts: Mapping[str, str]) -> Part:
    changed: Any
    if isinstance(item, str):
        changed = texts.get(place, item)
    elif isinstance(item, Cell):
        changed = _replaced_cell(item, place, texts)
    elif isinstance(item, tuple):
        changed = tuple(
            _replaced(part, f"{place}.{number}", texts) for number, part in enumerate(item)
        )
    else:
        whole: Any = item
        names = {
            name: _replaced(getattr(whole, name), _inner(place, name), texts)
            for name in whole.SLOTS
        }
        changed = dataclasses.replace(whole, **names)
    return changed  # type: ignore[no-any-return]  # of the kind it was, see above


def _replaced_cell(cell: Cell, place: str, texts: Mapping[str, str]) -> Cell:
    if cell.kind is not CellKind.NUMBER:
        return cell
    lines = (texts.get(f"{place}.{number}", line) for number, line in enumerate(cell.lines))
    return dataclasses.replace(
        cell, text="\n".join(lines), mark=texts.get(f"{place}.mark", cell.mark)
    )


def _inner(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
