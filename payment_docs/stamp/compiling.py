"""Laid-out samples of a form → its shape, or why it cannot be stamped."""

import dataclasses
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from payment_docs.stamp.refusals import Misfit, Reason
from payment_docs.stamp.shape import (
    FilledObject,
    FixedText,
    Letters,
    Line,
    Picture,
    Piece,
    Shape,
    SheetPage,
)
from zhkh.layout import Layout, PdfObject, Text

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SENTINEL = re.compile(r"~([0-9a-z]{3})~")
_LITERAL = re.compile(r"\(([^()\\]*~[0-9a-z]{3}~[^()\\]*)\)")  # a string of plain letters
_MCID = re.compile(rb"<</MCID \d+>>")
_KERNING = re.compile(rb">(-?[\d.]+)<")
_NEAR = 0.02  # px
_BASE_TRANSFORMS = 2  # upside down, and px → pt
LOOK = ":"  # "name:look": the slot `name` as another sample prints it
PICTURE_WIDTH = 2000  # px: no real picture is so wide and one pixel high


def sentinel(number: int) -> str:
    """What a sample prints in place of the text of a slot."""
    head, last = divmod(number, 36)
    first, middle = divmod(head, 36)
    return f"~{_DIGITS[first]}{_DIGITS[middle]}{_DIGITS[last]}~"


def compile_shape(
    samples: Sequence[Layout], names: Sequence[str], pictures: Sequence[str] = ()
) -> Shape:
    """
    The shape of a form from its samples: the same form with `sentinel(n)` in the slot `names[n]`.

    The first sample shows every slot in its first look; what stands between the slots must be the
    same in all. Picture n of `pictures` is `PICTURE_WIDTH` + n pixels wide and one high.

    :raises Misfit: the form cannot be stamped, and why.
    """
    forms = [_Form(sample, names) for sample in samples]
    first = forms[0]
    for other in forms[1:]:
        if other.comparable != first.comparable:
            raise _refused("the samples differ besides their slots")
    marks = {name.partition(LOOK)[0]: mark for name, mark in first.marks}
    return _with_objects(first, tuple(_all_lines(forms, marks)), pictures)


def _all_lines(forms: "Sequence[_Form]", marks: Mapping[str, str]) -> Iterator[Line]:
    """Lines of the first sample, and those of the others that show something else."""
    known = {_shown(line): _bare(line) for line in forms[0].lines}
    yield from forms[0].lines
    for line in itertools.chain.from_iterable(form.lines for form in forms[1:]):
        if _shown(line) not in known:
            pieces = (_marked(piece, marks) for piece in line.pieces)
            yield dataclasses.replace(line, pieces=tuple(pieces))
        elif _bare(line) != known[_shown(line)]:
            raise _refused(f"«{_shown(line)}» stands elsewhere in another sample")


def _shown(line: Line) -> tuple[object, ...]:
    return (line.page, *(piece.parts for piece in line.pieces))


def _bare(line: Line) -> Line:
    """The line whatever its marked content."""
    pieces = (dataclasses.replace(piece, marked="") for piece in line.pieces)
    return dataclasses.replace(line, pieces=tuple(pieces))


def _marked(piece: Piece, marks: Mapping[str, str]) -> Piece:
    """The piece with the marked content of the first sample."""
    return dataclasses.replace(piece, marked=_mark_of(piece, marks))


def _mark_of(piece: Piece, marks: Mapping[str, str]) -> str:
    if not piece.marked or len(piece.parts) == 1:
        return piece.marked
    mark = marks.get(piece.parts[1].partition(LOOK)[0])
    if mark is None:
        raise _refused(f"slot {piece.parts[1]} is not in the first sample")
    return mark


