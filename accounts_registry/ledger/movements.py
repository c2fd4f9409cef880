"""The story of one account in the books: its months and its payments, as plain data."""

import dataclasses
import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounts_registry.ledger.models import (
    AccountingPeriod,
    Adjustment,
    Payment,
    PaymentLine,
    PeriodState,
    Turnover,
)
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class MonthOfAccount:
    """
    One month, all services together; roubles, debt > 0, advance < 0.

    A month not posted yet has no charges: `charged` is zero and `is_posted` says why.
    """

    period: Period
    opening: Decimal
    charged: Decimal
    adjusted: Decimal
    paid: Decimal
    closing: Decimal
    is_posted: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentOfAccount:
    """A payment or, with a negative sum, the reversal of one."""

    paid_on: dt.date
    period: Period  # the accounting month it stands in
    amount: Decimal
    source: str
    recorded_at: dt.datetime
    recorded_by: str
    is_reversed: bool


def months_of(account: PersonalAccount, *, count: int) -> list[MonthOfAccount]:
    """The latest months with movements, at most `count`, in calendar order."""
    posted = _posted_months(account, count)
    months = posted + _unposted_months(account, after=posted[-1] if posted else None)
    return months[-count:]


def payments_of(account: PersonalAccount) -> list[PaymentOfAccount]:
    """Every payment of the account with its reversals, the newest first."""
    payments = (
        Payment.objects.filter(account=account)
        .select_related("recorded_by", "reversed_by")
        .order_by("-paid_on", "-id")
    )
    return [
        PaymentOfAccount(
            paid_on=payment.paid_on,
            period=Period.of(payment.month),
            amount=payment.amount,
            source=payment.get_source_display(),
            recorded_at=payment.recorded_at,
            recorded_by=str(payment.recorded_by or ""),
            is_reversed=hasattr(payment, "reversed_by"),
        )
        for payment in payments
    ]


def _posted_months(account: PersonalAccount, count: int) -> list[MonthOfAccount]:
    recent = _turnover_months(account, count, since=_recent(account, count))
    return recent if len(recent) == count else _turnover_months(account, count, since=None)


def _recent(account: PersonalAccount, count: int) -> dt.date | None:
    """The first of the organisation's last months: most accounts have movements in all of them."""
    posted = AccountingPeriod.objects.filter(
        organisation_id=account.organisation_id, state=PeriodState.POSTED
    )
    months = list(posted.order_by("-month").values_list("month", flat=True)[:count])
    return months[-1] if months else None


def _turnover_months(
    account: PersonalAccount, count: int, *, since: dt.date | None
) -> list[MonthOfAccount]:
    later = Q() if since is None else Q(month__gte=since)
    rows = (
        Turnover.objects.filter(later, account=account)
        .values_list("month")
        .annotate(Sum("opening"), Sum("charged"), Sum("adjusted"), Sum("paid"), Sum("closing"))
        .order_by("-month")[:count]
    )
    months = [
        MonthOfAccount(Period.of(month), opening, charged, adjusted, paid, closing, is_posted=True)
        for month, opening, charged, adjusted, paid, closing in rows
    ]
    return months[::-1]


def _unposted_months(
    account: PersonalAccount, *, after: MonthOfAccount | None
) -> list[MonthOfAccount]:
    later = Q(month__gt=after.period.first_day) if after else Q()
    paid = _sums_by_month(PaymentLine.objects.filter(later, account=account))
    adjusted = _sums_by_month(Adjustment.objects.filter(later, account=account))
    balance = after.closing if after else ZERO
    months = []
    for month in sorted(paid.keys() | adjusted.keys()):
        closing = balance + adjusted[month] - paid[month]
        months.append(
            MonthOfAccount(
                period=Period.of(month),
                opening=balance,
                charged=ZERO,
                adjusted=adjusted[month],
                paid=paid[month],
                closing=closing,
                is_posted=False,
            )
        )
        balance = closing
    return months


def _sums_by_month(
    rows: QuerySet[PaymentLine] | QuerySet[Adjustment],
) -> defaultdict[dt.date, Decimal]:
    sums = rows.order_by().values_list("month").annotate(Sum("amount"))
    return defaultdict(lambda: ZERO, sums)
