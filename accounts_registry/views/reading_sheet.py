"""Readings of a whole house: one sheet, all its meters, what is wrong stays to be corrected."""

import dataclasses
import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.forms import ReadingForm
from accounts_registry.models import House, Meter, MeterReading
from accounts_registry.queries import organisations_of
from accounts_registry.services import ReadingIsLower, expected_consumption
from accounts_registry.services.readings import consumed_between
from accounts_registry.views.frame import ENTER_READING, shell_context
from accounts_registry.views.month import typed_month
from accounts_registry.views.typed_reading import Question, submit_typed
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import require

ROWS_ON_PAGE = 200  # two fields each: a form of a thousand fields is refused


@dataclasses.dataclass(frozen=True, slots=True)
class SheetRow:
    """
    A meter with what is known of it and the fields for its next reading.

    `before` is the last reading before the month, `here` those of the month.
    """

    meter: Meter
    before: MeterReading | None
    here: list[MeterReading]
    consumed: Decimal | None
    form: ReadingForm
    question: Question | None = None
    saved: bool = False


@require_http_methods(["GET", "POST"])
@require(ENTER_READING)
def reading_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """All meters of the house in the month of the address; every sound row sent is kept."""
    ours = House.objects.filter(organisation__in=organisations_of(request.user, ENTER_READING))
    house = get_object_or_404(ours.select_related("organisation"), pk=pk)
    period = _period(request, house)
    page = Paginator(_meters(house, period), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    meters = list(page.object_list)
    if request.method != "POST":
        return _page(request, house, page, [_row(meter, period) for meter in meters], period)
    outcomes = [_sent(request, meter) for meter in meters]
    saved = sum(1 for form, _ in outcomes if form is None)
    typed = {meter.pk: outcome for meter, outcome in zip(meters, outcomes, strict=True)}
    again = _meters(house, period).filter(pk__in=typed)
    rows = [_row_again(meter, period, *typed[meter.pk]) for meter in again]
    asked = sum(1 for row in rows if row.question or row.form.errors)
    if not asked:
        messages.success(request, f"Показаний записано: {saved}.")
        return redirect(_address(house, period, page.number))
    if saved:
        messages.success(request, f"Показаний записано: {saved}. Осталось исправить: {asked}.")
    return _page(request, house, page, rows, period)


@require_GET
@require(ENTER_READING)
def consumption(request: HttpRequest, pk: int) -> HttpResponse:
    """What would run through by the reading being typed, or what is wrong with it."""
    ours = organisations_of(request.user, ENTER_READING)
    meters = Meter.objects.filter(
        Q(account__organisation__in=ours) | Q(house__organisation__in=ours)
    )
    meter = get_object_or_404(meters.select_related("service"), pk=pk)
    form = ReadingForm(request.GET, prefix=_prefix(meter))
    words, kind = "", ""
    if form.is_valid():
        words, kind = _expected(meter, form)
    context = {"words": words, "kind": kind}
    return render(request, "accounts_registry/consumption.html", context)


def _expected(meter: Meter, form: ReadingForm) -> tuple[str, str]:
    try:
        consumed = expected_consumption(meter=meter, reading=form.typed(), at=clock.now())
    except ReadingIsLower:
        return "меньше предыдущего", "warn"
    except Refusal as refusal:
        return str(refusal), "warn"
    if consumed is None:
        return "первое показание", ""
    return f"{format_quantity(consumed)} {meter.service.unit}", ""


# --- what was sent


def _sent(request: HttpRequest, meter: Meter) -> tuple[ReadingForm | None, Question | None]:
    """The form with its mistakes or question; no form for a row that was kept."""
    form = ReadingForm(request.POST, prefix=_prefix(meter))
    if not request.POST.get(form.add_prefix("value"), "").strip():
        return ReadingForm(prefix=_prefix(meter), initial=_initial(request, form)), None
    question = submit_typed(form, meter, by=_user(request)) if form.is_valid() else None
    return (form, question) if form.errors or question else (None, None)


def _initial(request: HttpRequest, form: ReadingForm) -> dict[str, str]:
    return {"read_on": request.POST.get(form.add_prefix("read_on"), "")}


def _row_again(
    meter: Meter, period: Period, form: ReadingForm | None, question: Question | None
) -> SheetRow:
    row = _row(meter, period)
    if form is None:
        return dataclasses.replace(row, saved=True)
    return dataclasses.replace(row, form=form, question=question)


# --- the sheet


def _row(meter: Meter, period: Period) -> SheetRow:
    readings = sorted(meter.readings.all(), key=lambda reading: reading.read_on)
    before = [one for one in readings if one.read_on < period.first_day]
    here = [one for one in readings if period.first_day <= one.read_on <= period.last_day]
    chain = [*before[-1:], *here]
    ran = [consumed_between(meter, one, other.value) for one, other in itertools.pairwise(chain)]
    return SheetRow(
        meter=meter,
        before=before[-1] if before else None,
        here=here,
        consumed=sum(ran, Decimal(0)) if ran else None,
        form=ReadingForm(prefix=_prefix(meter), initial={"read_on": _usual_day(period)}),
    )


def _meters(house: House, period: Period) -> QuerySet[Meter]:
    """Those that work in the month: the house's own first, then by flat."""
    readings = MeterReading.objects.order_by("read_on")
    return (
        Meter.objects.filter(Q(account__premises__house=house) | Q(house=house))
        .filter(Q(removed_on__isnull=True) | Q(removed_on__gt=period.first_day))
        .filter(installed_on__lt=period.next_first_day)
        .select_related("service", "account__payer", "account__premises__house")
        .prefetch_related(Prefetch("readings", readings))
        .order_by(
            "account__premises__number_order", "account__number", "service__position", "zone", "pk"
        )
    )


def _page(
    request: HttpRequest, house: House, page: Any, rows: list[SheetRow], period: Period
) -> HttpResponse:
    """Rows with mistakes or questions make it a page to correct (422)."""
    context = {
        **shell_context(house.organisation),
        "section": "meters",
        "house": house,
        "period": period,
        "rows": rows,
        "page": page,
        "earlier": f"?month={period.previous()}",
        "later": f"?month={period.next()}",
        "address": _address(house, period, page.number),
        "missing": sum(1 for row in rows if not row.here),
    }
    status = 422 if any(row.question or row.form.errors for row in rows) else 200
    return render(request, "accounts_registry/reading_sheet.html", context, status=status)


def _period(request: HttpRequest, house: House) -> Period:
    """The month of the address, else the one the organisation works with, else today's."""
    try:
        return typed_month(request.GET.get("month", ""))
    except ValueError:
        in_work: Period | None = shell_context(house.organisation)["working_month"]
        return in_work or Period.of(clock.business_day())


def _usual_day(period: Period) -> dt.date:
    """Today, but not later than the month."""
    return min(clock.business_day(), period.last_day)


def _prefix(meter: Meter) -> str:
    return f"meter-{meter.pk}"


def _address(house: House, period: Period, page: int) -> str:
    address = reverse("accounts_registry:reading-sheet", args=[house.pk])
    return f"{address}?month={period}{f'&page={page}' if page > 1 else ''}"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
