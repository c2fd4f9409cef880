import dataclasses
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.models import Adjustment, Operation, OperationKind
from accounts_registry.ledger.open_items import open_items, settlement_of
from accounts_registry.ledger.operations import (
    ItemToWriteOff,
    KeyUsedForOtherOperation,
    Move,
    NothingMoves,
    NotSoMuchOverpaid,
    NotSoMuchOwed,
    OperationOfTheFuture,
    Order,
    PayeesDiffer,
    PayersDiffer,
    ReversedBeforePayment,
    cancel_payment,
    enter_openings,
    enter_payment,
    transfer,
    write_off,
)
from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    AlreadyReversed,
    PaymentSource,
)
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    MAY,
    charged,
    day,
    line,
    owe,
    pay,
)
from tests.cast import NOON, tihiy_okean
from tests.factories import make_account, make_payee, make_premises

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return tihiy_okean()


def order(on="07-25", basis="заявление № 7", **facts):
    return Order(
        key=facts.pop("key", None) or uuid.uuid4(),
        on=day(on),
        basis=basis,
        by=None,
        at=NOON,
        today=facts.pop("today", None) or day("12-31"),
        **facts,
    )


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def debts(account):
    return [(str(i.period), i.service_id, str(i.amount)) for i in open_items(account)]


class TestPayment:
    def test_is_entered_once_for_its_paper(self, okean):
        asked = order(basis="п/п № 15")
        given = [line(okean.fee, "100.00")]

        first, again = (
            enter_payment(account=okean.fet, lines=given, source=PaymentSource.BANK, order=asked)
            for _ in range(2)
        )

        assert first == again
        assert first.operation is not None
        assert (first.operation.kind, first.operation.basis) == (OperationKind.PAYMENT, "п/п № 15")
        assert balance_of(okean.fet) == Decimal("-100.00")

    def test_of_a_posted_month_stands_in_the_earliest_open_one(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))

        payment = enter_payment(
            account=okean.fet,
            lines=[line(okean.fee, "40.00")],
            source=PaymentSource.ENTRY,
            order=order("07-20"),
        )

        assert (payment.paid_on, payment.month) == (day("07-20"), AUGUST.first_day)

    def test_of_tomorrow_is_refused(self, okean):
        asked = dataclasses.replace(order("07-26"), today=day("07-25"))

        with pytest.raises(OperationOfTheFuture, match=r"^Дата операции 26\.07\.2013"):
            enter_payment(
                account=okean.fet,
                lines=[line(okean.fee, "1.00")],
                source=PaymentSource.BANK,
                order=asked,
            )

    def test_the_same_form_with_another_paper_is_refused(self, okean):
        asked = order()
        enter_payment(
            account=okean.fet,
            lines=[line(okean.fee, "1.00")],
            source=PaymentSource.BANK,
            order=asked,
        )

        with pytest.raises(KeyUsedForOtherOperation):
            enter_payment(
                account=okean.fet,
                lines=[line(okean.fee, "1.00")],
                source=PaymentSource.BANK,
                order=dataclasses.replace(asked, basis="другое"),
            )


