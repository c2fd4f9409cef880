"""Documents: those of a month beside the one being read, those of an account, and the PDF."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import VIEW_DOCUMENTS, account_frame, account_or_404
from accounts_registry.views.month import ChosenMonth, chosen_month, named_month
from payment_docs import services
from payment_docs.document_settings import signatures_missing
from payment_docs.exporting import print_file_parts
from payment_docs.forms import DocumentFilter
from payment_docs.models import IssuedDocument
from payment_docs.printing.page import printed
from payment_docs.queries import current_documents, documents_of, filtered, totals_of
from zhkh.kernel.period import Period
from zhkh.runs import services as runs
from zhkh.runs.doorbell import ring_on_commit
from zhkh.runs.models import Run, RunItem, RunState
from zhkh.runs.pages import progress_answer
from zhkh.web.clock import business_day
from zhkh.web.htmx import is_htmx, page_or_part
from zhkh.web.models import User
from zhkh.web.permissions import require

ISSUE = "payment_docs.issue_documents"
TASK = "payment_docs.tasks.issue"
ROWS_ON_PAGE = 100
PRINTED_AT_ONCE = 3_000  # more would keep a page's worker busy for too long
PDF = "application/pdf"


@require_GET
@require(VIEW_DOCUMENTS)
def document_list(request: HttpRequest) -> HttpResponse:
    """The month from the address, the document `doc` or the first one; for htmx only the list."""
    month = chosen_month(request, VIEW_DOCUMENTS, today=business_day(), posted=True)
    if month is None:
        return render(request, "payment_docs/nobody.html", {"section": "documents"})
    context = _list(request, month)
    if not is_htmx(request):
        shown = context["issued"] or next(iter(context["rows"]), None)
        context |= _month_page(request, month) | _shown(shown)
    return page_or_part(request, "payment_docs/document_list.html", "rows", context)


@require_GET
@require(VIEW_DOCUMENTS)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The right half for htmx; otherwise its place in the list of its month."""
    shown = _document_or_404(request, pk)
    if is_htmx(request):
        return render(request, "payment_docs/document_part.html", _shown(shown))
    choice = {
        "organisation": str(shown.account.organisation_id),
        "period": str(shown.period),
        "doc": str(shown.pk),
    }
    return redirect(f"{reverse('payment_docs:document-list')}?{urlencode(choice)}")


@require_GET
@require(VIEW_DOCUMENTS)
def document_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF exactly as it was issued, or a page that says why it cannot be given."""
    shown = _document_or_404(request, pk)
    try:
        pdf = services.issued_pdf(shown)
    except services.DocumentChanged as refusal:
        context = {"sentence": str(refusal), "document": shown}
        return render(request, "payment_docs/document_changed.html", context, status=409)
    name = f"kvitanciya_{shown.account.number}_{shown.period}.pdf"
    answer = HttpResponse(pdf, content_type=PDF)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_GET
@require(VIEW_DOCUMENTS)
def print_file(request: HttpRequest) -> HttpResponseBase:
    """The documents the list shows as one PDF in the order of delivery, sent as it is written."""
    month = chosen_month(request, VIEW_DOCUMENTS, today=business_day(), posted=True)
    if month is None:
        raise Http404
    found = _found(month, DocumentFilter(month.organisation, request.GET))
    count = found.count()
    if not 0 < count <= PRINTED_AT_ONCE:
        messages.error(request, _why_not_printed(count, month))
        return redirect(_page_of(month.organisation, month.period))
    answer = StreamingHttpResponse(print_file_parts(found), content_type=PDF)
    name = f"dokumenty_{month.period}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@require(ISSUE)
def issue(request: HttpRequest) -> HttpResponse:
    organisation, period = named_month(request, ISSUE)
    try:
        run = services.request_documents(
            organisation=organisation, period=period, by=_user(request), at=timezone.now()
        )
    except services.DocumentsRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        ring_on_commit(TASK, run_id=run.pk)
    return redirect(_page_of(organisation, period))


@require_POST
@require(ISSUE)
def sign(request: HttpRequest) -> HttpResponse:
    organisation, period = named_month(request, ISSUE)
    try:
        services.sign_release(
            organisation=organisation, period=period, by=_user(request), at=timezone.now()
        )
    except services.DocumentsRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Выпуск документов за {period.title} подписан.")
    return redirect(_page_of(organisation, period))


@require_POST
@require(ISSUE)
def stop(request: HttpRequest) -> HttpResponse:
    organisation, period = named_month(request, ISSUE)
    services.stop_issuing(organisation=organisation, period=period, at=timezone.now())
    messages.warning(request, "Остановлено: сформированные документы остаются.")
    return redirect(_page_of(organisation, period))


@require_GET
@require(VIEW_DOCUMENTS)
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked every two seconds while documents are issued; the end of it shows the page anew."""
    run = get_object_or_404(Run, pk=pk, kind=services.KIND)
    organisation_id, asked = runs.month_of(run)
    organisation = get_object_or_404(
        organisations_of(request.user, VIEW_DOCUMENTS), pk=organisation_id
    )
    context = {
        "organisation": organisation,
        "period": str(asked),
        "may_issue": _may(request, organisation, ISSUE),
    }
    page = _page_of(organisation, asked)
    return progress_answer(request, run, "payment_docs/progress.html", page=page, context=context)


