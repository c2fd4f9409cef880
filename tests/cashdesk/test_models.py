import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts_registry.ledger.posting import LineToPost, PaymentSource, post_payment
from cashdesk.models import Bank, Cashier, Receipt, Till
from cashdesk.services import mark_printed
from tests.cashdesk.counter import Counter, make_bank, open_counter, owe, take, tick
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Counter:
    return open_counter()


@pytest.fixture
def receipt(counter: Counter) -> Receipt:
    owe(counter, "200.00")
    return take(counter, tick(counter.town.cold_water, "100.00", due="200.00"))


def test_names_are_what_people_read(counter: Counter, receipt: Receipt):
    assert [str(row) for row in (counter.bank, counter.till, counter.cashier, receipt)] == [
        "АО «Приморский банк»",
        "АО «Приморский банк», касса № 3",
        "Ковальчук О.",
        "№ 1 от 25.07.2013",
    ]


def test_a_bank_closes_after_it_opens():
    with pytest.raises(IntegrityError, match="bank_closes_after_it_opens"):
        make_bank(name="Ночной", hours=(dt.time(17), dt.time(8, 30)))


def test_a_till_number_is_unique_in_its_bank(counter: Counter):
    with pytest.raises(IntegrityError, match="till_number_is_unique_in_bank"):
        Till.objects.create(bank=counter.bank, number=3)


def test_another_bank_may_have_the_same_till_number(counter: Counter):
    till = Till.objects.create(bank=make_bank(name="Другой"), number=3)

    assert till.pk != counter.till.pk


@pytest.mark.parametrize(
    ("columns", "broken"),
    [
        ({"number": 1}, "till_gives_a_number_once_a_day"),
        ({"number": 0}, "receipt_numbers_begin_with_one"),
        ({"number": 2, "cash_received": 0}, "receipt_cash_is_positive"),
    ],
)
def test_the_database_guards_receipts(
    counter: Counter, receipt: Receipt, columns: dict[str, int], broken: str
):
    payment = post_payment(
        account=counter.town.fet,
        lines=[LineToPost(counter.town.cold_water.pk, Decimal("10.00"))],
        paid_on=receipt.business_date,
        key=uuid.uuid4(),
        source=PaymentSource.DESK,
        by=None,
        at=NOON,
    )
    values = {
        "till": counter.till,
        "cashier": counter.cashier,
        "business_date": receipt.business_date,
    }

    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        Receipt.objects.create(payment=payment, **values, **columns)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cashdesk_receipt SET number = 7",
        "UPDATE cashdesk_receipt SET printed_at = now(), number = 7",
        "DELETE FROM cashdesk_receipt",
        "TRUNCATE cashdesk_receipt",
    ],
)
def test_receipts_are_only_added(receipt: Receipt, statement: str):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    receipt.refresh_from_db()
    assert (receipt.number, receipt.printed_at) == (1, None)


def test_the_moment_of_printing_is_not_rewritten(receipt: Receipt):
    mark_printed(receipt=receipt, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(printed_at=None)


def test_a_user_is_a_cashier_once(counter: Counter):
    with pytest.raises(IntegrityError):
        Cashier.objects.create(user=counter.cashier.user, till=counter.till)


def test_a_bank_is_named_once(counter: Counter):
    with pytest.raises(IntegrityError):
        Bank.objects.create(name=counter.bank.name, opens=dt.time(8), closes=dt.time(9))
