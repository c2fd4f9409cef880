"""Services with what they cost: the list, the card, adding and changing one."""

import dataclasses
import datetime as dt

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.models import Organisation, Service, SourceRole
from accounts_registry.queries import organisations_of
from accounts_registry.reference_data import Held, uplifts_within, vat_on
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import only_organisation, shell_context
from charges.forms.services import ServiceForm
from charges.loading import book_of_today
from charges.models import PriceKind
from charges.prices.dated_prices import (
    NORMS,
    TABLES,
    TARIFFS,
    UPLIFTS,
    PriceTable,
    is_priced,
    tables_of,
    versions_of,
)
from charges.prices.price_list import Version, gaps, version_on
from charges.prices.service_card import ServiceRefusal, is_charged, save_service
from charges.prices.service_effect import ServiceChange, effect_of_service
from zhkh.web import clock
from zhkh.web.permissions import require

VIEW = "accounts_registry.view_service"
CHANGE = "charges.change_tariff"
CHANGES_SHOWN = 30
TITLES = {
    PriceKind.TARIFF: "Тарифы",
    PriceKind.NORM: "Нормативы",
    PriceKind.UPLIFT: "Повышающий коэффициент",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service with what holds today and what comes next."""

    service: Service
    tariff: Version | None
    coming: Version | None
    norm: Version | None
    uplift: Version | None
    problem: str


@dataclasses.dataclass(frozen=True, slots=True)
class VersionRow:
    version: Version
    is_now: bool
    is_coming: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PricePanel:
    """One table of the card."""

    kind: str
    title: str
    rows: list[VersionRow]
    gaps: list[tuple[dt.date, dt.date | None]]


@require_GET
@require(VIEW)
def service_list(request: HttpRequest) -> HttpResponse:
    organisation = _chosen_organisation(request)
    rows = _service_rows(organisation) if organisation else []
    show = request.GET.get("show", "")
    context = {
        **shell_context(only_organisation(request)),
        "section": "catalogues",
        "organisation": organisation,
        "organisations": list(organisations_of(request.user, VIEW).order_by("name")),
        "rows": [row for row in rows if row.problem] if show == "problems" else rows,
        "all_rows": len(rows),
        "problems": sum(1 for row in rows if row.problem),
        "show": show,
        "may_change": organisation is not None and _may_change(request, organisation),
    }
    return render(request, "charges/service_list.html", context)


@require_GET
@require(VIEW)
def service_export(request: HttpRequest) -> HttpResponse:
    """Every version of every tariff, norm and coefficient as XLSX."""
    organisation = _chosen_organisation(request)
    head = ("Код", "Услуга", "Единица", "Что", "С", "По", "Значение", "Документ")
    lines = [
        (
            service.code,
            service.name,
            service.unit,
            table.kind.label,
            version.since,
            version.until - dt.timedelta(days=1) if version.until else None,
            version.words,
            version.source,
        )
        for service in (_services(organisation) if organisation else ())
        for table in TABLES.values()
        for version in versions_of(service, table)
        if version.rows
    ]
    return xlsx_answer("Тарифы", head, lines, name="tariffs.xlsx")


@require_GET
@require(VIEW)
def service(request: HttpRequest, pk: int) -> HttpResponse:
    shown = service_or_404(request, pk, VIEW)
    context = {
        **shell_context(shown.organisation),
        "section": "catalogues",
        "service": shown,
        "panels": [_panel(shown, table) for table in tables_of(shown)],
        "changes": shown.price_changes.select_related("changed_by")[:CHANGES_SHOWN],
        "sources": _sources_by_role(shown),
        "by_book": _by_book(shown),
        "accounts": shown.connections.filter(valid__contains=clock.business_day()).count(),
        "may_change": _may_change(request, shown.organisation),
        "vat_percent": shown.vat_rate * 100 if shown.vat_rate else None,
    }
    return render(request, "charges/service.html", context)


@require_http_methods(["GET", "POST"])
@require(CHANGE)
def service_new(request: HttpRequest) -> HttpResponse:
    organisation = _chosen_organisation(request, CHANGE)
    if organisation is None:
        raise Http404
    return _edited(request, organisation, None)


@require_http_methods(["GET", "POST"])
@require(CHANGE)
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = service_or_404(request, pk, CHANGE)
    return _edited(request, shown.organisation, shown)


# --- the list and the card


def _sources_by_role(shown: Service) -> list[tuple[str, list[str]]]:
    """What the volumes come from, in the words of the card."""
    titles = {
        SourceRole.DRAINED: "Складывает объёмы",
        SourceRole.SUBTRACTED: "Вычитаются объёмы",
        SourceRole.CHARGED: "Начисляет общедомовой объём услуги",
    }
    rows = list(shown.sources.select_related("source"))
    found = [
        (title, [row.source.name for row in rows if row.role == role])
        for role, title in titles.items()
    ]
    taking = shown.used_by.filter(role=SourceRole.CHARGED).select_related("service")
    found.append(("Общедомовой объём начисляет", [row.service.name for row in taking]))
    return [(title, names) for title, names in found if names]


def _by_book(shown: Service) -> dict[str, Held | None]:
    """What the reference books say today of a service that goes by them."""
    today = clock.business_day()
    book = book_of_today(shown.organisation, today)
    uplifts = (
        uplifts_within(book, shown.uplift_kind, (today, today + dt.timedelta(days=1)))
        if shown.uplift_kind
        else []
    )
    return {
        "vat": vat_on(book, today) if shown.vat_by_book else None,
        "uplift": uplifts[0] if uplifts else None,
    }


def _service_rows(organisation: Organisation) -> list[ServiceRow]:
    return [_service_row(service) for service in _services(organisation)]


def _services(organisation: Organisation) -> QuerySet[Service]:
    """Those that are charged, with all their dated rows."""
    services = organisation.services.exclude(code="").select_related("payee", "organisation")
    return services.prefetch_related("tariffs", "norms", "uplifts")


def _service_row(service: Service) -> ServiceRow:
    today = clock.business_day()
    tariffs = versions_of(service, TARIFFS)
    coming = next((one for one in tariffs if one.since > today), None)
    return ServiceRow(
        service=service,
        tariff=_held(tariffs, today),
        coming=coming,
        norm=_held(versions_of(service, NORMS), today),
        uplift=_held(versions_of(service, UPLIFTS), today),
        problem=_problem(service, tariffs, today),
    )


def _held(found: list[Version], day: dt.date) -> Version | None:
    held = version_on(found, day)
    return held if held and held.rows else None


def _problem(service: Service, tariffs: list[Version], today: dt.date) -> str:
    """What keeps the service from being charged; empty when nothing does."""
    if not is_priced(service):
        return ""
    if not tariffs:
        return "тарифа нет"
    open_gaps = [(since, until) for since, until in gaps(tariffs) if not until or until > today]
    if open_gaps:
        return f"нет тарифа с {open_gaps[0][0]:%d.%m.%Y}"
    if tariffs[0].since > today:
        return f"тариф только с {tariffs[0].since:%d.%m.%Y}"
    return ""


def _panel(service: Service, table: PriceTable) -> PricePanel:
    today = clock.business_day()
    found = versions_of(service, table)
    now = version_on(found, today)
    rows = [
        VersionRow(version, is_now=version == now, is_coming=version.since > today)
        for version in reversed(found)
        if version.rows
    ]
    return PricePanel(table.kind.value, TITLES[table.kind], rows, gaps(found))


# --- a service itself


def _edited(
    request: HttpRequest, organisation: Organisation, shown: Service | None
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None
    form = ServiceForm(typed, organisation=organisation, shown=shown, on=clock.business_day())
    change: ServiceChange | None = None
    if form.is_valid():
        try:
            if shown is not None and not form.was_seen:
                change = effect_of_service(shown, form.service_fields())
            if change is None:
                return _saved(request, organisation, shown, form)
        except ServiceRefusal as refusal:
            form.add_error(refusal.field, str(refusal))
    return _edit_page(request, organisation, shown, form, change)


def _saved(
    request: HttpRequest, organisation: Organisation, shown: Service | None, form: ServiceForm
) -> HttpResponse:
    saved = save_service(organisation=organisation, fields=form.service_fields(), service=shown)
    messages.success(request, f"Услуга «{saved.name}» записана.")
    return redirect("charges:service", pk=saved.pk)


def _edit_page(
    request: HttpRequest,
    organisation: Organisation,
    shown: Service | None,
    form: ServiceForm,
    change: ServiceChange | None,
) -> HttpResponse:
    context = {
        **shell_context(organisation),
        "section": "catalogues",
        "organisation": organisation,
        "service": shown,
        "form": form,
        "change": change,
        "seen": form.digest() if change else "",
        "is_charged": shown is not None and is_charged(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "charges/service_edit.html", context, status=status)


# --- whose it is


def service_or_404(request: HttpRequest, pk: int, right: str) -> Service:
    ours = Service.objects.filter(organisation__in=organisations_of(request.user, right))
    return get_object_or_404(ours.exclude(code="").select_related("organisation", "payee"), pk=pk)


def _table_or_404(service: Service, kind: str) -> PriceTable:
    found = next((table for table in tables_of(service) if table.kind == kind), None)
    if found is None:
        raise Http404
    return found


def _chosen_organisation(request: HttpRequest, right: str = VIEW) -> Organisation | None:
    """The one of the address, else the first; a foreign one looks absent."""
    ours = list(organisations_of(request.user, right).order_by("name"))
    asked = request.GET.get("organisation", "")
    if not asked:
        return ours[0] if ours else None
    found = next((one for one in ours if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _may_change(request: HttpRequest, organisation: Organisation) -> bool:
    return organisations_of(request.user, CHANGE).filter(pk=organisation.pk).exists()
