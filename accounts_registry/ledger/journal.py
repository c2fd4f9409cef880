"""The journal of operations by hand: who, when, by which paper, how much."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet, Sum

from accounts_registry.ledger.models import Adjustment, Operation, OperationKind, Payment
from accounts_registry.ledger.undoing import UNDONE
from accounts_registry.models import Organisation, PersonalAccount
from zhkh.kernel.money import ZERO


@dataclasses.dataclass(frozen=True, slots=True)
class OperationRow:
    """
    `moved` is what left or came, each sum counted once; `account` where there is only one.

    `undone` says that it was taken back, `can_be_undone` that it may still be.
    """

    pk: int
    kind: str
    happened_on: dt.date
    basis: str
    reason: str
    recorded_at: dt.datetime
    recorded_by: str
    accounts: int
    account: PersonalAccount | None
    moved: Decimal
    undone: bool
    can_be_undone: bool


def operation_among(organisations: QuerySet[Organisation], pk: int) -> Operation | None:
    return Operation.objects.filter(organisation__in=organisations, pk=pk).first()


def operations_count(organisations: QuerySet[Organisation]) -> int:
    return Operation.objects.filter(organisation__in=organisations).count()


def operations_of(
    organisations: QuerySet[Organisation], *, offset: int, limit: int
) -> list[OperationRow]:
    """The newest first, in a fixed number of queries."""
    found = list(
        Operation.objects.filter(organisation__in=organisations)
        .select_related("recorded_by")
        .order_by("-id")[offset : offset + limit]
    )
    ids = [row.pk for row in found]
    written = {
        **_written(Payment.objects.filter(operation__in=ids)),
        **_written(Adjustment.objects.filter(operation__in=ids)),
    }
    single = [row.account_id for row in written.values() if row.accounts == 1]
    accounts = PersonalAccount.objects.in_bulk(single)
    nothing = _Written(0, 0, ZERO)
    undone = set(
        Adjustment.objects.filter(
            operation__in=ids, reversed_by__operation__kind=OperationKind.UNDOING
        ).values_list("operation_id", flat=True)
    )
    return [
        _row(row, written.get(row.pk, nothing), accounts, is_undone=row.pk in undone)
        for row in found
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class _Written:
    """What an operation wrote: how many accounts, one of them, and the sum that moved."""

    accounts: int
    account_id: int
    moved: Decimal


def _written(entries: QuerySet[Payment] | QuerySet[Adjustment]) -> dict[int, _Written]:
    sums = entries.order_by().values_list("operation_id")
    return {
        operation_id: _Written(accounts, account_id, max(came, -went))
        for operation_id, accounts, account_id, came, went in sums.annotate(
            accounts=Count("account_id", distinct=True),
            first=Min("account_id"),
            came=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
            went=Sum("amount", filter=Q(amount__lt=0), default=ZERO),
        )
    }


def _row(
    operation: Operation,
    written: _Written,
    accounts: dict[int, PersonalAccount],
    *,
    is_undone: bool,
) -> OperationRow:
    return OperationRow(
        pk=operation.pk,
        kind=operation.get_kind_display(),
        happened_on=operation.happened_on,
        basis=operation.basis,
        reason=operation.reason,
        recorded_at=operation.recorded_at,
        recorded_by=str(operation.recorded_by or "программа"),
        accounts=written.accounts,
        account=accounts.get(written.account_id),
        moved=written.moved,
        undone=is_undone,
        can_be_undone=not is_undone and operation.kind in UNDONE,
    )
