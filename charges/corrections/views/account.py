"""The account's own recalculations, and a document for it alone."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.models import Service
from accounts_registry.views.frame import account_frame, account_or_404
from charges.corrections.forms.documents import ManualForm
from charges.corrections.forms.fields import BASES
from charges.corrections.models import Instalment
from charges.corrections.queries import lines_of_account, posted_months
from charges.corrections.services.documents import draft_manual
from charges.corrections.services.missed import missed_payments
from charges.corrections.views.facts import facts_of
from charges.corrections.views.frame import ADD, VIEW, may, new_key, user_of
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.clock import business_day
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50


@require_GET
@require(VIEW)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, VIEW)
    agreements = Instalment.objects.filter(account=shown)
    page = Paginator(lines_of_account(shown), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        **account_frame(request, shown, tab="corrections"),
        "lines": page,
        **facts_of(shown),
        "agreements": agreements,
        "missed": missed_payments(agreements, on=business_day()),
        "may_add": may(request, shown.organisation_id, ADD),
    }
    return render(request, "corrections/account.html", context)


@require_http_methods(["GET", "POST"])
@require(ADD)
def new_manual(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft of sums for the account: its page shows them before anything is posted."""
    shown = account_or_404(request, pk, ADD)
    today = business_day()
    months = posted_months(shown.organisation)
    form = ManualForm(
        request.POST or None,
        account=shown,
        services=Service.objects.filter(organisation=shown.organisation_id),
        initial={
            "basis_on": today,
            "key": new_key(),
            "month": months[0] if months else Period.of(today),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = draft_manual(
                account=shown,
                rows=form.lines(),
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
        **account_frame(request, shown, tab="corrections"),
        "form": form,
        "bases": BASES,
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/new_manual.html", context, status=status)
