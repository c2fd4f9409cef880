"""The list of accounts: search, filters, order, export; the search of the whole program."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts_registry.ledger.posting import LineToPost, PaymentSource, post_payment
from tests.cast import NOON, TihiyOkean, accountant_of, tihiy_okean
from tests.factories import (
    make_account,
    make_house,
    make_organisation,
    make_premises,
    make_user,
)
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

LIST = "/accounts/"
EXPORT = "/accounts/export.xlsx"


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    """A client signed in as the accountant of the cast's organisation."""
    client.force_login(accountant_of(okean.organisation))
    return client


def found(client, **query: object) -> list[str]:
    rows = client.get(LIST, query).context["rows"]
    return [row.account.number[-4:] for row in rows]


@pytest.mark.parametrize("page", [LIST, EXPORT, "/search/?q=1001"])
def test_guest_is_asked_to_sign_in(client, page):
    assert client.get(page)["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("page", [LIST, EXPORT, "/search/?q=1001"])
def test_role_without_the_right_is_refused(client, okean, page):
    client.force_login(
        make_user(username="cashier", role=Role.CASHIER, organisation=okean.organisation)
    )

    assert client.get(page).status_code == 403


def test_list_goes_by_number(office):
    assert found(office) == ["1001", "1002", "1003", "1004"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-number", ["1004", "1003", "1002", "1001"]),
        ("payer", ["1001", "1004", "1003", "1002"]),
        ("-payer", ["1002", "1003", "1004", "1001"]),
        ("-address", ["1004", "1003", "1002", "1001"]),
        ("password", ["1001", "1002", "1003", "1004"]),
    ],
)
def test_list_is_sorted_by_a_known_column(office, sort, order):
    assert found(office, sort=sort) == order


def test_flats_go_by_their_number_not_by_its_letters(office, okean):
    make_account(premises=make_premises(house=okean.house, number="10"), number="000000001010")

    assert found(office, sort="address") == ["1001", "1002", "1003", "1004", "1010"]


def test_filters_narrow_the_list(office, okean):
    other = make_house(organisation=okean.organisation, code="2", street="Люблинская")
    make_account(
        premises=make_premises(house=other),
        number="000000002001",
        closed_on=dt.date(2013, 5, 1),
    )

    assert found(office, delivery="email") == ["1001"]
    assert found(office, house=other.pk) == ["2001"]
    assert found(office, state="closed") == ["2001"]
    assert found(office, state="open", q="Тютч") == ["1003"]


def test_unknown_filter_value_filters_nothing(office):
    assert found(office, house="999999", delivery="pigeon") == ["1001", "1002", "1003", "1004"]


def test_active_filters_are_named_with_the_way_out(office, okean):
    chips = office.get(LIST, {"q": "фет", "delivery": "paper"}).context["chips"]

    assert [(chip.text, chip.without) for chip in chips] == [
        ("Поиск: фет", "/accounts/?delivery=paper"),
        ("На бумаге", "/accounts/?q=%D1%84%D0%B5%D1%82"),
    ]


def test_foreign_accounts_and_houses_are_absent(office):
    foreign = make_house(organisation=make_organisation(name="Чужая"), code="f")
    make_account(premises=make_premises(house=foreign), number="000000009001")

    assert found(office) == ["1001", "1002", "1003", "1004"]
    assert found(office, house=foreign.pk) == ["1001", "1002", "1003", "1004"]


def test_list_that_never_had_anything_says_what_will_be_here(client):
    client.force_login(accountant_of(make_organisation()))

    page = client.get(LIST)

    assert page.context["never_had_any"] is True
    assert page.content.decode().count("Счетов пока нет") == 1


def test_search_that_found_nothing_offers_to_drop_the_filter(office):
    page = office.get(LIST, {"q": "Пушкин"})

    assert page.context["never_had_any"] is False
    assert page.content.decode().count("Сбросить отбор") == 1


def test_htmx_gets_only_the_found_part_and_a_clean_address(office):
    answer = office.get(LIST, {"q": "фет", "house": ""}, headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<div class="stack" id="found">')
    assert answer["HX-Push-Url"] == "/accounts/?q=%D1%84%D0%B5%D1%82"


def test_long_list_has_pages(office, okean):
    for number in range(2000, 2050):
        premises = make_premises(house=okean.house, number=str(number))
        make_account(premises=premises, number=f"{number:012d}")

    first, second = (office.get(LIST, {"page": page}).context for page in (1, 2))

    assert (len(first["rows"]), len(second["rows"])) == (50, 4)
    assert len(office.get(LIST, {"page": "last-one"}).context["rows"]) == 50


def pay(okean: TihiyOkean, amount: str) -> None:
    post_payment(
        account=okean.fet,
        lines=[LineToPost(okean.fee.pk, Decimal(amount))],
        paid_on=dt.date(2013, 7, 10),
        key=uuid.uuid4(),
        source=PaymentSource.DESK,
        by=None,
        at=NOON,
    )


def test_row_tells_debt_from_advance(office, okean):
    pay(okean, "150.00")

    rows = office.get(LIST).context["rows"]

    assert [(row.balance, row.advance) for row in rows[:2]] == [
        (Decimal("0.00"), None),
        (Decimal("-150.00"), Decimal("150.00")),
    ]


def test_list_asks_the_database_as_often_for_one_row_as_for_three(
    office, okean, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as asked:
        office.get(LIST, {"q": "000000001001"})

    with django_assert_num_queries(len(asked)):
        office.get(LIST, {"q": "00000000100"})


def test_export_holds_what_the_filters_let_through(office, okean):
    pay(okean, "150.00")
    okean.fet.payer.full_name = '=HYPERLINK("http://evil")'
    okean.fet.payer.save()

    answer = office.get(EXPORT, {"q": "000000001002"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [
            "Номер",
            "Плательщик",
            "Адрес",
            "Помещение",
            "Способ доставки",
            "Электронная почта",
            "Открыт",
            "Закрыт",
            "Долг (аванс со знаком минус), руб.",
        ],
        [
            "000000001002",
            '=HYPERLINK("http://evil")',
            "Москва, Братиславская, дом № 1",
            "кв. 2",
            "На бумаге",
            None,
            dt.datetime(2012, 10, 1),  # noqa: DTZ001 (a day of a sheet has no zone)
            None,
            -150,
        ],
    ]
    assert sheet["B2"].data_type == "s"
    assert answer["Content-Disposition"] == 'attachment; filename="accounts.xlsx"'


def test_whole_number_opens_the_card(office, okean):
    answer = office.get("/search/", {"q": " 000000001002 "})

    assert answer["Location"] == reverse("accounts_registry:account", args=[okean.fet.pk])


@pytest.mark.parametrize("typed", ["00000000100", "Фет", "Братиславская 1 2"])
def test_anything_else_goes_to_the_list(office, typed):
    answer = office.get("/search/", {"q": typed}, follow=True)

    assert answer.request["PATH_INFO"] == LIST
    assert answer.context["form"].cleaned_data["q"] == typed


def test_number_of_a_foreign_account_opens_nothing(office):
    foreign = make_house(organisation=make_organisation(name="Чужая"))
    make_account(premises=make_premises(house=foreign), number="000000009001")

    answer = office.get("/search/", {"q": "000000009001"}, follow=True)

    assert answer.context["rows"] == []
