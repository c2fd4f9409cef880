"""Payments of an organisation as rows of a list, with their sums."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts_registry.ledger.models import Payment, PaymentSource
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

SOURCES = tuple((str(value), str(label)) for value, label in PaymentSource.choices)
REVERSED, IN_FORCE = "reversed", "in_force"


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentFilter:
    """Business days are inclusive; what is empty limits nothing."""

    accounts: QuerySet[PersonalAccount]
    since: dt.date | None = None
    until: dt.date | None = None
    source: str = ""
    state: str = ""  # REVERSED: taken back and what took them back; IN_FORCE: the others


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment or, with a negative sum, the reversal of one; roubles."""

    pk: int
    account_id: int
    number: str
    payer: str
    address: str
    paid_on: dt.date
    period: Period  # the accounting month it stands in
    source: str
    amount: Decimal
    basis: str
    recorded_at: dt.datetime
    recorded_by: str
    is_reversal: bool
    is_reversed: bool

    @property
    def may_be_reversed(self) -> bool:
        return not self.is_reversal and not self.is_reversed


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentSums:
    """`taken_back` is not positive; roubles."""

    rows: int
    received: Decimal
    taken_back: Decimal

    @property
    def kept(self) -> Decimal:
        return self.received + self.taken_back


def payments_found(
    asked: PaymentFilter, *, offset: int = 0, limit: int | None = None
) -> Iterator[PaymentRow]:
    """The newest first."""
    end = None if limit is None else offset + limit
    found = (
        _filtered(asked)
        .select_related(
            "account__payer", "account__premises__house", "operation", "recorded_by", "reversed_by"
        )
        .order_by("-paid_on", "-id")[offset:end]
    )
    for payment in found.iterator(chunk_size=2_000):
        account = payment.account
        yield PaymentRow(
            pk=payment.pk,
            account_id=account.pk,
            number=account.number,
            payer=account.payer.full_name,
            address=f"{account.premises.house.address}, {account.premises.label}",
            paid_on=payment.paid_on,
            period=Period.of(payment.month),
            source=payment.get_source_display(),
            amount=payment.amount,
            basis=payment.operation.basis if payment.operation else "",
            recorded_at=payment.recorded_at,
            recorded_by=str(payment.recorded_by or "программа"),
            is_reversal=payment.reverses_id is not None,
            is_reversed=getattr(payment, "reversed_by", None) is not None,
        )


def payment_sums(asked: PaymentFilter) -> PaymentSums:
    made = Q(reverses__isnull=True)
    sums = _filtered(asked).aggregate(
        rows=Count("pk"),
        received=Sum("amount", filter=made, default=ZERO),
        taken_back=Sum("amount", filter=~made, default=ZERO),
    )
    return PaymentSums(**sums)


def payment_among(accounts: QuerySet[PersonalAccount], pk: int) -> Payment | None:
    """The payment with its account, if it is of one of the accounts."""
    return (
        Payment.objects.filter(pk=pk, account__in=accounts)
        .select_related("account__organisation", "account__payer", "reversed_by")
        .first()
    )


def _filtered(asked: PaymentFilter) -> QuerySet[Payment]:
    found = Payment.objects.filter(account__in=asked.accounts)
    if asked.since:
        found = found.filter(paid_on__gte=asked.since)
    if asked.until:
        found = found.filter(paid_on__lte=asked.until)
    if asked.source:
        found = found.filter(source=asked.source)
    taken_back = Q(reverses__isnull=False) | Q(reversed_by__isnull=False)
    if asked.state == REVERSED:
        found = found.filter(taken_back)
    if asked.state == IN_FORCE:
        found = found.exclude(taken_back)
    return found
