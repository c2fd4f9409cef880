"""Addresses and forms with what no page of ours sends: a refusal, never an error of the program."""

import dataclasses
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cashdesk.models import Till
from cashdesk.services import appoint_cashier
from tests.cashdesk.counter import make_bank
from tests.cast import NOON, tihiy_okean
from tests.factories import make_meter, make_user
from tests.mailing.office import make_mail_account
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

NAMES = (
    "row", "which", "undo",
    "organisation", "period", "month", "q", "page", "sort", "doc", "house", "delivery", "state",
    "show", "accounts", "retry", "key", "next", "language", "password", "total", "cash", "token",
    "version", "number", "payer", "email", "category", "opened_on", "closed_on", "note", "since",
    "area_m2", "service", "zone", "digits", "serial", "initial_value", "installed_on",
    "verified_until", "username", "name", "smtp_port", "per_minute", "meter-{meter}-value",
    "meter-{meter}-read_on", "meter-{meter}-answers", "off-{meter}-value", "off-{meter}-read_on",
    "{service}-on", "amount-{service}", "due-{service}", "first", "last", "day", "by", "payee",
    "debt", "overdue", "until", "source", "target", "target_account", "amount", "on", "basis",
    "reason", "named", "due_on", "content", "step",
    "note", "basis_title", "basis_number", "basis_on", "row-0-service", "row-0-month",
    "row-0-sign", "row-0-amount", "row-0-volume", "row-0-price", "method", "rate", "sign",
    "numbers", "months", "persons", "left_on", "returned_on", "applied_on", "document", "write",
    "percent", "deviation", "hours", "allowed_hours", "degrees", "kind",
    "whose", "country", "since_month", "coefficient", "choice",
)  # fmt: skip
VALUES = {
    "NUL": "Фет\0",
    "long": "я" * 2_000,  # longer than any column; every name carries it at once
    "long number": "9" * 5_000,
    "beyond bigint": str(2**63),
    "negative": "-1",
    "superscript": "²",
    "first month": "0001-01",
    "last month": "9999-12",
    "first day": "01.01.0001",
    "last day": "31.12.9999",
    "not a number": "NaN",
    "wild": "%_\\'\"<>[]{}()*+?^$|",
}
HUGE = 10**30


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """Somebody with every right, and what they work with."""

    client: Client
    organisation: int
    ids: dict[str, int]


@pytest.fixture
def desk() -> Desk:
    okean = tihiy_okean()
    meter = make_meter(at=okean.fet, service=okean.cold_water, readings=[(NOON.date(), "10")])
    bank = make_bank(name="АО «Приморский банк»")
    bank.organisations.add(okean.organisation)
    user = make_user(username="all", role=Role.ADMINISTRATOR, organisation=okean.organisation)
    appoint_cashier(user=user, till=Till.objects.create(bank=bank, number=3))
    make_mail_account(okean.organisation, port=9)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    ids = {"meter": meter.pk, "service": okean.cold_water.pk, "account": okean.fet.pk}
    return Desk(client, okean.organisation.pk, ids)


def addresses(
    ids: dict[str, int], patterns: list[URLPattern | URLResolver] | None = None, space: str = ""
) -> Iterator[str]:
    """Every address of the program, with our own ids where it takes numbers."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(ids, pattern.url_patterns, inner)
        elif pattern.name != "logout":
            converters = pattern.pattern.converters
            yield reverse(
                f"{space}{pattern.name}",
                kwargs={
                    name: _argument(name, type(converter).__name__, pattern.name or "", ids)
                    for name, converter in converters.items()
                },
            )


def _argument(name: str, kind: str, page: str, ids: dict[str, int]) -> object:
    if kind == "UUIDConverter":
        return uuid.UUID(int=0)
    if kind != "IntConverter":
        return {"kind": "area", "book": "suspensions"}.get(name, "cancel")
    if name == "service_pk":
        return ids["service"]
    return ids["meter" if page in {"enter-reading", "remove-meter"} else "account"]


def broken_by(desk: Desk, fields: dict[str, Any], ids: dict[str, int]) -> list[tuple[str, int]]:
    asked = [(ask, url) for url in addresses(ids) for ask in (desk.client.get, desk.client.post)]
    answers = [(url, ask(url, fields).status_code) for ask, url in asked]
    return [(url, status) for url, status in answers if status >= 500]


@pytest.mark.parametrize("given", VALUES)
def test_hostile_values_break_no_page(desk, given):
    fields = {name.format(**desk.ids): VALUES[given] for name in NAMES}

    assert broken_by(desk, fields, desk.ids) == []


@pytest.mark.parametrize("given", ["first month", "last month", "long number"])
def test_nor_do_they_with_an_organisation_of_ours(desk, given):
    fields = {name.format(**desk.ids): VALUES[given] for name in NAMES}

    assert broken_by(desk, fields | {"organisation": str(desk.organisation)}, desk.ids) == []


def test_an_id_the_database_cannot_hold_is_absent(desk):
    assert broken_by(desk, {}, dict.fromkeys(desk.ids, HUGE)) == []