class TestReversal:
    def test_names_the_payment_and_the_paper(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
        asked = order("07-25", basis="служебная записка", reason="ошибочный счёт")

        first, again = (cancel_payment(payment=payment, order=asked) for _ in range(2))

        assert first == again
        assert (first.reverses, first.amount) == (payment, Decimal("-100.00"))
        assert first.operation is not None
        assert (first.operation.kind, first.operation.reason) == (
            OperationKind.REVERSAL,
            "ошибочный счёт",
        )
        assert balance_of(okean.fet) == Decimal("0.00")

    def test_not_before_the_payment(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))

        with pytest.raises(ReversedBeforePayment):
            cancel_payment(payment=payment, order=order("07-19"))

    def test_only_once(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
        cancel_payment(payment=payment, order=order())

        with transaction.atomic(), pytest.raises(AlreadyReversed):
            cancel_payment(payment=payment, order=order())


class TestTransfer:
    def test_moves_an_overpayment_to_a_debt(self, okean):
        charged(okean, (okean.fet, okean.cold_water, "100.00"))
        pay(okean.fet, line(okean.fee, "130.00"))
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("100.00"))
        asked = order()

        done, again = (transfer(account=okean.fet, move=move, order=asked) for _ in range(2))
        check_deferred()

        assert done == again
        assert debts(okean.fet) == []
        settled = settlement_of(okean.fet)
        assert settled.advances == {okean.fee.pk: Decimal("30.00")}
        assert [row.amount for row in done.adjustments.order_by("id")] == [
            Decimal("100.00"),
            Decimal("-100.00"),
        ]

    def test_closes_the_oldest_debt_on_its_own_day(self, okean):
        owe(okean.fet, okean.cold_water, "60.00", about=MAY)
        charged(okean, (okean.fet, okean.cold_water, "80.00"))
        pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))

        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("100.00"))
        transfer(account=okean.fet, move=move, order=order("07-26"))

        assert debts(okean.fet) == [("2013-07", okean.cold_water.pk, "40.00")]
        assert debts_on(okean.fet, "07-25") == [("2013-05", "60.00"), ("2013-07", "80.00")]

    def test_survives_posting(self, okean):
        owe(okean.fet, okean.cold_water, "60.00", about=MAY)
        pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("50.00"))
        transfer(account=okean.fet, move=move, order=order())
        before = settlement_of(okean.fet)

        charged(okean)

        assert settlement_of(okean.fet).open_items == before.open_items
        assert settlement_of(okean.fet).advances == before.advances
        assert balance_of(okean.fet) == Decimal("-40.00")

    def test_of_more_than_there_is(self, okean):
        pay(okean.fet, line(okean.fee, "30.00"))
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("30.01"))

        with pytest.raises(NotSoMuchOverpaid, match="переплачено 30,00: больше"):
            transfer(account=okean.fet, move=move, order=order())

    def test_to_the_same_place(self, okean):
        move = Move(okean.fee, okean.fet, okean.fee, Decimal("1.00"))

        with pytest.raises(NothingMoves):
            transfer(account=okean.fet, move=move, order=order())

    def test_to_another_payers_account(self, okean):
        move = Move(okean.fee, okean.tyutchev, okean.fee, Decimal("1.00"))

        with pytest.raises(PayersDiffer):
            transfer(account=okean.fet, move=move, order=order())

    def test_to_the_payers_other_account(self, okean):
        garage = make_account(
            premises=make_premises(house=okean.house, number="9"),
            number="000000001009",
            payer=okean.fet.payer,
        )
        pay(okean.fet, line(okean.fee, "30.00"))

        move = Move(okean.fee, garage, okean.fee, Decimal("30.00"))
        transfer(account=okean.fet, move=move, order=order())

        assert (balance_of(okean.fet), balance_of(garage)) == (Decimal("0.00"), Decimal("-30.00"))

    def test_to_another_payee(self, okean):
        okean.cold_water.payee = make_payee(
            organisation=okean.organisation, name="АО «Мосводоканал»"
        )
        okean.cold_water.save()
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("1.00"))

        with pytest.raises(PayeesDiffer):
            transfer(account=okean.fet, move=move, order=order())


