"""Writing the books: the only place payments, adjustments and turnover come from."""

import dataclasses
import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from django.db import IntegrityError, connection, transaction

from accounts_registry.ledger.models import (
    Adjustment,
    AdjustmentKind,
    Operation,
    Payment,
    PaymentLine,
    PaymentSource,
)
from accounts_registry.ledger.periods import accounting_month, lock_draft
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO, is_whole_kopecks
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

__all__ = [
    "AdjustmentKind",
    "AdjustmentToPost",
    "AlreadyReversed",
    "KeyUsedForOtherPayment",
    "LineToPost",
    "Payment",
    "PaymentSource",
    "PostingRefusal",
    "lock_account",
    "payment_by_key",
    "post_adjustments",
    "post_month",
    "post_payment",
    "reverse_payment",
]


STAGED_AT_ONCE = 10_000


class PostingRefusal(Refusal):
    """The books do not take this movement."""


class KeyUsedForOtherPayment(PostingRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Этот запрос уже проведён с другой суммой или другим счётом: откройте счёт заново."
        )


class AlreadyReversed(PostingRefusal):
    def __init__(self) -> None:
        super().__init__("Платёж уже отменён.")


class HasPrimaryKey(Protocol):
    """Whoever records: a user of the program (None for the program itself)."""

    @property
    def pk(self) -> int: ...


@dataclasses.dataclass(frozen=True, slots=True)
class LineToPost:
    """A part of a payment: roubles for a service and, when the payer named it, for a month."""

    service_id: int
    amount: Decimal
    named: Period | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class AdjustmentToPost:
    """
    A signed sum (debt > 0) for a service; `for_period` is the month it is about.

    A `key` of the caller's lets the database refuse the same sum twice.
    """

    account_id: int
    service_id: int
    kind: str
    amount: Decimal
    for_period: Period
    reason: str = ""
    basis: str = ""
    due_on: dt.date | None = None
    key: uuid.UUID | None = None
    reverses_id: int | None = None


def lock_account(account_id: int) -> PersonalAccount:
    """Lock the account for what follows; read its debts only after this."""
    return PersonalAccount.objects.select_for_update(of=("self",)).get(pk=account_id)


@transaction.atomic
def post_payment(  # noqa: PLR0913 (each is a fact of the payment)
    *,
    account: PersonalAccount,
    lines: Sequence[LineToPost],
    paid_on: dt.date,
    key: uuid.UUID,
    source: PaymentSource,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    operation: Operation | None = None,
) -> Payment:
    """
    Record money received for an account: one payment for one key, however often it is sent.

    Lock order: month FOR SHARE, account FOR UPDATE, then the key is looked up.

    :raises KeyUsedForOtherPayment: the key belongs to a payment of another account or content.
    """
    assert lines, "a payment has lines"
    assert all(line.amount > ZERO and is_whole_kopecks(line.amount) for line in lines), lines
    month = accounting_month(organisation_id=account.organisation_id, on=paid_on).month
    lock_account(account.pk)
    known = payment_by_key(key)
    if known:
        if not _is_same(known, account, lines):
            raise KeyUsedForOtherPayment
        return known
    payment = _insert(
        Payment(
            account=account,
            month=month,
            paid_on=paid_on,
            amount=sum((line.amount for line in lines), ZERO),
            source=source,
            key=key,
            operation=operation,
            recorded_at=at,
            recorded_by_id=by.pk if by else None,
        )
    )
    PaymentLine.objects.bulk_create(_line_of(payment, line) for line in lines)
    return payment


def _line_of(payment: Payment, line: LineToPost) -> PaymentLine:
    return PaymentLine(
        payment=payment,
        account_id=payment.account_id,
        service_id=line.service_id,
        month=payment.month,
        named_month=line.named.first_day if line.named else None,
        amount=line.amount,
    )


