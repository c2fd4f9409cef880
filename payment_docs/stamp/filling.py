"""Texts into a shape: the bytes of a PDF, without any layout engine."""

import dataclasses
import functools
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import escape

from payment_docs.stamp.refusals import Misfit, Reason
from payment_docs.stamp.shape import FilledObject, Line, Piece, Shape

ENGINE = "stamp 1"  # part of what is recorded with a document: another number, other bytes
LEVEL = 6
TOLERANCE = 0.05  # px: how much a text may touch the edge of its room
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_FREE = b"0000000000 65535 f \n"


@dataclasses.dataclass(frozen=True, slots=True)
class Bitmap:
    """A grey picture of one or two bits a point: the first on the left, all ones are white."""

    width: int
    height: int
    bits: int
    rows: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """A filled run of text: where it stands, px from the left and the top."""

    page: int
    x: float
    y: float
    text: str


class Form:
    """A shape made ready to be filled many times."""

    def __init__(self, shape: Shape, digest: str) -> None:
        self.shape = shape
        self.digest = digest
        self.is_tagged = any(piece.marked for line in shape.lines for piece in line.pieces)
        self.tables = {font: str.maketrans(letters.codes) for font, letters in shape.fonts.items()}
        self.lines_of: dict[str, tuple[int, ...]] = {}
        for number, line in enumerate(shape.lines):
            for name in {name for piece in line.pieces for name in piece.parts[1::2]}:
                self.lines_of[name] = (*self.lines_of.get(name, ()), number)
        self.worded = {
            name
            for line in shape.lines
            if any(part.strip() for piece in line.pieces for part in piece.parts[::2])
            for piece in line.pieces
            for name in piece.parts[1::2]
        }
        self.fixed_bytes, self.offsets = _fixed(shape)
        self.entries = _entries(shape, self.offsets)

    @functools.cached_property
    def documents_own(self) -> set[str]:
        """Slots that stand only in the titles of the file."""
        return {name for item in self.shape.filled for name in item.pieces[1::2]}


def fill(form: Form, texts: Mapping[str, str], pictures: Mapping[str, Bitmap]) -> bytes:
    """
    One document: `texts` by slot, empty ones left out or ""; equal arguments give equal bytes.

    :raises Misfit: a text has no place, is too long or has letters the font has not.
    """
    shape = form.shape
    parts = [form.fixed_bytes]
    position = len(form.fixed_bytes)
    offsets: dict[int, int] = {}
    for number, body in _own_objects(form, texts, pictures):
        offsets[number] = position
        item = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        parts.append(item)
        position += len(item)
    identity = hashlib.md5(b"".join(parts[1:]), usedforsecurity=False).hexdigest().encode()
    parts.append(b"xref\n0 %d\n" % shape.size)
    parts.extend(
        entry if isinstance(entry, bytes) else b"%010d 00000 n \n" % offsets[entry]
        for entry in form.entries
    )
    parts.append(
        b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
        % (shape.size, shape.root, shape.info, identity, identity, position)
    )
    return b"".join(parts)


def contents(form: Form, texts: Mapping[str, str]) -> list[bytes]:
    """
    What is drawn on each page besides what is fixed, not compressed.

    :raises Misfit: see `fill`.
    """
    ink = _TaggedInk if form.is_tagged else _Ink
    pages = [ink(form) for _ in form.shape.pages]
    for line, pieces in _lines(form, texts):
        pages[line.page].draw(line, pieces)
    return [page.stream for page in pages]


def placed(form: Form, texts: Mapping[str, str]) -> Iterator[Placed]:
    """Every run of text of the document, the fixed ones too, for comparing with a layout."""
    for item in form.shape.fixed:
        yield Placed(item.page, item.x, item.y, item.text)
    for line, pieces in _lines(form, texts):
        for _, text, x in pieces:
            yield Placed(line.page, x, line.y, text)


_Pieces = list[tuple[Piece, str, float]]


def _lines(form: Form, texts: Mapping[str, str]) -> Iterator[tuple[Line, _Pieces]]:
    """Lines with something in them, words of the form or a text; in the order of the texts."""
    lines, lines_of = form.shape.lines, form.lines_of
    done = set[int]()
    for name, text in texts.items():
        if not text and name not in form.worded:
            continue
        numbers = lines_of.get(name, ())
        if not numbers and name not in form.documents_own:
            raise Misfit(Reason.UNKNOWN_TEXT, f"{name} = {text!r}")
        for number in numbers:
            if number not in done:
                done.add(number)
                yield lines[number], _placed(form, lines[number], texts)


