"""Charges: the month of an organisation from calculation to posting."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.models import Organisation, PersonalAccount
from accounts_registry.queries import find_accounts, organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import VIEW_CHARGES
from accounts_registry.views.month import ChosenMonth, chosen_month, named_month
from charges import queries, services
from charges.forms.months import ConfirmForm
from charges.gates import COMPARED_ON_A_PAGE, gates
from charges.line_words import METHODS, line_name
from charges.models import ChargeLine
from charges.review import looking
from charges.review.anomalies import counts_by_kind
from charges.review.preview import preview
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.doorbell import ring_on_commit
from zhkh.runs.models import Run, RunState
from zhkh.runs.pages import progress_answer
from zhkh.web.clock import business_day
from zhkh.web.htmx import is_htmx, page_or_part
from zhkh.web.models import User
from zhkh.web.permissions import require

RUN = "charges.run_charges"
POST = "ledger.post_month"
TASK = "charges.tasks.calculate_month"
ROWS_ON_PAGE = 50

_SORTS: dict[str, tuple[str, ...]] = {
    "number": ("number",),
    "payer": ("payer__name_key", "number"),
    "address": (
        "premises__house__street_key",
        "premises__house__number_key",
        "premises__number_order",
        "premises__number",
        "number",
    ),
    "total": ("total", "number"),
    "difference": ("difference", "number"),
}


@require_GET
@require(VIEW_CHARGES)
def period(request: HttpRequest) -> HttpResponse:
    """The month from the address; for htmx only the list of accounts."""
    month = chosen_month(request, VIEW_CHARGES, today=business_day())
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    context = _accounts(request, month)
    if not is_htmx(request):
        context |= _month_page(request, month)
    return page_or_part(request, "charges/period.html", "accounts", context)


@require_GET
@require(VIEW_CHARGES)
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked every two seconds while the month is calculated; the end of it shows the page anew."""
    run = get_object_or_404(Run, pk=pk, kind=services.KIND)
    organisation_id, asked = runs.month_of(run)
    organisation = get_object_or_404(
        organisations_of(request.user, VIEW_CHARGES), pk=organisation_id
    )
    context = {
        "organisation": organisation,
        "period": str(asked),
        "may_run": _may(request, organisation, RUN),
        "looked": _looked(run),
    }
    page = _page_of(organisation, asked)
    return progress_answer(request, run, "charges/progress.html", page=page, context=context)


