"""Absences and benefits of an account, interruptions of houses: written, listed, taken off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_registry.models import House, PersonalAccount, Service
from accounts_registry.queries import organisations_of
from accounts_registry.services.facts import days_in_words
from accounts_registry.views.frame import account_frame, account_or_404, shell_context
from accounts_registry.views.past import offer_recount
from charges.corrections.forms.facts import (
    AbsenceForm,
    BenefitEndForm,
    BenefitForm,
    InterruptionForm,
)
from charges.corrections.services.facts import (
    add_absence,
    add_benefit,
    add_interruptions,
    end_benefit,
)
from charges.corrections.services.foresight import Foreseen, foresee_absence
from charges.corrections.views.frame import ADD, VIEW, chosen_organisation, may, page_context
from charges.models import Interruption
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.clock import business_day
from zhkh.web.permissions import require


@require_http_methods(["GET", "POST"])
@require(ADD)
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """«Проверить» tells what will be recalculated and why not; «Записать» writes it."""
    shown = account_or_404(request, pk, ADD)
    form = AbsenceForm(
        request.POST or None, account=shown, initial={"persons": 1, "applied_on": business_day()}
    )
    foreseen: list[Foreseen] | None = None
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        if "write" in request.POST:
            try:
                add_absence(account=shown, facts=facts)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Временное отсутствие записано.")
                _offer(request, shown, Period.of(facts.left_on), Period.of(facts.returned_on))
                return redirect("corrections:account", pk=shown.pk)
        else:
            foreseen = foresee_absence(
                shown,
                persons=facts.persons,
                left=facts.left_on,
                returned=facts.returned_on,
                applied_on=facts.applied_on,
            )
    context = {
        **account_frame(request, shown, tab="corrections"),
        "form": form,
        "foreseen": foreseen,
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/absence.html", context, status=status)


@require_POST
@require(ADD)
def absence_remove(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, ADD)
    gone = get_object_or_404(shown.absences, pk=fact_pk)
    since, until = Period.of(gone.left_on), Period.of(gone.returned_on)
    gone.delete()
    messages.success(request, "Временное отсутствие удалено.")
    _offer(request, shown, since, until)
    return redirect("corrections:account", pk=shown.pk)


@require_http_methods(["GET", "POST"])
@require(ADD)
def benefit(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, ADD)
    form = BenefitForm(
        request.POST or None,
        services=Service.objects.filter(organisation=shown.organisation_id).exclude(code=""),
        initial={"since": Period.of(business_day())},
    )
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        try:
            add_benefit(account=shown, facts=facts)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Льгота записана с {facts.since.title.lower()}.")
            until = facts.until.previous() if facts.until else None
            _offer(request, shown, facts.since, until)
            return redirect("corrections:account", pk=shown.pk)
    context = {**account_frame(request, shown, tab="corrections"), "form": form}
    status = 422 if form.errors else 200
    return render(request, "corrections/benefit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(ADD)
def benefit_end(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    """The last month of a benefit: months before keep it."""
    shown = account_or_404(request, pk, ADD)
    benefit = get_object_or_404(shown.benefits.select_related("service"), pk=fact_pk)
    form = BenefitEndForm(request.POST or None, initial={"last": Period.of(business_day())})
    if request.method == "POST" and form.is_valid():
        last: Period = form.cleaned_data["last"]
        try:
            until = end_benefit(benefit=benefit, last=last)
        except Refusal as refusal:
            form.add_error("last", str(refusal))
        else:
            messages.success(request, f"Льгота кончается: последний месяц — {last.title.lower()}.")
            _offer(request, shown, last.next(), until)
            return redirect("corrections:account", pk=shown.pk)
    context = {
        **account_frame(request, shown, tab="corrections"),
        "form": form,
        "benefit": benefit,
        "days": days_in_words(benefit.valid.lower, benefit.valid.upper),
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/benefit_end.html", context, status=status)


@require_POST
@require(ADD)
def benefit_remove(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, ADD)
    gone = get_object_or_404(shown.benefits, pk=fact_pk)
    since = Period.of(gone.valid.lower)
    until = Period.of(gone.valid.upper).previous() if gone.valid.upper else None
    gone.delete()
    messages.success(request, "Льгота удалена.")
    _offer(request, shown, since, until)
    return redirect("corrections:account", pk=shown.pk)


@require_GET
@require(VIEW)
def house(request: HttpRequest, pk: int) -> HttpResponse:
    """Interruptions of a house, and where its recalculations begin."""
    shown = _house_or_404(request, pk, VIEW)
    context = {
        **shell_context(shown.organisation),
        "section": "houses",
        "house": shown,
        "interruptions": shown.interruptions.select_related("service").order_by("-month", "-id"),
        "may_add": may(request, shown.organisation_id, ADD),
    }
    return render(request, "corrections/house.html", context)


@require_http_methods(["GET", "POST"])
@require(ADD)
def interruption(request: HttpRequest) -> HttpResponse:
    """For one house, or the same for all of the organisation."""
    chosen = chosen_organisation(request, ADD)
    form = InterruptionForm(
        request.POST or None,
        houses=House.objects.filter(organisation=chosen.organisation),
        services=Service.objects.filter(organisation=chosen.organisation).exclude(code=""),
        initial={"house": request.GET.get("house"), "month": Period.of(business_day())},
    )
    if request.method == "POST" and form.is_valid():
        houses, facts = form.chosen_houses(), form.facts()
        try:
            written = add_interruptions(houses=houses, facts=facts)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Перерыв записан, домов: {written}.")
            alone = houses[0] if len(houses) == 1 else None
            offer_recount(
                request,
                organisation=chosen.organisation,
                house=alone,
                since=facts.period,
                until=facts.period,
            )
            if alone is not None:
                return redirect("corrections:house", pk=alone.pk)
            return redirect("corrections:document-list")
    context: dict[str, Any] = {
        **page_context(chosen.organisation),
        "chosen": chosen,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "corrections/interruption.html", context, status=status)


@require_POST
@require(ADD)
def interruption_remove(request: HttpRequest, pk: int, fact_pk: int) -> HttpResponse:
    shown = _house_or_404(request, pk, ADD)
    gone: Interruption = get_object_or_404(shown.interruptions, pk=fact_pk)
    period = Period.of(gone.month)
    gone.delete()
    messages.success(request, "Перерыв удалён.")
    offer_recount(request, organisation=shown.organisation, house=shown, since=period, until=period)
    return redirect("corrections:house", pk=shown.pk)


def facts_of(account: PersonalAccount) -> dict[str, Any]:
    """Absences and benefits for the account's page, the newest first."""
    benefits = account.benefits.select_related("service").order_by("-valid")
    return {
        "absences": account.absences.order_by("-left_on"),
        "benefits": [(row, days_in_words(row.valid.lower, row.valid.upper)) for row in benefits],
    }


def _offer(
    request: HttpRequest, shown: PersonalAccount, since: Period, until: Period | None
) -> None:
    house = shown.premises.house
    offer_recount(request, organisation=shown.organisation, house=house, since=since, until=until)


def _house_or_404(request: HttpRequest, pk: int, right: str) -> House:
    ours = House.objects.filter(organisation__in=organisations_of(request.user, right))
    return get_object_or_404(ours.select_related("organisation"), pk=pk)
