"""
Two ways to one paper: filling a form that was laid out before, or laying the document out.

A shape is laid out once, kept in the database for good and filled ever after; whatever does not
fit goes to the layout engine, and the reason is told.
"""

import dataclasses
import hashlib
import html
import logging
from collections import OrderedDict
from collections.abc import Mapping

from payment_docs import render
from payment_docs.document import PaymentDocument
from payment_docs.models import DocumentShape, PaperPath
from payment_docs.pictures import WHITE, Picture
from payment_docs.printing.page import printed
from payment_docs.printing.printed import Printed
from payment_docs.stamp.compiling import PICTURE_WIDTH, compile_shape
from payment_docs.stamp.filling import ENGINE, Bitmap, Form, fill
from payment_docs.stamp.pages import Content, Key, content_of, samples_of
from payment_docs.stamp.parity import difference
from payment_docs.stamp.refusals import Misfit, Reason
from payment_docs.stamp.shape import from_bytes, to_bytes
from zhkh.layout import Layout, layout

FORMS_KEPT = 300  # in the memory of one process
CHECK_EACH = 1000  # documents: one of so many is laid out too and compared
# Letters every form can print, whatever its fixed texts need.
LETTERS = (
    "".join(map(chr, (*range(0x20, 0x7F), *range(0x410, 0x450))))
    + "ЁёІіЇїЄєҐґЎў«»„“”–—−…№§©°±²³×÷·•₽₴€"
)
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Paper:
    """A document's PDF, how it was made, of which shape; why it was not stamped."""

    pdf: bytes
    path: PaperPath
    shape: str = ""
    reason: Reason | None = None
    detail: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()


class Press:
    """Makes papers in one process; remembers the forms it has met."""

    def __init__(self, *, lays_out_forms: bool, checks: bool = True) -> None:
        """A mass run lays out the forms it misses; whoever wants one paper only fills known ones."""
        self._lays_out_forms = lays_out_forms
        self._checks = checks
        self._known: OrderedDict[Key, Form | Misfit | None] = OrderedDict()
        self._checked: set[str] = set()

    def paper(self, document: PaymentDocument) -> Paper:
        """:raises CodeRefusal: a payee's requisites do not fit into a code."""
        page = printed(document)
        content = content_of(page)
        try:
            form = self._form(page, content.key)
            if form is None:
                return Paper(render.document_pdf(document), PaperPath.RENDER)
            pdf = fill(form, content.texts, bitmaps_of(document, page))
            self._check(form, document, page, content)
        except Misfit as misfit:
            logger.info("document %s is laid out: %s", document.number, misfit)
            pdf = render.document_pdf(document)
            return Paper(pdf, PaperPath.RENDER, reason=misfit.reason, detail=misfit.detail)
        return Paper(pdf, PaperPath.STAMP, form.digest)

    def _form(self, page: Printed, key: Key) -> Form | None:
        """
        None: it is not laid out yet, and it is not for us to do.

        :raises Misfit: the shape is refused.
        """
        if key in self._known:
            self._known.move_to_end(key)
            known = self._known[key]
        else:
            known = self._known[key] = self._found_or_compiled(page, key)
            if len(self._known) > FORMS_KEPT:
                self._known.popitem(last=False)
        if isinstance(known, Misfit):
            raise known
        return known

    def _found_or_compiled(self, page: Printed, key: Key) -> Form | Misfit | None:
        digest = digest_of(key)
        row = DocumentShape.objects.filter(digest=digest).first()
        if row is not None:
            return Form(from_bytes(bytes(row.content)), digest)
        if not self._lays_out_forms:
            return None
        try:
            content = _compiled(page, digest)
        except Misfit as misfit:
            return misfit
        shape = DocumentShape(
            digest=digest, template_version=render.template_version(), content=content
        )
        DocumentShape.objects.bulk_create([shape], ignore_conflicts=True)
        return Form(from_bytes(content), digest)

    def _check(
        self, form: Form, document: PaymentDocument, page: Printed, content: Content
    ) -> None:
        """
        The first document of a form and one of a thousand are laid out and compared.

        :raises Misfit: they differ; from now on the form is not filled any more.
        """
        is_first = form.digest not in self._checked
        self._checked.add(form.digest)
        if not self._checks or not (is_first or _is_drawn(document)):
            return
        found = difference(form, content.texts, laid_out(document, page))
        if found:
            logger.error("document %s: stamp and layout differ: %s", document.number, found)
            misfit = Misfit(Reason.DIFFERENCE, found)
            self._known[content.key] = misfit
            raise misfit


