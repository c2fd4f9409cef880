"""
What an accountant does to the books by hand: each operation once for its key, with its paper.

Rows are only added. An operation of a day whose month is posted stands in the earliest month that
is not.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts_registry.ledger.models import (
    Adjustment,
    AdjustmentKind,
    Operation,
    OperationKind,
    Payment,
    PaymentSource,
)
from accounts_registry.ledger.open_items import payees_of, settlement_of
from accounts_registry.ledger.periods import accounting_month
from accounts_registry.ledger.posting import (
    AdjustmentToPost,
    HasPrimaryKey,
    LineToPost,
    PostingRefusal,
    lock_account,
    post_adjustments,
    post_payment,
    reverse_payment,
)
from accounts_registry.models import Organisation, PersonalAccount, Service
from zhkh.kernel.money import ZERO, format_money, is_whole_kopecks
from zhkh.kernel.period import Period


class OperationRefusal(PostingRefusal):
    """The operation cannot be done; nothing of it is written."""


class OperationOfTheFuture(OperationRefusal):
    def __init__(self, on: dt.date) -> None:
        super().__init__(
            f"Дата операции {on:%d.%m.%Y} ещё не наступила: укажите сегодняшнюю или прошедшую."
        )


class KeyUsedForOtherOperation(OperationRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Эта форма уже проведена с другими данными: откройте страницу заново и проверьте, "
            "что записано."
        )


class ReversedBeforePayment(OperationRefusal):
    def __init__(self, paid_on: dt.date) -> None:
        super().__init__(
            f"Оплата принята {paid_on:%d.%m.%Y}: отменить её более ранней датой нельзя."
        )


class NotSoMuchOverpaid(OperationRefusal):
    def __init__(self, service: Service, overpaid: Decimal) -> None:
        super().__init__(
            f"По услуге «{service}» переплачено {format_money(overpaid)}: больше перенести нельзя."
        )


class PayeesDiffer(OperationRefusal):
    def __init__(self, source: Service, target: Service) -> None:
        super().__init__(
            f"Деньги за «{source}» и «{target}» получают разные получатели: перенос невозможен, "
            "оформите возврат."
        )


class PayersDiffer(OperationRefusal):
    def __init__(self, target: PersonalAccount) -> None:
        super().__init__(
            f"У счёта {target.number} другой плательщик: переносите только между счетами одного."
        )


class NothingMoves(OperationRefusal):
    def __init__(self) -> None:
        super().__init__("Услуга и счёт те же самые: переносить некуда, выберите другую услугу.")


class NotSoMuchOwed(OperationRefusal):
    def __init__(self, service: Service, period: Period, owed: Decimal) -> None:
        super().__init__(
            f"«{service}» за {period.title.lower()}: долга осталось {format_money(owed)}, "
            "списать больше нельзя."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Who does it, when, and by which paper; `key` is made by the form before the first attempt."""

    key: uuid.UUID
    on: dt.date
    basis: str
    by: HasPrimaryKey | None
    at: dt.datetime
    today: dt.date
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ItemToWriteOff:
    """A part of what is owed for a service and a month; roubles."""

    service: Service
    period: Period
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """A sum that leaves the overpaid service for another, of this account or of the payer's other."""

    source: Service
    target_account: PersonalAccount
    target: Service
    amount: Decimal


@transaction.atomic
def enter_payment(
    *,
    account: PersonalAccount,
    lines: Sequence[LineToPost],
    source: PaymentSource,
    order: Order,
) -> Payment:
    """
    Record money that did not come through the desk: by a bank paper or a correction.

    :raises OperationOfTheFuture: the day has not come.
    :raises KeyUsedForOtherOperation: the form was sent before with other content.
    :raises KeyUsedForOtherPayment: likewise.
    """
    operation, _ = begin(OperationKind.PAYMENT, account.organisation_id, order)
    return post_payment(
        account=account,
        lines=lines,
        paid_on=order.on,
        key=order.key,
        source=source,
        by=order.by,
        at=order.at,
        operation=operation,
    )


@transaction.atomic
def cancel_payment(*, payment: Payment, order: Order) -> Payment:
    """
    Take a payment back by a storno that names it.

    :raises OperationOfTheFuture: the day has not come.
    :raises ReversedBeforePayment: the day is before the payment's.
    :raises AlreadyReversed: it was taken back before.
    """
    operation, _ = begin(OperationKind.REVERSAL, payment.account.organisation_id, order)
    if order.on < payment.paid_on:
        raise ReversedBeforePayment(payment.paid_on)
    return reverse_payment(
        payment=payment,
        reversed_on=order.on,
        key=order.key,
        by=order.by,
        at=order.at,
        operation=operation,
    )


@transaction.atomic
def transfer(*, account: PersonalAccount, move: Move, order: Order) -> Operation:
    """
    Move an overpayment to another service, of this account or of another of the same payer.

    :raises NothingMoves: it would go where it is.
    :raises PayersDiffer: the other account has another payer or organisation.
    :raises PayeesDiffer: the money belongs to another payee.
    :raises NotSoMuchOverpaid: the service is overpaid by less.
    """
    _check_places(account, move)
    operation, is_known = begin(OperationKind.TRANSFER, account.organisation_id, order)
    moved = [
        _moved(account.pk, move.source, move.amount, order),
        _moved(move.target_account.pk, move.target, -move.amount, order),
    ]
    if is_known:
        return same_as_asked(operation, moved)
    lock(account.organisation_id, order.on, {account.pk, move.target_account.pk})
    overpaid = settlement_of(account).advances.get(move.source.pk, ZERO)
    if move.amount > overpaid:
        raise NotSoMuchOverpaid(move.source, overpaid)
    post(operation, moved, order)
    return operation


