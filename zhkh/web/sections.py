"""The rail: sections of the program under the words of the source document's menu."""

import dataclasses
from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse

from zhkh.web.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """One entry of the rail; `key` is what a page names as its own section."""

    key: str
    label: str
    icon: str
    url_name: str
    permission: str


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A section the user may open, with its address."""

    key: str
    label: str
    icon: str
    url: str


SECTIONS: tuple[Section, ...] = (
    Section(
        "accounts",
        "Счета",
        "users",
        "accounts_registry:account-list",
        "accounts_registry.view_personalaccount",
    ),
    Section(
        "houses",
        "Дома",
        "building",
        "accounts_registry:house-list",
        "accounts_registry.view_house",
    ),
    Section(
        "meters",
        "Счётчики",
        "gauge",
        "accounts_registry:meter-list",
        "accounts_registry.view_meter",
    ),
    Section("charges", "Начисления", "calculator", "charges:period", "charges.view_chargeline"),
    Section(
        "corrections",
        "Перерасчёт",
        "undo",
        "corrections:document-list",
        "corrections.view_correctiondocument",
    ),
    Section(
        "documents",
        "Документы",
        "file-text",
        "payment_docs:document-list",
        "payment_docs.view_issueddocument",
    ),
    Section("mailing", "Рассылка", "mail", "mailing:batch-list", "mailing.view_batch"),
    Section("payments", "Оплаты", "wallet", "ledger:payment-list", "ledger.view_payment"),
    Section("cashdesk", "Касса", "banknote", "cashdesk:find", "cashdesk.accept_payment"),
    Section("reports", "Отчёты", "chart", "ledger:turnover", "ledger.view_turnover"),
    Section(
        "catalogues",
        "Справочники",
        "book",
        "accounts_registry:catalogue-list",
        "accounts_registry.view_service",
    ),
    Section("service", "Сервис", "settings", "mailing:account-list", "mailing.view_mailaccount"),
)


def visible_sections(
    user: User | AnonymousUser, sections: Sequence[Section] = SECTIONS
) -> list[Link]:
    """Sections whose page exists and which the user may see: the rail has no dead links."""
    allowed = (section for section in sections if user.has_perm(section.permission))
    return [
        Link(section.key, section.label, section.icon, url)
        for section in allowed
        if (url := url_or_none(section.url_name))
    ]


def url_or_none(url_name: str) -> str | None:
    """The address behind a URL name, or None while no application offers it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


@dataclasses.dataclass(frozen=True, slots=True)
class TillLink:
    """An entry of the till's bar and the key that opens it from anywhere."""

    name: str
    label: str
    key: str
    url: str


TILL_MENU: tuple[tuple[str, str, str], ...] = (
    ("F2", "Новый счёт", "cashdesk:find"),
    ("F3", "Предоплата", "cashdesk:prepay"),
    ("F4", "Оплаченные счета", "cashdesk:paid"),
    ("F8", "Отчёты", "cashdesk:reports"),
)


def till_menu() -> list[TillLink]:
    """Entries whose page exists; `name` is the last part of the URL name."""
    return [
        TillLink(url_name.partition(":")[2], label, key, url)
        for key, label, url_name in TILL_MENU
        if (url := url_or_none(url_name))
    ]
