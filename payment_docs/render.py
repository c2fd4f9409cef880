"""The payment document on paper: one template, laid out as HTML and printed as PDF."""

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.template import loader

from payment_docs.document import PaymentDocument
from zhkh import pdf

TEMPLATE = "payment_docs/print/payment_document.html"


def document_pdf(document: PaymentDocument) -> bytes:
    """The PDF that is mailed and kept: equal documents give equal bytes."""
    return pdf.html_to_pdf(document_html(document), base_url=_print_folder())


def document_html(document: PaymentDocument) -> str:
    """
    The printed page as HTML, without request or user.

    Figures keep together by style, so their no-break spaces become plain ones: whoever searches
    the PDF for «2 447,90» types a plain space.
    """
    html = loader.render_to_string(TEMPLATE, {"document": document})
    return html.replace("\N{NO-BREAK SPACE}", " ")


def _print_folder() -> Path:
    """Where the template and its styles lie."""
    return Path(settings.BASE_DIR, "templates", TEMPLATE).parent


@functools.cache
def template_version() -> str:
    """Fingerprint of what decides the bytes besides the data: form, styles, fonts, engine."""
    print_folder = _print_folder()
    fonts = Path(settings.BASE_DIR, "static", "fonts", "pt-sans-narrow")
    files = sorted(file for folder in (print_folder, fonts) for file in folder.rglob("*.*"))
    parts = [pdf.engine_version().encode(), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
