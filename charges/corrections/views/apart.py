"""Pages of sums that are no recalculation: fines, fees, court costs, subsidies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_registry.models import Service
from accounts_registry.views.frame import account_frame, account_or_404
from charges.corrections.forms.apart import ApartForm, SubsidiesForm
from charges.corrections.forms.fields import BASES
from charges.corrections.models import DocumentKind
from charges.corrections.services.apart import draft_apart, draft_subsidies
from charges.corrections.views.frame import ADD, chosen_organisation, new_key, page_context, user_of
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.clock import business_day
from zhkh.web.permissions import require


@require_http_methods(["GET", "POST"])
@require(ADD)
def new_apart(request: HttpRequest, pk: int) -> HttpResponse:
    """A fine, a state fee or court costs of one account, as a draft."""
    shown = account_or_404(request, pk, ADD)
    today = business_day()
    form = ApartForm(
        request.POST or None,
        services=Service.objects.filter(organisation=shown.organisation_id),
        initial={"basis_on": today, "key": new_key(), "month": Period.of(today)},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = draft_apart(
                kind=DocumentKind(typed["kind"]),
                account=shown,
                service=typed["service"],
                period=typed["month"],
                amount=typed["amount"],
                basis=form.basis(),
                key=typed["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("corrections:document", pk=made.pk)
    context = {
        **account_frame(request, shown, tab="corrections"),
        "form": form,
        "bases": BASES,
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/new_apart.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(ADD)
def subsidies(request: HttpRequest) -> HttpResponse:
    """A table becomes a draft: its page is the look before anything is posted."""
    chosen = chosen_organisation(request, ADD)
    form = SubsidiesForm(
        request.POST or None,
        request.FILES or None,
        services=Service.objects.filter(organisation=chosen.organisation),
        initial={"basis_on": business_day(), "basis_title": "Реестр субсидий", "key": new_key()},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = draft_subsidies(
                service=typed["service"],
                table=typed["table"],
                basis=form.basis(),
                key=typed["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("table", str(refusal))
        else:
            return redirect("corrections:document", pk=made.pk)
    context = {**page_context(chosen.organisation), "chosen": chosen, "form": form}
    status = 422 if form.errors else 200
    return render(request, "corrections/subsidies.html", context, status=status)