def refilled(document: PaymentDocument, form: Form) -> bytes:
    """
    The PDF of a document that was stamped, from the form it was stamped with.

    :raises Misfit: the texts of the document do not fit any more.
    """
    return fill(form, *filling_of(document))


def filling_of(document: PaymentDocument) -> tuple[dict[str, str], dict[str, Bitmap]]:
    """The texts and the pictures of a document, by their slots."""
    page = printed(document)
    return content_of(page).texts, bitmaps_of(document, page)


def form_with(digest: str) -> Form:
    """:raises DocumentShape.DoesNotExist: there never was such a shape."""
    return Form(from_bytes(bytes(DocumentShape.objects.get(digest=digest).content)), digest)


def digest_of(key: Key) -> str:
    """The name of a shape: what it prints, the versions of the form, the fonts and the engines."""
    parts = (ENGINE, render.template_version(), repr(key))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


_recently: OrderedDict[str, bytes] = OrderedDict()  # what this process laid out, by digest


def _compiled(page: Printed, digest: str) -> bytes:
    """
    The shape of a page, laid out and packed.

    :raises Misfit: it cannot be stamped.
    """
    if digest not in _recently:
        _recently[digest] = _laid_out_anew(page)
        if len(_recently) > FORMS_KEPT:
            _recently.popitem(last=False)
    return _recently[digest]


def _laid_out_anew(page: Printed) -> bytes:
    samples, names = samples_of(page)
    pictures = [code.picture for code in page.codes]
    pictures += [chart.picture for chart in page.charts]
    places = {name: _placeholder(place) for place, name in enumerate(pictures)}
    laid = [_layout(sample, places, specimen=specimen()) for sample in samples]
    return to_bytes(compile_shape(laid, names, pictures))


def laid_out(document: PaymentDocument, page: Printed | None = None) -> Layout:
    """The document as the layout engine has it."""
    page = page or printed(document)
    return _layout(page, render.pictures_of(document, page))


def _layout(page: Printed, pictures: Mapping[str, Picture], *, specimen: str = "") -> Layout:
    return layout(
        render.page_html(page),
        base_url=render.print_folder(),
        specimen=specimen,
        variant=page.look.variant.value,
        files=render.files_of(page, pictures),
    )


def specimen() -> str:
    """A page with every letter in both weights; spaces let the line wrap."""
    letters = html.escape(" ".join(LETTERS))
    return f'<link rel="stylesheet" href="document.css"><p>{letters}</p><p><b>{letters}</b></p>'


def bitmaps_of(document: PaymentDocument, page: Printed) -> dict[str, Bitmap]:
    drawn = render.pictures_of(document, page)
    return {name: bitmap_of(picture) for name, picture in drawn.items()}


_SHADES = bytes.maketrans(bytes(range(4)), b"0123")
_BLACK_AND_WHITE = bytes.maketrans(bytes((0, WHITE)), b"01")


def bitmap_of(picture: Picture) -> Bitmap:
    """One bit a point where there is only black and white, else two; rows end with a byte."""
    points = b"".join(picture.rows)
    is_grey = bool(points.translate(None, bytes((0, WHITE))))
    bits, table = (2, _SHADES) if is_grey else (1, _BLACK_AND_WHITE)
    across = -(-picture.width * bits // 8) * 8 // bits
    digits = b"".join(row.translate(table).ljust(across, b"0") for row in picture.rows)
    packed = int(digits, 4 if is_grey else 2).to_bytes(len(digits) * bits // 8, "big")
    return Bitmap(picture.width, picture.height, bits, packed)


def _placeholder(place: int) -> Picture:
    return Picture((bytes([WHITE]) * (PICTURE_WIDTH + place),))


def _is_drawn(document: PaymentDocument) -> bool:
    """One of a thousand, the same ones every time."""
    drawn = hashlib.sha256(document.number.encode()).digest()
    return int.from_bytes(drawn[:4], "big") % CHECK_EACH == 0
