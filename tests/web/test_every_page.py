"""
Every address of the program as everybody: who is let in, and that what is foreign looks absent.

An address without its row in `PAGES` fails: whoever adds a page says whose it is.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.world import WHO, World, make_world

pytestmark = pytest.mark.django_db

# What a request ends with: the page or its answer, a word of the refusal otherwise.
IN, LOGIN, REFUSED, ABSENT = "in", "login", "refused", "absent"

EVERYBODY = (IN, IN, IN, IN, IN, IN)
SIGNED_IN = (LOGIN, IN, IN, IN, IN, IN)
# Lists and frames: a stranger opens them and sees only his own.
OFFICE = (LOGIN, REFUSED, IN, IN, IN, IN)
BOOKS = (LOGIN, REFUSED, REFUSED, REFUSED, IN, IN)
POST = (LOGIN, REFUSED, REFUSED, IN, IN, IN)
POSTMASTER = (LOGIN, REFUSED, REFUSED, IN, REFUSED, IN)
TILL = (LOGIN, IN, REFUSED, REFUSED, REFUSED, IN)


def foreign_is_absent(answers: tuple[str, ...]) -> tuple[str, ...]:
    """What is somebody's own: the stranger, who has every right elsewhere, does not find it."""
    return (*answers[:-1], ABSENT)


CARD = foreign_is_absent(OFFICE)
KEEPER = (LOGIN, REFUSED, IN, REFUSED, IN, ABSENT)
CHARGES = foreign_is_absent(BOOKS)
DOCUMENTS = foreign_is_absent(POST)
NOTHING_YET = (LOGIN, REFUSED, REFUSED, REFUSED, ABSENT, ABSENT)  # no penalties
LETTERS = foreign_is_absent(POST)
MAIL_ACCOUNT = foreign_is_absent(POSTMASTER)
BILL = foreign_is_absent(TILL)

