"""«Настройки» of documents: how they are printed from a month on, notices, whom they pay."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import CatalogueChange, Organisation, Payee
from accounts_registry.queries import organisations_of
from accounts_registry.requisites import missing, mistakes
from payment_docs.assemble import assemble_documents, counting_day
from payment_docs.deciding import (
    REQUISITES_BOOK,
    SETTINGS_BOOK,
    DecisionRefusal,
    decide,
    kept_logo,
    set_house_notice,
    setting_words,
    write_requisites,
)
from payment_docs.document_settings import printing_by
from payment_docs.models import DocumentSetting, HouseNotice
from payment_docs.payee_rows import bank_requisites
from payment_docs.queries import billed_accounts
from payment_docs.render import document_pdf
from payment_docs.settings_forms import DocumentSettingForm, HouseNoticeForm, RequisitesForm
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import require

ISSUE = "payment_docs.issue_documents"
CHANGES_SHOWN = 50
NOTHING_TO_SHOW = (
    "Показать не на чем: проведённых месяцев ещё нет. Проведите месяц, и здесь откроется документ "
    "первого его счёта."
)


@require_http_methods(["GET", "POST"])
@require(ISSUE)
def document_settings(request: HttpRequest) -> HttpResponse:
    """What holds, what was decided, a change from a month on; `preview` shows it as a PDF."""
    organisation = _organisation(request)
    form = _setting_form(request, organisation)
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            return _preview(request, organisation, form)
        if _decided(request, organisation, form):
            return redirect(_page("payment_docs:settings", organisation))
    return _settings_page(request, organisation, form, HouseNoticeForm(organisation))


@require_POST
@require(ISSUE)
def house_notice(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request)
    form = HouseNoticeForm(organisation, request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_house_notice(
                house=data["house"],
                since=data["since"],
                text=data["text"],
                by=_user(request),
                at=clock.now(),
            )
        except DecisionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Уведомление дома {data['house']} записано.")
            return redirect(_page("payment_docs:settings", organisation))
    return _settings_page(request, organisation, _empty_form(organisation), form)


@require_GET
@require(ISSUE)
def requisites(request: HttpRequest) -> HttpResponse:
    """Whom documents pay, what is wrong with their requisites, who changed them."""
    organisation = _organisation(request)
    owners: list[Organisation | Payee] = [organisation, *organisation.payees.order_by("name")]
    context = {
        **_shell(request, organisation),
        "rows": [
            (owner, _owner_key(owner), missing(found), list(mistakes(found).values()))
            for owner in owners
            for found in [bank_requisites(owner)]
        ],
        "changes": _changes(organisation, REQUISITES_BOOK),
    }
    return render(request, "payment_docs/requisites.html", context)


@require_http_methods(["GET", "POST"])
@require(ISSUE)
def requisites_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The requisites of a payee; 0 is the organisation itself."""
    organisation = _organisation(request)
    owner = organisation if pk == 0 else get_object_or_404(organisation.payees, pk=pk)
    return _requisites_form(request, organisation, owner)


@require_http_methods(["GET", "POST"])
@require(ISSUE)
def new_payee(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request)
    return _requisites_form(request, organisation, Payee(organisation=organisation))


