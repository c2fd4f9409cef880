"""The months of an organisation: their list, the wizard of a calculation, a house in a month."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.ledger import periods
from accounts_registry.ledger.statements import recalculation_totals
from accounts_registry.models import House, Organisation
from accounts_registry.models.settings import (
    SETTING_DEFAULTS,
    SETTING_VALUES,
    OrganisationSetting,
    SettingName,
)
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import VIEW_CHARGES, shell_context
from accounts_registry.views.month import ChosenMonth, chosen_month, named_month, typed_month
from charges import queries, services
from charges.loading import by_book_in_words
from charges.review import anomalies
from charges.review.preview import months_in_sums, preview
from charges.review.readiness import houses_before, readiness
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.doorbell import ring_on_commit
from zhkh.runs.models import ItemState, Run
from zhkh.web.clock import business_day
from zhkh.web.models import User
from zhkh.web.permissions import require
from zhkh.web.sections import url_or_none

RUN = "charges.run_charges"
TASK = "charges.tasks.calculate_month"
ROWS_ON_PAGE = 50
MONTHS_ON_PAGE = 12
ALL, FAILED, CHOSEN = "all", "failed", "chosen"


@require_GET
@require(VIEW_CHARGES)
def months(request: HttpRequest) -> HttpResponse:
    """Every month of the organisation with its state and sums, the latest first."""
    month = chosen_month(request, VIEW_CHARGES, today=business_day())
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    rows = periods.periods_of(organisation_id=month.organisation.pk)
    page = Paginator(rows, MONTHS_ON_PAGE).get_page(request.GET.get("page"))
    sums = months_in_sums(
        organisation=month.organisation, months=[row.month for row in page.object_list]
    )
    context = {
        **shell_context(month.organisation),
        "section": "charges",
        "month": month,
        "page": page,
        "rows": [(row, sums.get(row.month)) for row in page.object_list],
    }
    return render(request, "charges/months.html", context)


@require_http_methods(["GET", "POST"])
@require(RUN)
def wizard(request: HttpRequest) -> HttpResponse:
    """«Расчёт месяца»: what is ready, which houses, by which settings; then it is started."""
    if request.method == "POST":
        organisation, period = named_month(request, RUN)
        return _start(request, organisation, period)
    month = chosen_month(request, RUN, today=business_day())
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    return _wizard_page(request, month)


def _start(request: HttpRequest, organisation: Organisation, period: Period) -> HttpResponse:
    only = _chosen_houses(request, organisation, period)
    if only is not None and not only:
        messages.error(request, "Не выбран ни один дом: отметьте дома или рассчитайте все.")
        return redirect(address_of("charges:run", organisation, period))
    try:
        run = services.request_calculation(
            organisation=organisation,
            period=period,
            by=_user(request),
            at=timezone.now(),
            only=only,
        )
    except periods.MonthIsBusy as refusal:
        messages.error(request, f"{refusal} {_who_runs(organisation, period)}".strip())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        ring_on_commit(TASK, run_id=run.pk)
    return redirect(address_of("charges:period", organisation, period))


def _chosen_houses(
    request: HttpRequest, organisation: Organisation, period: Period
) -> set[int] | None:
    """None for all houses; ids that are no houses of ours choose nothing."""
    which = request.POST.get("which", ALL)
    if which == FAILED:
        run = _last_run(organisation, period)
        return {int(item.item_key) for item in runs.unfinished_items(run)} if run else set()
    if which == CHOSEN:
        asked = {text for text in request.POST.getlist("house") if text.isdecimal()}
        return {pk for pk in organisation.houses.values_list("pk", flat=True) if str(pk) in asked}
    return None


def recalculated_accounts(organisation: Organisation, period: Period) -> set[int]:
    totals = recalculation_totals(organisation_id=organisation.pk, period=period)
    return {account for account, _, _ in totals}


def _who_runs(organisation: Organisation, period: Period) -> str:
    run = runs.working_run(kind=services.KIND, subject=runs.subject_of(organisation, period))
    if run is None or run.started_by is None:
        return ""
    at = timezone.localtime(run.started_at)
    return f"Расчёт запустил(а) {run.started_by} {at:%d.%m.%Y в %H:%M}."


def _wizard_page(request: HttpRequest, month: ChosenMonth) -> HttpResponse:
    organisation, period = month.organisation, month.period
    run = _last_run(organisation, period)
    states = runs.settled_items(run) if run else {}
    houses = houses_before(organisation=organisation, period=period)
    context = {
        **shell_context(organisation),
        "section": "charges",
        "month": month,
        "organisation": organisation,
        "period": str(period),
        "ready": readiness(organisation=organisation, period=period),
        "houses": [(house, states.get(str(house.pk), ("", ""))) for house in houses],
        "unfinished": len(runs.unfinished_items(run)) if run else 0,
        "earlier": periods.earliest_unposted(organisation_id=organisation.pk, before=period),
        "recalculations": len(recalculated_accounts(organisation, period)),
        "in_force": _in_force(organisation, period),
        "services_url": url_or_none("charges:service-list"),
        "who_runs": _who_runs(organisation, period),
        "failed_state": ItemState.FAILED,
        "done_state": ItemState.DONE,
    }
    return render(request, "charges/wizard.html", context)


def _in_force(organisation: Organisation, period: Period) -> list[tuple[str, str]]:
    """Names of the settings and what holds in the month, in words, then what books say of it."""
    rows = OrganisationSetting.objects.filter(
        organisation=organisation, valid__contains=period.first_day
    )
    known = SETTING_DEFAULTS | {SettingName(row.name): row.value for row in rows}
    settings = [(str(name.label), SETTING_VALUES[name][known[name]]) for name in SETTING_VALUES]
    return settings + by_book_in_words(organisation=organisation, period=period)


@require_GET
@require(VIEW_CHARGES)
def house(request: HttpRequest, pk: int) -> HttpResponse:
    """A house in a month: its services and accounts beside the month before."""
    shown = house_or_404(request, pk, VIEW_CHARGES)
    period = asked_period(request, shown.organisation)
    organisation = shown.organisation
    accounts = queries.accounts_of_house(shown, period=period)
    page = Paginator(accounts, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    asked = anomalies.Asked(house_id=shown.pk)
    row = periods.find_period(organisation_id=organisation.pk, period=period)
    known = periods.periods_of(organisation_id=organisation.pk)
    context: dict[str, Any] = {
        **shell_context(organisation),
        "section": "charges",
        "house": shown,
        "period": period,
        "state": row.state if row else "",
        "preview": preview(organisation=organisation, period=period, house=shown),
        "page": page,
        "rows": list(page.object_list),
        "counts": anomalies.counts_by_kind(organisation=organisation, period=period, asked=asked),
        "previous_url": _beside(known, period.previous()),
        "next_url": _beside(known, period.next()),
        "may_run": organisations_of(request.user, RUN).filter(pk=organisation.pk).exists(),
        "run_url": address_of("charges:run", organisation, period),
        "anomalies_query": urlencode(
            {"organisation": str(organisation.pk), "period": str(period), "house": str(shown.pk)}
        ),
        "month_url": address_of("charges:period", organisation, period),
    }
    return render(request, "charges/month_house.html", context)


def house_or_404(request: HttpRequest, pk: int, right: str) -> House:
    """The house, absent for those whose roles do not give the right in its organisation."""
    ours = House.objects.filter(organisation__in=organisations_of(request.user, right))
    return get_object_or_404(ours.select_related("organisation"), pk=pk)


def asked_period(request: HttpRequest, organisation: Organisation) -> Period:
    """
    The month of the address, else the one in work.

    :raises Http404: the address names no month.
    """
    asked = request.GET.get("period", "")
    if not asked:
        working: Period | None = shell_context(organisation)["working_month"]
        return working or Period.of(business_day())
    try:
        return typed_month(asked)
    except ValueError as mistake:
        raise Http404 from mistake


def address_of(name: str, organisation: Organisation, period: Period) -> str:
    query = urlencode({"organisation": str(organisation.pk), "period": str(period)})
    return f"{reverse(name)}?{query}"


def _beside(known: list[Any], period: Period) -> str | None:
    return f"?period={period}" if any(row.period == period for row in known) else None


def _last_run(organisation: Organisation, period: Period) -> Run | None:
    return runs.latest_run(kind=services.KIND, subject=runs.subject_of(organisation, period))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
