"""Taking back a transfer or a write-off: the same rows once more with the opposite sign."""

import datetime as dt

from django.db import transaction

from accounts_registry.ledger.models import Adjustment, Operation, OperationKind
from accounts_registry.ledger.operations import (
    OperationRefusal,
    Order,
    begin,
    lock,
    post,
    same_as_asked,
)
from accounts_registry.ledger.posting import AdjustmentToPost
from zhkh.kernel.period import Period

UNDONE = frozenset({OperationKind.TRANSFER, OperationKind.WRITE_OFF})  # kinds that can be undone


class UndoneAlready(OperationRefusal):
    def __init__(self, by: Operation) -> None:
        super().__init__(
            f"Операция уже отменена {by.happened_on:%d.%m.%Y}: {by.basis}. Обновите страницу."
        )


class UndoneBeforeIt(OperationRefusal):
    def __init__(self, happened_on: dt.date) -> None:
        super().__init__(
            f"Операция проведена {happened_on:%d.%m.%Y}: отменить её более ранней датой нельзя."
        )


@transaction.atomic
def undo(*, operation: Operation, order: Order) -> Operation:
    """
    Take back a transfer or a write-off whole: rows with the opposite sign that name its own.

    The debt is open again, the overpayment where it was.

    :raises OperationOfTheFuture: the day has not come.
    :raises UndoneBeforeIt: the day is before the operation's.
    :raises UndoneAlready: somebody undid it first.
    """
    assert operation.kind in UNDONE, operation.kind
    if order.on < operation.happened_on:
        raise UndoneBeforeIt(operation.happened_on)
    undoing, is_known = begin(OperationKind.UNDOING, operation.organisation_id, order)
    rows = list(operation.adjustments.order_by("id"))
    taken_back = [_taken_back(row, order) for row in rows]
    if is_known:
        return same_as_asked(undoing, taken_back)
    lock(operation.organisation_id, order.on, {row.account_id for row in rows})
    earlier = Adjustment.objects.filter(reverses__in=rows).select_related("operation").first()
    if earlier is not None:
        assert earlier.operation is not None, "the database holds it"
        raise UndoneAlready(earlier.operation)
    post(undoing, taken_back, order)
    return undoing


def _taken_back(row: Adjustment, order: Order) -> AdjustmentToPost:
    return AdjustmentToPost(
        account_id=row.account_id,
        service_id=row.service_id,
        kind=row.kind,
        amount=-row.amount,
        for_period=Period.of(row.for_month),
        reason=order.reason,
        basis=order.basis,
        reverses_id=row.pk,
    )
