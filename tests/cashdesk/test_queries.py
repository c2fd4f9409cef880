import datetime as dt
import uuid
from decimal import Decimal

import pytest

from accounts_registry.ledger.posting import reverse_payment
from cashdesk.models import Receipt
from cashdesk.queries import (
    FOUND_AT_MOST,
    BillRow,
    DayTotals,
    account_at,
    bill_of,
    day_receipts,
    day_totals,
    find_accounts,
    last_receipt,
    paid_services,
    receipt_at,
    receipt_by_token,
)
from tests.cashdesk.counter import Counter, make_bank, open_counter, owe, take, tick
from tests.cast import JULY
from tests.factories import make_account, make_house, make_organisation, make_premises
from zhkh.kernel.money import ZERO

pytestmark = pytest.mark.django_db

JUNE = JULY.previous()


@pytest.fixture
def counter() -> Counter:
    return open_counter()


def numbers_found(counter: Counter, typed: str) -> list[str]:
    return [account.number for account in find_accounts(counter.bank, typed).accounts]


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("000000001002", ["000000001002"]),
        ("1002", ["000000001002"]),
        (" 0000 0000 1002 ", ["000000001002"]),
        ("00000000100", [f"00000000100{last}" for last in (1, 2, 3, 4)]),
        ("1005", []),
        ("Фет", ["000000001002"]),
        ("фЕТ аф", ["000000001002"]),
        ("тютчев федор", ["000000001003"]),
        ("братиславская 1 2", ["000000001002"]),
        ("Братиславская, д. 1, кв. 3", ["000000001003"]),
        ("%", []),
        ("___", []),
        ("", []),
        ("\0фет", ["000000001002"]),
    ],
)
def test_accounts_are_found_by_number_address_and_surname(
    counter: Counter, typed: str, numbers: list[str]
):
    assert numbers_found(counter, typed) == numbers


def test_a_house_lists_its_accounts_by_surname(counter: Counter):
    assert numbers_found(counter, "братиславская 1") == [
        f"00000000100{last}" for last in (1, 4, 3, 2)
    ]


def test_one_letter_is_too_short(counter: Counter):
    found = find_accounts(counter.bank, "ф")

    assert (found.accounts, found.is_too_short) == ([], True)


def test_a_long_list_is_cut_and_says_so(counter: Counter):
    house = counter.town.house
    for flat in range(100, 100 + FOUND_AT_MOST + 1):
        make_account(
            premises=make_premises(house=house, number=str(flat)),
            number=f"77{flat}",
            payer="Иванов Иван",
        )

    found = find_accounts(counter.bank, "иванов")

    assert (len(found.accounts), found.is_cut) == (FOUND_AT_MOST, True)


def test_accounts_of_organisations_the_bank_does_not_serve_are_absent(counter: Counter):
    foreign = make_organisation(name="ТСЖ «Чужое»")
    account = make_account(
        premises=make_premises(house=make_house(organisation=foreign)), number="500", payer="Фет"
    )

    assert numbers_found(counter, "500") == []
    assert numbers_found(counter, "фет") == ["000000001002"]
    assert account_at(counter.bank, account.pk) is None


def test_a_bill_groups_months_by_service_and_keeps_services_without_debt(counter: Counter):
    owe(counter, "100.00", month=JULY)
    owe(counter, "84.76", month=JUNE)

    bill = bill_of(counter.town.fet)

    assert bill.rows == [
        BillRow(counter.town.fee, {}),
        BillRow(counter.town.cold_water, {JUNE: Decimal("84.76"), JULY: Decimal("100.00")}),
    ]
    assert bill.rows[1].months == [JUNE, JULY]
    assert (bill.rows[1].due, bill.total) == (Decimal("184.76"), Decimal("184.76"))


def test_an_account_without_debt_owes_nothing(counter: Counter):
    bill = bill_of(counter.town.fet)

    assert (bill.total, [row.due for row in bill.rows]) == (ZERO, [ZERO, ZERO])


def test_a_debt_of_an_unconnected_service_is_on_the_bill(counter: Counter):
    owe(counter, "10.00", service=counter.town.unsplit)

    assert [row.service for row in bill_of(counter.town.fet).rows if row.due] == [
        counter.town.unsplit
    ]


def cancel(counter: Counter, receipt: Receipt) -> None:
    reverse_payment(
        payment=receipt.payment,
        reversed_on=receipt.business_date,
        key=uuid.uuid4(),
        by=counter.cashier.user,
        at=counter.at,
    )


def test_cancelled_receipts_are_counted_apart(counter: Counter):
    owe(counter, "300.00")
    water = counter.town.cold_water
    kept = take(counter, tick(water, "100.00", due="300.00"))
    cancelled = take(counter, tick(water, "50.00", due="200.00"))
    cancel(counter, cancelled)
    day = kept.business_date

    receipts = day_receipts(counter.till, day)

    assert [(receipt.number, receipt.is_cancelled) for receipt in receipts] == [
        (2, True),
        (1, False),
    ]
    assert day_totals(counter.till, day) == DayTotals(
        count=1,
        amount=Decimal("100.00"),
        cancelled_count=1,
        cancelled_amount=Decimal("50.00"),
    )


def test_a_day_without_receipts_is_empty(counter: Counter):
    day = dt.date(2013, 7, 25)

    assert day_receipts(counter.till, day) == []
    assert last_receipt(counter.till, day) is None
    assert day_totals(counter.till, day) == DayTotals(0, Decimal(0), 0, Decimal(0))


def test_the_last_receipt_of_the_day_is_the_newest(counter: Counter):
    owe(counter, "300.00")
    water = counter.town.cold_water
    take(counter, tick(water, "100.00", due="300.00"))
    second = take(counter, tick(water, "50.00", due="200.00"))

    assert last_receipt(counter.till, second.business_date) == second


def test_a_receipt_lists_services_with_the_months_they_closed(counter: Counter):
    owe(counter, "100.00", month=JULY)
    owe(counter, "84.76", month=JUNE)
    owe(counter, "1113.00", service=counter.town.fee)
    water, fee = counter.town.cold_water, counter.town.fee
    receipt = take(counter, tick(water, "150.00", due="184.76"), tick(fee, "1113.00"))

    lines = paid_services(receipt)

    assert [(line.service, line.months, line.amount) for line in lines] == [
        (fee, [JULY], Decimal("1113.00")),
        (water, [JUNE, JULY], Decimal("150.00")),
    ]


def test_receipts_of_other_banks_and_tills_are_absent(counter: Counter):
    owe(counter, "100.00")
    token = uuid.uuid4()
    receipt = take(counter, tick(counter.town.cold_water, "100.00"), token=token)
    other_till = counter.bank.tills.create(number=4)

    assert receipt_at(counter.bank, receipt.pk) == receipt
    assert receipt_at(make_bank(name="Другой"), receipt.pk) is None
    assert receipt_by_token(counter.till, token) == receipt
    assert receipt_by_token(other_till, token) is None
