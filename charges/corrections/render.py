"""«Акт перерасчёта» on paper: one page for one document, whatever its kind."""

from pathlib import Path

from django.conf import settings
from django.template import loader

from charges.corrections.models import CorrectionDocument
from charges.corrections.queries import totals_of
from zhkh import pdf
from zhkh.kernel.period import Period

TEMPLATE = "corrections/print/act.html"
LINES_PRINTED = 2_000  # more are read in the XLSX


def act_pdf(document: CorrectionDocument) -> bytes:
    return pdf.html_to_pdf(act_html(document), base_url=_folder())


def act_html(document: CorrectionDocument) -> str:
    """The printed page; no-break spaces become plain ones, so that sums are found by search."""
    total, accounts = totals_of([document])[document.pk]
    lines = document.lines.select_related("account__payer", "account__premises", "service")
    context = {
        "document": document,
        "month": Period.of(document.month) if document.month else None,
        "lines": lines.order_by("id")[:LINES_PRINTED],
        "left_out": max(0, document.lines.count() - LINES_PRINTED),
        "total": total,
        "accounts": accounts,
    }
    html = loader.render_to_string(TEMPLATE, context)
    return html.replace("\N{NO-BREAK SPACE}", " ")


def _folder() -> Path:
    return Path(settings.BASE_DIR, "templates", TEMPLATE).parent