def _requisites_form(
    request: HttpRequest, organisation: Organisation, owner: Organisation | Payee
) -> HttpResponse:
    form = RequisitesForm(owner, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            write_requisites(
                owner=owner, values=form.cleaned_data, by=_user(request), at=clock.now()
            )
        except DecisionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Реквизиты записаны: {owner}.")
            return redirect(_page("payment_docs:requisites", organisation))
    context = {**_shell(request, organisation), "owner": owner, "form": form}
    status = 422 if form.errors else 200
    return render(request, "payment_docs/requisites_form.html", context, status=status)


def _settings_page(
    request: HttpRequest,
    organisation: Organisation,
    form: DocumentSettingForm,
    notice_form: HouseNoticeForm,
) -> HttpResponse:
    today = clock.business_day()
    spans = DocumentSetting.objects.filter(organisation=organisation).select_related(
        "changed_by", "logo"
    )
    current = next((row for row in spans if _holds(row, Period.of(today))), None)
    context = {
        **_shell(request, organisation),
        "month": Period.of(today),
        "in_force": setting_words(current or DocumentSetting(organisation=organisation)),
        "spans": spans,
        "notices": HouseNotice.objects.filter(house__organisation=organisation)
        .select_related("house", "changed_by")
        .order_by("house", "-valid"),
        "form": form,
        "notice_form": notice_form,
        "changes": _changes(organisation, SETTINGS_BOOK),
    }
    status = 422 if form.errors or notice_form.errors else 200
    return render(request, "payment_docs/settings.html", context, status=status)


def _holds(row: DocumentSetting, period: Period) -> bool:
    begins, ends = row.valid.lower, row.valid.upper
    return bool(begins <= period.first_day and (ends is None or period.first_day < ends))


def _setting_form(request: HttpRequest, organisation: Organisation) -> DocumentSettingForm:
    if request.method != "POST":
        return _empty_form(organisation)
    return DocumentSettingForm(request.POST, request.FILES)


def _empty_form(organisation: Organisation) -> DocumentSettingForm:
    """As documents are printed by the latest decision."""
    latest = DocumentSetting.objects.filter(organisation=organisation).order_by("-valid").first()
    return DocumentSettingForm(instance=latest)


def _values(organisation: Organisation, form: DocumentSettingForm) -> dict[str, Any]:
    """Columns of the decision; the logo stays until another or none is chosen."""
    data = form.cleaned_data
    since: Period = data["since"]
    holding = DocumentSetting.objects.filter(
        organisation=organisation, valid__contains=since.first_day
    ).first()
    logo = holding.logo if holding else None
    if data["without_logo"]:
        logo = None
    elif data["new_logo"]:
        logo = kept_logo(organisation, data["new_logo"])
    return {**form.values(), "logo": logo}


def _decided(request: HttpRequest, organisation: Organisation, form: DocumentSettingForm) -> bool:
    since: Period = form.cleaned_data["since"]
    try:
        decide(
            organisation=organisation,
            since=since,
            values=_values(organisation, form),
            by=_user(request),
            at=clock.now(),
        )
    except DecisionRefusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        f"Записано: с документов за {since.title}. Выпущенные документы остаются прежними.",
    )
    return True


def _preview(
    request: HttpRequest, organisation: Organisation, form: DocumentSettingForm
) -> HttpResponse:
    """The first document of the latest posted month as it would be printed; nothing is written."""
    posted = [row.period for row in periods_of(organisation_id=organisation.pk) if row.is_posted]
    accounts = billed_accounts(organisation=organisation, period=posted[0]) if posted else []
    if not accounts:
        form.add_error(None, NOTHING_TO_SHOW)
        return _settings_page(request, organisation, form, HouseNoticeForm(organisation))
    setting = DocumentSetting(organisation=organisation, **_values(organisation, form))
    [document] = assemble_documents(
        accounts[:1],
        period=posted[0],
        counted_until=counting_day(organisation, posted[0]),
        printing=printing_by(setting),
    )
    try:
        pdf = document_pdf(document)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _settings_page(request, organisation, form, HouseNoticeForm(organisation))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="obrazec.pdf"'
    return answer


def _shell(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    organisations = organisations_of(request.user, ISSUE).order_by("name")
    return {
        "section": "documents",
        "organisation": organisation,
        "organisations": organisations,
        "shell_organisation": organisation.name if len(organisations) == 1 else None,
        "query": f"organisation={organisation.pk}",
    }


def _changes(organisation: Organisation, book: str) -> Any:
    changes = CatalogueChange.objects.filter(book=book, organisation=organisation)
    return changes.select_related("changed_by")[:CHANGES_SHOWN]


def _organisation(request: HttpRequest) -> Organisation:
    ours = organisations_of(request.user, ISSUE).order_by("name")
    asked = request.GET.get("organisation", "")
    if asked:
        is_key = asked.isascii() and asked.isdecimal() and len(asked) <= 18
        return get_object_or_404(ours, pk=int(asked) if is_key else 0)
    first = ours.first()
    if first is None:
        raise Http404
    return first


def _owner_key(owner: Organisation | Payee) -> int:
    return owner.pk if isinstance(owner, Payee) else 0


def _page(name: str, organisation: Organisation) -> str:
    return f"{reverse(name)}?organisation={organisation.pk}"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
