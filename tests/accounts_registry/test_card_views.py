"""The account's pages: who may open them, what they show, what saving answers."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_registry.ledger.balances import LastPayment
from accounts_registry.ledger.posting import LineToPost, PaymentSource, post_payment
from accounts_registry.models import PersonalAccount
from accounts_registry.services import assign_role
from tests.cast import NOON, TihiyOkean, accountant_of, tihiy_okean
from tests.factories import connect, make_meter, make_organisation, make_service, make_user
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


def page_of(client, account: PersonalAccount):
    return client.get(address("account", account)).content.decode()


def typed(account: PersonalAccount, **changed: str) -> dict[str, str]:
    """What the card's form sends when nothing but `changed` was touched."""
    fields = {
        "number": account.number,
        "payer": account.payer.full_name,
        "opened_on": f"{account.opened_on:%d.%m.%Y}",
        "closed_on": "",
        "category": account.category,
        "delivery_method": account.delivery_method,
        "email": account.email,
        "version": str(account.version),
    }
    return fields | changed


def save(client, account: PersonalAccount, **changed: str):
    return client.post(address("account", account), typed(account, **changed))


def sentences(answer) -> list[str]:
    return [str(message) for message in answer.wsgi_request._messages]


def test_operator_of_another_role_may_look_but_not_change(client, okean):
    client.force_login(
        make_user(username="mail", role=Role.MAILING_OPERATOR, organisation=okean.organisation)
    )

    assert page_of(client, okean.fet).count("disabled") > 5
    assert save(client, okean.fet, phone="1").status_code == 403


def test_account_may_be_changed_only_where_the_role_is(client, okean):
    """Accountant elsewhere and mailing operator here: the right of there does not reach here."""
    user = accountant_of(make_organisation(name="Другая"))
    assign_role(user=user, role=Role.MAILING_OPERATOR, organisation=okean.organisation)
    client.force_login(user)

    assert client.get(address("account", okean.fet)).status_code == 200
    assert save(client, okean.fet, phone="1").status_code == 404


def test_record_saves_and_stays(office, okean):
    answer = save(office, okean.fet, phone="+7 900 000-00-00")

    assert (answer.status_code, answer["Location"]) == (302, address("account", okean.fet))
    okean.fet.refresh_from_db()
    assert (okean.fet.phone, okean.fet.version) == ("+7 900 000-00-00", 2)


def test_record_and_close_goes_to_the_list(office, okean):
    answer = save(office, okean.fet, then="close")

    assert answer["Location"] == reverse("accounts_registry:account-list")


def test_delivery_by_email_without_address_is_refused_at_the_field(office, okean):
    answer = save(office, okean.fet, delivery_method="email")

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "email": ["Укажите адрес электронной почты: без него документ не уйдёт"]
    }
    okean.fet.refresh_from_db()
    assert okean.fet.delivery_method == "paper"


def test_address_with_paper_delivery_is_saved_with_a_warning(office, okean):
    answer = save(office, okean.fet, email="fet@mail.ru")

    assert sentences(answer) == [
        "Счёт 000000001002 записан.",
        "Письмо не уйдёт: способ доставки — на бумаге.",
    ]


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"opened_on": "31.02.2013"}, {"opened_on": ["Дата пишется так: 01.10.2012."]}),
        ({"email": "fet@"}, {"email": ["Проверьте адрес: он выглядит так — имя@почта.рф."]}),
        (
            {"closed_on": "01.01.2012"},
            {"closed_on": ["Счёт закрывается раньше, чем открыт (01.10.2012): исправьте дату."]},
        ),
        (
            {"number": "000000001001"},
            {"number": ["Лицевой счёт 000000001001 уже есть: укажите другой номер."]},
        ),
        ({"payer": ""}, {"payer": ["Обязательное поле."]}),
    ],
    ids=["date", "email", "closing", "number", "payer"],
)
def test_wrong_field_is_named_and_nothing_is_written(office, okean, changed, errors):
    answer = save(office, okean.fet, **changed)

    assert (answer.status_code, answer.context["form"].errors) == (422, errors)
    okean.fet.refresh_from_db()
    assert okean.fet.version == 1


def test_conflict_shows_both_values_and_the_second_try_writes_mine(office, okean):
    save(office, okean.fet, phone="111")

    answer = save(office, okean.fet, phone="222")

    assert answer.status_code == 409
    conflict = answer.context["changed"].conflicts[0]
    assert (conflict.label, conflict.mine, conflict.theirs) == ("Телефон", "222", "111")
    assert answer.context["form"]["version"].value() == "2"
    save(office, okean.fet, phone="222", version="2")
    okean.fet.refresh_from_db()
    assert okean.fet.phone == "222"


def test_new_number_comes_as_the_field_itself(office, okean):
    answer = office.get(address("account-new-number", okean.fet)).content.decode()

    assert answer == (
        '<input type="text" name="number" value="000000001005" maxlength="30" class="w-short" '
        'required id="id_number">'
    )


def test_header_counts_what_was_paid_ahead_as_an_advance(office, okean):
    post_payment(
        account=okean.fet,
        lines=[LineToPost(okean.fee.pk, Decimal("150.00"))],
        paid_on=dt.date(2013, 7, 10),
        key=uuid.uuid4(),
        source=PaymentSource.DESK,
        by=None,
        at=NOON,
    )

    standing = office.get(address("account", okean.fet)).context["standing"]

    assert (standing.is_advance, standing.size, standing.to_pay) == (
        True,
        Decimal("150.00"),
        Decimal("0.00"),
    )
    assert standing.last_payment == LastPayment(dt.date(2013, 7, 10), Decimal("150.00"))


