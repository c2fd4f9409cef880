"""Penalties on screen and on paper: of an account, for a court, of a month."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.http import require_GET

from accounts_registry.models import PersonalAccount
from accounts_registry.organisation_settings import settings_of
from accounts_registry.queries import find_accounts
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import VIEW_CHARGES, account_frame, account_or_404
from accounts_registry.views.month import chosen_month
from charges.models import PenaltySpan
from charges.penalties.reading import (
    Row,
    months_of,
    penalised_accounts,
    spans_of_month,
    statement_of,
)
from charges.views.penalty_preview import houses_of
from zhkh import pdf
from zhkh.kernel.period import Period
from zhkh.web import clock
from zhkh.web.permissions import require

PRINT = "charges/print/penalties.html"
ROWS_ON_PAGE = 50


@require_GET
@require(VIEW_CHARGES)
def account_penalties(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, VIEW_CHARGES)
    settings_now = settings_of(
        organisation_id=account.organisation_id, period=Period.of(clock.business_day())
    )
    context = {
        **account_frame(request, account, tab="penalties"),
        **_statement(account),
        "months": months_of(account),
        "rule": settings_now.penalty_rule,
        "mode": settings_now.penalty_rate_mode,
    }
    return render(request, "charges/account_penalties.html", context)


@require_GET
@require(VIEW_CHARGES)
def account_penalties_print(request: HttpRequest, pk: int) -> HttpResponse:
    """«Расчёт пеней» for a court, as PDF."""
    account = account_or_404(request, pk, VIEW_CHARGES)
    found = _statement(account)
    if not found["statement"].debts:
        raise Http404
    html = loader.render_to_string(PRINT, found | {"account": account})
    page = pdf.html_to_pdf(
        html.replace("\N{NO-BREAK SPACE}", " "),
        base_url=Path(settings.BASE_DIR, "templates", PRINT).parent,
    )
    answer = HttpResponse(page, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="raschet_peney_{account.pk}.pdf"'
    return answer


@require_GET
@require(VIEW_CHARGES)
def penalty_list(request: HttpRequest) -> HttpResponse:
    """Accounts the month posted penalties to."""
    month = chosen_month(request, VIEW_CHARGES, today=clock.business_day(), posted=True)
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    ours = penalised_accounts(organisation=month.organisation, period=month.period)
    typed = request.GET.get("q", "").strip()
    house = request.GET.get("house", "")
    found = _in_house(find_accounts(typed, among=ours), house).order_by("number")
    page = Paginator(found, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "charges",
        "month": month,
        "q": typed,
        "house": house,
        "houses": houses_of(ours),
        "page": page,
        "total": found.aggregate(total=Sum("amount"))["total"],
        "rows": list(page.object_list),
    }
    return render(request, "charges/penalty_list.html", context)


@require_GET
@require(VIEW_CHARGES)
def penalty_export(request: HttpRequest) -> HttpResponse:
    """Every span of the month as XLSX."""
    month = chosen_month(request, VIEW_CHARGES, today=clock.business_day(), posted=True)
    rows: list[list[object]] = []
    if month is not None:
        spans = spans_of_month(organisation=month.organisation, period=month.period)
        house = request.GET.get("house", "")
        if house.isascii() and house.isdecimal() and len(house) <= 18:
            spans = spans.filter(accrual__account__premises__house=int(house))
        rows = [_export_row(span) for span in spans]
    name = f"peni_{month.period if month else ''}.xlsx"
    return xlsx_answer("Пени", _EXPORT_HEAD, rows, name=name)


def _in_house(
    accounts: QuerySet[PersonalAccount, PersonalAccount], house: str
) -> QuerySet[PersonalAccount, PersonalAccount]:
    is_id = house.isascii() and house.isdecimal() and len(house) <= 18
    return accounts.filter(premises__house=int(house)) if is_id else accounts


def _statement(account: PersonalAccount) -> dict[str, Any]:
    return {"statement": statement_of(account), "on": clock.business_day()}


_EXPORT_HEAD = (
    "Лицевой счёт", "Плательщик", "Дом", "Помещение", "Долг за месяц", "Срок оплаты", "Правило",
    "Долг", "С", "По", "Дней", "Доля ставки", "Ставка, %", "Пени",
)  # fmt: skip


def _export_row(span: PenaltySpan) -> list[object]:
    accrual, row = span.accrual, Row.of(span)
    premises = accrual.account.premises
    return [
        accrual.account.number,
        accrual.account.payer.full_name,
        premises.house.address,
        premises.label,
        str(Period.of(accrual.for_month)),
        accrual.due_on,
        accrual.get_rule_display(),
        row.debt,
        row.since,
        row.last,
        row.days,
        row.part,
        row.rate,
        row.amount,
    ]
