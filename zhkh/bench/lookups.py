"""How long a person waits: the pages of an account's card, and the debt at the desk."""

import random
import statistics
import time
from collections.abc import Callable

from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from accounts_registry.ledger.open_items import open_items
from accounts_registry.models import Organisation, PersonalAccount
from accounts_registry.services import assign_role
from zhkh.bench.figures import Figures
from zhkh.web.models import User
from zhkh.web.roles import Role

_ASKED = 40  # accounts
_WARMED = 3  # the first pages read templates and plans
_PAGES = {
    "card_ms": "accounts_registry:account",
    "card_charges_ms": "charges:account-charges",
    "card_payments_ms": "accounts_registry:account-payments",
}
_HOST = "localhost"
_USER = "bench"


def look_up(organisation: Organisation, *, seed: int) -> Figures:
    """Medians over some accounts of the town, milliseconds; the page whole, as a browser gets it."""
    accounts = _some_accounts(organisation, seed)
    figures: Figures = {
        name: _median_ms(accounts, _opener(organisation, url_name))
        for name, url_name in _PAGES.items()
    }
    figures["debt_ms"] = _median_ms(accounts, _debt)
    return figures


def _some_accounts(organisation: Organisation, seed: int) -> list[PersonalAccount]:
    ids = list(
        PersonalAccount.objects.filter(organisation=organisation)
        .order_by("number")
        .values_list("pk", flat=True)
    )
    chance = random.Random(seed)  # noqa: S311 (which accounts are asked is no secret)
    chosen = [chance.choice(ids) for _ in range(_WARMED + _ASKED)]
    by_id = PersonalAccount.objects.in_bulk(chosen)
    return [by_id[pk] for pk in chosen]


def _opener(organisation: Organisation, url_name: str) -> Callable[[PersonalAccount], None]:
    client = Client(SERVER_NAME=_HOST)
    user, _ = User.objects.get_or_create(username=_USER)
    assign_role(user=user, role=Role.ACCOUNTANT, organisation=organisation)
    client.force_login(user)

    def opened(account: PersonalAccount) -> None:
        with override_settings(DEBUG=False):  # as in production: no log of queries
            response = client.get(reverse(url_name, args=[account.pk]))
        assert response.status_code == 200, response.status_code

    return opened


def _debt(account: PersonalAccount) -> None:
    open_items(account)


def _median_ms(accounts: list[PersonalAccount], look: Callable[[PersonalAccount], None]) -> float:
    times = []
    for account in accounts:
        began = time.perf_counter()
        look(account)
        times.append(time.perf_counter() - began)
    return round(statistics.median(times[_WARMED:]) * 1000, 2)
