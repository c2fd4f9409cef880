"""Penalties of a month that is not posted: who would get what, and up to which day."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts_registry.models import House
from accounts_registry.queries import find_accounts, organisations_of
from accounts_registry.views.frame import VIEW_CHARGES
from accounts_registry.views.month import NOT_CALCULATED, ChosenMonth, chosen_month
from charges.forms.penalties import CutoffForm
from charges.models import PenaltyCutoff
from charges.penalties.preview import TOTALLED, PenaltiesAhead, set_cutoff
from zhkh.kernel.money import ZERO
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.permissions import NOT_ALLOWED, require

RUN = "charges.run_charges"
ROWS_ON_PAGE = 50


@require_http_methods(["GET", "POST"])
@require(VIEW_CHARGES)
def penalty_preview(request: HttpRequest) -> HttpResponse:
    """The month in work; those who calculate months set the day here."""
    month = _not_posted(request)
    if month is None:
        return render(request, "charges/nobody.html", {"section": "charges"})
    may_run = organisations_of(request.user, RUN).filter(pk=month.organisation.pk).exists()
    if request.method == "POST" and not may_run:
        raise PermissionDenied(NOT_ALLOWED)
    form = CutoffForm(request.POST or None, initial=_known(month))
    if request.method == "POST" and form.is_valid() and _written(request, month, form):
        return redirect(f"{reverse('charges:penalty-preview')}?{month.query}")
    context = {
        "section": "charges",
        "month": month,
        "form": form if may_run and month.state != "posted" else None,
        **_shown(request, month),
    }
    status = 422 if form.errors else 200
    return render(request, "charges/penalty_preview.html", context, status=status)


def _not_posted(request: HttpRequest) -> ChosenMonth | None:
    """The month of the address, else the first one that is not posted."""
    month = chosen_month(request, VIEW_CHARGES, today=clock.business_day())
    if month is None or month.state != "posted" or request.GET.get("period"):
        return month
    return dataclasses.replace(
        month, period=month.period.next(), state="", state_words=NOT_CALCULATED
    )


def _known(month: ChosenMonth) -> dict[str, Any]:
    row = PenaltyCutoff.objects.filter(
        organisation=month.organisation, month=month.period.first_day
    ).first()
    return {"as_of": row.as_of, "counted_until": row.counted_until} if row else {}


def _written(request: HttpRequest, month: ChosenMonth, form: CutoffForm) -> bool:
    try:
        set_cutoff(
            organisation=month.organisation,
            period=month.period,
            as_of=form.cleaned_data["as_of"],
            counted_until=form.cleaned_data["counted_until"],
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "День расчёта пеней записан: ниже — пени по этот день.")
    return True


def _shown(request: HttpRequest, month: ChosenMonth) -> dict[str, Any]:
    """A page of accounts with what they would get; the sum of all where they are not too many."""
    ahead = PenaltiesAhead(month.organisation, month.period)
    shown: dict[str, Any] = {"ahead": ahead, "is_posted": month.state == "posted"}
    if month.state == "posted" or not ahead.are_charged:
        return shown
    ours = ahead.accounts()
    typed, house = request.GET.get("q", "").strip(), request.GET.get("house", "")
    found = find_accounts(typed, among=ours)
    if house.isascii() and house.isdecimal() and len(house) <= 18:
        found = found.filter(premises__house=int(house))
    page = Paginator(found.order_by("number"), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    shown |= {
        "q": typed,
        "house": house,
        "houses": houses_of(ours),
        "page": page,
        "candidates": page.paginator.count,
    }
    try:
        shown["rows"] = ahead.of(list(page.object_list))
        if page.paginator.count <= TOTALLED:
            shown["total"] = sum((row.amount for row in ahead.of(list(found))), ZERO)
    except Refusal as refusal:
        shown["refusal"] = str(refusal)
    return shown


def houses_of(accounts: Any) -> Any:
    """Houses with such accounts, by address: what the list can be narrowed to."""
    houses = House.objects.filter(pk__in=accounts.order_by().values("premises__house"))
    return houses.order_by("street_key", "number_key", "pk")
