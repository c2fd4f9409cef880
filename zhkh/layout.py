"""A laid-out page as plain data: what stands where, before it becomes the bytes of a PDF."""

import dataclasses
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhkh import pdf

# WeasyPrint takes half a second to import: only a process that lays out waits for it, once.
# ruff: noqa: PLC0415 (the reason is above)
if TYPE_CHECKING:
    from weasyprint.document import Document

_PT_PER_PX = 0.75
_NO_LINES = -1


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """What a line of text is aligned in; px. `is_fixed`: its place does not follow its content."""

    left: float
    width: float
    align: str
    lines: int
    is_fixed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """
    One run of text: where its baseline begins, px from the left and the top of its page.

    `shows` draws it with `font` and `size` set, under so many `transforms`; `marked` opens its
    marked content ("" if none).
    """

    x: float
    y: float
    text: str
    font: str
    size: float
    colour: str
    transforms: int
    marked: str
    shows: tuple[bytes, ...]
    line: int
    nowrap: bool
    block: Block | None


@dataclasses.dataclass(frozen=True, slots=True)
class Face:
    """A font of the file: glyph code and advance (parts of the size) of every letter in it."""

    codes: dict[str, str]
    advances: dict[str, float]


@dataclasses.dataclass(frozen=True, slots=True)
class PdfObject:
    """An object of the file; `stream` is not compressed, and `head` knows nothing of its length."""

    number: int
    head: bytes
    stream: bytes | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Operators and runs of text in drawing order; the objects that are the page and its content."""

    drawn: tuple[bytes | Text, ...]
    page_object: int
    content_object: int


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    pages: tuple[Page, ...]
    faces: dict[str, Face]
    objects: tuple[PdfObject, ...]
    root: int
    info: int

    @property
    def texts(self) -> Iterator[tuple[int, Text]]:
        """Every run with the number of its page from 0."""
        for number, page in enumerate(self.pages):
            for item in page.drawn:
                if isinstance(item, Text):
                    yield number, item


def layout(
    html: str,
    *,
    base_url: Path,
    specimen: str = "",
    variant: str = "",
    files: Mapping[str, bytes] | None = None,
) -> Layout:
    """
    Lay out a page as `zhkh.pdf.html_to_pdf` does, and give what it would write.

    The letters of the page `specimen` are put into the fonts besides those of the page itself.
    """
    options = pdf.options_of(variant)
    page = pdf.page_of(html, base_url=base_url, files=files)
    document = page.render(font_config=pdf.fonts(), **options)
    if specimen:
        letters = pdf.page_of(specimen, base_url=base_url)
        for shown in letters.render(font_config=pdf.fonts()).pages:
            shown.paint(_scratch_stream(document), _PT_PER_PX)
    found: list[Layout] = []
    document.write_pdf(
        target=io.BytesIO(),
        finisher=lambda laid, file: found.append(_layout(laid, file)),
        uncompressed_pdf=True,
        **options,
    )
    return found[0]


def _scratch_stream(document: "Document") -> Any:
    """What is drawn here is thrown away; the letters it needs stay in the document's fonts."""
    from pydyf import Dictionary
    from weasyprint.pdf.stream import Stream

    kinds = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = Dictionary({kind: Dictionary() for kind in kinds})
    return Stream(document.fonts, (0, 0, 0, 0), resources, {}, None, {}, None)


def _layout(document: "Document", file: Any) -> Layout:
    by_number = {item.number: item for item in file.objects[1:]}
    references = [int(number) for number in file.pages["Kids"][::3]]
    pages = []
    for reference, page in zip(references, document.pages, strict=True):
        content = int(by_number[reference]["Contents"].split()[0])
        boxes = _TextBoxes(page._page_box)  # noqa: SLF001 (where texts stand is nowhere else)
        drawn = tuple(_drawn(by_number[content].stream, boxes))
        pages.append(Page(drawn, reference, content))
    info = len(file.objects)
    file.info.number = info
    return Layout(
        pages=tuple(pages),
        faces={font.hash: _face(font) for font in document.fonts.values()},
        objects=tuple(_object(item) for item in (*file.objects[1:], file.info)),
        root=file.catalog.number,
        info=info,
    )


def _object(item: Any) -> PdfObject:
    from pydyf import Dictionary, Stream

    if not isinstance(item, Stream):
        return PdfObject(item.number, item.data)
    return PdfObject(
        item.number, Dictionary(item.extra).data, b"\n".join(map(_as_bytes, item.stream))
    )


def _face(font: Any) -> Face:
    """Letters of several characters (ligatures) and letters the font has no glyph for are out."""
    from fontTools.ttLib import TTFont

    file = TTFont(io.BytesIO(font.file_content), fontNumber=font.index)
    widths = file["hmtx"]
    codes, advances = {}, {}
    for glyph, letter in sorted(font.to_unicode.items()):
        if len(letter) == 1 and glyph not in font.missing.values():
            codes[letter] = f"{glyph:04x}"
            advances[letter] = widths[file.getGlyphName(glyph)][0] / font.upem
    return Face(codes, advances)


