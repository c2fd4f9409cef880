import datetime as dt
import uuid
from decimal import Decimal

import pytest

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.open_items import open_items
from cashdesk.models import Receipt
from cashdesk.rules import DeskIsClosed, SumDoesNotFit
from cashdesk.services import (
    AccountNotServed,
    BillChanged,
    PaymentRequest,
    TokenUsed,
    TotalDiffers,
    accept_payment,
    mark_printed,
)
from tests.cashdesk.counter import Counter, make_cashier, open_counter, owe, request_for, take, tick
from tests.cast import JULY, NOON

pytestmark = pytest.mark.django_db

JUNE, MAY = JULY.previous(), JULY.shifted(-2)


@pytest.fixture
def counter() -> Counter:
    return open_counter()


def test_a_payment_closes_the_debt_and_gives_a_receipt(counter: Counter):
    owe(counter, "110.88")

    receipt = take(counter, tick(counter.town.cold_water, "110.88"), cash="150")

    assert (receipt.number, receipt.business_date) == (1, dt.date(2013, 7, 25))
    assert (receipt.payer, receipt.address) == (
        "Фет Афанасий Афанасьевич",
        "Москва, Братиславская, дом № 1, кв. 2",
    )
    assert receipt.cash_received == Decimal("150.00")
    assert (receipt.payment.amount, receipt.payment.source) == (Decimal("110.88"), "desk")
    assert receipt.payment.recorded_by == counter.cashier.user
    assert balance_of(counter.town.fet) == 0


def test_a_sum_names_the_months_it_closes_the_oldest_first(counter: Counter):
    water = counter.town.cold_water
    owe(counter, "60.00", month=JUNE)
    owe(counter, "100.00", month=MAY)
    owe(counter, "24.76", month=JULY)

    receipt = take(counter, tick(water, "150.00", due="184.76"))

    lines = receipt.payment.lines.order_by("named_month").values_list("named_month", "amount")
    assert list(lines) == [
        (MAY.first_day, Decimal("100.00")),
        (JUNE.first_day, Decimal("50.00")),
    ]
    assert [(item.period, item.amount) for item in open_items(counter.town.fet)] == [
        (JUNE, Decimal("10.00")),
        (JULY, Decimal("24.76")),
    ]


def test_a_chosen_service_is_paid_and_the_other_stays(counter: Counter):
    owe(counter, "110.88")
    owe(counter, "1113.00", service=counter.town.fee)

    take(counter, tick(counter.town.fee, "1113.00"))

    assert [(item.service_id, item.amount) for item in open_items(counter.town.fet)] == [
        (counter.town.cold_water.pk, Decimal("110.88"))
    ]


