"""The account's own pages: main fields, dated facts, services, payments."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_registry.forms import (
    AccountForm,
    AreaForm,
    ConnectForm,
    DisconnectForm,
    OwnershipForm,
    ResidentsForm,
)
from accounts_registry.ledger.balances import balances_by_service
from accounts_registry.ledger.movements import payments_of
from accounts_registry.models import AccountService, PersonalAccount, Service
from accounts_registry.queries import fact_on, services_by_id
from accounts_registry.services import (
    AccountRefusal,
    ChangedMeanwhile,
    FactRefusal,
    connect_service,
    disconnect_service,
    next_number,
    save_account,
    set_area,
    set_ownership,
    set_residents,
)
from accounts_registry.services.accounts import WILL_NOT_BE_MAILED, fields_of
from accounts_registry.services.facts import days_in_words
from accounts_registry.views.chart import paired_bars
from accounts_registry.views.frame import (
    CHANGE,
    VIEW,
    VIEW_PAYMENTS,
    account_frame,
    account_or_404,
)
from accounts_registry.views.past import offer_recount
from zhkh.kernel.period import Period
from zhkh.web import clock
from zhkh.web.permissions import NOT_ALLOWED, require

FACTS: dict[str, tuple[type[forms.Form], Callable[..., object], str]] = {
    "area": (AreaForm, set_area, "Площадь"),
    "residents": (ResidentsForm, set_residents, "Проживающие"),
    "ownership": (OwnershipForm, set_ownership, "Собственность"),
}


@require_http_methods(["GET", "POST"])
@require(VIEW)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk)
    if request.method == "POST":
        return _save(request, _changeable(request, pk))
    return _main_page(request, shown, _form(shown))


@require_GET
@require(CHANGE)
def new_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The number field with the next free number in it."""
    shown = account_or_404(request, pk, CHANGE)
    number = next_number(organisation=shown.organisation)
    form = AccountForm(initial={"number": number})
    return HttpResponse(str(form["number"]))


@require_http_methods(["GET", "POST"])
@require(CHANGE)
def fact(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """History of a dated fact, and a change of it from a day on."""
    shown = account_or_404(request, pk, CHANGE)
    if kind not in FACTS:
        raise Http404
    form_class, change, title = FACTS[kind]
    history = _history(shown, kind)
    latest = forms.model_to_dict(history[0][0]) if history else {}
    form = form_class(request.POST or None, initial=latest | {"since": clock.business_day()})
    if request.method == "POST" and form.is_valid():
        try:
            change(account=shown, **form.cleaned_data)
        except FactRefusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            since = form.cleaned_data["since"]
            messages.success(request, f"{title}: записано с {since:%d.%m.%Y}.")
            if since <= clock.business_day():
                house, first = shown.premises.house, Period.of(since)
                offer_recount(request, organisation=shown.organisation, house=house, since=first)
            return redirect("accounts_registry:account", pk=shown.pk)
    context = {"form": form, "title": title, "kind": kind, "history": history}
    return _tab(request, shown, "main", "fact", context, status=422 if form.errors else 200)


@require_GET
@require(VIEW)
def services(request: HttpRequest, pk: int) -> HttpResponse:
    return _services_page(request, account_or_404(request, pk))


@require_POST
@require(CHANGE)
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, CHANGE)
    form = ConnectForm(request.POST, services=_billable(shown))
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            connect_service(account=shown, service=chosen["service"], since=chosen["since"])
        except FactRefusal as refusal:
            form.add_error("since", str(refusal))
        else:
            messages.success(request, f"Услуга «{chosen['service']}» подключена.")
            return redirect("accounts_registry:account-services", pk=shown.pk)
    return _services_page(request, shown, connecting=form)


@require_POST
@require(CHANGE)
def disconnect(request: HttpRequest, pk: int, service_pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, CHANGE)
    service = get_object_or_404(Service, pk=service_pk, organisation=shown.organisation_id)
    form = DisconnectForm(request.POST, prefix=str(service.pk))
    if form.is_valid():
        try:
            disconnect_service(account=shown, service=service, on=form.cleaned_data["on"])
        except FactRefusal as refusal:
            form.add_error("on", str(refusal))
        else:
            messages.success(request, f"Услуга «{service}» отключена.")
            return redirect("accounts_registry:account-services", pk=shown.pk)
    return _services_page(request, shown, disconnecting={service.pk: form})


@require_GET
@require(VIEW_PAYMENTS)
def payments(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, VIEW_PAYMENTS)
    catalogue = services_by_id(shown.organisation)
    balances = [(catalogue[item.service_id], item.amount) for item in balances_by_service(shown)]
    frame = account_frame(request, shown, tab="payments")
    context = {
        **frame,
        "payments": payments_of(shown),
        "balances": sorted(balances, key=lambda row: (row[0].position, row[0].pk)),
        "chart": paired_bars(frame["months"]),
    }
    return render(request, "accounts_registry/account_payments.html", context)


