"""Several cashiers and an accountant at once, each with a connection of their own."""

import uuid
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.models import Payment, PaymentLine, Turnover
from accounts_registry.ledger.periods import find_period
from accounts_registry.ledger.posting import AlreadyReversed, KeyUsedForOtherPayment, post_month
from tests.accounts_registry.ledger.books import (
    AUGUST,
    at_once,
    charged,
    day,
    drafted,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, TihiyOkean, tihiy_okean
from zhkh.audits.check import audit_books

pytestmark = pytest.mark.usefixtures("committed_db")
THREADS = 8


@pytest.fixture
def okean(committed_db: None) -> TihiyOkean:
    return tihiy_okean()


def differences() -> list[str]:
    return [finding.text for _, findings in audit_books() for finding in findings]


def test_one_key_sent_by_eight_is_one_payment(okean):
    key = uuid.uuid4()

    answers = at_once([lambda: pay(okean.fet, line(okean.fee, "100.00"), key=key)] * THREADS)

    assert {getattr(answer, "pk", answer) for answer in answers} == {Payment.objects.get().pk}
    assert PaymentLine.objects.count() == 1


def test_one_key_for_eight_contents_pays_one_of_them(okean):
    key = uuid.uuid4()

    def paying(kopecks: int):
        return lambda: pay(okean.fet, line(okean.fee, f"1.0{kopecks}"), key=key)

    answers = at_once([paying(kopecks) for kopecks in range(1, THREADS + 1)])

    assert Counter(type(answer) for answer in answers) == {
        Payment: 1,
        KeyUsedForOtherPayment: THREADS - 1,
    }
    assert Payment.objects.count() == 1


def test_one_key_for_four_accounts_pays_one_of_them(okean):
    key = uuid.uuid4()
    accounts = [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]

    def paying(account):
        return lambda: pay(account, line(okean.fee, "100.00"), key=key)

    answers = at_once([paying(account) for account in accounts])

    assert Counter(type(answer) for answer in answers) == {Payment: 1, KeyUsedForOtherPayment: 3}
    assert Payment.objects.count() == 1


def test_eight_take_a_payment_back_once(okean):
    payment = pay(okean.fet, line(okean.fee, "100.00"))

    answers = at_once([lambda: take_back(payment, on=day("07-26"))] * THREADS)

    assert Counter(type(answer) for answer in answers) == {
        Payment: 1,
        AlreadyReversed: THREADS - 1,
    }
    assert balance_of(okean.fet) == 0
    assert differences() == []


def test_payments_racing_with_posting_stand_in_one_month_each_and_the_books_agree(okean):
    owe(okean.fet, okean.fee, "1000.00", about=JULY)
    drafted(okean)

    def posting():
        return post_month(organisation_id=okean.organisation.pk, period=JULY, charges=[], by=None)

    attempts = [lambda: pay(okean.fet, line(okean.fee, "100.00"))] * (THREADS - 1)
    at_once([posting, *attempts])

    months = Counter(Payment.objects.values_list("month", flat=True))
    assert set(months) <= {JULY.first_day, AUGUST.first_day}
    assert sum(months.values()) == THREADS - 1
    july = Turnover.objects.get(month=JULY.first_day)
    assert july.paid == 100 * months[JULY.first_day]
    assert balance_of(okean.fet) == Decimal("300.00")
    assert differences() == []


def test_posting_waits_for_a_row_written_past_the_program(okean):
    """Even a bare INSERT holds its month until commit: nothing slips behind the turnover."""
    owe(okean.fet, okean.fee, "100.00", about=JULY)
    drafted(okean)
    inserted = (
        "INSERT INTO ledger_adjustment (account_id, service_id, month, for_month, kind, amount,"
        " reason, basis, key, recorded_at) VALUES"
        " (%s, %s, '2013-07-01', '2013-07-01', 'correction', 5, '', '', gen_random_uuid(), now())"
    )

    def posting_gives_up():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            try:
                post_month(organisation_id=okean.organisation.pk, period=JULY, charges=[], by=None)
            except Exception as error:  # noqa: BLE001 - told to the test by its kind
                transaction.set_rollback(True)
                return type(error.__cause__).__name__
        return "posted"

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(inserted, [okean.fet.pk, okean.fee.pk])
        assert at_once([posting_gives_up]) == ["LockNotAvailable"]

    post_month(organisation_id=okean.organisation.pk, period=JULY, charges=[], by=None)
    assert Turnover.objects.get().closing == Decimal("105.00")
    assert differences() == []


def test_accounts_paying_at_once_while_months_open_lose_nothing(okean):
    owe(okean.fet, okean.fee, "100.00", about=JULY)
    charged(okean)
    accounts = [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]

    def paying(place: int):
        on = day(f"{8 + place // 4:02d}-05")
        return lambda: pay(accounts[place % 4], line(okean.fee, "10.00"), on=on)

    at_once([paying(place) for place in range(THREADS)])

    assert Payment.objects.count() == THREADS
    assert [balance_of(account) for account in accounts] == [-20, 80, -20, -20]
    september = find_period(organisation_id=okean.organisation.pk, period=AUGUST.next())
    assert september is not None
    assert differences() == []
