"""What is still owed and since when: debts of the books against what was paid, settled anew."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q

from accounts_registry.ledger.models import (
    Adjustment,
    AdjustmentKind,
    Payment,
    PaymentLine,
    Turnover,
)
from accounts_registry.ledger.settle import Allocation, Debt, Paid, settle
from accounts_registry.models import PersonalAccount, Service
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

Key = tuple[int, int, Period]  # account, service, month
Owed = dict[tuple[int, Period], tuple[Decimal, dt.date | None]]  # by service and month; due day


@dataclasses.dataclass(frozen=True, slots=True)
class OpenItem:
    """A debt not paid yet, or the rest of it; roubles."""

    service_id: int
    period: Period
    amount: Decimal
    due_on: dt.date | None


@dataclasses.dataclass(frozen=True, slots=True)
class Settlement:
    """The debts of an account, the parts of payments that closed them, and what is left."""

    debts: tuple[Debt, ...]
    allocations: tuple[Allocation, ...]
    open_items: tuple[OpenItem, ...]
    advance: Decimal  # what found no debt to close; roubles


def open_items(account: PersonalAccount) -> list[OpenItem]:
    """Debts of posted months still open, the oldest first, inside a month as the bill has them."""
    return list(settlement_of(account).open_items)


def settlement_of(
    account: PersonalAccount, *, before: Period | None = None, until: dt.date | None = None
) -> Settlement:
    """`settlements_of` for one account."""
    return settlements_of([account], before=before, until=until)[account.pk]


def settlements_of(
    accounts: Sequence[PersonalAccount],
    *,
    before: Period | None = None,
    until: dt.date | None = None,
) -> dict[int, Settlement]:
    """
    Share out everything each account paid among everything it owes; a fixed number of queries.

    Only debts brought in or of months before `before`, and payments up to the day `until`, where
    given. Credits (advances brought in, negative months) pay debts like payments do, and first of
    all. Payments taken back count for nothing.
    """
    ids = [account.pk for account in accounts]
    services = _services_in_order(accounts)
    owed, lines = _owed(ids, before), _payments(ids)
    return {
        account.pk: _settled(
            services[account.organisation_id], owed[account.pk], lines[account.pk], until
        )
        for account in accounts
    }


def _settled(
    services: Sequence[Service],
    owed: Owed,
    lines: Sequence[PaymentLine],
    until: dt.date | None,
) -> Settlement:
    keys = {service.pk: service.code or None for service in services}
    order = {service.code or None: position for position, service in enumerate(services)}
    debts = sorted(
        (
            Debt(period, keys[service_id], amount, due)
            for (service_id, period), (amount, due) in owed.items()
            if amount > ZERO
        ),
        key=lambda debt: (debt.period, order[debt.service]),
    )
    credits_ = [
        Paid(0, dt.date.min, -amount, service=keys[service_id])
        for (service_id, _), (amount, _) in sorted(owed.items(), key=lambda item: item[0])
        if amount < ZERO
    ]
    allocations = settle(debts, [*credits_, *_numbered(lines, keys, until)])
    ids = {code: service_id for service_id, code in keys.items()}
    return Settlement(
        debts=tuple(debts),
        allocations=tuple(item for item in allocations if item.payment),
        open_items=tuple(_left(debts, allocations, ids)),
        advance=sum((item.amount for item in allocations if item.period is None), ZERO),
    )


def _owed(account_ids: Sequence[int], before: Period | None) -> defaultdict[int, Owed]:
    """
    What each month added to each account, by service: charges and adjustments of the accounting
    month, opening balances by the month they are for.
    """
    amounts: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    dues: dict[Key, dt.date | None] = {}
    posted = set()
    earlier = Q() if before is None else Q(month__lt=before.first_day)
    brought_in = Q(kind=AdjustmentKind.OPENING)
    for row in Turnover.objects.filter(earlier, account_id__in=account_ids):
        posted.add((row.account_id, row.month))
        amounts[row.account_id, row.service_id, Period.of(row.month)] += row.charged + row.adjusted
    for entry in Adjustment.objects.filter(
        earlier | brought_in if earlier else Q(), account_id__in=account_ids
    ):
        if entry.kind == AdjustmentKind.OPENING:
            key = entry.account_id, entry.service_id, Period.of(entry.for_month)
            amounts[key] += entry.amount
            dues[key] = dues.get(key) or entry.due_on
        elif (entry.account_id, entry.month) not in posted:  # else in the turnover already
            amounts[entry.account_id, entry.service_id, Period.of(entry.month)] += entry.amount
    owed: defaultdict[int, Owed] = defaultdict(dict)
    for (account_id, service_id, period), amount in amounts.items():
        if amount:
            due = dues.get((account_id, service_id, period))
            owed[account_id][service_id, period] = amount, due
    return owed


def _payments(account_ids: Sequence[int]) -> defaultdict[int, list[PaymentLine]]:
    """Lines of payments with what took them back, in the order they were recorded."""
    found: defaultdict[int, list[PaymentLine]] = defaultdict(list)
    for line in (
        PaymentLine.objects.filter(account_id__in=account_ids, payment__reverses__isnull=True)
        .select_related("payment__reversed_by")
        .order_by("payment_id", "id")
    ):
        found[line.account_id].append(line)
    return found


def _numbered(
    lines: Iterable[PaymentLine], keys: Mapping[int, str | None], until: dt.date | None
) -> Iterable[Paid]:
    """Payments of an account are numbered from 1 in the order they were recorded."""
    positions: dict[int, int] = {}
    for line in lines:
        position = positions.setdefault(line.payment_id, len(positions) + 1)
        if _is_in_force(line.payment, until):
            yield Paid(
                position=position,
                on=line.payment.paid_on,
                amount=line.amount,
                period=Period.of(line.named_month) if line.named_month else None,
                service=keys[line.service_id],
            )


def _is_in_force(payment: Payment, on: dt.date | None) -> bool:
    """Made and not taken back; on a day, by the end of it."""
    reversal: Payment | None = getattr(payment, "reversed_by", None)
    if on is None:
        return reversal is None
    return payment.paid_on <= on and (reversal is None or reversal.paid_on > on)


def _left(
    debts: Iterable[Debt], allocations: Iterable[Allocation], ids: dict[str | None, int]
) -> Iterable[OpenItem]:
    closed: defaultdict[tuple[Period | None, str | None], Decimal] = defaultdict(lambda: ZERO)
    for item in allocations:
        if item.period is not None:
            closed[item.period, item.service] += item.amount
    for debt in debts:
        left = debt.amount - closed[debt.period, debt.service]
        if left:
            yield OpenItem(ids[debt.service], debt.period, left, debt.due)


def _services_in_order(accounts: Iterable[PersonalAccount]) -> defaultdict[int, list[Service]]:
    organisations = {account.organisation_id for account in accounts}
    found: defaultdict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.filter(organisation_id__in=organisations):
        found[service.organisation_id].append(service)
    return found
