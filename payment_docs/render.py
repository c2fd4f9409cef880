"""The payment document on paper: one template for each form, laid out as HTML, printed as PDF."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.template import loader

from payment_docs.codes import account_picture, payment_text, qr_picture
from payment_docs.document import PaymentDocument
from payment_docs.logos import logo_of
from payment_docs.pictures import Picture, bars, png
from payment_docs.printing.page import ACCOUNT_CODE, printed
from payment_docs.printing.printed import Printed
from zhkh import pdf

TEMPLATE = "payment_docs/print/payment_document.html"
LOGO = "logo"


def document_pdf(document: PaymentDocument) -> bytes:
    """
    The PDF that is mailed and kept: equal documents give equal bytes.

    :raises CodeRefusal: a payee's requisites do not fit into a code.
    """
    page = printed(document)
    return pdf.html_to_pdf(
        page_html(page),
        base_url=print_folder(),
        files=files_of(page, pictures_of(document, page)),
        variant=page.look.variant.value,
    )


def files_of(page: Printed, pictures: Mapping[str, Picture]) -> dict[str, bytes]:
    """The pictures of a page and its logo as files, by the address they have there."""
    files = {address: png(picture) for address, picture in pictures.items()}
    if page.look.logo:
        files[LOGO] = logo_of(page.look.logo)
    return files


def document_html(document: PaymentDocument) -> str:
    """The printed page as HTML, without request or user."""
    return page_html(printed(document))


def page_html(page: Printed) -> str:
    """
    The same for a page whose texts are ready.

    Figures keep together by style, so their no-break spaces become plain ones: whoever searches
    the PDF for «2 447,90» types a plain space.
    """
    html = loader.render_to_string(TEMPLATE, {"page": page, "words": page.words})
    return html.replace("\N{NO-BREAK SPACE}", " ")


def pictures_of(document: PaymentDocument, page: Printed) -> dict[str, Picture]:
    """What is drawn on the page, by the address it has there."""
    drawn: dict[str, Picture] = {}
    for code in page.codes:
        if code.picture == ACCOUNT_CODE:
            drawn[code.picture] = account_picture(document.account_number)
        else:
            payee = document.payees[int(code.picture.removeprefix("qr"))]
            drawn[code.picture] = qr_picture(payment_text(document, payee))
    shown = [item for item in document.history if any(item.months)]
    for chart, item in zip(page.charts, shown, strict=False):
        drawn[chart.picture] = bars(item.months)
    return drawn


def print_folder() -> Path:
    """Where the template and its styles lie."""
    return Path(settings.BASE_DIR, "templates", TEMPLATE).parent


@functools.cache
def template_version() -> str:
    """Fingerprint of what decides the bytes besides the data: form, styles, fonts, engine."""
    parts = [pdf.engine_version().encode(), *(file.read_bytes() for file in _files())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def template_parts() -> Mapping[str, str]:
    """What the fingerprint is of, by name: the engine's version, the hash of every file."""
    folder = Path(settings.BASE_DIR)
    return {"engine": pdf.engine_version()} | {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in _files()
    }


def _files() -> list[Path]:
    code = Path(__file__).parent
    own = [code / "codes.py", code / "pictures.py", *(code / "printing").glob("*.py")]
    folders = (print_folder(), Path(settings.BASE_DIR, "static", "fonts", "pt-sans-narrow"))
    return sorted([*own, *(file for folder in folders for file in folder.rglob("*.*"))])