@transaction.atomic
def reverse_payment(
    *,
    payment: Payment,
    reversed_on: dt.date,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    operation: Operation | None = None,
) -> Payment:
    """
    Take a payment back by a row of its own with the same lines, negative.

    The same key again gives the same reversal.

    :raises AlreadyReversed: it was taken back before by another request.
    :raises KeyUsedForOtherPayment: the key belongs to another row.
    """
    assert payment.reverses_id is None, "a reversal is not reversed"
    assert reversed_on >= payment.paid_on, "a payment is taken back after it was made"
    month = accounting_month(organisation_id=payment.account.organisation_id, on=reversed_on).month
    lock_account(payment.account_id)
    earlier = Payment.objects.filter(reverses=payment).first()
    if earlier and earlier.key == key:
        return earlier
    if earlier:
        raise AlreadyReversed
    reversal = _insert(
        Payment(
            account_id=payment.account_id,
            month=month,
            paid_on=reversed_on,
            amount=-payment.amount,
            source=payment.source,
            key=key,
            reverses=payment,
            operation=operation,
            recorded_at=at,
            recorded_by_id=by.pk if by else None,
        )
    )
    PaymentLine.objects.bulk_create(_mirrored(reversal, line) for line in payment.lines.all())
    return reversal


def _mirrored(reversal: Payment, line: PaymentLine) -> PaymentLine:
    return PaymentLine(
        payment=reversal,
        account_id=reversal.account_id,
        service_id=line.service_id,
        month=reversal.month,
        named_month=line.named_month,
        amount=-line.amount,
    )


@transaction.atomic
def post_adjustments(
    *,
    organisation_id: int,
    on: dt.date,
    adjustments: Iterable[AdjustmentToPost],
    by: HasPrimaryKey | None,
    at: dt.datetime,
    operation: Operation | None = None,
) -> list[Adjustment]:
    """Record sums that change debts besides charges and payments, in the accounting month of `on`."""
    month = accounting_month(organisation_id=organisation_id, on=on).month
    return Adjustment.objects.bulk_create(
        Adjustment(
            account_id=item.account_id,
            service_id=item.service_id,
            month=month,
            for_month=item.for_period.first_day,
            kind=item.kind,
            amount=item.amount,
            due_on=item.due_on,
            reason=item.reason,
            basis=item.basis,
            key=item.key or uuid.uuid4(),
            reverses_id=item.reverses_id,
            operation=operation,
            recorded_at=at,
            recorded_by_id=by.pk if by else None,
        )
        for item in adjustments
    )


@transaction.atomic
def post_month(
    *,
    organisation_id: int,
    period: Period,
    by: HasPrimaryKey | None,
    charges: Iterable[tuple[int, int, Decimal]] | None = None,
) -> int:
    """
    Post a draft month: turnover of every account and service is written once and for ever.

    What was charged is read from the lines of the month's calculation, unless `charges` gives it:
    (account, service, sum of charges before adjustments). Returns the number of turnover rows.

    :raises PeriodRefusal: the month is not a draft or its turn has not come.
    """
    lock_draft(organisation_id=organisation_id, period=period)
    if charges is not None:
        _stage(organisation_id, period, charges)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_post_month(%s, %s, %s)",
            [organisation_id, period.first_day, by.pk if by else None],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _stage(
    organisation_id: int, period: Period, charges: Iterable[tuple[int, int, Decimal]]
) -> None:
    """Batch by batch: `charges` may be read from the same connection, which COPY keeps busy."""
    rows = iter(charges)
    while batch := list(itertools.islice(rows, STAGED_AT_ONCE)):
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY ledger_chargetotal (organisation_id, month, account_id, service_id, charged) "
                "FROM STDIN"
            ) as copy,
        ):
            for account_id, service_id, charged in batch:
                copy.write_row((organisation_id, period.first_day, account_id, service_id, charged))


def payment_by_key(key: uuid.UUID) -> Payment | None:
    """The payment a client already made with this key."""
    return Payment.objects.filter(key=key).first()


def _insert(payment: Payment) -> Payment:
    """:raises KeyUsedForOtherPayment: another account took the key at this very moment."""
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError:
        if payment_by_key(payment.key) is None:
            raise
        raise KeyUsedForOtherPayment from None
    return payment


def _is_same(payment: Payment, account: PersonalAccount, lines: Sequence[LineToPost]) -> bool:
    stored = Counter(
        (line.service_id, line.named_month, line.amount) for line in payment.lines.all()
    )
    asked = Counter(
        (line.service_id, line.named.first_day if line.named else None, line.amount)
        for line in lines
    )
    return payment.account_id == account.pk and stored == asked
