"""What is still owed and since when: debts of the books against what was paid, settled anew."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from accounts_registry.ledger.models import Adjustment, AdjustmentKind, PaymentLine, Turnover
from accounts_registry.ledger.settle import Allocation, Debt, Paid, settle
from accounts_registry.models import PersonalAccount, Service
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


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
    """
    Share out everything paid among everything owed.

    Only debts of months before `before` and payments up to the day `until`, where given. Credits
    (advances brought in, negative months, payments taken back) pay debts like payments do, and
    first of all.
    """
    services = _services_in_order(account)
    keys = {service.pk: service.code or None for service in services}
    order = {service.code or None: position for position, service in enumerate(services)}
    owed = _owed(account, before)
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
        for (service_id, _), (amount, _) in sorted(owed.items())
        if amount < ZERO
    ]
    payments = _payments(account, keys, until)
    allocations = settle(debts, [*credits_, *payments])
    ids = {code: service_id for service_id, code in keys.items()}
    return Settlement(
        debts=tuple(debts),
        allocations=tuple(item for item in allocations if item.payment),
        open_items=tuple(_left(debts, allocations, ids)),
        advance=sum((item.amount for item in allocations if item.period is None), ZERO),
    )


def _owed(
    account: PersonalAccount, before: Period | None
) -> dict[tuple[int, Period], tuple[Decimal, dt.date | None]]:
    """What each month added, by service: posted charges, adjustments, opening balances."""
    amounts: defaultdict[tuple[int, Period], Decimal] = defaultdict(lambda: ZERO)
    dues: dict[tuple[int, Period], dt.date | None] = {}
    posted = set()
    for row in Turnover.objects.filter(account=account):
        posted.add(row.month)
        amounts[row.service_id, Period.of(row.month)] += row.charged + row.adjusted
    for entry in Adjustment.objects.filter(account=account):
        key = entry.service_id, Period.of(entry.for_month)
        if entry.kind == AdjustmentKind.OPENING:
            amounts[key] += entry.amount
            dues[key] = entry.due_on
        elif entry.month not in posted:  # posted ones are in the turnover of their month
            amounts[key] += entry.amount
    return {
        key: (amount, dues.get(key))
        for key, amount in amounts.items()
        if amount and (before is None or key[1] < before)
    }


def _payments(
    account: PersonalAccount, keys: dict[int, str | None], until: dt.date | None
) -> list[Paid]:
    """
    Lines of payments not taken back, in the order they were made.

    Payments of one account are numbered from 1 in the order they were recorded.
    """
    lines = PaymentLine.objects.filter(
        account=account, payment__reverses__isnull=True, payment__reversed_by__isnull=True
    )
    positions: dict[int, int] = {}
    payments = [
        Paid(
            position=positions.setdefault(line.payment_id, len(positions) + 1),
            on=line.payment.paid_on,
            amount=line.amount,
            period=Period.of(line.named_month) if line.named_month else None,
            service=keys[line.service_id],
        )
        for line in lines.select_related("payment").order_by("payment_id", "id")
    ]
    return [paid for paid in payments if until is None or paid.on <= until]


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


def _services_in_order(account: PersonalAccount) -> list[Service]:
    return list(Service.objects.filter(organisation_id=account.organisation_id))
