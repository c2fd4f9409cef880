"""«Справочники»: the index, the reference books, and the settings of an organisation."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_registry.catalogue_forms import ROW_FORMS, RowForm, SettingForm
from accounts_registry.models import CatalogueChange, Organisation, OrganisationSetting
from accounts_registry.models.settings import SETTING_VALUES, SettingName
from accounts_registry.organisation_settings import values_in_force
from accounts_registry.queries import organisations_of
from accounts_registry.services.catalogues import BOOKS, Book, remove_row, write_row
from accounts_registry.services.settings import SETTINGS_BOOK, change_setting
from accounts_registry.views.frame import only_organisation, shell_context
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User
from zhkh.web.permissions import NOT_ALLOWED, require
from zhkh.web.sections import url_or_none

VIEW = "accounts_registry.view_service"
CHANGE = "accounts_registry.change_organisationsetting"
ROWS_ON_PAGE = 50
CHANGES_SHOWN = 20
SHARED = "Общие строки меняет тот, кто ведёт все организации базы: запишите строку для своей."

# Books that belong to other apps, by the name of their address.
ELSEWHERE = (
    ("charges:service-list", "Услуги, тарифы и нормативы", "Цены, нормативы и коэффициенты услуг"),
)


@require_GET
@require(VIEW)
def catalogue_list(request: HttpRequest) -> HttpResponse:
    elsewhere = [
        (url, title, about) for name, title, about in ELSEWHERE if (url := url_or_none(name))
    ]
    context = {**_shell(request), "books": BOOKS.values(), "elsewhere": elsewhere}
    return render(request, "accounts_registry/catalogue_list.html", context)


@require_http_methods(["GET", "POST"])
@require(VIEW)
def catalogue(request: HttpRequest, book: str) -> HttpResponse:
    """Rows of a book with their source; a row from a day on is written here."""
    shown = _book_or_404(book)
    ours = list(organisations_of(request.user, CHANGE).order_by("name"))
    if request.method == "POST" and not ours:
        raise PermissionDenied(NOT_ALLOWED)
    shared = len(ours) == Organisation.objects.count()
    form = ROW_FORMS[book](request.POST or None, organisations=ours, shared=shared)
    if request.method == "POST" and form.is_valid() and _written(request, shown, form):
        return redirect("accounts_registry:catalogue", book=book)
    context = {
        **_shell(request),
        "book": shown,
        "form": form if ours else None,
        "shared": shared,
        "ours": {one.pk for one in ours},
        "page": Paginator(_rows(request, shown), ROWS_ON_PAGE).get_page(request.GET.get("page")),
        "changes": _changes(request, shown.key),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts_registry/catalogue.html", context, status=status)


@require_POST
@require(CHANGE)
def catalogue_remove(request: HttpRequest, book: str, pk: int) -> HttpResponse:
    shown = _book_or_404(book)
    row: Any = get_object_or_404(_rows(request, shown), pk=pk)
    ours = {one.pk for one in organisations_of(request.user, CHANGE)}
    owner = row.organisation_id or (getattr(row, "account", None) and row.account.organisation_id)
    if owner not in ours and not (owner is None and len(ours) == Organisation.objects.count()):
        raise PermissionDenied(SHARED)
    remove_row(shown, row, by=_user(request), at=clock.now())
    messages.success(request, "Строка убрана; что было, видно в истории.")
    return redirect("accounts_registry:catalogue", book=book)


@require_http_methods(["GET", "POST"])
@require(VIEW)
def settings(request: HttpRequest) -> HttpResponse:
    """What the organisation decided, what holds now, and a change from a month on."""
    organisation = _organisation(request, VIEW)
    may_change = organisations_of(request.user, CHANGE).filter(pk=organisation.pk).exists()
    if request.method == "POST" and not may_change:
        raise PermissionDenied(NOT_ALLOWED)
    form = SettingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, organisation, form):
        return redirect(f"{request.path}?organisation={organisation.pk}")
    today = Period.of(clock.business_day())
    context = {
        **_shell(request),
        "organisation": organisation,
        "organisations": organisations_of(request.user, VIEW).order_by("name"),
        "month": today,
        "in_force": values_in_force(organisation_id=organisation.pk, period=today),
        "spans": _spans(organisation),
        "form": form if may_change else None,
        "changes": CatalogueChange.objects.filter(
            book=SETTINGS_BOOK, organisation=organisation
        ).select_related("changed_by")[:CHANGES_SHOWN],
    }
    status = 422 if form.errors else 200
    return render(request, "accounts_registry/settings.html", context, status=status)


def _written(request: HttpRequest, book: Book, form: RowForm) -> bool:
    try:
        row = write_row(
            book,
            organisation=form.organisation,
            values=form.values(),
            by=_user(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"Записано: {row}.")
    return True


def _changed(request: HttpRequest, organisation: Organisation, form: SettingForm) -> bool:
    name, value = form.chosen()
    since: Period = form.cleaned_data["since"]
    try:
        change_setting(
            organisation=organisation,
            name=name,
            value=value,
            since=since,
            by=_user(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        f"{name.label}: {SETTING_VALUES[name][value]} с {since.first_day:%m.%Y}. "
        "Черновики этих месяцев рассчитайте заново.",
    )
    return True


def _rows(request: HttpRequest, book: Book) -> Any:
    """The country's rows and those of the reader's organisations."""
    ours = organisations_of(request.user, VIEW)
    rows = book.rows().filter(Q(organisation=None) | Q(organisation__in=ours))
    rows = rows.select_related("organisation")
    if book.key == "suspensions":
        rows = rows.filter(Q(account=None) | Q(account__organisation__in=ours))
        rows = rows.select_related("account__organisation")
    return rows


def _changes(request: HttpRequest, key: str) -> Any:
    ours = organisations_of(request.user, VIEW)
    changes = CatalogueChange.objects.filter(Q(organisation=None) | Q(organisation__in=ours))
    if key == "suspensions":  # those of one account name no organisation
        changes = changes.filter(organisation__in=ours)
    return changes.filter(book=key).select_related("changed_by", "organisation")[:CHANGES_SHOWN]


def _spans(organisation: Organisation) -> list[tuple[str, str, OrganisationSetting]]:
    rows = OrganisationSetting.objects.filter(organisation=organisation).order_by("name", "valid")
    return [
        (
            SettingName(row.name).label,
            SETTING_VALUES[SettingName(row.name)][row.value],
            row,
        )
        for row in rows
    ]


def _organisation(request: HttpRequest, right: str) -> Organisation:
    ours = organisations_of(request.user, right).order_by("name")
    asked = request.GET.get("organisation", "")
    if asked:
        return get_object_or_404(ours, pk=int(asked) if _is_id(asked) else 0)
    first = ours.first()
    if first is None:
        raise Http404
    return first


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _book_or_404(key: str) -> Book:
    if key not in BOOKS:
        raise Http404
    return BOOKS[key]


def _shell(request: HttpRequest) -> dict[str, Any]:
    return {**shell_context(only_organisation(request)), "section": "catalogues"}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