@require_GET
@require(VIEW_DOCUMENTS)
def account_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of every month of the account."""
    account = account_or_404(request, pk, VIEW_DOCUMENTS)
    context = {
        **account_frame(request, account, tab="documents"),
        "documents": documents_of(account).defer("snapshot").select_related("issued_by"),
    }
    return render(request, "payment_docs/account_documents.html", context)


def _list(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    """The list as the address filters it; `issued` is the document the address names."""
    form = DocumentFilter(month.organisation, request.GET)
    chosen = form.chosen()
    found = _found(month, form)
    page = Paginator(found.defer("snapshot"), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    return {
        "month": month,
        "form": form,
        "is_filtered": bool(chosen),
        "query": urlencode(_choice(month) | chosen),
        "page": page,
        "rows": list(page.object_list),
        "totals": totals_of(found),
        "issued": _asked_document(request, month),
    }


def _found(month: ChosenMonth, form: DocumentFilter) -> QuerySet[IssuedDocument]:
    """The documents in force that the form lets through."""
    form.is_valid()
    return filtered(
        current_documents(organisation_id=month.organisation.pk, period=month.period),
        house=form.cleaned_data.get("house"),
        delivery=form.cleaned_data.get("delivery", ""),
        text=form.cleaned_data.get("q", ""),
    )


def _why_not_printed(count: int, month: ChosenMonth) -> str:
    if not count:
        return f"За {month.period.title} печатать нечего: по этому отбору документов нет."
    return (
        f"Документов {count}, на странице печатают не больше {PRINTED_AT_ONCE}: отберите дом или "
        f"попросите администратора: zhkh issue --period {month.period} --print-file ФАЙЛ."
    )


def _month_page(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    subject = runs.subject_of(month.organisation, month.period)
    run = runs.latest_run(kind=services.KIND, subject=subject)
    working = run is not None and run.state == RunState.WORKING
    return {
        "section": "documents",
        "shell_organisation": None if month.several else month.organisation.name,
        "organisation": month.organisation,
        "period": str(month.period),
        "run": run,
        "working": working,
        "progress": runs.progress_of(run) if run else None,
        "problems": _problems(run) if run and not working else [],
        "may_issue": _may(request, month.organisation, ISSUE),
        "signatures_missing": signatures_missing(
            organisation_id=month.organisation.pk, period=month.period
        ),
    }


def _problems(run: Run) -> list[RunItem]:
    """Accounts whose document could not be made, with the reason."""
    return [item for item in runs.unfinished_items(run) if item.message]


def _shown(shown: IssuedDocument | None) -> dict[str, Any]:
    if shown is None:
        return {"issued": None, "paper": None}
    return {"issued": shown, "paper": printed(services.issued_data(shown))}


def _asked_document(request: HttpRequest, month: ChosenMonth) -> IssuedDocument | None:
    """
    The document named in the address, when it is one of the month.

    :raises Http404: it is another organisation's, or no document at all.
    """
    asked = request.GET.get("doc", "")
    if not asked:
        return None
    if not asked.isdecimal():
        raise Http404
    shown = _document_or_404(request, int(asked[:18]))
    ours = shown.account.organisation_id == month.organisation.pk
    return shown if ours and shown.period == month.period else None


def _document_or_404(request: HttpRequest, pk: int) -> IssuedDocument:
    visible = IssuedDocument.objects.filter(
        account__organisation__in=organisations_of(request.user, VIEW_DOCUMENTS)
    )
    return get_object_or_404(
        visible.select_related("account__payer", "account__premises__house"), pk=pk
    )


def _may(request: HttpRequest, organisation: Organisation, right: str) -> bool:
    return organisations_of(request.user, right).filter(pk=organisation.pk).exists()


def _choice(month: ChosenMonth) -> dict[str, str]:
    named = {"organisation": str(month.organisation.pk)} if month.several else {}
    return {**named, "period": str(month.period)}


def _page_of(organisation: Organisation, period: Period) -> str:
    choice = urlencode({"organisation": str(organisation.pk), "period": str(period)})
    return f"{reverse('payment_docs:document-list')}?{choice}"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
