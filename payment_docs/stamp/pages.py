"""
The page of a document → the key of its shape and the texts of its slots; and samples to lay out.

Whatever is not a slot is in the key, so a field added to a page makes other shapes, never a wrong
paper. How small a figure on one line is printed is no part of the key: a shape knows its place in
both sizes, the small one under the name "…:long".
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

from payment_docs.printing.cells import Cell, CellKind
from payment_docs.printing.printed import Printed, with_slots
from payment_docs.stamp.compiling import LOOK, sentinel

LONG = f"{LOOK}long"
# Sizes of a text: `Line` and the sentence of changes wrap, a long figure is small.
_SIZES = {"is_long", "change_is_long"}
_NBSP = "\N{NO-BREAK SPACE}"

Key = tuple[object, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """`key` is equal for documents of one shape; `texts` are by slot, in the order of the paper."""

    key: Key
    texts: dict[str, str]


def content_of(page: Printed) -> Content:
    key: list[object] = []
    texts: dict[str, str] = {}
    _walk(page, "", key, texts)
    return Content(tuple(key), texts)


def samples_of(page: Printed) -> tuple[list[Printed], list[str]]:
    """Pages to lay out for the shape of the page, and the names their sentinels stand for."""
    small = _resized(page, is_long=False)
    large = _resized(page, is_long=True)
    names: list[str] = []
    sentinels: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, text in _named(small, ""):
        sentinels[name] = sentinel(len(names)) if text is None or text else ""
        names.append(name)
        if text is None:
            others[name] = sentinel(len(names))
            names.append(name + LONG)
    return [with_slots(small, sentinels), with_slots(large, sentinels | others)], names


def _walk(item: Any, place: str, key: list[object], texts: dict[str, str]) -> None:
    kind = type(item)
    if kind is Cell:
        _walk_cell(item, place, key, texts)
    elif kind is str:
        key.append(bool(item))
        texts[place] = _folded(item) if item else ""
    elif kind is tuple:
        key.append(len(item))
        for number, part in enumerate(item):
            _walk(part, f"{place}.{number}", key, texts)
    else:
        dot = f"{place}." if place else ""
        for name, is_slot in _fields(kind):
            if is_slot:
                _walk(getattr(item, name), dot + name, key, texts)
            else:
                key.append(getattr(item, name))


def _walk_cell(cell: Cell, place: str, key: list[object], texts: dict[str, str]) -> None:
    """An empty place for a figure is like any other: only lines and marks make the shape."""
    if cell.kind is not CellKind.NUMBER:
        key.append((cell.kind.value, cell.text, cell.mark))
        return
    text = cell.text.replace(_NBSP, " ")
    look = ""
    if "\n" in text:  # how high the row is depends on the size
        lines = text.split("\n")
        texts.update((f"{place}.{number}", line) for number, line in enumerate(lines))
        key.append((len(lines), cell.is_marked, cell.is_long))
    else:
        look = LONG if cell.is_long else ""
        if text:
            texts[f"{place}.0{look}"] = text
        key.append(cell.is_marked)
    if cell.is_marked and cell.mark:
        texts[f"{place}.mark{look}"] = cell.mark


def _folded(text: str) -> str:
    """White space as HTML prints it."""
    return " ".join(text.split())


_known: dict[type[Any], tuple[tuple[str, bool], ...]] = {}


def _fields(kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    """Fields of a part of a page that decide its shape or hold slots."""
    if kind not in _known:
        names = [field.name for field in dataclasses.fields(kind)]
        _known[kind] = tuple((name, name in kind.SLOTS) for name in names if name not in _SIZES)
    return _known[kind]


def _named(item: Any, place: str) -> Iterator[tuple[str, str | None]]:
    """Slots with their texts; None for one that is a figure of a cell, printed in two sizes."""
    if isinstance(item, Cell):
        size = "as it is" if len(item.lines) > 1 else None
        yield from ((name, size) for name in _names_of(item, place))
    elif isinstance(item, str):
        yield place, item
    elif isinstance(item, tuple):
        for number, part in enumerate(item):
            yield from _named(part, f"{place}.{number}")
    else:
        for name in item.SLOTS:
            yield from _named(getattr(item, name), f"{place}.{name}" if place else name)


def _names_of(cell: Cell, place: str) -> Iterator[str]:
    if cell.kind is CellKind.NUMBER:
        for number, _ in enumerate(cell.lines):
            yield f"{place}.{number}"
        if cell.is_marked:
            yield f"{place}.mark"


def _resized(item: Any, *, is_long: bool) -> Any:
    """Cells in the common or the small size, everything else as if it were short."""
    if isinstance(item, Cell):
        one_line = item.kind is CellKind.NUMBER and len(item.lines) == 1
        return dataclasses.replace(item, is_long=is_long) if one_line else item
    if isinstance(item, tuple):
        return tuple(_resized(part, is_long=is_long) for part in item)
    if not hasattr(item, "SLOTS"):
        return item
    changed = {
        field.name: False
        if field.name in _SIZES
        else _resized(getattr(item, field.name), is_long=is_long)
        for field in dataclasses.fields(item)
        if field.name in _SIZES or field.name in item.SLOTS
    }
    return dataclasses.replace(item, **changed)
