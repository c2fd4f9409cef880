"""Charges in the card of an account: its lines of a month, and why one of them is so much."""

import dataclasses

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts_registry.models import PersonalAccount
from accounts_registry.views.frame import VIEW_CHARGES, account_frame, account_or_404
from accounts_registry.views.month import typed_month
from charges import queries
from charges.line_words import METHODS, line_name
from charges.models import ChargeLine
from charges.views.charged_months import beside, shown_month
from charges.views.why import explained_bill
from charges.why import LineWhy
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain_price
from zhkh.web.permissions import require

_KEY = ("service", "zone", "component", "use")
_SUMS = ("charged", "recalculated", "benefit", "total")


@dataclasses.dataclass(frozen=True, slots=True)
class LineRow:
    """A line in words; `query` is how the address of its explanation names it."""

    line: ChargeLine
    name: str
    price: str
    individual_method: str
    common_method: str
    query: str

    @classmethod
    def of(cls, line: ChargeLine) -> "LineRow":
        key = (line.service.code, line.zone, line.component, line.use)
        asked = zip(("period", *_KEY), (str(Period.of(line.month)), *key), strict=True)
        return cls(
            line=line,
            name=line_name(
                line.service.name, zone=line.zone, component=line.component, use=line.use
            ),
            price="" if line.price is None else plain_price(line.price).replace(".", ","),
            individual_method=METHODS.get(line.individual_method, ""),
            common_method=METHODS.get(line.common_method, ""),
            query=urlencode([(name, value) for name, value in asked if value]),
        )


@require_GET
@require(VIEW_CHARGES)
def account_charges(request: HttpRequest, pk: int) -> HttpResponse:
    """The account's lines of a month; what each was made from is told when it is asked."""
    account = account_or_404(request, pk, VIEW_CHARGES)
    months = queries.months_of_account(account)
    shown, mistake = shown_month(request, months)
    lines = queries.lines_of_account(account, period=shown) if shown else []
    context = {
        **account_frame(request, account, tab="charges"),
        "month": shown,
        "previous_url": beside(months, shown, earlier=True),
        "next_url": beside(months, shown, earlier=False),
        "rows": [LineRow.of(line) for line in lines],
        "totals": {column: sum(getattr(line, column) for line in lines) for column in _SUMS},
        "mistake": mistake,
    }
    return render(request, "charges/account_charges.html", context)


@require_GET
@require(VIEW_CHARGES)
def line_why(request: HttpRequest, pk: int) -> HttpResponse:
    """The sentences of one line, put below it in the list."""
    account = account_or_404(request, pk, VIEW_CHARGES)
    try:
        month = typed_month(request.GET.get("period", ""))
    except ValueError as mistake:
        raise Http404 from mistake
    line, refusal = _line(request, account, month)
    context = {"account": account, "month": month, "row": line, "refusal": refusal}
    return render(request, "charges/line_why.html", context)


def _line(
    request: HttpRequest, account: PersonalAccount, month: Period
) -> tuple[LineWhy | None, str]:
    """:raises Http404: the bill has no such line."""
    bill, refusal = explained_bill(account, month)
    if bill is None:
        return None, refusal
    asked = tuple(request.GET.get(name, "") for name in _KEY)
    for row in bill.lines:
        line = row.line
        if (line.service, line.zone or "", line.component or "", line.use or "") == asked:
            return row, ""
    raise Http404