def _placed(form: Form, line: Line, texts: Mapping[str, str]) -> _Pieces:
    """The pieces of a line with their texts and where each begins."""
    fonts = form.shape.fonts
    offset = 0.0
    found: _Pieces = []
    for piece in line.pieces:
        parts = piece.parts
        if len(parts) == 3 and not parts[0] and not parts[2]:
            text = texts.get(parts[1], "")
        else:
            text = "".join(
                texts.get(part, "") if place % 2 else part for place, part in enumerate(parts)
            ).replace("  ", " ")
        advances = fonts[piece.font].advances
        try:
            width = sum([advances[letter] for letter in text]) * piece.size
        except KeyError as letter:
            raise Misfit(Reason.UNKNOWN_LETTER, f"{letter} in {text!r}") from letter
        offset += piece.gap
        found.append((piece, text, offset))
        offset += width
    if offset > line.room + TOLERANCE:
        raise Misfit(Reason.OVERFLOW, "".join(text for _, text, _ in found))
    begin = line.anchor - (offset if line.align > 0 else 0 if line.align else offset / 2)
    return [(piece, text, begin + x) for piece, text, x in found]


class _Ink:
    """The filled content of a page: one text object, the font named when it changes."""

    def __init__(self, form: Form) -> None:
        self._tables = form.tables
        self._parts = ["q\n0.75 0 0 0.75 0 0 cm\nBT\n"]
        self._font = ("", 0.0)
        self._colour = ""

    def draw(self, line: Line, pieces: _Pieces) -> None:
        for piece, text, x in pieces:
            if not text:
                continue
            if piece.colour != self._colour:
                self._colour = piece.colour
                self._parts.append(f"{piece.colour}\n")
            if (piece.font, piece.size) != self._font:
                self._font = (piece.font, piece.size)
                self._parts.append(f"/{piece.font} {piece.size:.6f} Tf\n")
            codes = text.translate(self._tables[piece.font])
            self._parts.append(f"1 0 0 -1 {x:.3f} {line.y:.3f} Tm\n<{codes}>Tj\n")

    @property
    def stream(self) -> bytes:
        return "".join((*self._parts, "ET\nQ")).encode()


class _TaggedInk(_Ink):
    """Each run in its marked content, so that programs that read aloud find it."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self._parts = ["q\n0.75 0 0 0.75 0 0 cm\n"]

    def draw(self, line: Line, pieces: _Pieces) -> None:
        for piece, text, x in pieces:
            if not text:
                continue
            codes = text.translate(self._tables[piece.font])
            self._parts.append(
                f"{piece.marked}\nBT\n{piece.colour}\n/{piece.font} {piece.size:.6f} Tf\n"
                f"1 0 0 -1 {x:.3f} {line.y:.3f} Tm\n<{codes}>Tj\nET\nEMC\n"
            )

    @property
    def stream(self) -> bytes:
        return "".join((*self._parts, "Q")).encode()


def _own_objects(
    form: Form, texts: Mapping[str, str], pictures: Mapping[str, Bitmap]
) -> Iterator[tuple[int, bytes]]:
    for page, content in zip(form.shape.pages, contents(form, texts), strict=True):
        yield page.filled_object, flate(content)
    for picture in form.shape.pictures:
        yield picture.number, image(pictures[picture.slot])
    for item in form.shape.filled:
        yield item.number, _filled(item, texts)


def flate(content: bytes, head: bytes = b"") -> bytes:
    """A compressed stream object."""
    packed = zlib.compress(content, LEVEL)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (
        head,
        len(packed),
        packed,
    )


def image(bitmap: Bitmap) -> bytes:
    """A picture as an object of the file."""
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (bitmap.width, bitmap.height)
    return flate(bitmap.rows, head + b"/ColorSpace/DeviceGray/BitsPerComponent %d" % bitmap.bits)


def _filled(item: FilledObject, texts: Mapping[str, str]) -> bytes:
    write: Callable[[str], str] = _hex if item.is_hex else escape
    content = "".join(
        write(texts.get(part, "")) if place % 2 else part for place, part in enumerate(item.pieces)
    )
    if not item.is_stream:
        return content.encode("latin-1")
    metadata = content.encode()
    head = b"<</Type /Metadata/Subtype /XML/Length %d>>" % len(metadata)
    return b"%b\nstream\n%b\nendstream" % (head, metadata)


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _fixed(shape: Shape) -> tuple[bytes, dict[int, int]]:
    """The objects every document of the shape begins with, and where each of them is."""
    parts, offsets, position = [_HEADER], dict[int, int](), len(_HEADER)
    for item in shape.objects:
        offsets[item.number] = position
        body = item.head if item.stream is None else _with_stream(item.head, item.stream)
        written = b"%d 0 obj\n%b\nendobj\n" % (item.number, body)
        parts.append(written)
        position += len(written)
    return b"".join(parts), offsets


def _with_stream(head: bytes, stream: bytes) -> bytes:
    return b"%b\nstream\n%b\nendstream" % (head, stream)


def _entries(shape: Shape, offsets: Mapping[int, int]) -> list[bytes | int]:
    """The cross-reference table: ready bytes, and numbers of objects whose place is not known."""
    own = {page.filled_object for page in shape.pages}
    own |= {picture.number for picture in shape.pictures}
    own |= {item.number for item in shape.filled}
    entries: list[bytes | int] = []
    ready = b""
    for number in range(shape.size):
        if number in own:
            entries += [ready, number]
            ready = b""
        elif number in offsets:
            ready += b"%010d 00000 n \n" % offsets[number]
        else:
            ready += _FREE
    return [*entries, ready]
