import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import PersonalAccount
from cashdesk.models import Receipt
from tests.cashdesk.counter import Counter, make_bank, open_counter, owe, take, tick
from tests.factories import (
    connect,
    make_account,
    make_house,
    make_organisation,
    make_premises,
    make_service,
    make_user,
)
from zhkh.kernel.period import Period
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Counter:
    return open_counter(at=timezone.localtime())


@pytest.fixture
def desk(client: Client, counter: Counter) -> Client:
    """The cashier's browser."""
    client.force_login(counter.cashier.user)
    return client


def last_month(counter: Counter) -> Period:
    return Period.of(counter.at.date()).previous()


def bill_url(account: PersonalAccount) -> str:
    return reverse("cashdesk:bill", args=[account.pk])


def pay(
    desk: Client,
    counter: Counter,
    *,
    amount: str,
    due: str,
    total: str,
    token: uuid.UUID | None = None,
    **fields: str,
) -> tuple[int, dict[str, Any]]:
    """Фет pays for cold water; the status and the JSON of the answer."""
    service = counter.town.cold_water.pk
    answer = desk.post(
        reverse("cashdesk:pay", args=[counter.town.fet.pk]),
        {
            "token": str(token or uuid.uuid4()),
            f"amount-{service}": amount,
            f"due-{service}": due,
            "total": total,
        }
        | fields,
    )
    return answer.status_code, json.loads(answer.content)


def test_a_guest_is_asked_to_sign_in_at_the_tills_face(client: Client):
    answer = client.get(reverse("cashdesk:find"), follow=True)

    assert answer.redirect_chain == [("/login/?next=/kassa/", 302)]
    assert answer.context["face"] == "till"


def test_an_accountant_may_not_open_the_desk(client: Client, counter: Counter):
    accountant = make_user(
        username="accountant", role=Role.ACCOUNTANT, organisation=counter.town.organisation
    )
    client.force_login(accountant)

    assert client.get(reverse("cashdesk:find")).status_code == 403


def test_a_cashier_without_a_till_is_told_so(client: Client, counter: Counter):
    client.force_login(make_user(username="new", role=Role.CASHIER))

    answer = client.get(reverse("cashdesk:find"))

    assert (answer.status_code, answer.context["sentence"]) == (
        403,
        "За вами не закреплена касса: попросите администратора назначить её.",
    )


@pytest.mark.parametrize("typed", ["1002", "братиславская 1 2", "Фет"])
def test_exactly_one_hit_opens_the_bill(desk: Client, counter: Counter, typed: str):
    answer = desk.get(reverse("cashdesk:find"), {"q": typed})

    assert (answer.status_code, answer.headers["Location"]) == (302, bill_url(counter.town.fet))


def test_several_hits_are_a_list(desk: Client, counter: Counter):
    answer = desk.get(reverse("cashdesk:find"), {"q": "братиславская 1"})

    assert [account.payer.full_name for account in answer.context["found"].accounts] == [
        "Лермонтов Михаил Николаевич",
        "Некрасов Николай Алексеевич",
        "Тютчев Фёдор Иванович",
        "Фет Афанасий Афанасьевич",
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Кто платит?"),
        ("ф", "Слишком короткий запрос"),
        ("никто", "Ничего не найдено"),
        ("<script>", "Ничего не найдено"),
    ],
)
def test_nothing_found_says_what_to_do(desk: Client, typed: str, words: str):
    page = desk.get(reverse("cashdesk:find"), {"q": typed}).content.decode()

    assert page.count(words) == 1
    assert page.count("<script>") == 0


def test_a_bill_shows_what_is_owed_with_nothing_ticked(desk: Client, counter: Counter):
    owe(counter, "1234.50", month=last_month(counter))

    page = desk.get(bill_url(counter.town.fet)).content.decode()

    assert page.count('data-due="123450"') == 1
    assert page.count('value="1\N{NO-BREAK SPACE}234,50"') == 1
    assert page.count(" checked") == 0


def test_every_opening_of_a_bill_has_its_own_token(desk: Client, counter: Counter):
    tokens = {desk.get(bill_url(counter.town.fet)).context["token"] for _ in range(2)}

    assert len(tokens) == 2


def test_an_account_without_debt_says_so(desk: Client, counter: Counter):
    page = desk.get(bill_url(counter.town.fet)).content.decode()

    assert page.count("Задолженности нет") == 1


