"""Months and payments of an account as its pages show them."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import transaction

from accounts_registry.ledger.models import PaymentSource
from accounts_registry.ledger.movements import MonthOfAccount, months_of, payments_of
from accounts_registry.ledger.periods import finish_calculation, start_calculation
from accounts_registry.ledger.posting import LineToPost, post_month, post_payment, reverse_payment
from tests.cast import JULY, NOON, TihiyOkean, tihiy_okean
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


def pay(okean: TihiyOkean, amount: str, on: dt.date):
    return post_payment(
        account=okean.fet,
        lines=[LineToPost(okean.fee.pk, Decimal(amount))],
        paid_on=on,
        key=uuid.uuid4(),
        source=PaymentSource.DESK,
        by=make_user(username=f"cashier{on}", last_name="Ковальчук"),
        at=NOON,
    )


def post_july(okean: TihiyOkean, *charges: tuple[int, Decimal]) -> None:
    organisation_id = okean.organisation.pk
    with transaction.atomic():
        start_calculation(organisation_id=organisation_id, period=JULY)
        finish_calculation(organisation_id=organisation_id, period=JULY, complete=True)
        post_month(
            organisation_id=organisation_id,
            period=JULY,
            charges=[(okean.fet.pk, service, amount) for service, amount in charges],
            by=None,
        )


def test_month_sums_its_services_and_the_next_one_goes_on_from_it(okean):
    pay(okean, "50.00", dt.date(2013, 7, 10))
    post_july(okean, (okean.fee.pk, Decimal("100.00")), (okean.cold_water.pk, Decimal("20.50")))
    pay(okean, "80.00", dt.date(2013, 8, 5))

    zero = Decimal("0.00")
    assert months_of(okean.fet, count=12) == [
        MonthOfAccount(
            JULY, zero, Decimal("120.50"), zero, Decimal("50.00"), Decimal("70.50"), is_posted=True
        ),
        MonthOfAccount(
            JULY.next(),
            Decimal("70.50"),
            zero,
            zero,
            Decimal("80.00"),
            Decimal("-9.50"),
            is_posted=False,
        ),
    ]


def test_only_the_latest_months_are_given(okean):
    post_july(okean, (okean.fee.pk, Decimal("100.00")))
    pay(okean, "80.00", dt.date(2013, 8, 5))

    assert [month.period for month in months_of(okean.fet, count=1)] == [JULY.next()]


def test_account_without_movements_has_no_months(okean):
    assert months_of(okean.fet, count=12) == []


def test_payment_taken_back_shows_both_rows(okean):
    payment = pay(okean, "50.00", dt.date(2013, 7, 10))
    reverse_payment(
        payment=payment, reversed_on=dt.date(2013, 7, 11), key=uuid.uuid4(), by=None, at=NOON
    )

    rows = [
        (row.paid_on.day, row.amount, row.source, row.recorded_by, row.is_reversed)
        for row in payments_of(okean.fet)
    ]
    assert rows == [
        (11, Decimal("-50.00"), "касса", "", False),
        (10, Decimal("50.00"), "касса", "Ковальчук", True),
    ]
