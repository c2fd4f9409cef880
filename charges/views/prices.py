"""Tariffs, norms and coefficients of a service from a day on: typed, looked at, written."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts_registry.models import Service
from accounts_registry.reference_data import uplifts_within
from accounts_registry.views.frame import shell_context
from accounts_registry.views.past import offer_recount
from charges.forms.prices import NewPricesForm, NormForm, TariffForm, UpliftForm
from charges.loading import book_of_today
from charges.models import PriceKind
from charges.prices.dated_prices import (
    TARIFFS,
    UPLIFTS,
    Outcome,
    PricesAreWrong,
    PriceTable,
    TouchesPostedMonths,
    ZeroIsAsked,
    check_prices,
    next_change,
    remove_prices,
    set_prices,
    tables_of,
    touched_months,
    versions_of,
)
from charges.prices.price_effect import Effect, effect_of
from charges.prices.price_list import version_on
from charges.views.services import CHANGE, TITLES, service_or_404
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import require


class NothingIsChosen(Refusal):
    def __init__(self) -> None:
        super().__init__("Запись не выбрана: нажмите «удалить» в её строке.")


_FORMS: dict[PriceKind, type[Any]] = {
    PriceKind.TARIFF: TariffForm,
    PriceKind.NORM: NormForm,
    PriceKind.UPLIFT: UpliftForm,
}


@require_http_methods(["GET", "POST"])
@require(CHANGE)
def prices(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Prices from a day on: typed, their effect looked at, written."""
    shown = service_or_404(request, pk, CHANGE)
    table = _table_or_404(shown, kind)
    form = _prices_form(request, shown, table)
    if request.method != "POST" or "more" in request.POST or not form.is_valid():
        return _prices_page(request, shown, table, form)
    try:
        return _prices_sent(request, shown, table, form)
    except ZeroIsAsked as refusal:
        return _prices_page(request, shown, table, form, ask_zero=str(refusal))
    except TouchesPostedMonths as refusal:
        return _prices_page(request, shown, table, form, ask_posted=str(refusal))
    except PricesAreWrong as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    return _prices_page(request, shown, table, form)


@require_POST
@require(CHANGE)
def prices_remove(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    shown = service_or_404(request, pk, CHANGE)
    table = _table_or_404(shown, kind)
    since = _day(request.POST.get("since", ""))
    try:
        if since is None:
            raise NothingIsChosen
        outcome = remove_prices(
            service=shown, table=table, since=since, by=_user(request), at=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, shown, f"Запись с {since:%d.%m.%Y} удалена.", outcome)
    return redirect("charges:service", pk=shown.pk)


# --- new prices


def _prices_form(request: HttpRequest, service: Service, table: PriceTable) -> NewPricesForm:
    corrected = _day(request.GET.get("from", ""))
    known = versions_of(service, table)
    base = version_on(known, corrected or dt.date.max)
    if corrected and (base is None or base.since != corrected or not base.rows):
        raise Http404
    options: dict[str, Any] = {"corrects": corrected is not None}
    options["known"] = base.rows if base else ()
    if table is TARIFFS:
        options["count"] = _count(request)
    if request.method == "POST" and "more" not in request.POST:
        return _form_of(table, request.POST, **options)
    initial: dict[str, Any] = {"since": corrected or _usual_day()}
    if corrected and base:
        initial["source"] = base.source
    elif table is UPLIFTS and service.uplift_kind:
        initial |= _proposed(service, initial["since"])
    if "more" in request.POST:
        initial |= request.POST.dict()
    return _form_of(table, None, initial=initial, **options)


def _proposed(service: Service, day: dt.date) -> dict[str, Any]:
    """What the reference book says of the day, to be written or corrected."""
    book = book_of_today(service.organisation, day)
    held = uplifts_within(book, service.uplift_kind, (day, day + dt.timedelta(days=1)))
    return {"coefficient": held[0].value, "source": held[0].source} if held else {}


def _form_of(table: PriceTable, typed: Any, **options: Any) -> NewPricesForm:
    form: NewPricesForm = _FORMS[table.kind](typed, **options)
    return form


def _count(request: HttpRequest) -> int:
    text = request.POST.get("count", "")
    count = int(text) if text.isdecimal() and len(text) < 4 else 0
    return count + 3 if "more" in request.POST else count


def _usual_day() -> dt.date:
    """The first day of the next month: prices mostly change with a month."""
    today = clock.business_day()
    return (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _prices_sent(
    request: HttpRequest, service: Service, table: PriceTable, form: NewPricesForm
) -> HttpResponse:
    new = form.new_prices()
    check_prices(service, table, new)
    touched = touched_months(service, new.since, next_change(service, table, new))
    if touched.posted and not new.posted_confirmed:
        raise TouchesPostedMonths(touched.posted)
    if not form.was_seen:
        effect = effect_of(service, new.rows)
        return _prices_page(request, service, table, form, effect=effect, touched=touched)
    outcome = set_prices(service=service, table=table, new=new, by=_user(request), at=clock.now())
    _tell(request, service, f"Записано с {new.since:%d.%m.%Y}.", outcome)
    return redirect("charges:service", pk=service.pk)


def _prices_page(
    request: HttpRequest,
    service: Service,
    table: PriceTable,
    form: NewPricesForm,
    **found: Any,
) -> HttpResponse:
    """`found` has the effect to look at, or a question to answer."""
    effect: Effect | None = found.get("effect")
    context = {
        **shell_context(service.organisation),
        "section": "catalogues",
        "service": service,
        "kind": table.kind.value,
        "title": TITLES[table.kind],
        "form": form,
        "is_preview": "effect" in found,
        "effect": effect,
        "seen": form.digest() if "effect" in found else "",
        **found,
    }
    status = 422 if form.errors or found.keys() & {"ask_zero", "ask_posted"} else 200
    return render(request, "charges/prices.html", context, status=status)


def _tell(request: HttpRequest, service: Service, written: str, outcome: Outcome) -> None:
    messages.success(request, written)
    if outcome.posted:
        offer_recount(
            request,
            organisation=service.organisation,
            house=None,
            since=min(outcome.posted),
            until=max(outcome.posted),
            service=service,
        )
    if outcome.drafts:
        names = ", ".join(month.title.lower() for month in outcome.drafts)
        messages.warning(request, f"Черновик посчитан без этого: пересчитайте {names}.")


def _table_or_404(service: Service, kind: str) -> PriceTable:
    found = next((table for table in tables_of(service) if table.kind == kind), None)
    if found is None:
        raise Http404
    return found


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
