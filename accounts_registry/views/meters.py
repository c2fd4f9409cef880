"""Meters of an account and of all accounts; a reading is typed, asked about, kept."""

import dataclasses
import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.forms import (
    MeterForm,
    ReadingForm,
)
from accounts_registry.models import Meter, MeterReading, PersonalAccount, Service
from accounts_registry.queries import organisations_of
from accounts_registry.services import (
    MeterRefusal,
    NewMeter,
    ReadingRefusal,
    install_meter,
    remove_meter,
)
from accounts_registry.services.readings import consumed_between
from accounts_registry.views.frame import (
    CHANGE,
    ENTER_READING,
    VIEW,
    account_frame,
    account_or_404,
    only_organisation,
    shell_context,
)
from accounts_registry.views.month import typed_month
from accounts_registry.views.typed_reading import Question, submit_typed
from zhkh.kernel.period import Period
from zhkh.web import clock
from zhkh.web.htmx import is_htmx
from zhkh.web.models import User
from zhkh.web.permissions import require

READINGS_SHOWN = 6
ROWS_ON_PAGE = 50


@dataclasses.dataclass(frozen=True, slots=True)
class ReadingRow:
    reading: MeterReading
    consumed: Decimal | None


@dataclasses.dataclass(frozen=True, slots=True)
class MeterPanel:
    """A meter with its latest readings, newest first, and the form for the next one."""

    meter: Meter
    rows: list[ReadingRow]
    form: ReadingForm
    question: Question | None = None

    @property
    def last(self) -> MeterReading | None:
        return self.rows[0].reading if self.rows else None


@require_GET
@require(VIEW)
def account_meters(request: HttpRequest, pk: int) -> HttpResponse:
    return _meters_page(request, account_or_404(request, pk))


@require_POST
@require(ENTER_READING)
def enter_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a reading, or show the same form with the question or the refusal (422)."""
    meter = _meter_or_404(request, pk, ENTER_READING)
    form = ReadingForm(request.POST, prefix=_prefix(meter))
    question = submit_typed(form, meter, by=_user(request)) if form.is_valid() else None
    if form.errors or question:
        return _answer(request, _panel(meter, form=form, question=question), status=422)
    if is_htmx(request):
        return _answer(request, _panel(meter, read_on=form.cleaned_data["read_on"]))
    messages.success(request, "Показание записано.")
    return redirect(_page_of(meter))


@require_POST
@require(CHANGE)
def install(request: HttpRequest, pk: int) -> HttpResponse:
    shown = account_or_404(request, pk, CHANGE)
    form = MeterForm(request.POST, services=_metered(shown))
    if form.is_valid():
        typed = form.cleaned_data
        new = NewMeter(
            place=shown,
            service=typed["service"],
            installed_on=typed["installed_on"],
            initial=typed["initial_value"],
            serial=typed["serial"],
            zone=typed["zone"],
            digits=typed["digits"],
            verified_until=typed["verified_until"],
        )
        try:
            install_meter(new=new, by=_user(request), at=clock.now())
        except (MeterRefusal, ReadingRefusal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Счётчик установлен.")
            return redirect("accounts_registry:account-meters", pk=shown.pk)
    return _meters_page(request, shown, installing=form, status=422)


@require_POST
@require(CHANGE)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a meter off with its last reading; questions come back as for any reading."""
    meter = _meter_or_404(request, pk, CHANGE)
    form = ReadingForm(request.POST, prefix=f"off-{meter.pk}")
    if form.is_valid():
        try:
            remove_meter(meter=meter, final=form.typed(), by=_user(request), at=clock.now())
        except (MeterRefusal, ReadingRefusal) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Счётчик снят.")
    else:
        messages.error(request, "Счётчик не снят: укажите дату и последнее показание.")
    return redirect(_page_of(meter))


