"""Instalment agreements: the list, a new one, one with its schedule, the month's percents."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import Organisation, Service
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import account_frame, account_or_404, only_organisation
from charges.corrections.forms.apart import EndForm, InstalmentForm
from charges.corrections.forms.fields import BasisForm
from charges.corrections.models import Instalment, Reason
from charges.corrections.services import instalments
from charges.corrections.services.documents import month_in_work
from charges.corrections.services.missed import missed_by_account, missed_payments
from charges.corrections.views.frame import (
    ADD,
    VIEW,
    chosen_organisation,
    may,
    new_key,
    page_context,
    user_of,
)
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.clock import business_day
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50
MISSED = "missed"


@require_GET
@require(VIEW)
def agreement_list(request: HttpRequest) -> HttpResponse:
    ours = Instalment.objects.filter(
        account__organisation__in=organisations_of(request.user, VIEW)
    ).select_related("account__payer", "account__organisation")
    state = request.GET.get("state", "")
    found = ours.filter(state=state) if state in {"active", "kept", "broken"} else ours
    missed = missed_by_account(missed_payments(ours, on=business_day()))
    if state == MISSED:
        found = ours.filter(state="active", account__in=missed)
    page = Paginator(found, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        **page_context(only_organisation(request)),
        "page": page,
        "state": state,
        "missed": missed,
        "has_any": ours.exists(),
        "may_add": request.user.has_perm(ADD),
    }
    return render(request, "corrections/agreement_list.html", context)


@require_GET
@require(VIEW)
def missed_notice(request: HttpRequest) -> HttpResponse:
    """A part of the page of a month: how many agreements of its organisation are not kept."""
    ours = organisations_of(request.user, VIEW)
    asked = [one for one in ours if str(one.pk) == request.GET.get("organisation")]
    agreements = Instalment.objects.filter(account__organisation__in=asked or ours)
    found = missed_payments(agreements, on=business_day())
    return render(request, "corrections/missed_notice.html", {"missed": found})


@require_http_methods(["GET", "POST"])
@require(ADD)
def new_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, ADD)
    today = business_day()
    form = InstalmentForm(
        request.POST or None,
        services=Service.objects.filter(organisation=shown.organisation_id),
        initial={
            "signed_on": today,
            "debt": max(balance_of(shown), ZERO),
            "first": Period.of(today),
            "months": 12,
            "key": new_key(),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = instalments.sign_agreement(
                account=shown,
                terms=form.terms(),
                key=form.cleaned_data["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Соглашение {made} записано, пени приостановлены.")
            return redirect("corrections:agreement", pk=made.pk)
    context = {**account_frame(request, shown, tab="corrections"), "form": form}
    status = 422 if form.errors else 200
    return render(request, "corrections/new_agreement.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(VIEW)
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """The schedule; those who may end it here, as kept or broken."""
    ours = Instalment.objects.filter(account__organisation__in=organisations_of(request.user, VIEW))
    shown = get_object_or_404(
        ours.select_related("account__organisation", "account__payer", "service"), pk=pk
    )
    may_add = may(request, shown.account.organisation_id, ADD)
    missed = next(
        iter(missed_payments(Instalment.objects.filter(pk=shown.pk), on=business_day())), None
    )
    form = EndForm(
        request.POST or None,
        initial={"on": business_day(), "because": missed.words if missed else ""},
    )
    if request.method == "POST" and may_add and form.is_valid():
        typed = form.cleaned_data
        try:
            ended = instalments.end_agreement(
                agreement=shown,
                broken=typed["broken"] == "1",
                on=typed["on"],
                because=typed["because"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Соглашение {ended}: {ended.get_state_display()}.")
            return redirect("corrections:agreement", pk=shown.pk)
    parts = list(shown.parts.all())
    context = {
        **account_frame(request, shown.account, tab="corrections"),
        "agreement": shown,
        "missed": missed,
        "parts": parts,
        "principal": sum((part.principal for part in parts), ZERO),
        "percents": sum((part.percents for part in parts), ZERO),
        "to_pay": sum((part.to_pay for part in parts), ZERO),
        "form": form,
        "may_add": may_add,
    }
    status = 422 if form.errors and request.method == "POST" and may_add else 200
    return render(request, "corrections/agreement.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(ADD)
def percents(request: HttpRequest) -> HttpResponse:
    """The percents of the month in work for every agreement, as one draft."""
    chosen = chosen_organisation(request, ADD)
    period = _month_in_work(chosen.organisation)
    form = BasisForm(
        request.POST or None,
        initial={
            "reason": Reason.OTHER,
            "basis_title": "Соглашения о рассрочке",
            "basis_number": str(period),
            "basis_on": business_day(),
            "key": new_key(),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = instalments.draft_percents(
                organisation=chosen.organisation,
                period=period,
                basis=form.basis(),
                key=form.cleaned_data["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("corrections:document", pk=made.pk)
    context = {
        **page_context(chosen.organisation),
        "chosen": chosen,
        "form": form,
        "period": period,
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/percents.html", context, status=status)


def _month_in_work(organisation: Organisation) -> Period:
    return Period.of(month_in_work(organisation.pk, today=business_day()))