def test_tab_whose_page_nobody_offers_is_not_shown(office, okean):
    tabs = office.get(address("account", okean.fet)).context["tabs"]

    assert all(office.get(tab.url).status_code == 200 for tab in tabs)
    assert [tab.key for tab in tabs if tab.key in {"main", "services", "meters", "payments"}] == [
        "main",
        "services",
        "meters",
        "payments",
    ]


def test_neighbours_are_the_accounts_before_and_after_by_number(office, okean):
    around = office.get(address("account", okean.fet)).context["neighbours"]

    assert (around.place, around.total) == (2, 4)
    assert around.previous == address("account", okean.lermontov)
    assert around.next == address("account", okean.tyutchev)


def test_first_and_last_have_one_neighbour(office, okean):
    first = office.get(address("account", okean.lermontov)).context["neighbours"]
    last = office.get(address("account", okean.nekrasov)).context["neighbours"]

    assert (first.previous, last.next) == (None, None)


def test_fact_is_changed_from_a_day(office, okean):
    page = reverse("accounts_registry:account-fact", args=[okean.fet.pk, "area"])

    answer = office.post(page, {"since": "01.07.2013", "area_m2": "71,5"})

    assert answer["Location"] == address("account", okean.fet)
    spans = [span for _, span in office.get(page).context["history"]]
    assert spans == ["с 01.07.2013", "с 01.10.2012 по 30.06.2013"]


@pytest.mark.parametrize(
    ("kind", "sent", "errors"),
    [
        ("area", {"since": "01.07.2013", "area_m2": "0"}, {"area_m2": ["Площадь больше нуля."]}),
        (
            "area",
            {"since": "01.07.2013", "area_m2": "ы"},
            {"area_m2": ["Нужно число, например 12,5."]},
        ),
        (
            "residents",
            {"since": "01.01.2012", "count": "2"},
            {"since": ["Счёт открыт 01.10.2012: укажите дату не раньше этого дня."]},
        ),
        (
            "ownership",
            {"since": "01.07.2013", "owners": "1", "share": "0"},
            {"share": ["Доля больше нуля и не больше единицы."]},
        ),
    ],
)
def test_impossible_fact_is_refused_at_its_field(office, okean, kind, sent, errors):
    page = reverse("accounts_registry:account-fact", args=[okean.fet.pk, kind])

    answer = office.post(page, sent)

    assert (answer.status_code, answer.context["form"].errors) == (422, errors)


def test_unknown_fact_is_absent(office, okean):
    page = reverse("accounts_registry:account-fact", args=[okean.fet.pk, "mood"])

    assert office.get(page).status_code == 404


def test_service_is_connected_and_disconnected(office, okean):
    gas = make_service(organisation=okean.organisation, code="gas", name="Газ")
    off = reverse("accounts_registry:disconnect-service", args=[okean.fet.pk, gas.pk])

    office.post(address("connect-service", okean.fet), {"service": gas.pk, "since": "01.07.2013"})
    office.post(off, {f"{gas.pk}-on": "01.08.2013"})

    valid = okean.fet.services.get(service=gas).valid
    assert (valid.lower, valid.upper) == (dt.date(2013, 7, 1), dt.date(2013, 8, 1))


def test_refused_connection_is_explained_at_the_field(office, okean):
    sent = {"service": okean.fee.pk, "since": "01.07.2013"}

    answer = office.post(address("connect-service", okean.fet), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "since": [
            (
                "Услуга «Содержание и ремонт жилого помещения» уже подключена с 01.10.2012: "
                "сначала отключите её или выберите другую дату."
            )
        ]
    }


def test_refused_disconnection_is_explained_at_its_row(office, okean):
    off = reverse("accounts_registry:disconnect-service", args=[okean.fet.pk, okean.fee.pk])

    answer = office.post(off, {f"{okean.fee.pk}-on": "01.10.2012"})

    forms = [row["form"].errors for row in answer.context["rows"]]
    assert answer.status_code == 422
    assert forms == [
        {
            "on": [
                (
                    "Услуга «Содержание и ремонт жилого помещения» на 30.09.2012 не подключена: "
                    "проверьте дату отключения."
                )
            ]
        },
        {},
    ]


def test_service_of_another_organisation_cannot_be_connected(office, okean):
    foreign = make_service(organisation=make_organisation(name="Чужая"), code="gas")
    sent = {"service": foreign.pk, "since": "01.07.2013"}

    assert office.post(address("connect-service", okean.fet), sent).status_code == 422


@pytest.mark.parametrize("page", PAGES)
def test_pages_ask_the_database_as_often_for_one_row_as_for_three(
    office, okean, page, django_assert_num_queries
):
    small, large = okean.fet, okean.tyutchev
    make_meter(at=small, service=okean.cold_water, readings=[(dt.date(2013, 1, 1), "1")])
    for number in range(3):
        service = make_service(organisation=okean.organisation, code=f"more{number}")
        connect(large, service)
        readings = [(dt.date(2013, month, 1), "1") for month in (1, 2, 3)]
        make_meter(at=large, service=service, readings=readings)
    with CaptureQueriesContext(connection) as asked:
        office.get(address(page, small))

    with django_assert_num_queries(len(asked)):
        office.get(address(page, large))
