"""The frame around every page of an account: who it is, how it stands, where its pages are."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from accounts_registry.ledger.balances import LastPayment, balance_of, last_payments
from accounts_registry.ledger.movements import MonthOfAccount, months_of
from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import DeliveryMethod, Organisation, PersonalAccount
from accounts_registry.queries import accounts_of, organisations_of
from zhkh.kernel.money import ZERO
from zhkh.web import clock

VIEW = "accounts_registry.view_personalaccount"
CHANGE = "accounts_registry.change_personalaccount"
ENTER_READING = "accounts_registry.enter_reading"
VIEW_PAYMENTS = "ledger.view_payment"
VIEW_CHARGES = "charges.view_chargeline"
VIEW_CORRECTIONS = "corrections.view_correctiondocument"
VIEW_DOCUMENTS = "payment_docs.view_issueddocument"

# Each page belongs to the app that owns its rows; one whose address nobody offers, or which the
# reader may not open, is not shown.
TABS = (
    ("main", "Основные", "accounts_registry:account", VIEW),
    ("documents", "Документы", "payment_docs:account-documents", VIEW_DOCUMENTS),
    ("services", "Услуги", "accounts_registry:account-services", VIEW),
    ("meters", "Счётчики", "accounts_registry:account-meters", VIEW),
    ("charges", "Начисления", "charges:account-charges", VIEW_CHARGES),
    ("penalties", "Пени", "charges:account-penalties", VIEW_CHARGES),
    ("corrections", "Перерасчёты", "corrections:account", VIEW_CORRECTIONS),
    ("payments", "Оплаты", "accounts_registry:account-payments", VIEW_PAYMENTS),
    ("statement", "Движение", "ledger:statement", VIEW_PAYMENTS),
)
MONTHS_SHOWN = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Tab:
    key: str
    title: str
    url: str
    count: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """The money of the header, roubles."""

    balance: Decimal
    on: dt.date
    last_month: MonthOfAccount | None
    last_payment: LastPayment | None

    @property
    def to_pay(self) -> Decimal:
        return max(self.balance, ZERO)

    @property
    def is_advance(self) -> bool:
        return self.balance < 0

    @property
    def size(self) -> Decimal:
        return abs(self.balance)


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbours:
    """The account among those of its organisation by number."""

    place: int
    total: int
    previous: str | None
    next: str | None


def account_or_404(request: HttpRequest, pk: int, right: str = VIEW) -> PersonalAccount:
    """The account, absent for those whose roles do not give the right in its organisation."""
    return get_object_or_404(accounts_of(request.user, right), pk=pk)


def account_frame(request: HttpRequest, account: PersonalAccount, *, tab: str) -> dict[str, Any]:
    """Context of `accounts_registry/account_frame.html`, which a page of any app extends."""
    today = clock.business_day()
    months = months_of(account, count=MONTHS_SHOWN)
    return {
        **shell_context(account.organisation),
        "section": "accounts",
        "account": account,
        "tab": tab,
        "tabs": _tabs(request, account),
        "is_open": account.closed_on is None or account.closed_on > today,
        "by_email": account.delivery_method == DeliveryMethod.EMAIL,
        "months": months,
        "standing": Standing(
            balance=balance_of(account),
            on=today,
            last_month=next((month for month in reversed(months) if month.is_posted), None),
            last_payment=last_payments([account.pk]).get(account.pk),
        ),
        "neighbours": _neighbours(account),
        "may_change": organisations_of(request.user, CHANGE)
        .filter(pk=account.organisation_id)
        .exists(),
    }


def shell_context(organisation: Organisation | None) -> dict[str, Any]:
    """
    What the top bar shows: the organisation and its latest month.

    `working_month` is that month, or the one after it once it is posted.
    """
    if organisation is None:
        return {"working_month": None}
    months = periods_of(organisation_id=organisation.pk)
    latest = months[0].period if months else None
    is_posted = bool(months) and months[0].posted_at is not None
    return {
        "shell_organisation": organisation.name,
        "shell_period": latest,
        "working_month": latest.next() if latest and is_posted else latest,
    }


def only_organisation(request: HttpRequest) -> Organisation | None:
    """The user's organisation when there is exactly one: the top bar names it."""
    first_two = list(organisations_of(request.user, VIEW)[:2])
    return first_two[0] if len(first_two) == 1 else None


def _tabs(request: HttpRequest, account: PersonalAccount) -> list[Tab]:
    counts = {"services": account.services.count(), "meters": account.meters.count()}
    tabs = []
    for key, title, url_name, right in TABS:
        if not request.user.has_perm(right):
            continue
        try:
            url = reverse(url_name, args=[account.pk])
        except NoReverseMatch:
            continue
        tabs.append(Tab(key, title, url, counts.get(key)))
    return tabs


def _neighbours(account: PersonalAccount) -> Neighbours:
    ours = PersonalAccount.objects.filter(organisation_id=account.organisation_id)
    before = ours.filter(number__lt=account.number)
    after = ours.filter(number__gt=account.number)
    previous = before.order_by("-number").values_list("pk", flat=True).first()
    following = after.order_by("number").values_list("pk", flat=True).first()
    return Neighbours(
        place=before.count() + 1,
        total=ours.count(),
        previous=_card(previous),
        next=_card(following),
    )


def _card(pk: int | None) -> str | None:
    return None if pk is None else reverse("accounts_registry:account", args=[pk])
