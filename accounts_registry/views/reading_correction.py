"""A wrong reading: another takes its place, it stays in the history with the reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts_registry.forms import ReadingForm
from accounts_registry.models import Meter, MeterReading
from accounts_registry.queries import organisations_of
from accounts_registry.services import ReadingIsHigh, ReadingIsLower, correct_reading
from accounts_registry.services.readings import ReasonIsMissing
from accounts_registry.views.frame import ENTER_READING, shell_context
from accounts_registry.views.past import RECOUNT, offer_recount
from accounts_registry.views.typed_reading import Question, question_of
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import require


class CorrectionForm(ReadingForm):
    reason = forms.CharField(label="Причина", max_length=300)


@require_http_methods(["GET", "POST"])
@require(ENTER_READING)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    known = _reading_or_404(request, pk)
    if request.method != "POST":
        initial = {"read_on": known.read_on, "value": known.value}
        return _page(request, known, CorrectionForm(initial=initial))
    form = CorrectionForm(request.POST)
    question = _corrected(request, known, form) if form.is_valid() else None
    if form.errors or question:
        return _page(request, known, form, question)
    messages.success(request, "Показание исправлено, прежнее осталось в истории.")
    _offer(request, known, form)
    return redirect(_page_of(known.meter))


def _corrected(request: HttpRequest, known: MeterReading, form: CorrectionForm) -> Question | None:
    assert isinstance(request.user, User)
    try:
        correct_reading(
            known=known,
            reading=form.typed(),
            reason=form.cleaned_data["reason"],
            even_posted=_may_recount(request, known),
            by=request.user,
            at=clock.now(),
        )
    except (ReadingIsLower, ReadingIsHigh) as refusal:
        return question_of(form, refusal)
    except ReasonIsMissing as refusal:
        form.add_error("reason", str(refusal))
    except Refusal as refusal:
        form.add_error("value", str(refusal))
    return None


def _may_recount(request: HttpRequest, known: MeterReading) -> bool:
    """Who counts posted months again may correct their readings."""
    ours = organisations_of(request.user, RECOUNT)
    return ours.filter(pk=known.meter.service.organisation_id).exists()


def _offer(request: HttpRequest, known: MeterReading, form: CorrectionForm) -> None:
    meter = known.meter
    first = min(known.read_on, form.cleaned_data["read_on"])
    offer_recount(
        request,
        organisation=meter.service.organisation,
        house=meter.account.premises.house if meter.account else meter.house,
        since=Period.of(first),
    )


def _page(
    request: HttpRequest,
    known: MeterReading,
    form: CorrectionForm,
    question: Question | None = None,
) -> HttpResponse:
    meter = known.meter
    context: dict[str, Any] = {
        **shell_context(meter.service.organisation),
        "section": "meters",
        "reading": known,
        "meter": meter,
        "form": form,
        "question": question,
        "back": _page_of(meter),
        "replaced": meter.replaced_readings.select_related("replaced_by", "entered_by"),
    }
    status = 422 if form.errors or question else 200
    return render(request, "accounts_registry/reading_correction.html", context, status=status)


def _reading_or_404(request: HttpRequest, pk: int) -> MeterReading:
    ours = organisations_of(request.user, ENTER_READING)
    readings = MeterReading.objects.filter(
        Q(meter__account__organisation__in=ours) | Q(meter__house__organisation__in=ours)
    )
    found = readings.select_related("meter__service__organisation", "meter__account", "entered_by")
    return get_object_or_404(found, pk=pk)


def _page_of(meter: Meter) -> str:
    if meter.account_id is None:
        return reverse("accounts_registry:house", args=[meter.house_id])
    return reverse("accounts_registry:account-meters", args=[meter.account_id])
