"""A form laid out once: what is the same on every bill of a shape, and where the rest goes."""

import base64
import dataclasses
import json
import zlib
from typing import Any

from zhkh.layout import PdfObject


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """
    Part of a line in one font; `parts` are texts and, at odd places, names of slots.

    `gap` is the distance from the end of the piece before it, px.
    """

    font: str
    size: float
    colour: str
    marked: str
    gap: float
    parts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """
    Pieces that stand or move together; px from the left and the top of the page.

    `anchor` is where the line begins (align −1), has its middle (0) or ends (1), `room` how wide
    it may be.
    """

    page: int
    align: int
    anchor: float
    room: float
    y: float
    pieces: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class FixedText:
    """What is printed on every bill of the shape, for comparing with a layout."""

    page: int
    x: float
    y: float
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Letters:
    """A font: glyph code and advance (parts of the size) of each letter."""

    codes: dict[str, str]
    advances: dict[str, float]


@dataclasses.dataclass(frozen=True, slots=True)
class FilledObject:
    """An object with slots in it: `pieces` are bytes as text and, at odd places, names of slots."""

    number: int
    is_hex: bool
    is_stream: bool
    pieces: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A picture that differs from bill to bill; `slot` names it."""

    number: int
    slot: str


@dataclasses.dataclass(frozen=True, slots=True)
class SheetPage:
    """Numbers of the page's own objects; its filled content comes after the fixed one."""

    page_object: int
    filled_object: int


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    pages: tuple[SheetPage, ...]
    lines: tuple[Line, ...]
    fixed: tuple[FixedText, ...]
    fonts: dict[str, Letters]
    objects: tuple[PdfObject, ...]
    filled: tuple[FilledObject, ...]
    pictures: tuple[Picture, ...]
    resources: int
    root: int
    info: int
    size: int  # numbers of objects are below it


_CLASSES = (
    Shape,
    SheetPage,
    Line,
    Piece,
    FixedText,
    Letters,
    PdfObject,
    FilledObject,
    Picture,
)
_BY_NAME: dict[str, type[Any]] = {item.__name__: item for item in _CLASSES}


def to_bytes(shape: Shape) -> bytes:
    """The same shape gives the same bytes."""
    text = json.dumps(_encode(shape), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def from_bytes(content: bytes) -> Shape:
    shape = _decode(json.loads(zlib.decompress(content)))
    assert isinstance(shape, Shape)
    return shape


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[key, _encode(item)] for key, item in value.items()]}
    if dataclasses.is_dataclass(value):
        fields = [_encode(getattr(value, field.name)) for field in dataclasses.fields(value)]
        return {type(value).__name__: fields}
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "bytes":
        return base64.b64decode(content)
    if kind == "map":
        return {key: _decode(item) for key, item in content}
    return _BY_NAME[kind](*(_decode(item) for item in content))