@require_GET
@require("accounts_registry.view_meter")
def meter_list(request: HttpRequest) -> HttpResponse:
    """Meters of flats, those without a reading of the month first asked for."""
    organisation = only_organisation(request)
    shell = shell_context(organisation)
    period = _chosen_period(request, shell)
    everything = request.GET.get("show") == "all"
    meters = _meters_of_month(request, period, everything=everything)
    page = Paginator(meters, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    read_on = _usual_day(period)
    context = {
        **shell,
        "section": "meters",
        "period": period,
        "everything": everything,
        "earlier": _month_address(period.previous(), everything=everything),
        "later": _month_address(period.next(), everything=everything),
        "page": page,
        "panels": [_panel(meter, read_on=read_on) for meter in page],
        "has_meters": bool(page.paginator.count) or _flat_meters(request).exists(),
    }
    return render(request, "accounts_registry/meter_list.html", context)


def _answer(request: HttpRequest, panel: MeterPanel, *, status: int = 200) -> HttpResponse:
    """The meter's part for htmx, in the shape of the page that asked; else the whole page."""
    if not is_htmx(request):
        assert panel.meter.account is not None
        shown = account_or_404(request, panel.meter.account.pk)
        return _meters_page(request, shown, asked=panel, status=status)
    part = "meter_row" if request.POST.get("row") else "meter_panel"
    context = {
        "panel": panel,
        "may_enter": True,
        "may_change": request.user.has_perm(CHANGE),
        "saved": status == 200,
    }
    return render(request, f"accounts_registry/{part}.html", context, status=status)


def _meters_page(
    request: HttpRequest,
    shown: PersonalAccount,
    *,
    asked: MeterPanel | None = None,
    installing: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    frame = account_frame(request, shown, tab="meters")
    meters = _with_readings(shown.meters.select_related("service"))
    day = _usual_day(frame["working_month"])
    panels = [
        asked if asked and asked.meter == meter else _panel(meter, read_on=day) for meter in meters
    ]
    context = {
        **frame,
        "panels": panels,
        "may_enter": request.user.has_perm(ENTER_READING),
        "install_form": installing
        or MeterForm(services=_metered(shown), initial={"installed_on": clock.business_day()}),
    }
    return render(request, "accounts_registry/account_meters.html", context, status=status)


def _panel(
    meter: Meter,
    *,
    form: ReadingForm | None = None,
    question: Question | None = None,
    read_on: dt.date | None = None,
) -> MeterPanel:
    """`read_on` is the day the blank form offers."""
    readings = sorted(meter.readings.all(), key=lambda reading: reading.read_on)
    rows = [
        ReadingRow(reading, None if previous is None else _consumed(meter, previous, reading))
        for previous, reading in itertools.pairwise([None, *readings])
        if reading is not None
    ]
    blank = {"read_on": read_on}
    return MeterPanel(
        meter=meter,
        rows=rows[::-1][:READINGS_SHOWN],
        form=form or ReadingForm(prefix=_prefix(meter), initial=blank),
        question=question,
    )


def _consumed(meter: Meter, previous: MeterReading, reading: MeterReading) -> Decimal:
    return consumed_between(meter, previous, reading.value)


def _prefix(meter: Meter) -> str:
    return f"meter-{meter.pk}"


def _meter_or_404(request: HttpRequest, pk: int, right: str) -> Meter:
    meters = Meter.objects.filter(
        account__organisation__in=organisations_of(request.user, right)
    ).select_related("service", "account__payer", "account__premises__house")
    return get_object_or_404(meters, pk=pk)


def _metered(shown: PersonalAccount) -> QuerySet[Service]:
    return Service.objects.filter(
        organisation=shown.organisation_id, connections__account=shown
    ).distinct()


def _with_readings(meters: QuerySet[Meter]) -> QuerySet[Meter]:
    readings = MeterReading.objects.select_related("entered_by").order_by("read_on")
    return meters.prefetch_related(Prefetch("readings", readings))


def _flat_meters(request: HttpRequest) -> QuerySet[Meter]:
    organisations = organisations_of(request.user, "accounts_registry.view_meter")
    return Meter.objects.filter(account__organisation__in=organisations, account__isnull=False)


def _meters_of_month(request: HttpRequest, period: Period, *, everything: bool) -> QuerySet[Meter]:
    meters = (
        _flat_meters(request)
        .filter(Q(removed_on__isnull=True) | Q(removed_on__gte=period.first_day))
        .filter(installed_on__lt=period.next_first_day)
        .select_related("service", "account__payer", "account__premises__house")
        .order_by(
            "account__premises__house__street_key",
            "account__premises__house__number_key",
            "account__premises__number_order",
            "account__number",
            "service__position",
            "zone",
            "pk",
        )
    )
    if not everything:
        taken = MeterReading.objects.filter(
            read_on__gte=period.first_day, read_on__lt=period.next_first_day
        )
        meters = meters.exclude(pk__in=taken.values("meter_id"))
    return _with_readings(meters)


def _chosen_period(request: HttpRequest, shell: dict[str, Any]) -> Period:
    """The month of the address, else the one the organisation works with, else today's."""
    try:
        return typed_month(request.GET.get("month", ""))
    except ValueError:
        return shell["working_month"] or Period.of(clock.business_day())


def _month_address(period: Period, *, everything: bool) -> str:
    address = reverse("accounts_registry:meter-list")
    return f"{address}?month={period}{'&show=all' if everything else ''}"


def _page_of(meter: Meter) -> str:
    return reverse("accounts_registry:account-meters", args=[meter.account_id])


def _usual_day(period: Period | None) -> dt.date:
    """Today, but not later than the month people work with."""
    today = clock.business_day()
    return min(today, period.last_day) if period else today


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
