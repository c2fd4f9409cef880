"""The account's pages: who may open them, what they show, what saving answers."""

import pytest
from django.urls import reverse

from accounts_registry.models import PersonalAccount
from tests.cast import TihiyOkean, accountant_of, tihiy_okean
from tests.factories import make_organisation, make_user
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

PAGES = ["account", "account-services", "account-meters", "account-payments"]


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    """A client signed in as the accountant of the cast's organisation."""
    client.force_login(accountant_of(okean.organisation))
    return client


def address(page: str, account: PersonalAccount) -> str:
    return reverse(f"accounts_registry:{page}", args=[account.pk])


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_for_the_accountant(office, okean, page):
    assert office.get(address(page, okean.lermontov)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_guest_is_asked_to_sign_in(client, okean, page):
    wanted = address(page, okean.lermontov)

    assert client.get(wanted)["Location"] == f"/login/?next={wanted}"


@pytest.mark.parametrize("page", PAGES)
def test_role_without_the_right_is_refused(client, okean, page):
    client.force_login(
        make_user(username="cashier", role=Role.CASHIER, organisation=okean.organisation)
    )

    assert client.get(address(page, okean.lermontov)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_foreign_account_is_absent(client, okean, page):
    client.force_login(accountant_of(make_organisation(name="Чужая")))

    assert client.get(address(page, okean.lermontov)).status_code == 404
