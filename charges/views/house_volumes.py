"""A house in a month: its common volumes are entered here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts_registry.ledger import periods
from accounts_registry.models import House
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import shell_context
from accounts_registry.views.month import typed_month
from accounts_registry.views.past import offer_recount
from charges.forms.months import VolumesForm, filled_from_before
from charges.house_volumes import MeteredAsWell, VolumeSheet, save_common_volumes, volume_sheet
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.clock import business_day
from zhkh.web.models import User
from zhkh.web.permissions import require

RUN = "charges.run_charges"


@require_http_methods(["GET", "POST"])
@require(RUN)
def house_volumes(request: HttpRequest, pk: int) -> HttpResponse:
    """The common volumes of the month in the address; those sent are written all or none."""
    ours = House.objects.filter(organisation__in=organisations_of(request.user, RUN))
    house = get_object_or_404(ours.select_related("organisation"), pk=pk)
    if request.method == "POST":
        return _answer(request, volume_sheet(house, period=_sent_month(request)))
    period, mistake = _shown_month(request, house)
    sheet = volume_sheet(house, period=period)
    return _page(request, sheet, VolumesForm(sheet=sheet), note=mistake)


def _answer(request: HttpRequest, sheet: VolumeSheet) -> HttpResponse:
    if "from_before" in request.POST:
        form = VolumesForm(sheet=sheet, initial=filled_from_before(sheet, request.POST))
        note = f"{sheet.period.previous().title} подставлен в пустые строки: проверьте и запишите."
        return _page(request, sheet, form, note=note)
    form = VolumesForm(request.POST, sheet=sheet)
    if form.is_valid() and _save(request, sheet, form):
        return redirect(_address(sheet.house, sheet.period))
    return _page(request, sheet, form)


def _save(request: HttpRequest, sheet: VolumeSheet, form: VolumesForm) -> bool:
    """False when it was refused; the form says why."""
    assert isinstance(request.user, User)
    house, period = sheet.house, sheet.period
    try:
        is_outdated = save_common_volumes(
            house=house,
            period=period,
            volumes=form.volumes(),
            by=request.user,
            for_recount="for_recount" in request.POST,
        )
    except MeteredAsWell as refusal:
        form.refuse_metered(refusal.services)
        return False
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    written = f"Общедомовые объёмы записаны: {period.title}."
    offer_recount(request, organisation=house.organisation, house=house, since=period, until=period)
    if is_outdated:
        messages.warning(request, f"{written} Пересчитайте месяц: черновик посчитан без них.")
    else:
        messages.success(request, written)
    return True


def _page(
    request: HttpRequest, sheet: VolumeSheet, form: VolumesForm, *, note: str = ""
) -> HttpResponse:
    house, period = sheet.house, sheet.period
    months = periods.periods_of(organisation_id=house.organisation_id)
    first, last = (months[-1].period, months[0].period) if months else (None, None)
    context = {
        **shell_context(house.organisation),
        "section": "houses",
        "sheet": sheet,
        "house": house,
        "period": period,
        "form": form,
        "corrects": sheet.state == "posted" and ("correct" in request.GET or form.is_bound),
        "note": note,
        "has_before": any(row.before for row in sheet.rows),
        "previous_url": None if first and period <= first else f"?period={period.previous()}",
        "next_url": None if last and period > last else f"?period={period.next()}",
        "address": _address(house, period),
    }
    status = 422 if form.errors else 200
    return render(request, "charges/house_volumes.html", context, status=status)


def _shown_month(request: HttpRequest, house: House) -> tuple[Period, str]:
    """The month asked for, else the one in work; and a sentence about an address without a month."""
    in_work: Period | None = shell_context(house.organisation)["working_month"]
    usual = in_work or Period.of(business_day())
    asked = request.GET.get("period", "")
    if not asked:
        return usual, ""
    try:
        return typed_month(asked), ""
    except ValueError:
        return usual, f"Месяца «{asked[:20]}» нет: показан {usual.title}."


def _sent_month(request: HttpRequest) -> Period:
    try:
        return typed_month(request.POST.get("period", ""))
    except ValueError as mistake:
        raise Http404 from mistake


def _address(house: House, period: Period) -> str:
    return f"{reverse('charges:house-volumes', args=[house.pk])}?period={period}"