def test_the_same_request_again_gives_the_same_receipt(counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()

    first = take(counter, tick(counter.town.cold_water, "110.88"), token=token)
    second = take(counter, tick(counter.town.cold_water, "110.88"), token=token)

    assert (second.pk, Receipt.objects.count()) == (first.pk, 1)


def test_a_lost_answer_is_found_after_closing_time(counter: Counter):
    owe(counter, "110.88")
    request = request_for(tick(counter.town.cold_water, "110.88"))
    counter.bank.closes = dt.time(17)
    first = accept_payment(
        cashier=counter.cashier, account=counter.town.fet, request=request, at=NOON
    )

    second = accept_payment(
        cashier=counter.cashier,
        account=counter.town.fet,
        request=request,
        at=NOON + dt.timedelta(hours=6),
    )

    assert second.pk == first.pk


def test_a_token_with_other_sums_is_refused_with_the_first_receipt(counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()
    first = take(counter, tick(counter.town.cold_water, "100.00", due="110.88"), token=token)

    with pytest.raises(TokenUsed) as refused:
        take(counter, tick(counter.town.cold_water, "10.88"), token=token)

    assert refused.value.receipt == first
    assert str(refused.value) == (
        "Этот счёт уже оплачен: квитанция № 1 на 100,00. Второй раз деньги не берите."
    )
    assert balance_of(counter.town.fet) == Decimal("10.88")


def test_a_token_does_not_pay_for_another_account(counter: Counter):
    owe(counter, "110.88")
    owe(counter, "110.88", account=counter.town.nekrasov)
    token = uuid.uuid4()
    take(counter, tick(counter.town.cold_water, "110.88"), token=token)

    with pytest.raises(TokenUsed):
        take(
            counter,
            tick(counter.town.cold_water, "110.88"),
            account=counter.town.nekrasov,
            token=token,
        )

    assert balance_of(counter.town.nekrasov) == Decimal("110.88")


def test_a_token_of_another_till_tells_nothing_of_its_receipt(counter: Counter):
    owe(counter, "110.88")
    token = uuid.uuid4()
    take(counter, tick(counter.town.cold_water, "110.88"), token=token)
    till = counter.bank.tills.create(number=4)

    with pytest.raises(TokenUsed) as refused:
        accept_payment(
            cashier=make_cashier(till=till, username="second"),
            account=counter.town.fet,
            request=request_for(tick(counter.town.cold_water, "110.88"), token=token),
            at=counter.at,
        )

    assert refused.value.receipt is None


def test_more_than_the_debt_is_refused_and_nothing_is_written(counter: Counter):
    owe(counter, "54.18")

    with pytest.raises(SumDoesNotFit) as refused:
        take(counter, tick(counter.town.cold_water, "154.18", due="54.18"))

    assert str(refused.value) == (
        "Холодное водоснабжение: введено 154,18, это больше начисленного 54,18 на 100,00. "
        "Проверьте сумму."
    )
    assert (Receipt.objects.count(), balance_of(counter.town.fet)) == (0, Decimal("54.18"))


def test_a_bill_paid_meanwhile_elsewhere_is_refused_with_both_debts(counter: Counter):
    owe(counter, "100.00")
    take(counter, tick(counter.town.cold_water, "60.00", due="100.00"))

    with pytest.raises(BillChanged) as refused:
        take(counter, tick(counter.town.cold_water, "100.00"))

    assert str(refused.value) == (
        "Холодное водоснабжение: долг изменился с 100,00 до 40,00. "
        "Ничего не проведено: сверьте счёт и оплатите заново."
    )
    assert balance_of(counter.town.fet) == Decimal("40.00")


def test_a_service_no_longer_owed_is_a_changed_bill(counter: Counter):
    owe(counter, "100.00")
    take(counter, tick(counter.town.cold_water, "100.00"))

    with pytest.raises(BillChanged):
        take(counter, tick(counter.town.cold_water, "100.00"))


def test_a_total_that_is_not_the_sum_of_the_lines_is_refused(counter: Counter):
    owe(counter, "100.00")
    request = PaymentRequest(
        token=uuid.uuid4(),
        ticks=[tick(counter.town.cold_water, "100.00")],
        total=Decimal("99.99"),
    )

    with pytest.raises(TotalDiffers) as refused:
        accept_payment(
            cashier=counter.cashier, account=counter.town.fet, request=request, at=counter.at
        )

    assert str(refused.value) == (
        "Итог на экране 99,99 не равен сумме строк 100,00. "
        "Ничего не проведено: сверьте счёт и оплатите заново."
    )


def test_nothing_ticked_is_nothing_to_pay(counter: Counter):
    with pytest.raises(SumDoesNotFit) as refused:
        take(counter)

    assert str(refused.value) == ("Ни одна услуга не отмечена: отметьте, за что платит клиент.")


def test_too_little_cash_is_refused(counter: Counter):
    owe(counter, "100.00")

    with pytest.raises(SumDoesNotFit):
        take(counter, tick(counter.town.cold_water, "100.00"), cash="99.99")

    assert Receipt.objects.count() == 0


def test_outside_the_banks_hours_no_money_is_taken(counter: Counter):
    owe(counter, "100.00")
    counter.bank.closes = dt.time(15, 59)
    counter.cashier.till.bank = counter.bank

    with pytest.raises(DeskIsClosed):
        take(counter, tick(counter.town.cold_water, "100.00"))


def test_an_account_of_an_organisation_the_bank_does_not_serve_is_refused(counter: Counter):
    owe(counter, "100.00")
    counter.bank.organisations.clear()

    with pytest.raises(AccountNotServed):
        take(counter, tick(counter.town.cold_water, "100.00"))


def test_the_business_day_is_the_tills_local_day(counter: Counter):
    owe(counter, "100.00")
    late_in_london = dt.datetime(2013, 7, 25, 20, 0, tzinfo=dt.UTC)

    receipt = accept_payment(
        cashier=counter.cashier,
        account=counter.town.fet,
        request=request_for(tick(counter.town.cold_water, "100.00")),
        at=late_in_london,
    )

    assert (receipt.business_date, receipt.payment.paid_on) == (dt.date(2013, 7, 26),) * 2


def test_numbers_begin_anew_every_day_and_at_every_till(counter: Counter):
    owe(counter, "300.00")
    water = counter.town.cold_water
    next_day = counter.at + dt.timedelta(days=1)
    other = make_cashier(till=counter.bank.tills.create(number=4), username="second")

    numbers = [
        accept_payment(
            cashier=cashier,
            account=counter.town.fet,
            request=request_for(tick(water, "10.00", due=due)),
            at=at,
        ).number
        for cashier, at, due in [
            (counter.cashier, counter.at, "300.00"),
            (counter.cashier, counter.at, "290.00"),
            (other, counter.at, "280.00"),
            (counter.cashier, next_day, "270.00"),
        ]
    ]

    assert numbers == [1, 2, 1, 1]


def test_printing_is_remembered_once(counter: Counter):
    owe(counter, "100.00")
    receipt = take(counter, tick(counter.town.cold_water, "100.00"))

    mark_printed(receipt=receipt, at=NOON)
    mark_printed(receipt=receipt, at=NOON + dt.timedelta(minutes=5))

    receipt.refresh_from_db()
    assert receipt.printed_at == NOON