def _history(shown: PersonalAccount, kind: str) -> list[tuple[Any, str]]:
    """The spans of a fact in words, the newest first."""
    facts: dict[str, Any] = {
        "area": shown.areas,
        "residents": shown.residents,
        "ownership": shown.ownerships,
    }
    newest_first = facts[kind].order_by("-valid")
    return [(item, days_in_words(item.valid.lower, item.valid.upper)) for item in newest_first]


def _save(request: HttpRequest, shown: PersonalAccount) -> HttpResponse:
    form = _form(shown, request.POST)
    if not form.is_valid():
        return _main_page(request, shown, form, status=422)
    try:
        saved = save_account(
            account=shown, fields=form.account_fields(), version=form.cleaned_data["version"]
        )
    except ChangedMeanwhile as refusal:
        again = request.POST.copy()
        again["version"] = str(refusal.version)
        form = _form(shown, again)
        return _main_page(request, shown, form, status=409, changed=refusal)
    except AccountRefusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _main_page(request, shown, form, status=422)
    messages.success(request, f"Счёт {saved.account.number} записан.")
    if saved.warning:
        messages.warning(request, f"{saved.warning}.")
    if request.POST.get("then") == "close":
        return redirect("accounts_registry:account-list")
    return redirect("accounts_registry:account", pk=shown.pk)


def _changeable(request: HttpRequest, pk: int) -> PersonalAccount:
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied(NOT_ALLOWED)
    return account_or_404(request, pk, CHANGE)


def _form(shown: PersonalAccount, data: Any = None) -> AccountForm:
    stored = fields_of(shown)
    initial = {name: getattr(stored, name) for name in stored.__slots__}
    return AccountForm(data, initial=initial | {"version": shown.version})


def _main_page(
    request: HttpRequest,
    shown: PersonalAccount,
    form: AccountForm,
    *,
    status: int = 200,
    changed: ChangedMeanwhile | None = None,
) -> HttpResponse:
    frame = account_frame(request, shown, tab="main")
    today = clock.business_day()
    if not frame["may_change"]:
        for field in form.fields.values():
            field.disabled = True
    context = {
        **frame,
        "form": form,
        "changed": changed,
        "area": fact_on(shown.areas.all(), today).first(),
        "residents": fact_on(shown.residents.all(), today).first(),
        "ownership": fact_on(shown.ownerships.all(), today).first(),
        "connected": _connected_now(shown, today),
        "chart": paired_bars(frame["months"]),
        "will_not_be_mailed": WILL_NOT_BE_MAILED,
    }
    return render(request, "accounts_registry/account_main.html", context, status=status)


def _connected_now(shown: PersonalAccount, today: dt.date) -> list[dict[str, Any]]:
    """Services of today with the meters that count them."""
    meters: dict[int, list[Any]] = {}
    for meter in shown.meters.filter(removed_on__isnull=True):
        meters.setdefault(meter.service_id, []).append(meter)
    connections = fact_on(shown.services.select_related("service"), today)
    return [
        {"connection": item, "meters": meters.get(item.service_id, [])}
        for item in connections.order_by("service__position", "service_id")
    ]


def _billable(shown: PersonalAccount) -> Any:
    return Service.objects.filter(organisation=shown.organisation_id).exclude(code="")


def _services_page(
    request: HttpRequest,
    shown: PersonalAccount,
    *,
    connecting: forms.Form | None = None,
    disconnecting: dict[int, forms.Form] | None = None,
) -> HttpResponse:
    today = clock.business_day()
    connections = shown.services.select_related("service__payee")
    rows = [
        {
            "connection": item,
            "span": days_in_words(item.valid.lower, item.valid.upper),
            "form": _disconnect_form(item, today, disconnecting or {}),
        }
        for item in connections.order_by("service__position", "service_id", "valid")
    ]
    form = connecting or ConnectForm(services=_billable(shown), initial={"since": today})
    refused = connecting is not None or disconnecting is not None
    context = {"rows": rows, "form": form}
    return _tab(request, shown, "services", "services", context, status=422 if refused else 200)


def _disconnect_form(
    item: AccountService, today: dt.date, refused: dict[int, forms.Form]
) -> forms.Form | None:
    """Nothing for a connection that has ended."""
    if item.valid.upper is not None:
        return None
    return refused.get(item.service_id) or DisconnectForm(
        prefix=str(item.service_id), initial={"on": today}
    )


def _tab(
    request: HttpRequest,
    shown: PersonalAccount,
    tab: str,
    page: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    template = f"accounts_registry/account_{page}.html"
    frame = account_frame(request, shown, tab=tab)
    return render(request, template, {**frame, **context}, status=status)
