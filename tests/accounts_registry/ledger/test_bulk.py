"""Many payments at once stand in the books as single ones do."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.bulk import PaymentsKnown, PaymentToPost, post_payments
from accounts_registry.ledger.models import Payment
from accounts_registry.ledger.posting import PaymentSource
from tests.accounts_registry.ledger.books import AUGUST, JUNE, charged, day, line
from tests.cast import JULY, NOON, TihiyOkean, tihiy_okean


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def post(okean, *payments):
    post_payments(
        organisation_id=okean.organisation.pk,
        payments=payments,
        source=PaymentSource.BANK,
        by=None,
        at=NOON,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def payment(account, *lines, on="07-25", key=None):
    return PaymentToPost(account.pk, day(on), key or uuid.uuid4(), lines)


def test_each_is_written_with_its_lines(okean):
    post(
        okean,
        payment(okean.fet, line(okean.fee, "60.00", JUNE), line(okean.cold_water, "40.50")),
        payment(okean.lermontov, line(okean.fee, "5.00"), on="07-03"),
    )

    first, second = Payment.objects.order_by("id")
    assert (first.account, first.amount, first.month) == (
        okean.fet,
        Decimal("100.50"),
        JULY.first_day,
    )
    assert (second.account, second.amount, second.paid_on) == (
        okean.lermontov,
        Decimal("5.00"),
        day("07-03"),
    )
    assert [(row.service, row.named_month, row.amount) for row in first.lines.order_by("id")] == [
        (okean.fee, JUNE.first_day, Decimal("60.00")),
        (okean.cold_water, None, Decimal("40.50")),
    ]
    assert balance_of(okean.fet) == Decimal("-100.50")


def test_of_a_posted_month_they_stand_in_the_next(okean):
    charged(okean)

    post(okean, payment(okean.fet, line(okean.fee, "1.00"), on="07-31"))

    assert Payment.objects.get().month == AUGUST.first_day


def test_a_known_key_refuses_all_of_them(okean):
    key = uuid.uuid4()
    post(okean, payment(okean.fet, line(okean.fee, "1.00"), key=key))

    with pytest.raises(PaymentsKnown, match=r"^Среди платежей есть"), transaction.atomic():
        post(
            okean,
            payment(okean.lermontov, line(okean.fee, "2.00")),
            payment(okean.fet, line(okean.fee, "1.00"), key=key),
        )

    assert Payment.objects.count() == 1


def test_none_is_nothing(okean):
    post(okean)

    assert Payment.objects.count() == 0