@require_POST
@require(RUN)
def calculate(request: HttpRequest) -> HttpResponse:
    organisation, month = named_month(request, RUN)
    try:
        run = services.request_calculation(
            organisation=organisation, period=month, by=_user(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        ring_on_commit(TASK, run_id=run.pk)
    return redirect(_page_of(organisation, month))


@require_POST
@require(RUN)
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with a stopped calculation: the houses it did stay in the draft."""
    organisation, month = named_month(request, RUN)
    try:
        run = services.resume_calculation(
            organisation=organisation, period=month, by=_user(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        ring_on_commit(TASK, run_id=run.pk)
    return redirect(_page_of(organisation, month))


@require_POST
@require(RUN)
def stop(request: HttpRequest) -> HttpResponse:
    organisation, month = named_month(request, RUN)
    services.stop_calculation(organisation=organisation, period=month, at=timezone.now())
    messages.warning(request, "Расчёт остановлен: его можно продолжить.")
    return redirect(_page_of(organisation, month))


@require_POST
@require(POST)
def confirm(request: HttpRequest) -> HttpResponse:
    organisation, month = named_month(request, POST)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Итоги месяца не переданы: откройте страницу заново и подтвердите.")
        return redirect(_page_of(organisation, month))
    seen = form.seen()
    try:
        services.confirm_month(
            organisation=organisation, period=month, by=_user(request), seen=seen
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{month.title} проведён: счетов {seen.accounts}.")
    return redirect(_page_of(organisation, month))


@require_POST
@require(RUN)
def reopen(request: HttpRequest) -> HttpResponse:
    organisation, month = named_month(request, RUN)
    try:
        services.reopen_month(organisation=organisation, period=month)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{month.title} возвращён в работу: рассчитайте его снова.")
    return redirect(_page_of(organisation, month))


@require_GET
@require(VIEW_CHARGES)
def export(request: HttpRequest) -> HttpResponse:
    """Every line of the month as XLSX."""
    month = chosen_month(request, VIEW_CHARGES, today=business_day())
    lines: Iterable[ChargeLine] = ()
    if month is not None:
        found = queries.lines_of_month(organisation=month.organisation, period=month.period)
        lines = found.iterator(chunk_size=5000)
    name = f"nachisleniya_{month.period if month else ''}.xlsx"
    return xlsx_answer("Начисления", _EXPORT_HEAD, map(_export_row, lines), name=name)


def _month_page(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    run = runs.latest_run(kind=services.KIND, subject=_subject(month))
    shown = preview(organisation=month.organisation, period=month.period)
    return {
        "section": "charges",
        "shell_organisation": None if month.several else month.organisation.name,
        "month": month,
        "run": run,
        "progress": runs.progress_of(run) if run else None,
        "looked": _looked(run),
        "problems": _problems(run),
        "preview": shown,
        "draft": shown.total,
        **_checks(month),
        "may_run": _may(request, month.organisation, RUN),
        "may_post": _may(request, month.organisation, POST),
        "has_houses": month.organisation.houses.exists(),
        "organisation": month.organisation,
        "period": str(month.period),
    }


def _looked(run: Run | None) -> runs.Progress | None:
    """How much of a month being calculated is looked through."""
    looked = looking.looking_of(run) if run else None
    return runs.progress_of(looked) if looked else None


def _checks(month: ChosenMonth) -> dict[str, Any]:
    """The gates of a draft and its anomalies."""
    if month.state not in {"draft", "posted"}:
        return {"gates": [], "counts": [], "is_held": True}
    ours, period = month.organisation, month.period
    is_draft = month.state == "draft"
    shown = gates(organisation=ours, period=period, compared=COMPARED_ON_A_PAGE) if is_draft else []
    return {
        "gates": shown,
        "is_held": any(gate.holds for gate in shown),
        "counts": counts_by_kind(organisation=ours, period=period),
    }


def _accounts(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    """The list of charged accounts as the address asks for it."""
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in _SORTS else "number"
    ours = queries.charged_accounts(organisation=month.organisation, period=month.period)
    typed = request.GET.get("q", "").strip()
    found = _sorted(find_accounts(typed, among=ours), sort)
    page = Paginator(found, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    return {"month": month, "page": page, "rows": list(page.object_list), "sort": sort, "q": typed}


def _sorted(
    found: QuerySet[PersonalAccount, PersonalAccount], sort: str
) -> QuerySet[PersonalAccount, PersonalAccount]:
    descending = sort.startswith("-")
    first, *rest = _SORTS[sort.removeprefix("-")]
    return found.order_by(f"-{first}" if descending else first, *rest, "pk")


def _problems(run: Run | None) -> list[tuple[str, list[str], str]]:
    """
    Houses left out of the draft: title, sentences, the key of the house.

    None while the month is calculated.
    """
    if run is None or run.state == RunState.WORKING:
        return []
    return [
        (item.title, item.message.splitlines(), item.item_key)
        for item in runs.unfinished_items(run)
        if item.message
    ]


def _name_of(line: ChargeLine) -> str:
    return line_name(line.service.name, zone=line.zone, component=line.component, use=line.use)


_EXPORT_HEAD = (
    "Лицевой счёт", "Плательщик", "Дом", "Помещение", "Услуга", "Единица", "Тариф",
    "Объём инд.", "Способ инд.", "Сумма инд.", "Объём ОДН", "Способ ОДН", "Сумма ОДН",
    "НДС", "Начислено", "Перерасчёт", "Льгота", "Итого",
)  # fmt: skip


def _export_row(line: ChargeLine) -> list[object]:
    account, premises = line.account, line.account.premises
    return [
        account.number,
        account.payer.full_name,
        premises.house.address,
        premises.label,
        _name_of(line),
        line.unit,
        line.price,
        line.individual_volume,
        METHODS.get(line.individual_method, ""),
        line.individual_amount,
        line.common_volume,
        METHODS.get(line.common_method, ""),
        line.common_amount,
        line.vat,
        line.charged,
        line.recalculated,
        line.benefit,
        line.total,
    ]


def _may(request: HttpRequest, organisation: Organisation, right: str) -> bool:
    return organisations_of(request.user, right).filter(pk=organisation.pk).exists()


def _subject(month: ChosenMonth) -> str:
    return runs.subject_of(month.organisation, month.period)


def _page_of(organisation: Organisation, month: Period) -> str:
    choice = urlencode({"organisation": str(organisation.pk), "period": str(month)})
    return f"{reverse('charges:period')}?{choice}"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
