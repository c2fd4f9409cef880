import uuid
from decimal import Decimal

import pytest

from cashdesk.forms import PageNotUnderstood, read_payment
from cashdesk.rules import NotMoney
from cashdesk.services import PaymentRequest, Tick

TOKEN = uuid.UUID("0198f2a4-0000-7000-8000-000000000001")
POSTED = {
    "token": str(TOKEN),
    "amount-3": "100,5",
    "due-3": "18476",
    "amount-12": "96,55",
    "due-12": "9655",
    "total": "19705",
    "cash": "500",
    "is_staff": "1",
}


def test_a_posted_page_becomes_a_request():
    assert read_payment(POSTED) == PaymentRequest(
        token=TOKEN,
        ticks=[
            Tick(service_id=3, amount=Decimal("100.50"), due=Decimal("184.76")),
            Tick(service_id=12, amount=Decimal("96.55"), due=Decimal("96.55")),
        ],
        total=Decimal("197.05"),
        cash=Decimal("500.00"),
    )


def test_cash_may_stay_unnamed():
    assert read_payment(POSTED | {"cash": " "}).cash is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("token", ""),
        ("token", "not-a-uuid"),
        ("total", "1e3"),
        ("total", "-1"),
        ("total", "9" * 15),
        ("due-3", ""),
        ("due-3", "184.76"),
    ],
)
def test_what_our_page_does_not_send_is_refused(name: str, text: str):
    with pytest.raises(PageNotUnderstood) as refused:
        read_payment(POSTED | {name: text})

    assert str(refused.value) == ("Запрос не распознан: обновите страницу счёта и оплатите заново.")


@pytest.mark.parametrize("name", ["amount-3", "cash"])
def test_a_typed_sum_that_is_not_a_sum_is_refused(name: str):
    with pytest.raises(NotMoney):
        read_payment(POSTED | {name: "сто"})


@pytest.mark.parametrize("name", ["amount-", "amount-0", "amount-x", "amount-3 ", "Amount-5"])
def test_unknown_fields_are_not_lines(name: str):
    assert read_payment(POSTED | {name: "1"}) == read_payment(POSTED)