# name of the address, method, arguments (ids of `World`, else words as they are), who gets what
PAGES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("web:home", "get", (), SIGNED_IN),
    ("web:login", "get", (), EVERYBODY),
    ("web:till-login", "get", (), EVERYBODY),
    ("web:language", "post", (), EVERYBODY),
    ("web:time", "get", (), EVERYBODY),
    ("search", "get", (), OFFICE),
    ("accounts_registry:account-list", "get", (), OFFICE),
    ("accounts_registry:account-export", "get", (), OFFICE),
    ("accounts_registry:account", "get", ("account",), CARD),
    ("accounts_registry:account", "post", ("account",), KEEPER),
    ("accounts_registry:account-new-number", "get", ("account",), KEEPER),
    ("accounts_registry:account-fact", "get", ("account", "area"), KEEPER),
    ("accounts_registry:account-fact", "post", ("account", "area"), KEEPER),
    ("accounts_registry:account-services", "get", ("account",), CARD),
    ("accounts_registry:connect-service", "post", ("account",), KEEPER),
    ("accounts_registry:disconnect-service", "post", ("account", "service"), KEEPER),
    ("accounts_registry:account-meters", "get", ("account",), CARD),
    ("accounts_registry:install-meter", "post", ("account",), KEEPER),
    ("accounts_registry:account-payments", "get", ("account",), CHARGES),
    ("ledger:statement", "get", ("account",), CHARGES),
    ("ledger:statement-pdf", "get", ("account",), CHARGES),
    ("ledger:statement-xlsx", "get", ("account",), CHARGES),
    ("ledger:enter-payment", "get", ("account",), CHARGES),
    ("ledger:enter-payment", "post", ("account",), CHARGES),
    ("ledger:transfer", "get", ("account",), CHARGES),
    ("ledger:transfer", "post", ("account",), CHARGES),
    ("ledger:write-off", "get", ("account",), CHARGES),
    ("ledger:write-off", "post", ("account",), CHARGES),
    ("ledger:opening", "get", ("account",), CHARGES),
    ("ledger:opening", "post", ("account",), CHARGES),
    ("ledger:cancel-payment", "get", ("payment",), CHARGES),
    ("ledger:cancel-payment", "post", ("payment",), CHARGES),
    ("ledger:undo-operation", "get", ("write_off",), CHARGES),
    ("ledger:undo-operation", "post", ("write_off",), CHARGES),
    ("ledger:payment-list", "get", (), BOOKS),
    ("ledger:payment-export", "get", (), BOOKS),
    ("ledger:openings", "get", (), BOOKS),
    ("ledger:openings", "post", (), BOOKS),
    ("ledger:openings-sample", "get", (), BOOKS),
    ("ledger:operations", "get", (), BOOKS),
    ("ledger:turnover", "get", (), CHARGES),
    ("ledger:report", "get", ("debtors",), CHARGES),
    ("ledger:report-export", "get", ("turnover",), CHARGES),
    ("accounts_registry:meter-list", "get", (), OFFICE),
    ("accounts_registry:enter-reading", "post", ("meter",), KEEPER),
    ("accounts_registry:remove-meter", "post", ("meter",), KEEPER),
    ("accounts_registry:consumption", "get", ("meter",), KEEPER),
    ("accounts_registry:reading-import", "get", (), KEEPER),
    ("accounts_registry:reading-import", "post", (), KEEPER),
    ("accounts_registry:reading-template", "get", (), KEEPER),
    ("accounts_registry:correct-reading", "get", ("reading",), KEEPER),
    ("accounts_registry:correct-reading", "post", ("reading",), KEEPER),
    ("accounts_registry:reading-sheet", "get", ("house",), KEEPER),
    ("accounts_registry:reading-sheet", "post", ("house",), KEEPER),
    ("accounts_registry:house-list", "get", (), OFFICE),
    ("accounts_registry:house", "get", ("house",), CARD),
    ("accounts_registry:catalogue-list", "get", (), OFFICE),
    ("accounts_registry:catalogue", "get", ("rates",), OFFICE),
    ("accounts_registry:catalogue", "post", ("due-days",), BOOKS),
    ("accounts_registry:catalogue-remove", "post", ("due-days", "due day"), CHARGES),
    ("accounts_registry:settings", "get", (), CARD),
    ("accounts_registry:settings", "post", (), CHARGES),
    ("charges:house-volumes", "get", ("house",), CHARGES),
    ("charges:house-volumes", "post", ("house",), CHARGES),
    ("charges:why", "get", ("account",), CHARGES),
    ("charges:line-why", "get", ("account",), CHARGES),
    ("charges:why-pdf", "get", ("account",), CHARGES),
    ("charges:service-list", "get", (), CARD),
    ("charges:service-export", "get", (), CARD),
    ("charges:service-new", "get", (), CHARGES),
    ("charges:service-new", "post", (), CHARGES),
    ("charges:service", "get", ("service",), CARD),
    ("charges:service-edit", "get", ("service",), CHARGES),
    ("charges:service-edit", "post", ("service",), CHARGES),
    ("charges:prices", "get", ("service", "tariff"), CHARGES),
    ("charges:prices", "post", ("service", "tariff"), CHARGES),
    ("charges:prices-remove", "post", ("service", "tariff"), CHARGES),
    ("charges:period", "get", (), CHARGES),
    ("charges:export", "get", (), CHARGES),
    ("charges:months", "get", (), CHARGES),
    ("charges:run", "get", (), CHARGES),
    ("charges:run", "post", (), CHARGES),
    ("charges:resume", "post", (), CHARGES),
    ("charges:month-house", "get", ("house",), CHARGES),
    ("charges:redraft", "get", ("house",), CHARGES),
    ("charges:redraft", "post", ("house",), CHARGES),
    ("charges:anomalies", "get", (), CHARGES),
    ("charges:anomalies-mark", "post", (), CHARGES),
    ("charges:anomalies-export", "get", (), CHARGES),
    ("charges:progress", "get", ("charges run",), CHARGES),
    ("charges:account-charges", "get", ("account",), CHARGES),
    ("charges:account-penalties", "get", ("account",), CHARGES),
    ("charges:account-penalties-print", "get", ("account",), NOTHING_YET),
    ("charges:penalties", "get", (), CHARGES),
    ("charges:penalty-preview", "get", (), CHARGES),
    ("charges:penalty-preview", "post", (), CHARGES),
    ("charges:penalties-export", "get", (), CHARGES),
    ("charges:calculate", "post", (), CHARGES),
    ("charges:stop", "post", (), CHARGES),
    ("charges:confirm", "post", (), CHARGES),
    ("charges:reopen", "post", (), CHARGES),
    ("corrections:document-list", "get", (), BOOKS),
    ("corrections:export", "get", (), BOOKS),
    ("corrections:new-mass", "get", (), CHARGES),
    ("corrections:new-mass", "post", (), CHARGES),
    ("corrections:new-recount", "get", (), CHARGES),
    ("corrections:new-recount", "post", (), CHARGES),
    ("corrections:document", "get", ("correction",), CHARGES),
    ("corrections:progress", "get", ("correction",), CHARGES),
    ("corrections:document-pdf", "get", ("correction",), CHARGES),
    ("corrections:document-export", "get", ("correction",), CHARGES),
    ("corrections:stop", "post", ("correction",), CHARGES),
    ("corrections:post", "post", ("correction",), CHARGES),
    ("corrections:storno", "get", ("correction",), CHARGES),
    ("corrections:storno", "post", ("correction",), CHARGES),
    ("corrections:discard", "post", ("correction",), CHARGES),
    ("corrections:account", "get", ("account",), CHARGES),
    ("corrections:new-apart", "get", ("account",), CHARGES),
    ("corrections:new-apart", "post", ("account",), CHARGES),
    ("corrections:subsidies", "get", (), CHARGES),
    ("corrections:subsidies", "post", (), CHARGES),
    ("corrections:new-agreement", "get", ("account",), CHARGES),
    ("corrections:new-agreement", "post", ("account",), CHARGES),
    ("corrections:agreement-list", "get", (), BOOKS),
    ("corrections:agreement", "get", ("agreement",), CHARGES),
    ("corrections:agreement", "post", ("agreement",), CHARGES),
    ("corrections:missed-notice", "get", (), BOOKS),
    ("corrections:percents", "get", (), CHARGES),
    ("corrections:percents", "post", (), CHARGES),
    ("corrections:absence", "get", ("account",), CHARGES),
    ("corrections:absence", "post", ("account",), CHARGES),
    ("corrections:benefit", "get", ("account",), CHARGES),
    ("corrections:benefit", "post", ("account",), CHARGES),
    ("corrections:absence-remove", "post", ("account", "absence"), CHARGES),
    ("corrections:benefit-end", "get", ("account", "benefit"), CHARGES),
    ("corrections:benefit-end", "post", ("account", "benefit"), CHARGES),
    ("corrections:benefit-remove", "post", ("account", "benefit"), CHARGES),
    ("corrections:house", "get", ("house",), CHARGES),
    ("corrections:interruption", "get", (), CHARGES),
    ("corrections:interruption", "post", (), CHARGES),
    ("corrections:interruption-remove", "post", ("house", "interruption"), CHARGES),
    ("corrections:new-manual", "get", ("account",), CHARGES),
    ("corrections:new-manual", "post", ("account",), CHARGES),
    ("payment_docs:document-list", "get", (), DOCUMENTS),
    ("payment_docs:document", "get", ("document",), DOCUMENTS),
    ("payment_docs:document-pdf", "get", ("document",), DOCUMENTS),
    ("payment_docs:print-file", "get", (), DOCUMENTS),
    ("payment_docs:progress", "get", ("documents run",), DOCUMENTS),
    ("payment_docs:account-documents", "get", ("account",), DOCUMENTS),
    ("payment_docs:settings", "get", (), CHARGES),
    ("payment_docs:settings", "post", (), CHARGES),
    ("payment_docs:house-notice", "post", (), CHARGES),
    ("payment_docs:requisites", "get", (), CHARGES),
    ("payment_docs:requisites-of", "get", ("0",), CHARGES),
    ("payment_docs:requisites-of", "post", ("0",), CHARGES),
    ("payment_docs:new-payee", "get", (), CHARGES),
    ("payment_docs:new-payee", "post", (), CHARGES),
    ("payment_docs:issue", "post", (), CHARGES),
    ("payment_docs:sign", "post", (), CHARGES),
    ("payment_docs:stop", "post", (), CHARGES),
    ("audits:books", "get", (), CHARGES),
    ("audits:check", "post", (), CHARGES),
    ("audits:progress", "get", ("audits run",), CHARGES),
    ("mailing:batch-list", "get", (), POST),
    ("mailing:send", "get", (), LETTERS),
    ("mailing:send", "post", (), LETTERS),
    ("mailing:document-states", "get", (), POST),
    ("mailing:account-state", "get", ("account",), LETTERS),
    ("mailing:batch", "get", ("batch",), LETTERS),
    ("mailing:stop", "post", ("batch",), LETTERS),
    ("mailing:resume", "post", ("batch",), LETTERS),
    ("mailing:export-xlsx", "get", ("batch",), LETTERS),
    ("mailing:export-csv", "get", ("batch",), LETTERS),
    ("mailing:decide", "get", ("row", "cancel"), LETTERS),
    ("mailing:decide", "post", ("row", "cancel"), LETTERS),
    ("mailing:account-list", "get", (), POSTMASTER),
    ("mailing:account-new", "get", (), MAIL_ACCOUNT),
    ("mailing:account-new", "post", (), MAIL_ACCOUNT),
    ("mailing:account", "get", ("mail account",), MAIL_ACCOUNT),
    ("mailing:account", "post", ("mail account",), MAIL_ACCOUNT),
    ("cashdesk:find", "get", (), TILL),
    ("cashdesk:bill", "get", ("account",), BILL),
    ("cashdesk:pay", "post", ("account",), BILL),
    ("cashdesk:pay-status", "get", ("token",), TILL),
    ("cashdesk:receipt", "get", ("receipt",), BILL),
    ("cashdesk:printed", "post", ("receipt",), BILL),
    ("cashdesk:paid", "get", (), TILL),
    ("web:logout", "post", (), (LOGIN,) * len(WHO)),  # the last: nobody is signed in after it
)
FOREIGN = ("Тихий океан", "Лермонтов", "Фет Афанасий", "000000001", "Приморский")