@transaction.atomic
def write_off(
    *, account: PersonalAccount, items: Sequence[ItemToWriteOff], order: Order
) -> Operation:
    """
    Forgive debts that will not be paid: each is closed in the month it is owed for.

    :raises NotSoMuchOwed: less is owed for the service and the month.
    """
    assert items, "something is written off"
    operation, is_known = begin(OperationKind.WRITE_OFF, account.organisation_id, order)
    written = [
        AdjustmentToPost(
            account_id=account.pk,
            service_id=item.service.pk,
            kind=AdjustmentKind.WRITE_OFF,
            amount=-item.amount,
            for_period=item.period,
            reason=order.reason,
            basis=order.basis,
        )
        for item in items
    ]
    if is_known:
        return same_as_asked(operation, written)
    lock(account.organisation_id, order.on, {account.pk})
    left = {
        (item.service_id, item.period): item.amount for item in settlement_of(account).open_items
    }
    for item in items:
        assert item.amount > ZERO, item
        assert is_whole_kopecks(item.amount), item
        owed = left.get((item.service.pk, item.period), ZERO)
        if item.amount > owed:
            raise NotSoMuchOwed(item.service, item.period, owed)
    post(operation, written, order)
    return operation


@transaction.atomic
def enter_openings(
    *, organisation: Organisation, openings: Sequence[AdjustmentToPost], order: Order
) -> Operation:
    """
    Balances brought from elsewhere: debts above zero, advances below.

    Rows are those of `openings.checked`: whether they may be is decided there.

    :raises OperationOfTheFuture: the day has not come.
    """
    assert all(item.kind == AdjustmentKind.OPENING for item in openings), openings
    operation, is_known = begin(OperationKind.OPENING, organisation.pk, order)
    if is_known:
        return same_as_asked(operation, openings)
    lock(organisation.pk, order.on, {item.account_id for item in openings})
    post(operation, openings, order)
    return operation


def begin(kind: OperationKind, organisation_id: int, order: Order) -> tuple[Operation, bool]:
    """
    The operation of the key, made now or found; whether it was there already.

    The row is written first: of two equal requests the second waits for the first.
    """
    assert order.basis, "an operation names its paper"
    if order.on > order.today:
        raise OperationOfTheFuture(order.on)
    facts = {
        "kind": kind,
        "organisation_id": organisation_id,
        "happened_on": order.on,
        "basis": order.basis,
        "reason": order.reason,
    }
    operation = Operation(
        **facts,
        key=order.key,
        recorded_at=order.at,
        recorded_by_id=order.by.pk if order.by else None,
    )
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
    except IntegrityError:
        known = Operation.objects.filter(key=order.key).first()
        if known is None:
            raise
        if any(getattr(known, name) != value for name, value in facts.items()):
            raise KeyUsedForOtherOperation from None
        return known, True
    return operation, False


def same_as_asked(operation: Operation, asked: Sequence[AdjustmentToPost]) -> Operation:
    """:raises KeyUsedForOtherOperation: the operation wrote other sums."""
    stored = sorted(
        (row.account_id, row.service_id, row.for_month, row.amount)
        for row in operation.adjustments.all()
    )
    wanted = sorted(
        (item.account_id, item.service_id, item.for_period.first_day, item.amount) for item in asked
    )
    if stored != wanted:
        raise KeyUsedForOtherOperation
    return operation


def _check_places(account: PersonalAccount, move: Move) -> None:
    assert move.amount > ZERO, move
    assert is_whole_kopecks(move.amount), move
    target = move.target_account
    if (target.pk, move.target.pk) == (account.pk, move.source.pk):
        raise NothingMoves
    if (target.organisation_id, target.payer_id) != (account.organisation_id, account.payer_id):
        raise PayersDiffer(target)
    payees = payees_of(account.organisation_id)
    if payees[move.source.pk] != payees[move.target.pk]:
        raise PayeesDiffer(move.source, move.target)


def _moved(account_id: int, service: Service, amount: Decimal, order: Order) -> AdjustmentToPost:
    return AdjustmentToPost(
        account_id=account_id,
        service_id=service.pk,
        kind=AdjustmentKind.TRANSFER,
        amount=amount,
        for_period=Period.of(order.on),
        reason=order.reason,
        basis=order.basis,
    )


def lock(organisation_id: int, on: dt.date, account_ids: set[int]) -> None:
    """The month first, then the accounts in one order: no two operations wait for each other."""
    accounting_month(organisation_id=organisation_id, on=on)
    for account_id in sorted(account_ids):
        lock_account(account_id)


def post(
    operation: Operation, adjustments: Sequence[AdjustmentToPost], order: Order
) -> list[Adjustment]:
    return post_adjustments(
        organisation_id=operation.organisation_id,
        on=order.on,
        adjustments=adjustments,
        by=order.by,
        at=order.at,
        operation=operation,
    )
