"""Documents for many: by a rule, and by counting past months again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_registry.models import Organisation
from charges.corrections.forms.documents import MassForm
from charges.corrections.forms.recount import RecountForm
from charges.corrections.models import DocumentState, Reason
from charges.corrections.queries import posted_months
from charges.corrections.services import recount
from charges.corrections.services.mass import draft_mass
from charges.corrections.views.frame import ADD, chosen_organisation, new_key, page_context, user_of
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs.doorbell import ring_on_commit
from zhkh.web.clock import business_day
from zhkh.web.permissions import require

TASK = "charges.corrections.tasks.count"


@require_http_methods(["GET", "POST"])
@require(ADD)
def new_mass(request: HttpRequest) -> HttpResponse:
    """A draft for a house, a list or everybody: its page lists the sums and the refused."""
    chosen = chosen_organisation(request, ADD)
    months = posted_months(chosen.organisation)
    form = MassForm(
        request.POST or None,
        organisation=chosen.organisation,
        initial={
            **_new_document(),
            "house": request.GET.get("house"),
            "month": months[0] if months else Period.of(business_day()),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = draft_mass(
                selection=form.selection(),
                rule=form.rule(),
                basis=form.basis(),
                key=form.cleaned_data["key"],
                by=user_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("corrections:document", pk=made.pk)
    context = {**page_context(chosen.organisation), "chosen": chosen, "form": form}
    status = 422 if form.errors else 200
    return render(request, "corrections/new_mass.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(ADD)
def new_recount(request: HttpRequest) -> HttpResponse:
    """
    Months to count again. `?house=`, `?service=` and `?since=2013-07` tick what a change of
    facts reaches: every posted month from then on.
    """
    chosen = chosen_organisation(request, ADD)
    posted = posted_months(chosen.organisation)
    form = RecountForm(
        request.POST or None,
        organisation=chosen.organisation,
        posted=posted,
        initial={
            **_new_document(),
            "house": request.GET.get("house"),
            "service": request.GET.get("service"),
            "months": _since(request.GET.get("since", ""), posted),
        },
    )
    if request.method == "POST" and form.is_valid():
        made = _request(request, chosen.organisation, form)
        if made is not None:
            return redirect("corrections:document", pk=made)
    context = {
        **page_context(chosen.organisation),
        "chosen": chosen,
        "form": form,
        "has_posted": bool(posted),
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/new_recount.html", context, status=status)


def _request(request: HttpRequest, organisation: Organisation, form: RecountForm) -> int | None:
    """Id of the document being counted; None when it was refused, the form says why."""
    try:
        made = recount.request_recount(
            organisation=organisation,
            past=form.past(),
            basis=form.basis(),
            key=form.cleaned_data["key"],
            by=user_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None
    run = recount.run_of(made)
    if made.state == DocumentState.COUNTING and run is not None:
        ring_on_commit(TASK, run_id=run.pk)
    return made.pk


def _new_document() -> dict[str, Any]:
    return {"reason": Reason.MISTAKE, "basis_on": business_day(), "key": new_key()}


def _since(asked: str, posted: list[Period]) -> list[str]:
    """Nothing asked: the latest posted month."""
    try:
        first = Period.parse(asked)
    except ValueError:
        return [str(period) for period in posted[:1]]
    return [str(period) for period in posted if period >= first]
