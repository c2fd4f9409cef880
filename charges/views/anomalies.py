"""Anomalies of a month: the list with its filters, marks and export."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.models import House
from accounts_registry.queries import organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import VIEW_CHARGES, shell_context
from accounts_registry.views.month import ChosenMonth, chosen_month, named_month
from charges.models import Anomaly, AnomalyKind
from charges.review import anomalies
from charges.review.anomaly_words import Told, told
from zhkh.web.clock import business_day
from zhkh.web.htmx import is_htmx, page_or_part
from zhkh.web.models import User
from zhkh.web.permissions import require

RUN = "charges.run_charges"
ROWS_ON_PAGE = 50
_STATES = ("open", "checked")
_LARGEST_ID = 2**63 - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """An anomaly in words."""

    anomaly: Anomaly
    told: Told


@require_GET
@require(VIEW_CHARGES)
def anomaly_list(request: HttpRequest) -> HttpResponse:
    """The anomalies the address asks for; for htmx only the list."""
    month = chosen_month(request, VIEW_CHARGES, today=business_day())
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    return page_or_part(request, "charges/anomalies.html", "found", _context(request, month))


@require_GET
@require(VIEW_CHARGES)
def export(request: HttpRequest) -> HttpResponse:
    """What the filters of the address let through, as XLSX."""
    month = chosen_month(request, VIEW_CHARGES, today=business_day())
    rows = _found(month, _asked(request)).iterator(chunk_size=2000) if month else ()
    name = f"zamechaniya_{month.period if month else ''}.xlsx"
    return xlsx_answer("Замечания", _HEAD, (tuple(_export_row(row)) for row in rows), name=name)


@require_POST
@require(RUN)
def mark(request: HttpRequest) -> HttpResponse:
    """«Проверено» for those ticked, or with `all` for everything the filters let through."""
    organisation, period = named_month(request, RUN)
    if "all" in request.POST:
        rows = anomalies.anomalies_of(
            organisation=organisation, period=period, asked=_asked_of(request.POST)
        )
    else:
        ticked = [int(text) for text in request.POST.getlist("row") if _is_id(text)]
        rows = anomalies.chosen(ticked, organisation=organisation, period=period)
    if "undo" in request.POST:
        count = anomalies.mark_unchecked(rows)
        messages.success(request, f"Снята отметка: {count}.")
    else:
        assert isinstance(request.user, User)
        count = anomalies.mark_checked(rows, by=request.user, at=timezone.now())
        messages.success(request, f"Отмечено проверенными: {count}.")
    kept = {name: request.POST.get(name, "") for name in ("kind", "house", "state", "q", "page")}
    query = {"organisation": str(organisation.pk), "period": str(period)} | kept
    shown = {name: value for name, value in query.items() if value}
    return redirect(f"{reverse('charges:anomalies')}?{urlencode(shown)}")


def _context(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    asked = _asked(request)
    page = Paginator(_found(month, asked), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    counts = anomalies.counts_by_kind(
        organisation=month.organisation, period=month.period, asked=asked
    )
    return {
        **({} if is_htmx(request) else shell_context(month.organisation)),
        "section": "charges",
        "month": month,
        "organisation": month.organisation,
        "period": str(month.period),
        "asked": asked,
        "kind_title": AnomalyKind(asked.kind).label if asked.kind else "",
        "house": House.objects.filter(pk=asked.house_id).first() if asked.house_id else None,
        "page": page,
        "rows": [Row(row, told(row)) for row in page.object_list],
        "counts": counts,
        "total": sum(count.total for count in counts),
        "unchecked": sum(count.unchecked for count in counts),
        "may_mark": organisations_of(request.user, RUN).filter(pk=month.organisation.pk).exists(),
        "filters": _filters(month, asked),
    }


def _filters(month: ChosenMonth, asked: anomalies.Asked) -> str:
    """The address's query without the kind and the page."""
    query = {
        "house": str(asked.house_id or ""),
        "state": asked.state,
        "q": asked.text,
    }
    rest = urlencode({name: value for name, value in query.items() if value})
    return f"{month.query}&{rest}" if rest else month.query


def _found(month: ChosenMonth, asked: anomalies.Asked) -> Any:
    return anomalies.anomalies_of(organisation=month.organisation, period=month.period, asked=asked)


def _asked(request: HttpRequest) -> anomalies.Asked:
    return _asked_of(request.GET)


def _asked_of(given: Any) -> anomalies.Asked:
    """What it does not understand narrows nothing."""
    kind, house, state = (given.get(name, "") for name in ("kind", "house", "state"))
    return anomalies.Asked(
        kind=kind if kind in AnomalyKind.values else "",
        house_id=int(house) if _is_id(house) else None,
        text=given.get("q", "").replace("\0", ""),
        state=state if state in _STATES else "",
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= _LARGEST_ID


_HEAD = (
    "Замечание", "Дом", "Помещение", "Лицевой счёт", "Плательщик", "Услуга", "Сейчас", "Обычно",
    "Единица", "День", "Что случилось", "Что делать", "Проверил", "Проверено",
)  # fmt: skip


def _export_row(row: Anomaly) -> Iterator[object]:
    words = told(row)
    account = row.account
    yield from (row.get_kind_display(), row.house.address)
    if account:
        yield from (account.premises.label, account.number, account.payer.full_name)
    else:
        yield from ("", "", "")
    yield from (row.service.name if row.service else "", row.now, row.usual, words.unit, row.day)
    yield from (words.what, words.advice)
    yield str(row.checked_by) if row.checked_by else ""
    yield timezone.localtime(row.checked_at).replace(tzinfo=None) if row.checked_at else None