class TestWriteOff:
    def test_closes_the_month_it_names(self, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)
        charged(okean, (okean.fet, okean.fee, "80.00"))
        item = ItemToWriteOff(okean.fee, MAY, Decimal("60.00"))
        asked = order("08-01", basis="приказ № 3")

        done, again = (write_off(account=okean.fet, items=[item], order=asked) for _ in range(2))

        assert done == again
        assert debts(okean.fet) == [("2013-07", okean.fee.pk, "80.00")]
        assert balance_of(okean.fet) == Decimal("80.00")

    def test_of_more_than_is_owed(self, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)
        item = ItemToWriteOff(okean.fee, MAY, Decimal("60.01"))

        with pytest.raises(NotSoMuchOwed, match="за май 2013: долга осталось 60,00"):
            write_off(account=okean.fet, items=[item], order=order())

        assert not Adjustment.objects.filter(kind=AdjustmentKind.WRITE_OFF).exists()

    def test_taken_back_is_owed_again(self, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)
        item = ItemToWriteOff(okean.fee, MAY, Decimal("60.00"))
        done = write_off(account=okean.fet, items=[item], order=order())
        (row,) = done.adjustments.all()
        Adjustment.objects.create(
            account=row.account,
            service=row.service,
            month=row.month,
            for_month=row.for_month,
            kind=row.kind,
            amount=-row.amount,
            key=uuid.uuid4(),
            reverses=row,
            operation=done,
            recorded_at=NOON,
        )

        assert debts(okean.fet) == [("2013-05", okean.fee.pk, "60.00")]
        assert balance_of(okean.fet) == Decimal("60.00")
        charged(okean)
        assert debts(okean.fet) == [("2013-05", okean.fee.pk, "60.00")]


class TestOpenings:
    def test_are_entered_together(self, okean):
        rows = [
            opening(okean.fet, okean.fee, "50.00", MAY),
            opening(okean.tyutchev, okean.fee, "-7.00", JUNE),
        ]
        asked = order(basis="акт сверки")

        done, again = (
            enter_openings(organisation=okean.organisation, openings=rows, order=asked)
            for _ in range(2)
        )

        assert done == again
        assert debts(okean.fet) == [("2013-05", okean.fee.pk, "50.00")]
        assert balance_of(okean.tyutchev) == Decimal("-7.00")

    def test_the_same_form_with_other_rows(self, okean):
        asked = order(basis="акт сверки")
        row = opening(okean.fet, okean.fee, "50.00", MAY)
        enter_openings(organisation=okean.organisation, openings=[row], order=asked)
        other = dataclasses.replace(row, amount=Decimal("51.00"))

        with pytest.raises(KeyUsedForOtherOperation):
            enter_openings(organisation=okean.organisation, openings=[other], order=asked)


class TestDatabase:
    def test_a_transfer_keeps_the_whole(self, okean):
        pay(okean.fet, line(okean.fee, "30.00"))
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("30.00"))
        done = transfer(account=okean.fet, move=move, order=order())
        row = done.adjustments.first()

        check_deferred()

        with pytest.raises(IntegrityError, match="does not net to zero"):
            Adjustment.objects.create(**copied(row))

    def test_an_operation_is_of_one_organisation(self, okean):
        pay(okean.fet, line(okean.fee, "30.00"))
        move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("30.00"))
        done = transfer(account=okean.fet, move=move, order=order())
        row = done.adjustments.first()
        elsewhere = Operation.objects.create(
            organisation=type(okean.organisation).objects.create(name="Другая"),
            kind=OperationKind.TRANSFER,
            happened_on=day("07-25"),
            basis="x",
            key=uuid.uuid4(),
            recorded_at=NOON,
        )

        with pytest.raises(IntegrityError, match="another organisation"), transaction.atomic():
            Adjustment.objects.create(**{**copied(row), "operation": elsewhere})

    def test_a_reversal_takes_back_the_whole(self, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)
        row = Adjustment.objects.get()

        with pytest.raises(IntegrityError, match="takes back one adjustment"):
            Adjustment.objects.create(
                **{**copied(row), "amount": Decimal("-59.00"), "reverses": row}
            )


def opening(account, service, amount, about):
    return AdjustmentToPost(
        account.pk, service.pk, AdjustmentKind.OPENING, Decimal(amount), about, basis="акт сверки"
    )


def copied(row):
    return {
        "account": row.account,
        "service": row.service,
        "month": row.month,
        "for_month": row.for_month,
        "kind": row.kind,
        "amount": row.amount,
        "operation": row.operation,
        "key": uuid.uuid4(),
        "recorded_at": NOON,
    }


def debts_on(account, text):
    settled = settlement_of(account, until=day(text))
    return [(str(item.period), str(item.amount)) for item in settled.open_items]