def test_a_payment_answers_with_the_receipts_address(desk: Client, counter: Counter):
    owe(counter, "110.88")

    answer = pay(desk, counter, amount="110,88", due="11088", total="11088", cash="150")

    receipt = Receipt.objects.get()
    assert answer == (200, {"receipt": reverse("cashdesk:receipt", args=[receipt.pk])})
    assert balance_of(counter.town.fet) == 0


def test_a_payment_sent_again_answers_with_the_same_receipt(desk: Client, counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()

    answers = [
        pay(desk, counter, amount="110,88", due="11088", total="11088", token=token)
        for _ in range(3)
    ]

    assert answers == [answers[0]] * 3
    assert Receipt.objects.count() == 1


def test_a_token_used_for_other_sums_answers_409_with_the_receipt(desk: Client, counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()
    _, first = pay(desk, counter, amount="100", due="11088", total="10000", token=token)

    answer = pay(desk, counter, amount="10,88", due="1088", total="1088", token=token)

    assert answer == (
        409,
        {
            "sentence": "Этот счёт уже оплачен: квитанция № 1 на 100,00. "
            "Второй раз деньги не берите.",
            "receipt": first["receipt"],
        },
    )


def test_a_changed_bill_answers_409_and_books_nothing(desk: Client, counter: Counter):
    owe(counter, "40.00")

    answer = pay(desk, counter, amount="100", due="10000", total="10000")

    assert answer == (
        409,
        {
            "sentence": "Холодное водоснабжение: долг изменился с 100,00 до 40,00. "
            "Ничего не проведено: сверьте счёт и оплатите заново.",
            "stale": True,
        },
    )
    assert Receipt.objects.count() == 0


def test_a_total_changed_on_the_page_answers_409(desk: Client, counter: Counter):
    owe(counter, "40.00")

    assert pay(desk, counter, amount="40", due="4000", total="3999")[0] == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"amount": "140", "due": "4000", "total": "14000"},
            (
                "Холодное водоснабжение: введено 140,00, это больше начисленного 40,00 "
                "на 100,00. Проверьте сумму."
            ),
        ),
        (
            {"amount": "0", "due": "4000", "total": "0"},
            "Холодное водоснабжение: сумма должна быть больше нуля.",
        ),
        (
            {"amount": "40", "due": "4000", "total": "4000", "cash": "39,99"},
            "Наличных 39,99 не хватает: к оплате 40,00. Исправьте сумму или очистите поле.",
        ),
        (
            {"amount": "NaN", "due": "4000", "total": "4000"},
            "«NaN» — не сумма: допустимы только цифры 0–9, пробел и запятая.",
        ),
        (
            {"amount": "40", "due": "сорок", "total": "4000"},
            "Запрос не распознан: обновите страницу счёта и оплатите заново.",
        ),
    ],
)
def test_what_is_not_allowed_answers_422_with_a_sentence(
    desk: Client, counter: Counter, fields: dict[str, Any], sentence: str
):
    owe(counter, "40.00")

    assert pay(desk, counter, **fields) == (422, {"sentence": sentence})
    assert Receipt.objects.count() == 0


def test_a_payment_needs_a_csrf_token(counter: Counter):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(counter.cashier.user)

    assert browser.post(reverse("cashdesk:pay", args=[counter.town.fet.pk])).status_code == 403


def test_looking_at_the_payment_address_pays_nothing(desk: Client, counter: Counter):
    assert desk.get(reverse("cashdesk:pay", args=[counter.town.fet.pk])).status_code == 405


def test_the_status_of_a_token_tells_whether_it_was_paid(desk: Client, counter: Counter):
    owe(counter, "40.00")
    token = uuid.uuid4()
    status = reverse("cashdesk:pay-status", args=[token])
    before = desk.get(status).json()
    _, paid = pay(desk, counter, amount="40", due="4000", total="4000", token=token)

    after = desk.get(status).json()

    assert (before, after) == ({"receipt": None}, paid)


def test_what_another_bank_serves_is_absent(desk: Client, counter: Counter):
    foreign = make_organisation(name="ТСЖ «Чужое»")
    account = make_account(
        premises=make_premises(house=make_house(organisation=foreign)), number="500"
    )
    addresses = [
        bill_url(account),
        reverse("cashdesk:bill", args=[0]),
        reverse("cashdesk:bill", args=[10**20]),
    ]

    assert [desk.get(address).status_code for address in addresses] == [404, 404, 404]
    assert desk.post(reverse("cashdesk:pay", args=[account.pk])).status_code == 404


