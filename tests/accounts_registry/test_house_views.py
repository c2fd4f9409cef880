"""Houses: the list, the card, and who may see them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import TihiyOkean, accountant_of, tihiy_okean
from tests.factories import (
    make_account,
    make_house,
    make_meter,
    make_organisation,
    make_premises,
    make_user,
)
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

LIST = "/houses/"


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    """A client signed in as the accountant of the cast's organisation."""
    client.force_login(accountant_of(okean.organisation))
    return client


def card(okean: TihiyOkean) -> str:
    return reverse("accounts_registry:house", args=[okean.house.pk])


def test_guest_is_asked_to_sign_in(client, okean):
    assert client.get(card(okean))["Location"] == f"/login/?next={card(okean)}"


def test_role_without_the_right_is_refused(client, okean):
    client.force_login(
        make_user(username="cashier", role=Role.CASHIER, organisation=okean.organisation)
    )

    assert [client.get(page).status_code for page in (LIST, card(okean))] == [403, 403]


def test_foreign_house_is_absent(client, okean):
    client.force_login(accountant_of(make_organisation(name="Чужая")))

    assert client.get(card(okean)).status_code == 404
    assert list(client.get(LIST).context["page"]) == []


def test_list_counts_the_accounts_of_each_house(office, okean):
    make_house(organisation=okean.organisation, code="empty", street="Люблинская")

    counts = [(house.code, house.account_count) for house in office.get(LIST).context["page"]]

    assert counts == [("109451", 4), ("empty", None)]


def test_card_lists_flats_in_order_and_the_latest_readings(office, okean):
    make_account(premises=make_premises(house=okean.house, number="10"), number="000000000010")
    make_meter(
        at=okean.house,
        service=okean.cold_water,
        readings=[(dt.date(2013, 6, 25), "100"), (dt.date(2013, 7, 25), "200")],
    )

    context = office.get(card(okean)).context

    assert [account.premises.number for account, _ in context["rows"]] == ["1", "2", "3", "4", "10"]
    assert [[r.value for r in meter.readings.all()] for meter in context["meters"]] == [[200]]


def test_card_asks_the_database_as_often_for_one_row_as_for_three(
    office, okean, django_assert_num_queries
):
    small = make_house(organisation=okean.organisation, code="small", street="Люблинская")
    make_account(premises=make_premises(house=small), number="1")
    make_meter(at=small, service=okean.cold_water, readings=[(dt.date(2013, 6, 25), "100")])
    for _ in range(3):
        make_meter(at=okean.house, service=okean.fee, readings=[(dt.date(2013, 6, 25), "100")])
    with CaptureQueriesContext(connection) as asked:
        office.get(reverse("accounts_registry:house", args=[small.pk]))

    with django_assert_num_queries(len(asked)):
        office.get(card(okean))
