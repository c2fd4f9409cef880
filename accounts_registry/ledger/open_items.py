"""What is still owed and since when: debts of the books against what was paid, settled anew."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import F, Q

from accounts_registry.ledger.models import Adjustment, AdjustmentKind, PaymentLine, Turnover
from accounts_registry.ledger.penalties import PenaltyOwed, penalties_owed
from accounts_registry.ledger.recent_debts import recent_debts
from accounts_registry.ledger.settle import Allocation, Debt, Paid, settle
from accounts_registry.models import Country, PersonalAccount, Service
from accounts_registry.reference_data import Book, DueDays, due_days
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

Key = tuple[int, int, Period]  # account, service, month
Owed = dict[tuple[int, Period], tuple[Decimal, dt.date | None]]  # by service and month; due day

# A day no debt has: the month was billed, so it is due as the reference book says.
_AS_BILLED = dt.date.min

# A debt forgiven, or moved to where there is money for it, closes debts as a payment does.
_CLOSING = (AdjustmentKind.TRANSFER, AdjustmentKind.WRITE_OFF)


@dataclasses.dataclass(frozen=True, slots=True)
class OpenItem:
    """A debt not paid yet, or the rest of it; roubles."""

    service_id: int
    period: Period
    amount: Decimal
    due_on: dt.date | None
    is_penalty: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Settlement:
    """The debts of an account, the parts of payments that closed them, and what is left."""

    debts: tuple[Debt, ...]
    allocations: tuple[Allocation, ...]  # operations that close debts have negative numbers
    open_items: tuple[OpenItem, ...]
    advances: dict[int, Decimal]  # by service: what found no debt to close; roubles
    credited: tuple[Allocation, ...] = ()  # what credits closed, before any payment

    @property
    def advance(self) -> Decimal:
        return sum(self.advances.values(), ZERO)


def open_items(account: PersonalAccount) -> list[OpenItem]:
    """Debts of posted months still open, the oldest first, inside a month as the bill has them."""
    services = Service.objects.filter(organisation_id=account.organisation_id)
    codes = {pk: code or None for pk, code in services.values_list("pk", "code")}
    debts = recent_debts(account, codes)
    if debts is None:
        return list(settlement_of(account).open_items)
    places = {pk: place for place, pk in enumerate(codes)}
    dues = due_days(Book(account.organisation_id, Country.RUSSIA)) if debts else DueDays(())
    items = [
        OpenItem(
            debt.service_id,
            debt.period,
            debt.amount,
            dues.of(debt.period) if debt.is_billed else None,
            debt.is_penalty,
        )
        for debt in debts
    ]
    principal = [item for item in items if not item.is_penalty]
    principal.sort(key=lambda item: (item.period, places[item.service_id]))
    return principal + [item for item in items if item.is_penalty]


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
    all. Payments taken back count for nothing. Write-offs and sums transferred close debts on
    their own day. What is for one payee never closes what is owed to another.
    """
    ids = [account.pk for account in accounts]
    catalogues = _catalogues(accounts)
    owed, paid = _owed(ids, before), _paid(ids, until)
    fines = penalties_owed(ids, before)
    closing = _closing_operations(ids, before, until)
    return {
        account.pk: _settled(
            catalogues[account.organisation_id],
            owed[account.pk],
            [*closing[account.pk], *paid[account.pk]],
            fines[account.pk],
        )
        for account in accounts
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Catalogue:
    """Services of an organisation as `settle` names them, in the order of the bill."""

    codes: dict[int, str | None]
    order: dict[str | None, int]
    payees: dict[int, int | None]
    due_days: DueDays

    @classmethod
    def of(cls, organisation_id: int, services: Sequence[Service]) -> "Catalogue":
        """
        A sum nobody has split by service is for the only payee there is, otherwise for whom the
        service without a code names.
        """
        named = {service.payee_id for service in services if service.code}
        only = named.pop() if len(named) == 1 else None
        return cls(
            codes={service.pk: service.code or None for service in services},
            order={service.code or None: place for place, service in enumerate(services)},
            payees={s.pk: s.payee_id if s.code or s.payee_id else only for s in services},
            due_days=due_days(Book(organisation_id, Country.RUSSIA)),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Received:
    """A line of a payment, or of an operation that closes debts like one."""

    number: int
    on: dt.date
    service_id: int
    amount: Decimal
    named: Period | None


def payees_of(organisation_id: int) -> dict[int, int | None]:
    """Whose money each service of the organisation brings; None is the organisation itself."""
    services = list(Service.objects.filter(organisation_id=organisation_id))
    return Catalogue.of(organisation_id, services).payees


def _settled(
    catalogue: Catalogue,
    owed: Owed,
    received: Sequence[_Received],
    fines: Sequence[PenaltyOwed],
) -> Settlement:
    codes, payees = catalogue.codes, catalogue.payees
    debts = sorted(
        (
            Debt(
                period,
                codes[service_id],
                amount,
                catalogue.due_days.of(period) if due is _AS_BILLED else due,
                payees[service_id],
            )
            for (service_id, period), (amount, due) in owed.items()
            if amount > ZERO
        ),
        key=lambda debt: (debt.period, catalogue.order[debt.service]),
    )
    debts += [
        Debt(
            fine.period,
            codes[fine.service_id],
            fine.amount,
            payee=payees[fine.service_id],
            is_penalty=True,
            only_named=fine.only_named,
        )
        for fine in fines
    ]
    credits_ = [
        Paid(0, dt.date.min, -amount, None, codes[service_id], payees[service_id])
        for (service_id, _), (amount, _) in sorted(owed.items(), key=lambda item: item[0])
        if amount < ZERO
    ]
    allocations = settle(debts, [*credits_, *(_as_paid(catalogue, item) for item in received)])
    ids = {code: service_id for service_id, code in codes.items()}
    return Settlement(
        debts=tuple(debts),
        allocations=tuple(item for item in allocations if item.payment),
        open_items=tuple(_left(debts, allocations, ids)),
        advances=_advances(allocations, ids),
        credited=tuple(item for item in allocations if not item.payment),
    )


def _as_paid(catalogue: Catalogue, item: _Received) -> Paid:
    service, payee = catalogue.codes[item.service_id], catalogue.payees[item.service_id]
    return Paid(item.number, item.on, item.amount, item.named, service, payee)


def _advances(allocations: Iterable[Allocation], ids: dict[str | None, int]) -> dict[int, Decimal]:
    found: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for item in allocations:
        if item.period is None:
            found[ids[item.service]] += item.amount
    return dict(found)


def _owed(account_ids: Sequence[int], before: Period | None) -> defaultdict[int, Owed]:
    """
    What each month added to each account, by service: charges and adjustments of the accounting
    month, opening balances by the month they are for.
    """
    earlier = Q() if before is None else Q(month__lt=before.first_day)
    brought_in = Q(kind=AdjustmentKind.OPENING)
    amounts, dues, posted = _charged(account_ids, earlier)
    entries = Adjustment.objects.filter(
        earlier | brought_in if earlier else Q(), account_id__in=account_ids
    )
    for entry in entries:
        key = entry.account_id, entry.service_id, Period.of(entry.month)
        in_turnover = (entry.account_id, entry.month) in posted
        if entry.kind == AdjustmentKind.OPENING:
            key = entry.account_id, entry.service_id, Period.of(entry.for_month)
            amounts[key] += entry.amount
            dues[key] = entry.due_on or dues.get(key)
        elif _closes_debts(entry) or entry.kind == AdjustmentKind.PENALTY:
            amounts[key] -= entry.amount if in_turnover else ZERO
        elif not in_turnover:
            amounts[key] += entry.amount
    owed: defaultdict[int, Owed] = defaultdict(dict)
    for (account_id, service_id, period), amount in amounts.items():
        if amount:
            due = dues.get((account_id, service_id, period))
            owed[account_id][service_id, period] = amount, due
    return owed


def _charged(
    account_ids: Sequence[int], earlier: Q
) -> tuple[defaultdict[Key, Decimal], dict[Key, dt.date | None], set[tuple[int, dt.date]]]:
    """What posted months added, when it is due, and which months of which accounts they are."""
    amounts: defaultdict[Key, Decimal] = defaultdict(lambda: ZERO)
    dues: dict[Key, dt.date | None] = {}
    posted = set()
    turnovers = Turnover.objects.filter(earlier, account_id__in=account_ids).annotate(
        added=F("charged") + F("adjusted")
    )
    for account_id, service_id, month, added in turnovers.values_list(
        "account_id", "service_id", "month", "added"
    ):
        posted.add((account_id, month))
        key = account_id, service_id, Period.of(month)
        amounts[key] += added
        if added:
            dues[key] = _AS_BILLED
    return amounts, dues, posted


def _closes_debts(entry: Adjustment) -> bool:
    """So does what takes it back: both are out of the months they stand in."""
    is_reversal = entry.reverses_id is not None
    return entry.kind in _CLOSING and (entry.amount > ZERO) == is_reversal


def _paid(account_ids: Sequence[int], until: dt.date | None) -> defaultdict[int, list[_Received]]:
    """Payments of an account are numbered from 1 in the order they were recorded."""
    found: defaultdict[int, list[_Received]] = defaultdict(list)
    numbers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    lines = PaymentLine.objects.filter(
        account_id__in=account_ids, payment__reverses__isnull=True
    ).order_by("payment_id", "id")
    for account_id, payment_id, service_id, named, amount, on, taken_back_on in lines.values_list(
        "account_id",
        "payment_id",
        "service_id",
        "named_month",
        "amount",
        "payment__paid_on",
        "payment__reversed_by__paid_on",
    ):
        of_account = numbers[account_id]
        number = of_account.setdefault(payment_id, len(of_account) + 1)
        if _is_in_force(on, taken_back_on, until):
            period = Period.of(named) if named else None
            found[account_id].append(_Received(number, on, service_id, amount, period))
    return found


def _closing_operations(
    account_ids: Sequence[int], before: Period | None, until: dt.date | None
) -> defaultdict[int, list[_Received]]:
    """A write-off names its month; what was transferred in goes to the oldest debt."""
    found: defaultdict[int, list[_Received]] = defaultdict(list)
    entries = Adjustment.objects.filter(
        account_id__in=account_ids, kind__in=_CLOSING, amount__lt=0, reverses__isnull=True
    ).select_related("operation", "reversed_by__operation")
    if before is not None:
        entries = entries.filter(month__lt=before.first_day)
    for entry in entries.order_by("id"):
        assert entry.operation is not None, "the database holds it"
        back = getattr(entry, "reversed_by", None)
        taken_back_on = back.operation.happened_on if back and back.operation else None
        if _is_in_force(entry.operation.happened_on, taken_back_on, until):
            found[entry.account_id].append(
                _Received(
                    number=-entry.pk,
                    on=entry.operation.happened_on,
                    service_id=entry.service_id,
                    amount=-entry.amount,
                    named=(
                        Period.of(entry.for_month)
                        if entry.kind == AdjustmentKind.WRITE_OFF
                        else None
                    ),
                )
            )
    return found


def _is_in_force(on: dt.date, taken_back_on: dt.date | None, until: dt.date | None) -> bool:
    """Made and not taken back; on a day, by the end of it."""
    if until is None:
        return taken_back_on is None
    return on <= until and (taken_back_on is None or taken_back_on > until)


def _left(
    debts: Iterable[Debt], allocations: Iterable[Allocation], ids: dict[str | None, int]
) -> Iterable[OpenItem]:
    closed: defaultdict[tuple[Period, str | None, bool], Decimal] = defaultdict(lambda: ZERO)
    for item in allocations:
        if item.period is not None:
            closed[item.period, item.service, item.is_penalty] += item.amount
    for debt in debts:
        left = debt.amount - closed[debt.period, debt.service, debt.is_penalty]
        if left:
            yield OpenItem(ids[debt.service], debt.period, left, debt.due, debt.is_penalty)


def _catalogues(accounts: Iterable[PersonalAccount]) -> dict[int, Catalogue]:
    organisations = {account.organisation_id for account in accounts}
    found: defaultdict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.filter(organisation_id__in=organisations):
        found[service.organisation_id].append(service)
    return {
        organisation: Catalogue.of(organisation, found[organisation])
        for organisation in organisations
    }
