"""Loading readings from a table: looked at first, then kept; the table stays to be corrected."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.models import Meter, Organisation
from accounts_registry.queries import organisations_of
from accounts_registry.services.reading_file import (
    HEAD,
    FileRefusal,
    ReadingLine,
    reading_lines,
    table_text,
)
from accounts_registry.services.reading_import import LineOutcome, LineState, import_readings
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import ENTER_READING, shell_context
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import require


class ImportForm(forms.Form):
    """A file, or rows pasted from a table; a file takes the place of what was pasted."""

    file = forms.FileField(label="Файл XLSX или CSV", required=False, allow_empty_file=True)
    text = forms.CharField(
        label="Или строки из таблицы",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "is-tall", "spellcheck": "false"}),
    )


@require_http_methods(["GET", "POST"])
@require(ENTER_READING)
def import_page(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, organisation, ImportForm())
    try:
        text = _text(form)
        lines = reading_lines(text)
    except FileRefusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, organisation, form)
    outcomes = _imported(request, organisation, lines)
    left = [one for one in outcomes if one.state in {LineState.ASKED, LineState.REFUSED}]
    if "write" in request.POST:
        kept = sum(1 for one in outcomes if one.state == LineState.KEPT)
        messages.success(request, f"Показаний записано: {kept}. Не записано строк: {len(left)}.")
        if not left:
            return redirect("accounts_registry:meter-list")
    shown = ImportForm(initial={"text": text})
    return _page(request, organisation, shown, outcomes)


@require_GET
@require(ENTER_READING)
def template(request: HttpRequest) -> HttpResponse:
    """The meters in place as a table to fill in."""
    day = clock.business_day()
    rows = (
        (
            meter.account.number if meter.account else "",
            meter.service.name,
            meter.get_zone_display() if meter.zone else "",
            meter.serial,
            f"{day:%d.%m.%Y}",
            "",
        )
        for meter in _meters(_organisation(request)).iterator(chunk_size=2000)
    )
    return xlsx_answer("Показания", HEAD, rows, name="readings.xlsx")


def _text(form: ImportForm) -> str:
    file = form.cleaned_data["file"]
    text: str = form.cleaned_data["text"].replace("\0", "")
    return table_text(file.name, file.read()) if file else text


def _imported(
    request: HttpRequest, organisation: Organisation, lines: list[ReadingLine]
) -> list[LineOutcome]:
    assert isinstance(request.user, User)
    return import_readings(
        organisation=organisation,
        lines=lines,
        confirmed=_confirmed(request),
        by=request.user,
        at=clock.now(),
        write="write" in request.POST,
    )


def _confirmed(request: HttpRequest) -> set[tuple[int, str]]:
    """Answers as the page sends them: «5 high»."""
    answers = (answer.partition(" ") for answer in request.POST.getlist("confirmed"))
    return {
        (int(place), question)
        for place, _, question in answers
        if place.isdecimal() and len(place) < 6
    }


def _page(
    request: HttpRequest,
    organisation: Organisation,
    form: ImportForm,
    outcomes: list[LineOutcome] | None = None,
) -> HttpResponse:
    counts = {state.value: 0 for state in LineState}
    for outcome in outcomes or ():
        counts[outcome.state] += 1
    context = {
        **shell_context(organisation),
        "section": "meters",
        "organisation": organisation,
        "form": form,
        "outcomes": outcomes,
        "counts": counts,
        "written": "write" in request.POST,
        "confirmed": request.POST.getlist("confirmed"),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "accounts_registry/reading_import.html", context, status=status)


def _meters(organisation: Organisation) -> QuerySet[Meter]:
    meters = Meter.objects.filter(account__organisation=organisation, removed_on__isnull=True)
    return meters.select_related("account", "service").order_by(
        "account__number", "service__position", "zone", "pk"
    )


def _organisation(request: HttpRequest) -> Organisation:
    """The one of the address, else the first; a foreign one looks absent."""
    ours = list(organisations_of(request.user, ENTER_READING).order_by("name"))
    asked = request.GET.get("organisation", "") or request.POST.get("organisation", "")
    found = next((one for one in ours if not asked or str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found
