"""The list of recalculation documents with its filters and export."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts_registry.queries import organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import only_organisation
from charges.corrections.forms.documents import FilterForm, Wanted
from charges.corrections.models import CorrectionDocument, CorrectionLine
from charges.corrections.queries import documents_of, totals_of
from charges.corrections.views.frame import ADD, VIEW, page_context
from zhkh.kernel.period import Period
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50
_AT_ONCE = 500
_LONGEST_NUMBER = 9  # digits: what the column holds

Documents = QuerySet[CorrectionDocument, CorrectionDocument]


@require_GET
@require(VIEW)
def document_list(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    wanted = form.wanted()
    page = Paginator(_filtered(request, wanted), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    sums = totals_of(shown)
    context = {
        **page_context(only_organisation(request)),
        "form": form,
        "page": page,
        "rows": [(document, *sums[document.pk]) for document in shown],
        "several": organisations_of(request.user, VIEW).count() > 1,
        "is_filtered": wanted != Wanted(),
        "may_add": request.user.has_perm(ADD),
        "query": request.GET.urlencode(),
    }
    return render(request, "corrections/document_list.html", context)


@require_GET
@require(VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """Everything the filters let through, a row for each sum."""
    wanted = FilterForm(request.GET).wanted()
    documents = _filtered(request, wanted)
    head = (
        "Организация", "№", "Вид", "Состояние", "Учётный месяц", "Причина", "Основание",
        "Лицевой счёт", "Плательщик", "Услуга", "За месяц", "Сумма, руб.", "Провёл",
    )  # fmt: skip
    return xlsx_answer("Перерасчёты", head, _export_rows(documents), name="pereraschety.xlsx")


def _filtered(request: HttpRequest, wanted: Wanted) -> Documents:
    found = documents_of(request.user, VIEW)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.period:
        found = found.filter(month=wanted.period.first_day)
    if wanted.text:
        found = found.filter(_about(wanted.text))
    return found.order_by("organisation__name", "-number")


def _about(text: str) -> Q:
    """Number of the document, beginning of an account's number, or words of whom it is for."""
    lines = CorrectionLine.objects.filter(document=OuterRef("pk"), account__number__startswith=text)
    found = Q(Exists(lines)) | Q(basis_number=text)
    if not text.isdecimal():
        return found | Q(scope__icontains=text)
    if text.isascii() and len(text) <= _LONGEST_NUMBER:
        found |= Q(number=int(text))
    return found


def _export_rows(documents: Documents) -> Iterator[list[Any]]:
    lines = (
        CorrectionLine.objects.filter(document__in=documents)
        .select_related(
            "document__organisation", "document__posted_by", "account__payer", "service"
        )
        .order_by("document__organisation__name", "-document__number", "id")
    )
    for line in lines.iterator(chunk_size=_AT_ONCE):
        document = line.document
        yield [
            str(document.organisation),
            document.number,
            document.get_kind_display(),
            document.get_state_display(),
            Period.of(document.month).title if document.month else "",
            document.told_reason,
            document.basis,
            line.account.number,
            line.account.payer.full_name,
            line.service.name,
            line.for_period.title,
            line.amount,
            str(document.posted_by or ""),
        ]
