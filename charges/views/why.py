"""«Почему столько?» of a whole bill: on the screen, on paper, as PDF."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.http import require_GET

from accounts_registry.ledger import periods
from accounts_registry.models import PersonalAccount
from accounts_registry.views.frame import VIEW_CHARGES, account_frame, account_or_404
from charges import queries
from charges.lines import NotReproduced
from charges.models import ChargeInput
from charges.views.charged_months import beside, shown_month
from charges.why import BillWhy, bill_why
from zhkh import pdf
from zhkh.kernel.period import Period
from zhkh.web import clock
from zhkh.web.permissions import require

PRINT = "charges/print/why.html"
NOT_KEPT = "Исходные данные этого месяца не сохранены: объяснить начисления нельзя."
NOT_HERE = (
    "Счёт посчитан в другом доме или заведён после расчёта: пересчитайте месяц, "
    "и объяснение появится."
)


@require_GET
@require(VIEW_CHARGES)
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """The month of the address, else the latest one with charges."""
    account = account_or_404(request, pk, VIEW_CHARGES)
    context = {**account_frame(request, account, tab="charges"), **_explained(request, account)}
    return render(request, "charges/why.html", context)


@require_GET
@require(VIEW_CHARGES)
def why_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper; a month that cannot be explained is a page that says so."""
    account = account_or_404(request, pk, VIEW_CHARGES)
    found = _explained(request, account)
    if found["month"] is None:
        raise Http404
    html = loader.render_to_string(PRINT, found | {"account": account, "on": clock.business_day()})
    page = pdf.html_to_pdf(
        html.replace("\N{NO-BREAK SPACE}", " "),
        base_url=Path(settings.BASE_DIR, "templates", PRINT).parent,
    )
    answer = HttpResponse(page, content_type="application/pdf")
    name = f"pochemu_{account.pk}_{found['month']}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _explained(request: HttpRequest, account: PersonalAccount) -> dict[str, Any]:
    months = queries.months_of_account(account)
    month, mistake = shown_month(request, months)
    bill, refusal = explained_bill(account, month) if month else (None, "")
    return {
        "month": month,
        "mistake": mistake,
        "bill": bill,
        "refusal": refusal,
        "state": _state(account, month) if month else "",
        "previous_url": beside(months, month, earlier=True),
        "next_url": beside(months, month, earlier=False),
    }


def explained_bill(account: PersonalAccount, month: Period) -> tuple[BillWhy | None, str]:
    """Without the bill: a sentence that says why it cannot be explained."""
    house_id = account.premises.house_id
    frozen = ChargeInput.objects.filter(house=house_id, month=month.first_day).first()
    if frozen is None:
        return None, NOT_KEPT
    try:
        bill = bill_why(frozen, account.number)
    except NotReproduced as refusal:
        return None, str(refusal)
    return (bill, "") if bill else (None, NOT_HERE)


def _state(account: PersonalAccount, month: Period) -> str:
    row = periods.find_period(organisation_id=account.organisation_id, period=month)
    return row.get_state_display() if row else ""
