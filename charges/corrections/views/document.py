"""One recalculation document: its sums, what was left out, posting, storno, paper."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_registry.views.export import xlsx_answer
from charges.corrections.forms.documents import ConfirmForm
from charges.corrections.forms.fields import BasisForm
from charges.corrections.models import CorrectionDocument, DocumentState
from charges.corrections.queries import totals_of
from charges.corrections.render import act_pdf
from charges.corrections.services import documents, recount
from charges.corrections.views.frame import (
    ADD,
    POST,
    VIEW,
    document_or_404,
    may,
    new_key,
    page_context,
    user_of,
)
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.pages import progress_answer
from zhkh.web.clock import business_day
from zhkh.web.permissions import require

ROWS_ON_PAGE = 100
REFUSALS_SHOWN = 200


@require_GET
@require(VIEW)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    shown = document_or_404(request, pk)
    lines = shown.lines.select_related("account__payer", "account__premises__house", "service")
    page = Paginator(lines.order_by("id"), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    total, accounts = totals_of([shown])[shown.pk]
    refusals = list(shown.refusals.all()[: REFUSALS_SHOWN + 1])
    context = {
        **page_context(shown.organisation),
        **_progress(shown),
        "document": shown,
        "posted_month": Period.of(shown.month) if shown.month else None,
        "lines": page,
        "total": total,
        "accounts": accounts,
        "months": _months(shown),
        "refusals": refusals[:REFUSALS_SHOWN],
        "more_refusals": len(refusals) > REFUSALS_SHOWN,
        "storno": CorrectionDocument.objects.filter(reverses=shown).first(),
        "may_add": may(request, shown.organisation_id, ADD),
        "may_post": may(request, shown.organisation_id, POST),
        "in_work": Period.of(documents.month_in_work(shown.organisation_id, today=business_day())),
    }
    return render(request, "corrections/document.html", context)


@require_GET
@require(VIEW)
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked every two seconds while months are counted; the end of it shows the page anew."""
    shown = document_or_404(request, pk)
    context = {"document": shown, "may_add": may(request, shown.organisation_id, ADD)}
    run = recount.run_of(shown) if shown.state == DocumentState.COUNTING else None
    page = reverse("corrections:document", args=[shown.pk])
    return progress_answer(request, run, "corrections/progress.html", page=page, context=context)


@require_POST
@require(ADD)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    shown = document_or_404(request, pk, ADD)
    recount.stop_recount(document=shown, at=timezone.now())
    messages.warning(request, "Пересчёт остановлен: в документе то, что успели посчитать.")
    return redirect("corrections:document", pk=shown.pk)


@require_POST
@require(POST)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    shown = document_or_404(request, pk, POST)
    seen = ConfirmForm(request.POST).seen()
    try:
        if seen is None:
            raise documents.DocumentChanged
        posted = documents.post_document(
            document=shown,
            total=seen,
            today=business_day(),
            by=user_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        assert posted.month is not None
        month = Period.of(posted.month).title
        messages.success(request, f"Документ {posted} проведён: {month}.")
    return redirect("corrections:document", pk=shown.pk)


@require_POST
@require(ADD)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    shown = document_or_404(request, pk, ADD)
    try:
        documents.discard_document(document=shown)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("corrections:document", pk=shown.pk)
    messages.success(request, f"Черновик {shown} удалён.")
    return redirect("corrections:document-list")


@require_http_methods(["GET", "POST"])
@require(ADD)
def storno(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a posted document is taken back, and by which paper."""
    shown = document_or_404(request, pk, ADD)
    form = BasisForm(
        request.POST or None,
        initial={"reason": shown.reason, "basis_on": business_day(), "key": new_key()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = documents.draft_storno(
                document=shown,
                basis=form.basis(),
                key=form.cleaned_data["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("corrections:document", pk=made.pk)
    context = {**page_context(shown.organisation), "document": shown, "form": form}
    status = 422 if form.errors else 200
    return render(request, "corrections/storno.html", context, status=status)


@require_GET
@require(VIEW)
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """«Акт перерасчёта» on paper."""
    shown = document_or_404(request, pk)
    answer = HttpResponse(act_pdf(shown), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="akt_pererascheta_{shown.number}.pdf"'
    return answer


@require_GET
@require(VIEW)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of the document as XLSX."""
    shown = document_or_404(request, pk)
    head = (
        "Лицевой счёт", "Плательщик", "Адрес", "Услуга", "За месяц", "Объём", "Цена",
        "Было начислено", "Уже исправлено", "Следовало", "Сумма, руб.",
    )  # fmt: skip
    lines = shown.lines.select_related("account__payer", "account__premises__house", "service")
    rows = (
        [
            line.account.number,
            line.account.payer.full_name,
            str(line.account.premises),
            line.service.name,
            line.for_period.title,
            line.volume,
            line.price,
            line.charged,
            line.corrected,
            line.counted,
            line.amount,
        ]
        for line in lines.order_by("id").iterator(chunk_size=2000)
    )
    return xlsx_answer("Перерасчёт", head, rows, name=f"pereraschet_{shown.number}.xlsx")


def _progress(shown: CorrectionDocument) -> dict[str, Any]:
    if shown.state != DocumentState.COUNTING:
        return {}
    run = recount.run_of(shown)
    return {"run": run, "progress": runs.progress_of(run) if run else None}


def _months(shown: CorrectionDocument) -> list[tuple[Period, str]]:
    """Months the sums are about, each with the address of its payment documents."""
    days = shown.lines.order_by("for_month").values_list("for_month", flat=True).distinct()
    found = []
    for day in days:
        period = Period.of(day)
        query = f"?organisation={shown.organisation_id}&period={period}"
        found.append((period, f"{reverse('payment_docs:document-list')}{query}"))
    return found