@pytest.fixture
def world() -> World:
    return make_world()


def addresses(
    patterns: list[URLPattern | URLResolver] | None = None, space: str = ""
) -> Iterator[str]:
    """Every name of an address, with its namespace."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}"


def outcome(answer: HttpResponse) -> str:
    if answer.status_code == 302 and answer["Location"].startswith("/login/"):
        return LOGIN
    if answer.status_code in {200, 204, 302, 409, 422}:
        return IN
    return {403: REFUSED, 404: ABSENT}.get(answer.status_code, str(answer.status_code))


def text_of(answer: HttpResponse) -> str:
    if answer.get("Content-Type", "").endswith("sheet"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return answer.content.decode(errors="replace")


def ask(world: World, who: str, name: str, method: str, args: tuple[str, ...]) -> Any:
    address = reverse(name, args=[world.ids.get(arg, arg) for arg in args])
    chosen = {"organisation": world.ids["organisation"], "period": "2013-08"}
    query = f"?organisation={chosen['organisation']}" if method == "post" else ""
    client = world.clients[who]
    return client.get(address, chosen) if method == "get" else client.post(address + query, chosen)


def test_every_address_stands_in_the_table():
    assert {name for name, *_ in PAGES} == set(addresses())


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_is_theirs(world, who):
    got = {
        (name, method): outcome(ask(world, who, name, method, args))
        for name, method, args, _ in PAGES
    }

    assert got == {(name, method): answers[WHO.index(who)] for name, method, _, answers in PAGES}


def test_strangers_read_nothing_of_others(world):
    told = {
        (name, method): [word for word in FOREIGN if word in text]
        for name, method, args, _ in PAGES
        if (text := text_of(ask(world, "stranger", name, method, args)))
    }

    assert {page: words for page, words in told.items() if words} == {}