class _Form:
    """One sample taken apart."""

    def __init__(self, sample: Layout, names: Sequence[str]) -> None:
        self.sample = sample
        self.names = names
        self.fonts = {
            font: Letters(face.codes, face.advances) for font, face in sample.faces.items()
        }
        self.moving: set[int] = set()  # ids of the runs that are filled in
        self.lines = [line for group in _groups(sample) for line in self._lines(*group)]
        self.marks = [
            (piece.parts[1], piece.marked)
            for line in self.lines
            for piece in line.pieces
            if len(piece.parts) > 1
        ]

    @property
    def comparable(self) -> list[list[bytes]]:
        return [[_MCID.sub(b"", item) for item in page] for page in self.static]

    @property
    def static(self) -> list[list[bytes]]:
        """Operators of the pages without what is filled in."""
        return [
            [
                _operators(item) if isinstance(item, Text) else item
                for item in page.drawn
                if id(item) not in self.moving
            ]
            for page in self.sample.pages
        ]

    @property
    def fixed(self) -> tuple[FixedText, ...]:
        return tuple(
            FixedText(page, text.x, text.y, text.text)
            for page, text in self.sample.texts
            if id(text) not in self.moving
        )

    def _lines(self, page: int, texts: list[Text]) -> Iterator[Line]:
        filled = [place for place, text in enumerate(texts) if _SENTINEL.search(text.text)]
        if not filled:
            return
        align = _align(texts[0])
        first = filled[0] if align < 0 else 0
        last = len(texts) - 1 if align <= 0 else filled[-1]
        texts = texts[first : last + 1]
        self._check(texts)
        self.moving.update(map(id, texts))
        ends = [text.x + self.width(text) for text in texts]
        yield Line(
            page=page,
            align=align,
            anchor=_anchor(texts[0].x, ends[-1], align),
            room=_room(texts[0], ends[-1], align),
            y=texts[0].y,
            pieces=tuple(
                self._piece(text, text.x - end if place else 0.0)
                for place, (text, end) in enumerate(zip(texts, [0.0, *ends], strict=False))
            ),
        )

    def _piece(self, text: Text, gap: float) -> Piece:
        parts = _SENTINEL.split(text.text)
        for place in range(1, len(parts), 2):
            parts[place] = self.names[int(parts[place], 36)]
        return Piece(text.font, text.size, text.colour, text.marked, gap, tuple(parts))

    def width(self, text: Text) -> float:
        advances = self.fonts[text.font].advances
        try:
            return sum(advances[letter] for letter in text.text) * text.size
        except KeyError as letter:
            raise _refused(f"no letter {letter} in the font of «{text.text}»") from letter

    def _check(self, texts: list[Text]) -> None:
        """Refuse what the filling would not put where the layout does."""
        for text in texts:
            block = text.block
            if block is None or not block.is_fixed:
                raise _refused(f"the place of «{text.text}» follows its content")
            if block.lines > 1 and not text.nowrap:
                raise _refused(f"«{text.text}» stands in a text of several lines")
            if text.transforms != _BASE_TRANSFORMS or len(text.shows) != 1:
                raise _refused(f"«{text.text}» is drawn in an unusual way")
            if any(abs(float(kern)) >= 2 for kern in _KERNING.findall(text.shows[0])):
                raise _refused(f"«{text.text}» has kerning")


def _groups(sample: Layout) -> Iterator[tuple[int, list[Text]]]:
    """Runs of one line of text, in the order of the line."""
    lines: dict[tuple[int, int], list[Text]] = {}
    for page, text in sample.texts:
        lines.setdefault((page, text.line), []).append(text)
    for (page, _), texts in lines.items():
        yield page, sorted(texts, key=lambda text: text.x)


def _align(text: Text) -> int:
    align = text.block.align if text.block else "start"
    return {"left": -1, "start": -1, "justify": -1, "center": 0, "right": 1, "end": 1}[align]


def _anchor(begins: float, ends: float, align: int) -> float:
    return (ends if align > 0 else begins) if align else (begins + ends) / 2


def _room(text: Text, ends: float, align: int) -> float:
    block = text.block
    assert block is not None
    if align < 0:
        return block.left + block.width - text.x
    return ends - block.left if align > 0 else block.width


def _operators(text: Text) -> bytes:
    """A run of text on its own, whatever stood before it."""
    place = f"1 0 0 -1 {_number(text.x)} {_number(text.y)} Tm".encode()
    font = f"/{text.font} {_number(text.size)} Tf".encode()
    shown = b"\n".join((b"BT", font, place, *map(_tight, text.shows), b"ET"))
    return b"%b\n%b\nEMC" % (text.marked.encode(), shown) if text.marked else shown


