"""Many accounts at once: payments of a bank's day under the guards of a single one, debts."""

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import psycopg
from django.db import connection, transaction

from accounts_registry.ledger.models import PaymentSource, Turnover
from accounts_registry.ledger.periods import accounting_month
from accounts_registry.ledger.posting import HasPrimaryKey, LineToPost, PostingRefusal
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

_PAYMENT = (
    "id", "account_id", "month", "paid_on", "amount", "source", "key", "recorded_at",
    "recorded_by_id",
)  # fmt: skip
_LINE = ("payment_id", "account_id", "service_id", "month", "named_month", "amount")


class PaymentsKnown(PostingRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Среди платежей есть уже записанные, поэтому не записан ни один: проверьте, не загружен "
            "ли этот реестр раньше."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentToPost:
    """Money received for an account on a day; `key` tells it from every other for ever."""

    account_id: int
    paid_on: dt.date
    key: uuid.UUID
    lines: Sequence[LineToPost]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@transaction.atomic
def post_payments(
    *,
    organisation_id: int,
    payments: Sequence[PaymentToPost],
    source: PaymentSource,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> None:
    """
    Record payments of one calendar month, all or none of them.

    Lock order: month FOR SHARE, accounts FOR UPDATE by their ids.

    :raises PaymentsKnown: a key is known already.
    """
    if not payments:
        return
    assert len({Period.of(payment.paid_on) for payment in payments}) == 1, "one month at a time"
    on = payments[0].paid_on
    month = accounting_month(organisation_id=organisation_id, on=on).month
    _lock_accounts(payments)
    ids = _take_ids(len(payments))
    rows = [
        (id_, p.account_id, month, p.paid_on, p.amount, source, p.key, at, by and by.pk)
        for id_, p in zip(ids, payments, strict=True)
    ]
    try:
        _copy("ledger_payment", _PAYMENT, rows)
    except psycopg.errors.UniqueViolation as error:  # COPY answers without Django
        raise PaymentsKnown from error
    _copy("ledger_paymentline", _LINE, _lines(ids, payments, month))


def _lines(
    ids: Sequence[int], payments: Sequence[PaymentToPost], month: dt.date
) -> list[tuple[object, ...]]:
    return [
        (
            id_,
            payment.account_id,
            line.service_id,
            month,
            line.named.first_day if line.named else None,
            line.amount,
        )
        for id_, payment in zip(ids, payments, strict=True)
        for line in payment.lines
    ]


def _lock_accounts(payments: Sequence[PaymentToPost]) -> None:
    ids = {payment.account_id for payment in payments}
    locked = PersonalAccount.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    assert len(locked.order_by("pk").values_list("pk", flat=True)) == len(ids), "unknown account"


def _take_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger_payment', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def closings_of(account_ids: Sequence[int], *, period: Period) -> dict[int, list[LineToPost]]:
    """
    What each account owed for each service at the end of the posted month, in the order of the
    bill; credits (negative) too, accounts with nothing are absent. Roubles.
    """
    owed: defaultdict[int, list[LineToPost]] = defaultdict(list)
    rows = (
        Turnover.objects.filter(account_id__in=account_ids, month=period.first_day)
        .exclude(closing=0)
        .order_by("account_id", "service__position", "service_id")
        .values_list("account_id", "service_id", "closing")
    )
    for account_id, service_id, closing in rows:
        owed[account_id].append(LineToPost(service_id, closing))
    return dict(owed)
