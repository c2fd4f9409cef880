"""«Отчёты»: turnover sheet, debtors, collection, payments by day, adjustments."""

import dataclasses
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts_registry.books.pages import page_of, query_of
from accounts_registry.books.rights import VIEW_TURNOVER
from accounts_registry.books.sheets import SHEETS, Row, Sheet
from accounts_registry.books.span import Span, chosen_span
from accounts_registry.ledger.reports.scope import OWN, Scope
from accounts_registry.ledger.reports.turnover import By
from accounts_registry.queries import find_accounts
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import shell_context
from zhkh.web import clock
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50
ACCOUNTS_FOUND = 10_000  # by the search of a report; more is no search


@dataclasses.dataclass(frozen=True, slots=True)
class Filters:
    """What the address chose, beside the months; ids of the organisation's own rows."""

    by: By
    house: int | None
    service: int | None
    payee: int | None
    q: str
    debt: Decimal
    overdue: int


@require_GET
@require(VIEW_TURNOVER)
def turnover(request: HttpRequest) -> HttpResponse:
    return _report(request, "turnover")


@require_GET
@require(VIEW_TURNOVER)
def report(request: HttpRequest, name: str) -> HttpResponse:
    return _report(request, name)


@require_GET
@require(VIEW_TURNOVER)
def report_export(request: HttpRequest, name: str) -> HttpResponse:
    """All rows of the report and their sum."""
    span = _span(request)
    if span is None or name not in SHEETS:
        raise Http404
    sheet, filters = _sheet(request, span, name)
    rows: Iterable[Sequence[object]] = _all_rows(sheet)
    del filters
    return xlsx_answer(sheet.title, [c.label for c in sheet.columns], rows, name=f"{name}.xlsx")


def _all_rows(sheet: Sheet) -> Iterable[Sequence[object]]:
    for row in sheet.read(0, None):
        yield row.cells
    yield sheet.total


def _report(request: HttpRequest, name: str) -> HttpResponse:
    if name not in SHEETS:
        raise Http404
    span = _span(request)
    if span is None:
        return render(request, "ledger/nobody.html", {"section": "reports"})
    sheet, filters = _sheet(request, span, name)
    page = page_of(
        request,
        sheet.count,
        lambda offset, limit: list(sheet.read(offset, limit)),
        size=ROWS_ON_PAGE,
    )
    organisation = span.organisation
    context = {
        **shell_context(organisation),
        "section": "reports",
        "shell_organisation": None if span.several else organisation.name,
        "reports": [(key, made.title, _address(key)) for key, made in SHEETS.items()],
        "name": name,
        "sheet": sheet,
        "span": span,
        "filters": filters,
        "page": page,
        "rows": [sheet.in_words(row) for row in page.object_list],
        "total": sheet.in_words(Row(sheet.total)).shown,
        "query": query_of(request),
        "houses": organisation.houses.all(),
        "services": organisation.services.all(),
        "payees": [(OWN, organisation.name), *organisation.payees.values_list("pk", "name")],
        "sizes": [(by, label) for by, label in _BY.items() if by in SHEETS[name].sizes],
    }
    return render(request, "ledger/report.html", context)


_BY = {
    By.ACCOUNT: "по счетам",
    By.HOUSE: "по домам",
    By.SERVICE: "по услугам",
    By.PAYEE: "по получателям",
    By.MONTH: "по месяцам",
}


def _span(request: HttpRequest) -> Span | None:
    return chosen_span(request, VIEW_TURNOVER, today=clock.business_day())


def _sheet(request: HttpRequest, span: Span, name: str) -> tuple[Sheet, Filters]:
    made = SHEETS[name]
    filters = _filters(request, made.sizes)
    return made.make(_scope(span, filters), filters, clock.business_day()), filters


def _filters(request: HttpRequest, sizes: Sequence[By]) -> Filters:
    """What cannot be read limits nothing."""
    asked = request.GET
    wanted = asked.get("by", "")
    return Filters(
        by=By(wanted) if wanted in sizes else next(iter(sizes), By.ACCOUNT),
        house=_number(asked.get("house", "")),
        service=_number(asked.get("service", "")),
        payee=_number(asked.get("payee", "")),
        q=asked.get("q", "").strip()[:100],
        debt=Decimal(_number(asked.get("debt", "")) or 0),
        overdue=_number(asked.get("overdue", "")) or 0,
    )


def _scope(span: Span, filters: Filters) -> Scope:
    accounts = None
    if filters.q:
        found = find_accounts(filters.q, among=span.organisation.accounts.all())
        accounts = tuple(found.values_list("pk", flat=True)[:ACCOUNTS_FOUND])
    return Scope(
        organisation_id=span.organisation.pk,
        first=span.first,
        last=span.last,
        house_id=filters.house,
        service_id=filters.service,
        payee_id=filters.payee,
        account_ids=accounts,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _address(name: str) -> str:
    return (
        reverse("ledger:turnover") if name == "turnover" else reverse("ledger:report", args=[name])
    )
