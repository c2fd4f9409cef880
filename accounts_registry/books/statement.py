"""«Движение»: the statement of an account on screen, as PDF and as XLSX."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts_registry.books.rights import KEEP_BOOKS, may
from accounts_registry.forms import DateField
from accounts_registry.ledger.balances import balances_by_service
from accounts_registry.ledger.statement import Statement, StatementMonth, statement_of
from accounts_registry.models import PersonalAccount
from accounts_registry.queries import services_by_id
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import VIEW_PAYMENTS, account_frame, account_or_404
from accounts_registry.views.month import typed_month
from zhkh import pdf
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.web import clock
from zhkh.web.permissions import require

MONTHS_AT_FIRST = 12
PDF = "application/pdf"
_PRINTED = "ledger/print/statement.html"


@require_GET
@require(VIEW_PAYMENTS)
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, VIEW_PAYMENTS)
    shown, mistakes = _asked(request, account)
    day, wrong_day = _day(request.GET.get("day", ""))
    context = {
        **account_frame(request, account, tab="statement"),
        "statement": shown,
        "months_known": _months_known(shown),
        "query": _query(shown),
        "day": day,
        "on_day": _balances_on(account, day),
        "mistakes": [*mistakes, *wrong_day],
        "may_keep": may(request, account.organisation, KEEP_BOOKS),
    }
    return render(request, "ledger/statement.html", context)


@require_GET
@require(VIEW_PAYMENTS)
def statement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, VIEW_PAYMENTS)
    shown, _ = _asked(request, account)
    context = {"account": account, "statement": shown, "made_on": clock.business_day()}
    html = render_to_string(_PRINTED, context).replace("\N{NO-BREAK SPACE}", " ")
    folder = Path(settings.BASE_DIR, "templates", _PRINTED).parent
    answer = HttpResponse(pdf.html_to_pdf(html, base_url=folder), content_type=PDF)
    answer.headers["Content-Disposition"] = f'inline; filename="dvizhenie_{account.pk}.pdf"'
    return answer


@require_GET
@require(VIEW_PAYMENTS)
def statement_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """Each month by services, each event of it with the balance after."""
    account = account_or_404(request, pk, VIEW_PAYMENTS)
    shown, _ = _asked(request, account)
    name = f"dvizhenie_{account.pk}.xlsx"
    return xlsx_answer("Движение", _HEAD, _rows(shown), name=name)


_HEAD = (
    "Месяц", "Дата", "Что", "На начало", "Начислено", "Перерасчёты", "Оплачено", "На конец",
    "Изменение долга", "Долг после", "Подробно", "Записал",
)  # fmt: skip


def _rows(shown: Statement) -> Iterator[tuple[object, ...]]:
    for month in shown.months:
        yield from _month_rows(month)


def _month_rows(month: StatementMonth) -> Iterator[tuple[object, ...]]:
    title = month.period.title
    for row in month.services:
        sums = row.sums
        yield (
            *(title, None, row.name, sums.opening, sums.charged, sums.adjusted, sums.paid),
            *(sums.closing, None, None, "", ""),
        )
    for event in month.events:
        closed = "; ".join(f"{part.amount} {part.what}: {part.why}" for part in event.parts)
        detail = ". ".join(filter(None, [event.detail, closed]))
        yield (
            *(title, event.on, event.title, None, None, None, None, None),
            *(event.amount, event.balance, detail, event.recorded_by),
        )


def _asked(request: HttpRequest, account: PersonalAccount) -> tuple[Statement, list[str]]:
    """The last year when nothing is asked; sentences about what could not be read."""
    mistakes = []
    ends: dict[str, Period | None] = {"first": None, "last": None}
    for name in ends:
        asked = request.GET.get(name, "")
        try:
            ends[name] = typed_month(asked) if asked else None
        except ValueError:
            mistakes.append(f"Месяца «{asked[:20]}» нет: граница не применена.")
    shown = statement_of(account, **ends)
    if not any(ends.values()):
        shown = shown.latest(MONTHS_AT_FIRST)
    return shown, mistakes


def _months_known(shown: Statement) -> list[Period]:
    if shown.known is None:
        return []
    first, last = shown.known
    return [last.shifted(-back) for back in range(last.months_since(first) + 1)]


def _query(shown: Statement) -> str:
    if not shown.months:
        return ""
    ends = {"first": str(shown.months[0].period), "last": str(shown.months[-1].period)}
    return urlencode(ends)


def _day(asked: str) -> tuple[dt.date, list[str]]:
    today = clock.business_day()
    if not asked:
        return today, []
    try:
        day: dt.date = DateField().clean(asked)
    except ValidationError:
        day = dt.date.max
    if day.year > today.year:
        return today, [f"Дата «{asked[:20]}» не подходит: показан остаток на сегодня."]
    return day, []


def _balances_on(account: PersonalAccount, day: dt.date) -> dict[str, Any]:
    catalogue = services_by_id(account.organisation)
    rows = [(catalogue[row.service_id], row.amount) for row in balances_by_service(account, on=day)]
    rows.sort(key=lambda row: (row[0].position, row[0].pk))
    total: Decimal = sum((amount for _, amount in rows), ZERO)
    return {"rows": [row for row in rows if row[1]], "total": total}
