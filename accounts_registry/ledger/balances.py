"""
Reading the books: balances, what is still owed and since when, last charges.

Debt is positive, advance negative. Debt now = last closing − what the unposted months received
+ what their adjustments add; charges count once their month is posted.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Max, Q, Sum

from accounts_registry.ledger.models import (
    AccountingPeriod,
    Adjustment,
    AdjustmentKind,
    Payment,
    PaymentLine,
    PeriodState,
    Turnover,
)
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceBalance:
    """Debt (> 0) or advance (< 0) of one service; roubles."""

    service_id: int
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class LastPayment:
    """The newest payment not taken back; roubles."""

    paid_on: dt.date
    amount: Decimal


def balance_of(account: PersonalAccount, *, on: dt.date | None = None) -> Decimal:
    """Balance of the account: as of the end of a day, or with everything recorded so far."""
    return sum((item.amount for item in balances_by_service(account, on=on)), ZERO)


def balances_by_service(
    account: PersonalAccount, *, on: dt.date | None = None
) -> list[ServiceBalance]:
    """
    Balance of each service that has one, zero included, by the service's id.

    On a day: charges of months posted whose last day has come, adjustments of months begun,
    payments made up to the day inclusive.
    """
    month = _counted_month(account.organisation_id, on)
    sums: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for service_id, amount in _closing(account, month):
        sums[service_id] += amount
    for service_id, amount in _movements_after(account, month, on):
        sums[service_id] += amount
    return [ServiceBalance(service_id, sums[service_id]) for service_id in sorted(sums)]


def balances_of_accounts(account_ids: Iterable[int]) -> dict[int, Decimal]:
    """Balance of many accounts with everything recorded so far: a fixed number of queries."""
    ids = list(account_ids)
    sums = _carried(ids)
    return {account_id: sums[account_id] for account_id in ids}


def opening_of_month(account_ids: Iterable[int], *, period: Period) -> dict[int, Decimal]:
    """
    What each account brought into the month: the turnover's opening when the month is posted,
    otherwise the last closing, what unposted months before it received and added, and opening
    balances entered in the month itself.
    """
    ids = list(account_ids)
    posted = Turnover.objects.filter(account_id__in=ids, month=period.first_day)
    found = dict(posted.values_list("account_id").annotate(Sum("opening")))
    missing = [account_id for account_id in ids if account_id not in found]
    brought = _carried(missing, into=period)
    return {account_id: found.get(account_id, brought[account_id]) for account_id in ids}


def openings_by_service(
    account_ids: Iterable[int], *, period: Period, until: dt.date
) -> dict[tuple[int, int], Decimal]:
    """
    What each account brought into a posted month for each service, less what was paid since.

    Payments count up to the day `until` inclusive. What comes to nothing is left out.
    """
    ids = list(account_ids)
    sums: defaultdict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    brought = Turnover.objects.filter(account_id__in=ids, month=period.first_day)
    for account, service, amount in brought.values_list("account_id", "service_id", "opening"):
        sums[account, service] += amount
    paid = PaymentLine.objects.filter(
        account_id__in=ids, month__gte=period.first_day, payment__paid_on__lte=until
    )
    lines = paid.values_list("account_id", "service_id").annotate(Sum("amount"))
    for account, service, amount in lines:
        sums[account, service] -= amount
    return {key: amount for key, amount in sums.items() if amount}


def paid_since_month(
    account_ids: Iterable[int], *, period: Period, until: dt.date | None
) -> dict[int, Decimal]:
    """What was paid in the accounting month and later, counting business dates up to `until`."""
    ids = list(account_ids)
    lines = PaymentLine.objects.filter(account_id__in=ids, month__gte=period.first_day)
    if until is not None:
        lines = lines.filter(payment__paid_on__lte=until)
    found = dict(lines.values_list("account_id").annotate(Sum("amount")))
    return {account_id: found.get(account_id, ZERO) for account_id in ids}


def last_payments(
    account_ids: Iterable[int], *, until: dt.date | None = None
) -> dict[int, LastPayment]:
    """The newest payment of each account up to the day, cancelled ones left out."""
    payments = Payment.objects.filter(
        account_id__in=list(account_ids), reverses__isnull=True, reversed_by__isnull=True
    )
    if until is not None:
        payments = payments.filter(paid_on__lte=until)
    newest = payments.order_by("account_id", "-paid_on", "-id").distinct("account_id")
    return {payment.account_id: LastPayment(payment.paid_on, payment.amount) for payment in newest}


def last_charged(account: PersonalAccount) -> dict[int, Decimal]:
    """What each service was charged in the last posted month: the measure of a prepayment."""
    month = Turnover.objects.filter(account=account).aggregate(last=Max("month"))["last"]
    rows = Turnover.objects.filter(account=account, month=month, charged__gt=0)
    return dict(rows.values_list("service_id", "charged"))


def _closing(account: PersonalAccount, month: dt.date | None) -> Iterable[tuple[int, Decimal]]:
    if month is None:
        return ()
    rows = Turnover.objects.filter(account=account, month=month)
    return rows.values_list("service_id", "closing")


def _movements_after(
    account: PersonalAccount, month: dt.date | None, on: dt.date | None
) -> list[tuple[int, Decimal]]:
    later = Q() if month is None else Q(month__gt=month)
    payments = PaymentLine.objects.filter(later, account=account)
    adjustments = Adjustment.objects.filter(later, account=account)
    if on is not None:
        payments = payments.filter(payment__paid_on__lte=on)
        adjustments = adjustments.filter(month__lte=on)
    movements = [(s, -a) for s, a in payments.values_list("service_id").annotate(Sum("amount"))]
    movements += list(adjustments.values_list("service_id").annotate(Sum("amount")))
    if on is not None and month is not None:
        movements += _paid_later_than(account, month, on)
    return movements


def _paid_later_than(
    account: PersonalAccount, month: dt.date, on: dt.date
) -> list[tuple[int, Decimal]]:
    """Payments the closing already holds though they were made after the day."""
    held = PaymentLine.objects.filter(account=account, month__lte=month, payment__paid_on__gt=on)
    return list(held.values_list("service_id").annotate(Sum("amount")))


def _counted_month(organisation_id: int, on: dt.date | None) -> dt.date | None:
    """The last posted month, on a day the last one that had ended by it."""
    posted = AccountingPeriod.objects.filter(
        organisation_id=organisation_id, state=PeriodState.POSTED
    )
    if on is not None:  # the month of the next day has not ended
        posted = posted.filter(month__lt=Period.of(on + dt.timedelta(days=1)).first_day)
    month: dt.date | None = posted.aggregate(last=Max("month"))["last"]
    return month


def _carried(account_ids: list[int], *, into: Period | None = None) -> defaultdict[int, Decimal]:
    """The last closing with everything recorded since; into a month: with what was before it."""
    sums: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    before, entered = Q(), Q()
    if into is not None:
        before = Q(month__lt=into.first_day)
        entered = Q(month=into.first_day, kind=AdjustmentKind.OPENING)
    for month, members in _last_posted_months(account_ids, before=into).items():
        since = Q(account_id__in=members)
        if month is not None:
            closings = Turnover.objects.filter(since, month=month)
            _add(sums, closings.values_list("account_id").annotate(Sum("closing")))
            since &= Q(month__gt=month)
        paid = PaymentLine.objects.filter(since, before)
        _add(sums, paid.values_list("account_id").annotate(paid=-Sum("amount")))
        added = Adjustment.objects.filter(since, before | entered)
        _add(sums, added.values_list("account_id").annotate(Sum("amount")))
    return sums


def _add(sums: defaultdict[int, Decimal], rows: Iterable[tuple[int, Decimal]]) -> None:
    for account_id, amount in rows:
        sums[account_id] += amount


def _last_posted_months(
    account_ids: list[int], *, before: Period | None = None
) -> dict[dt.date | None, set[int]]:
    """
    The last posted month of the accounts' organisations, with the accounts of each; the accounts
    of an organisation without one stand under None.
    """
    posted = AccountingPeriod.objects.filter(state=PeriodState.POSTED)
    if before is not None:
        posted = posted.filter(month__lt=before.first_day)
    months = dict(posted.values_list("organisation_id").annotate(Max("month")))
    members: defaultdict[dt.date | None, set[int]] = defaultdict(set)
    for account_id, organisation_id in PersonalAccount.objects.filter(
        pk__in=account_ids
    ).values_list("pk", "organisation_id"):
        members[months.get(organisation_id)].add(account_id)
    return dict(members)