def _tight(show: bytes) -> bytes:
    """`<01>0<02>` is `<0102>`."""
    return show.replace(b">0<", b"")


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _with_objects(form: _Form, lines: tuple[Line, ...], pictures: Sequence[str]) -> Shape:
    sample = form.sample
    size = sample.info + 1
    pages = tuple(
        SheetPage(page.page_object, size + number) for number, page in enumerate(sample.pages)
    )
    content = {
        page.content_object: b"\n".join(static)
        for page, static in zip(sample.pages, form.static, strict=True)
    }
    drawn = _pictures(sample.objects, pictures)
    objects, filled = [], []
    for item in sample.objects:
        if item.number in content:
            item = PdfObject(item.number, item.head, content[item.number])  # noqa: PLW2901
        for page, sheet in zip(sample.pages, pages, strict=True):
            if item.number == page.page_object:
                item = _two_contents(item, page.content_object, sheet)  # noqa: PLW2901
        if part := _filled(item, form.names):
            filled.append(part)
        elif item.number not in {picture.number for picture in drawn}:
            objects.append(packed(item))
    return Shape(
        pages=pages,
        lines=lines,
        fixed=form.fixed,
        fonts=form.fonts,
        objects=tuple(objects),
        filled=tuple(filled),
        pictures=drawn,
        resources=_resources(sample),
        root=sample.root,
        info=sample.info,
        size=size + len(pages),
    )


def _two_contents(item: PdfObject, content: int, sheet: SheetPage) -> PdfObject:
    old = b"/Contents %d 0 R" % content
    if old not in item.head:
        raise _refused("a page without content")
    new = b"/Contents [%d 0 R %d 0 R]" % (content, sheet.filled_object)
    return PdfObject(item.number, item.head.replace(old, new))


def _resources(sample: Layout) -> int:
    page = next(item for item in sample.objects if item.number == sample.pages[0].page_object)
    found = re.search(rb"/Resources (\d+) 0 R", page.head)
    if found is None:
        raise _refused("a page without resources")
    return int(found[1])


def packed(item: PdfObject) -> PdfObject:
    """The stream compressed, unless it is; metadata stay readable, as archives want them."""
    if item.stream is None:
        return item
    if b"/Metadata" in item.head or b"/Filter" in item.head:
        return _with_length(item, item.stream, b"")
    return _with_length(item, zlib.compress(item.stream, 9), b"/Filter /FlateDecode")


def _with_length(item: PdfObject, stream: bytes, filtered: bytes) -> PdfObject:
    head = item.head.removesuffix(b">>") + filtered + b"/Length %d>>" % len(stream)
    return PdfObject(item.number, head, stream)


def _pictures(objects: Iterable[PdfObject], names: Sequence[str]) -> tuple[Picture, ...]:
    found = []
    for item in objects:
        width = re.search(rb"/Width (\d+)", item.head)
        if b"/Image" not in item.head or width is None:
            continue
        place = int(width[1]) - PICTURE_WIDTH
        if b"/Height 1/" in item.head + b"/" and 0 <= place < len(names):
            found.append(Picture(item.number, names[place]))
    if len(found) != len(names):
        raise _refused("a picture was not drawn as it is")
    return tuple(found)


def _filled(item: PdfObject, names: Sequence[str]) -> FilledObject | None:
    """Titles and metadata name the account: the object is written anew for every bill."""
    content = item.head if item.stream is None else item.stream
    as_hex = re.compile(_utf16("~") + "([0-9a-f]{12})" + _utf16("~"))
    text = content.decode("latin-1")
    if item.stream is None:
        text = _LITERAL.sub(lambda found: f"<feff{_utf16(found[1])}>", text)
    if as_hex.search(text):
        parts = as_hex.split(text)
        for place in range(1, len(parts), 2):
            code = bytes.fromhex(parts[place]).decode("utf-16-be")
            parts[place] = names[int(code, 36)]
        return FilledObject(item.number, is_hex=True, is_stream=False, pieces=tuple(parts))
    if item.stream is None or b"/Metadata" not in item.head or not _SENTINEL.search(text):
        if _SENTINEL.search(item.head.decode("latin-1")):
            raise _refused("a slot in an object that is not text")
        return None
    parts = _SENTINEL.split(item.stream.decode())
    for place in range(1, len(parts), 2):
        parts[place] = names[int(parts[place], 36)]
    return FilledObject(item.number, is_hex=False, is_stream=True, pieces=tuple(parts))


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _refused(detail: str) -> Misfit:
    return Misfit(Reason.SHAPE_REFUSED, detail)


def slots_of(shape: Shape) -> set[str]:
    """Every slot that has a place on the form."""
    pieces = itertools.chain.from_iterable(line.pieces for line in shape.lines)
    return {name for piece in pieces for name in piece.parts[1::2]}