def test_receipts_of_another_bank_are_absent(desk: Client, counter: Counter):
    owe(counter, "40.00")
    receipt = take(counter, tick(counter.town.cold_water, "40.00"))
    counter.till.bank = make_bank(name="Другой")
    counter.till.save()
    stranger = counter.bank.tills.create(number=9)
    counter.cashier.till = stranger
    counter.cashier.save()

    assert desk.get(reverse("cashdesk:receipt", args=[receipt.pk])).status_code == 404
    assert desk.post(reverse("cashdesk:printed", args=[receipt.pk])).status_code == 404


def test_a_receipt_shows_what_was_paid_and_the_change(desk: Client, counter: Counter):
    owe(counter, "110.88", month=last_month(counter))
    receipt = take(counter, tick(counter.town.cold_water, "110.88"), cash="150")

    answer = desk.get(reverse("cashdesk:receipt", args=[receipt.pk]))

    page = answer.content.decode()
    assert [page.count(words) for words in ("Фет Афанасий Афанасьевич", "39,12")] == [1, 1]
    assert page.count("data-print-after") == 1


def test_a_printed_receipt_is_a_duplicate_and_does_not_print_itself(desk: Client, counter: Counter):
    owe(counter, "40.00")
    receipt = take(counter, tick(counter.town.cold_water, "40.00"))

    marked = desk.post(reverse("cashdesk:printed", args=[receipt.pk]))

    page = desk.get(reverse("cashdesk:receipt", args=[receipt.pk])).content.decode()
    assert marked.status_code == 204
    assert page.count("data-print-after") == 0
    assert page.count('<p id="duplicate" hidden') == 0


def test_today_lists_the_tills_receipts(desk: Client, counter: Counter):
    owe(counter, "40.00")
    receipt = take(counter, tick(counter.town.cold_water, "40.00"))

    context = desk.get(reverse("cashdesk:paid")).context

    assert (context["kept"], context["cancelled"]) == ([receipt], [])


def queries(desk: Client, address: str) -> int:
    desk.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        desk.get(address)
    return len(captured)


def test_a_bill_costs_the_same_for_one_row_and_three(desk: Client, counter: Counter):
    owe(counter, "40.00")
    one = queries(desk, bill_url(counter.town.fet))
    organisation = counter.town.organisation
    for code in ("gas", "heat"):
        service = make_service(organisation=organisation, code=code)
        connect(counter.town.fet, service)
        owe(counter, "40.00", service=service)
        owe(counter, "30.00", service=service, month=last_month(counter))

    assert queries(desk, bill_url(counter.town.fet)) == one


def test_found_accounts_cost_the_same_for_two_rows_and_four(desk: Client, counter: Counter):
    address = reverse("cashdesk:find") + "?q=братиславская+1"
    four = queries(desk, address)
    for account in (counter.town.lermontov, counter.town.nekrasov):
        account.premises.house = make_house(
            organisation=counter.town.organisation, code=f"away{account.pk}", street="Другая"
        )
        account.premises.save()

    assert queries(desk, address) == four


def test_todays_list_costs_the_same_for_one_receipt_and_three(desk: Client, counter: Counter):
    owe(counter, "90.00")
    water = counter.town.cold_water
    take(counter, tick(water, "30.00", due="90.00"))
    one = queries(desk, reverse("cashdesk:paid"))
    take(counter, tick(water, "30.00", due="60.00"))
    take(counter, tick(water, "30.00"))

    assert queries(desk, reverse("cashdesk:paid")) == one


def test_a_receipt_costs_the_same_for_one_line_and_three(desk: Client, counter: Counter):
    water = counter.town.cold_water
    owe(counter, "30.00")
    one = take(counter, tick(water, "30.00"))
    services = [make_service(organisation=counter.town.organisation, code=c) for c in "abc"]
    for service in services:
        owe(counter, "30.00", service=service)
    three = take(counter, *(tick(service, "30.00") for service in services))

    costs = {
        queries(desk, reverse("cashdesk:receipt", args=[receipt.pk])) for receipt in (one, three)
    }

    assert len(costs) == 1
