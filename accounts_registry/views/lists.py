"""The list of accounts with its search, filters and export; the search of the whole program."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET
from django_htmx.http import push_url

from accounts_registry.forms import AccountFilterForm
from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.models import DeliveryMethod, House, PersonalAccount
from accounts_registry.queries import accounts_of, find_accounts, organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import CHANGE, VIEW, only_organisation, shell_context
from zhkh.web import clock
from zhkh.web.htmx import is_htmx, page_or_part
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50
_ROWS_IN_BATCH = 2000

_ADDRESS = (
    "premises__house__street_key",
    "premises__house__number_key",
    "premises__number_order",
    "premises__number",
    "number",
)
_SORTS: dict[str, tuple[str, ...]] = {
    "number": ("number", "pk"),
    "payer": ("payer__name_key", "number", "pk"),
    "address": (*_ADDRESS, "pk"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class AccountRow:
    account: PersonalAccount
    balance: Decimal
    is_open: bool

    @property
    def advance(self) -> Decimal | None:
        return -self.balance if self.balance < 0 else None


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """An active filter in words, with the address of the list without it."""

    text: str
    without: str


@require_GET
@require(VIEW)
def account_list(request: HttpRequest) -> HttpResponse:
    form = _filter_form(request)
    ours = accounts_of(request.user, VIEW)
    found = _filtered(ours, form)
    page = Paginator(found, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    chips = _chips(request, form)
    context = {
        **shell_context(only_organisation(request)),
        "section": "accounts",
        "form": form,
        "page": page,
        "rows": _rows(page.object_list),
        "chips": chips,
        "sort": _sort(form),
        "never_had_any": not page.paginator.count and not chips and not ours.exists(),
        "may_change": request.user.has_perm(CHANGE),
        "export_url": _address("accounts_registry:account-export", request.GET.dict()),
    }
    answer = page_or_part(request, "accounts_registry/account_list.html", "found", context)
    here = _address("accounts_registry:account-list", request.GET.dict())
    return push_url(answer, here) if is_htmx(request) else answer


@require_GET
@require(VIEW)
def account_export(request: HttpRequest) -> HttpResponse:
    """Everything the list's filters let through, as an XLSX file."""
    found = _filtered(accounts_of(request.user, VIEW), _filter_form(request))
    head = (
        "Номер", "Плательщик", "Адрес", "Помещение", "Способ доставки", "Электронная почта",
        "Открыт", "Закрыт", "Долг (аванс со знаком минус), руб.",
    )  # fmt: skip
    return xlsx_answer("Лицевые счета", head, _export_rows(found), name="accounts.xlsx")


@require_GET
@require(VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """A whole account number opens its card; anything else goes to the list."""
    typed = request.GET.get("q", "").replace("\0", "").strip()
    exact = list(accounts_of(request.user, VIEW).filter(number=typed)[:2])
    if len(exact) == 1:
        return redirect("accounts_registry:account", pk=exact[0].pk)
    return redirect(_address("accounts_registry:account-list", {"q": typed}))


def _filter_form(request: HttpRequest) -> AccountFilterForm:
    """Bound to the address; a value it does not know filters nothing."""
    houses = House.objects.filter(organisation__in=organisations_of(request.user, VIEW))
    form = AccountFilterForm(request.GET, houses=houses)
    form.is_valid()
    return form


def _filtered(
    accounts: QuerySet[PersonalAccount], form: AccountFilterForm
) -> QuerySet[PersonalAccount]:
    asked = form.cleaned_data
    if asked.get("house"):
        accounts = accounts.filter(premises__house=asked["house"])
    if asked.get("delivery"):
        accounts = accounts.filter(delivery_method=asked["delivery"])
    if asked.get("state"):
        is_open = _open_on(clock.business_day())
        accounts = accounts.filter(is_open if asked["state"] == "open" else ~is_open)
    accounts = find_accounts(asked.get("q", ""), among=accounts)
    sort = _sort(form)
    order = _SORTS[sort.removeprefix("-")]
    return accounts.order_by(*(f"-{name}" if sort.startswith("-") else name for name in order))


def _open_on(day: dt.date) -> Q:
    return Q(closed_on__isnull=True) | Q(closed_on__gt=day)


def _sort(form: AccountFilterForm) -> str:
    asked = str(form.cleaned_data.get("sort", ""))
    return asked if asked.removeprefix("-") in _SORTS else "number"


def _rows(accounts: Iterable[PersonalAccount]) -> list[AccountRow]:
    shown = list(accounts)
    balances = balances_of_accounts([account.pk for account in shown])
    today = clock.business_day()
    return [
        AccountRow(
            account=account,
            balance=balances[account.pk],
            is_open=account.closed_on is None or account.closed_on > today,
        )
        for account in shown
    ]


def _chips(request: HttpRequest, form: AccountFilterForm) -> list[Chip]:
    """Filters the reader may have forgotten about; the search box shows itself."""
    asked = form.cleaned_data
    words = {
        "q": f"Поиск: {asked['q']}" if asked.get("q") else "",
        "house": str(asked.get("house") or ""),
        "delivery": DeliveryMethod(asked["delivery"]).label if asked.get("delivery") else "",
        "state": {"open": "Открытые", "closed": "Закрытые"}.get(asked.get("state", ""), ""),
    }
    return [Chip(str(text), _without(request, name)) for name, text in words.items() if text]


def _without(request: HttpRequest, name: str) -> str:
    kept = {key: value for key, value in request.GET.dict().items() if key not in {name, "page"}}
    return _address("accounts_registry:account-list", kept)


def _address(url_name: str, query: dict[str, str]) -> str:
    kept = {key: value for key, value in query.items() if value and key != "page"}
    address = reverse(url_name)
    return f"{address}?{urlencode(kept)}" if kept else address


def _export_rows(found: QuerySet[PersonalAccount]) -> Iterator[tuple[object, ...]]:
    for batch in _batches(found):
        for row in _rows(batch):
            account = row.account
            yield (
                account.number,
                account.payer.full_name,
                account.premises.house.address,
                account.premises.label,
                account.get_delivery_method_display(),
                account.email,
                account.opened_on,
                account.closed_on,
                row.balance,
            )


def _batches(found: QuerySet[PersonalAccount]) -> Iterator[list[PersonalAccount]]:
    batch = []
    for account in found.iterator(chunk_size=_ROWS_IN_BATCH):
        batch.append(account)
        if len(batch) == _ROWS_IN_BATCH:
            yield batch
            batch = []
    yield batch