class _TextBoxes:
    """The boxes of a page's texts by the place their baselines begin at."""

    def __init__(self, page_box: Any) -> None:
        self._found: dict[tuple[str, str], tuple[Any, int, Block | None]] = {}
        self._lines: dict[int, int] = {}
        self._page = page_box
        self._walk(page_box, _NO_LINES, None, is_fixed=True)

    def at(self, x: float, y: float) -> tuple[Any, int, Block | None] | None:
        return self._found.get((f"{x:f}", f"{y:f}"))

    def _walk(self, box: Any, line: int, block: Block | None, *, is_fixed: bool) -> None:
        from weasyprint.formatting_structure import boxes

        if isinstance(box, boxes.TextBox) and box.text.strip():
            place = (f"{box.position_x:f}", f"{box.position_y + box.baseline:f}")
            self._found[place] = (box, line, block)
            return
        if isinstance(box, boxes.TableBox) and box.style["table_layout"] != "fixed":
            is_fixed = False
        if isinstance(box, boxes.InlineBlockBox) and box.style["width"] == "auto":
            is_fixed = False
        if isinstance(box, boxes.MarginBox):
            block = _third(box, self._page)
        elif isinstance(box, boxes.BlockContainerBox):
            block = _block(box, is_fixed=is_fixed)
        if isinstance(box, boxes.LineBox):
            line = self._lines.setdefault(id(box), len(self._lines))
        for child in getattr(box, "children", None) or ():
            self._walk(child, line, block, is_fixed=is_fixed)


def _block(box: Any, *, is_fixed: bool) -> Block:
    from weasyprint.formatting_structure import boxes

    lines = sum(isinstance(child, boxes.LineBox) for child in box.children)
    return Block(
        left=box.content_box_x(),
        width=box.width,
        align=box.style["text_align_all"],
        lines=lines,
        is_fixed=is_fixed,
    )


def _third(box: Any, page: Any) -> Block:
    """Margin boxes share the width of the page: a third is surely theirs, whatever the others."""
    width = page.width / 3
    places = [place for place in ("left", "center", "right") if place in box.at_keyword]
    left = page.content_box_x()
    if places:
        left += ("left", "center", "right").index(places[0]) * width
    lines = len(box.children)
    return Block(left, width, box.style["text_align_all"], lines, is_fixed=bool(places))


@dataclasses.dataclass(slots=True)
class _State:
    """What of the graphics state text is drawn with."""

    font: str = ""
    size: float = 0.0
    colour: str = ""
    transforms: int = 0


def _drawn(operators: Sequence[Any], boxes: _TextBoxes) -> Iterator[bytes | Text]:
    return _with_marks(_Runs(boxes).of(map(_as_bytes, operators)))


class _Runs:
    """BT…ET taken apart: every run of text stands alone, with its font and colour."""

    def __init__(self, boxes: _TextBoxes) -> None:
        self._boxes = boxes
        self._state = _State()
        self._stack: list[_State] = []
        self._place: tuple[float, float] | None = None
        self._begun = self._state
        self._shows: list[bytes] = []

    def of(self, operators: Iterable[bytes]) -> Iterator[bytes | Text]:
        for operator in (*operators, b"ET"):
            if operator.endswith(b" Tf"):
                self._set_font(operator)
            elif self._place and operator.endswith((b" TJ", b" Ts")):
                self._shows.append(operator)
            else:
                if self._place:
                    yield self._run(self._place)
                if operator.endswith(b" Tm"):
                    x, y = operator.split()[4:6]
                    self._place = float(x), float(y)
                elif operator not in {b"BT", b"ET"}:
                    self._follow(operator)
                    yield operator

    def _set_font(self, operator: bytes) -> None:
        """A run may change its font; what it begins with is set before anything is shown."""
        font, size, _ = operator.decode().split()
        self._state.font, self._state.size = font.removeprefix("/"), float(size)
        if self._shows:
            self._shows.append(operator)
        else:
            self._begun = dataclasses.replace(self._state)

    def _follow(self, operator: bytes) -> None:
        if operator == b"q":
            self._stack.append(dataclasses.replace(self._state))
        elif operator == b"Q":
            self._state = self._stack.pop()
        elif operator.endswith(b" rg"):
            self._state.colour = operator.decode()
        elif operator.endswith(b" cm"):
            self._state.transforms += 1

    def _run(self, place: tuple[float, float]) -> Text:
        box, line, block = self._boxes.at(*place) or (None, _NO_LINES, None)
        shows, self._shows, self._place = tuple(self._shows), [], None
        begun, self._begun = self._begun, dataclasses.replace(self._state)
        return Text(
            x=place[0],
            y=place[1],
            text=box.text if box else "",
            font=begun.font,
            size=begun.size,
            colour=self._state.colour,
            transforms=self._state.transforms,
            marked="",
            shows=shows,
            line=line,
            nowrap=box is not None and box.style["white_space"] in {"nowrap", "pre"},
            block=block,
        )


def _with_marks(drawn: Iterator[bytes | Text]) -> Iterator[bytes | Text]:
    """Marked content around a single run becomes a property of the run."""
    items = list(drawn)
    place = 0
    while place < len(items):
        opened = _opening(items, place)
        inside, after = place + opened, place + opened + 1
        if opened and after < len(items) and items[after] == b"EMC":
            text = items[inside]
            assert isinstance(text, Text)
            words = b" ".join(item for item in items[place:inside] if isinstance(item, bytes))
            yield dataclasses.replace(text, marked=words.decode())
            place = after + 1
        else:
            yield items[place]
            place += 1


def _opening(items: list[bytes | Text], place: int) -> int:
    """How many operators open marked content here, when a run of text comes next; else 0."""
    for count, last in ((3, b"BDC"), (2, b"BMC")):
        after = place + count
        if after < len(items) and items[after - 1] == last and isinstance(items[after], Text):
            return count if re.match(rb"/\w+$", _as_bytes(items[place])) else 0
    return 0


def _as_bytes(item: Any) -> bytes:
    if isinstance(item, bytes):
        return item
    data = getattr(item, "data", None)
    return data if isinstance(data, bytes) else str(item).encode("ascii")
