"""A write-off or a transfer taken back: the debt is open again, the overpayment where it was."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.models import Adjustment, Operation, OperationKind
from accounts_registry.ledger.open_items import settlement_of
from accounts_registry.ledger.operations import (
    ItemToWriteOff,
    Move,
    OperationOfTheFuture,
    transfer,
    write_off,
)
from accounts_registry.ledger.undoing import UndoneAlready, UndoneBeforeIt, undo
from tests.accounts_registry.books.test_operation_pages import typed
from tests.accounts_registry.ledger.books import MAY, day, forgive, line, owe, pay
from tests.accounts_registry.ledger.test_operations import check_deferred, debts, order
from tests.cast import accountant_of, tihiy_okean
from tests.priced import posted, priced_tihiy_okean
from zhkh.audits.check import audit_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return tihiy_okean()


@pytest.fixture
def forgiven(okean):
    owe(okean.fet, okean.fee, "60.00", about=MAY, due_on=day("06-10"))
    item = ItemToWriteOff(okean.fee, MAY, Decimal("25.00"))
    return write_off(account=okean.fet, items=[item], order=order("07-20"))


def moved(okean):
    pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
    move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("40.00"))
    return transfer(account=okean.fet, move=move, order=order("07-21"))


def test_a_debt_written_off_is_owed_again(okean, forgiven):
    undoing = undo(operation=forgiven, order=order("07-25", basis="приказ № 4"))
    check_deferred()

    assert debts(okean.fet) == [(str(MAY), okean.fee.pk, "60.00")]
    assert balance_of(okean.fet) == Decimal("60.00")
    (back,) = undoing.adjustments.all()
    assert (back.amount, back.basis) == (Decimal("25.00"), "приказ № 4")
    assert back.reverses == forgiven.adjustments.get()


def test_before_the_day_of_the_undoing_the_debt_was_forgiven(okean, forgiven):
    undo(operation=forgiven, order=order("07-25"))

    (item,) = settlement_of(okean.fet, until=day("07-24")).open_items

    assert item.amount == Decimal("35.00")


def test_an_overpayment_is_where_it_was(okean):
    operation = moved(okean)
    before = settlement_of(okean.fet).advances

    undo(operation=operation, order=order("07-25"))
    check_deferred()

    assert before == {okean.fee.pk: Decimal("60.00"), okean.cold_water.pk: Decimal("40.00")}
    assert settlement_of(okean.fet).advances == {okean.fee.pk: Decimal("100.00")}


def test_is_done_once(okean, forgiven):
    asked = order("07-25")
    first = undo(operation=forgiven, order=asked)

    assert undo(operation=forgiven, order=asked) == first
    with pytest.raises(UndoneAlready, match=r"уже отменена 25\.07\.2013"), transaction.atomic():
        undo(operation=forgiven, order=order("07-26"))
    assert Adjustment.objects.filter(operation=first).count() == 1


def test_not_before_it_nor_in_the_future(okean, forgiven):
    with pytest.raises(UndoneBeforeIt, match=r"проведена 20\.07\.2013"):
        undo(operation=forgiven, order=order("07-19"))
    with pytest.raises(OperationOfTheFuture):
        undo(operation=forgiven, order=order("12-31", today=day("07-25")))


def test_a_row_is_taken_back_once_whatever_writes_it(okean, forgiven):
    (row,) = forgiven.adjustments.all()
    undo(operation=forgiven, order=order("07-25"))

    with pytest.raises(IntegrityError), transaction.atomic():
        Adjustment.objects.create(
            account=okean.fet, service=okean.fee, month=row.month, for_month=row.for_month,
            kind=row.kind, amount=-row.amount, key="7d2b5be5-6e55-4ac2-8b2f-1bf3ea1a7cde",
            reverses=row, operation=forgiven, recorded_at=forgiven.recorded_at,
        )  # fmt: skip
    (back,) = Adjustment.objects.filter(reverses=row)
    assert back.operation is not None
    assert back.operation.kind == OperationKind.UNDOING


def test_the_books_stay_sound():
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    operation = forgive(okean.fet, okean.fee, "13.00")

    undo(operation=operation, order=order("08-25"))

    assert [(title, found) for title, found in audit_books() if found] == []


class TestPage:
    @pytest.fixture
    def office(self, client, okean):
        client.force_login(accountant_of(okean.organisation))
        return client

    def test_is_looked_at_then_confirmed(self, office, okean, forgiven):
        url = reverse("ledger:undo-operation", args=[forgiven.pk])
        fields = typed(reason="ошиблись счётом")

        seen = office.post(url, fields)
        done = office.post(url, fields | {"step": "confirmed"})

        assert seen.context["told"] == [
            ("000000001002, Содержание и ремонт жилого помещения", "25,00 ₽ к долгу за 05.2013")
        ]
        assert done.status_code == 302
        assert Operation.objects.filter(kind=OperationKind.UNDOING).count() == 1

    def test_the_journal_offers_it_once(self, office, okean, forgiven):
        def offered():
            rows = office.get(reverse("ledger:operations")).context["rows"]
            return [(row.kind, row.can_be_undone, row.undone) for row in rows]

        assert offered() == [("списание долга", True, False)]
        undo(operation=forgiven, order=order("07-25"))
        assert offered() == [
            ("отмена переноса или списания", False, False),
            ("списание долга", False, True),
        ]

    def test_an_undoing_is_not_undone(self, office, okean, forgiven):
        undoing = undo(operation=forgiven, order=order("07-25"))

        answer = office.get(reverse("ledger:undo-operation", args=[undoing.pk]))

        assert answer.status_code == 404
