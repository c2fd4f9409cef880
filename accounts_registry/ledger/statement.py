"""
The statement of an account («Лицевой счёт — движение»): months, services, events, and why each
payment closed what it closed.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from accounts_registry.ledger.models import (
    Adjustment,
    AdjustmentKind,
    Payment,
    PaymentLine,
    Turnover,
)
from accounts_registry.ledger.open_items import settlement_of
from accounts_registry.ledger.settle import Allocation, Rule
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO, format_money
from zhkh.kernel.period import Period

_Row = TypeVar("_Row", Adjustment, Payment, Turnover)


@dataclasses.dataclass(slots=True)
class Sums:
    """A row of turnover; roubles, debt > 0, advance < 0."""

    opening: Decimal = ZERO
    charged: Decimal = ZERO
    adjusted: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.charged + self.adjusted - self.paid

    def add(self, other: "Sums") -> None:
        self.opening += other.opening
        self.charged += other.charged
        self.adjusted += other.adjusted
        self.paid += other.paid


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """Where a part of a payment went, and by which rule."""

    amount: Decimal
    what: str
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that moved the balance: charges of the month, an adjustment or a payment.

    `amount` adds to the debt when positive; `balance` is the balance after it, roubles.
    """

    on: dt.date | None
    title: str
    detail: str
    amount: Decimal
    balance: Decimal
    recorded_by: str = ""
    payment_id: int | None = None
    parts: tuple[Part, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceSums:
    name: str
    sums: Sums


@dataclasses.dataclass(frozen=True, slots=True)
class KindSum:
    """Adjustments of the month by their kind, as people call it; roubles."""

    label: str
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class StatementMonth:
    """A month not posted yet has no charges."""

    period: Period
    is_posted: bool
    total: Sums
    services: tuple[ServiceSums, ...]
    kinds: tuple[KindSum, ...]
    events: tuple[Event, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """The months asked for, in calendar order, and their sum; `known` is the whole span there is."""

    months: tuple[StatementMonth, ...]
    total: Sums
    known: tuple[Period, Period] | None

    @classmethod
    def of(
        cls, months: Sequence[StatementMonth], known: tuple[Period, Period] | None
    ) -> "Statement":
        summed = Sums(opening=months[0].total.opening if months else ZERO)
        for month in months:
            summed.charged += month.total.charged
            summed.adjusted += month.total.adjusted
            summed.paid += month.total.paid
        return cls(tuple(months), summed, known)

    def latest(self, count: int) -> "Statement":
        """At most so many last months of it."""
        return Statement.of(self.months[-count:], self.known)


def statement_of(
    account: PersonalAccount, *, first: Period | None = None, last: Period | None = None
) -> Statement:
    """Every month of the account with movements between the two; a fixed number of queries."""
    story = _Story.of(account)
    months = [
        month
        for month in story.months()
        if (first is None or month.period >= first) and (last is None or month.period <= last)
    ]
    known = (story.periods[0], story.periods[-1]) if story.periods else None
    return Statement.of(months, known)


@dataclasses.dataclass(frozen=True, slots=True)
class _Story:
    """Rows of the books of one account by month."""

    services: dict[int, str]
    turnovers: dict[dt.date, list[Turnover]]
    adjustments: dict[dt.date, list[Adjustment]]
    payments: dict[dt.date, list[Payment]]
    parts: dict[int, tuple[Part, ...]]
    periods: list[Period]

    @classmethod
    def of(cls, account: PersonalAccount) -> "_Story":
        services = list(account.organisation.services.all())
        turnovers = _by_month(Turnover.objects.filter(account=account))
        adjustments = _by_month(
            Adjustment.objects.filter(account=account)
            .select_related("recorded_by", "operation")
            .order_by("id")
        )
        payments = _by_month(
            Payment.objects.filter(account=account)
            .select_related("recorded_by", "operation", "reverses", "reversed_by")
            .prefetch_related("lines")
            .order_by("paid_on", "id")
        )
        codes = {service.code or None: service.name for service in services}
        return cls(
            services={service.pk: service.name for service in services},
            turnovers=turnovers,
            adjustments=adjustments,
            payments=payments,
            parts=_parts(account, payments, codes),
            periods=[Period.of(month) for month in sorted({*turnovers, *adjustments, *payments})],
        )

    def months(self) -> Iterator[StatementMonth]:
        brought: dict[int, Decimal] = {}
        for period in self.periods:
            sums = self._sums(period.first_day, brought)
            total = Sums()
            for row in sums.values():
                total.add(row)
            entries = self.adjustments.get(period.first_day, [])
            yield StatementMonth(
                period=period,
                is_posted=period.first_day in self.turnovers,
                total=total,
                services=tuple(
                    ServiceSums(name, sums[pk]) for pk, name in self.services.items() if pk in sums
                ),
                kinds=_kinds(entries),
                events=tuple(self._events(period, total, sum(brought.values(), ZERO))),
            )
            brought = {pk: row.closing for pk, row in sums.items() if row.closing}

    def _sums(self, month: dt.date, brought: dict[int, Decimal]) -> dict[int, Sums]:
        """By service: the turnover of a posted month, otherwise what it received so far."""
        posted = self.turnovers.get(month)
        if posted:
            return {
                row.service_id: Sums(row.opening, row.charged, row.adjusted, row.paid)
                for row in posted
            }
        sums = defaultdict(Sums, {pk: Sums(opening=amount) for pk, amount in brought.items()})
        for entry in self.adjustments.get(month, []):
            if entry.kind == AdjustmentKind.OPENING:
                sums[entry.service_id].opening += entry.amount
            else:
                sums[entry.service_id].adjusted += entry.amount
        for payment in self.payments.get(month, []):
            for line in payment.lines.all():
                sums[line.service_id].paid += line.amount
        return dict(sums)

    def _events(self, period: Period, total: Sums, balance: Decimal) -> Iterator[Event]:
        entries = self.adjustments.get(period.first_day, [])
        for entry in entries:
            if entry.kind == AdjustmentKind.OPENING:
                balance += entry.amount
                yield self._entered(entry, balance)
        if total.charged:
            balance += total.charged
            yield Event(period.last_day, "Начислено", "", total.charged, balance)
        for entry in entries:
            if entry.kind != AdjustmentKind.OPENING:
                balance += entry.amount
                yield self._entered(entry, balance)
        for payment in self.payments.get(period.first_day, []):
            balance -= payment.amount
            yield self._paid(payment, balance)

    def _entered(self, entry: Adjustment, balance: Decimal) -> Event:
        about = f"{self.services[entry.service_id]} за {Period.of(entry.for_month).title.lower()}"
        title = entry.get_kind_display()
        return Event(
            on=entry.operation.happened_on if entry.operation else None,
            title=title[0].upper() + title[1:],
            detail=". ".join(filter(None, [about, entry.reason, entry.basis])),
            amount=entry.amount,
            balance=balance,
            recorded_by=str(entry.recorded_by or "программа"),
        )

    def _paid(self, payment: Payment, balance: Decimal) -> Event:
        source = payment.get_source_display()
        title = f"Оплата, {source}"
        if payment.reverses:
            title = f"Отмена оплаты от {payment.reverses.paid_on:%d.%m.%Y}, {source}"
        elif _reversal_of(payment):
            title += ", отменена"
        operation, parts = payment.operation, self.parts.get(payment.pk, ())
        paper = [operation.reason, operation.basis] if operation else []
        meant_for = "" if parts else self._meant_for(payment)
        return Event(
            on=payment.paid_on,
            title=title,
            detail=". ".join(filter(None, [meant_for, *paper])),
            amount=-payment.amount,
            balance=balance,
            recorded_by=str(payment.recorded_by or "программа"),
            payment_id=payment.pk,
            parts=parts,
        )

    def _meant_for(self, payment: Payment) -> str:
        return "; ".join(_line_words(line, self.services) for line in payment.lines.all())


def _line_words(line: PaymentLine, services: dict[int, str]) -> str:
    named = f" за {Period.of(line.named_month).title.lower()}" if line.named_month else ""
    return f"{services[line.service_id]}{named} {format_money(abs(line.amount))}"


def _kinds(entries: Sequence[Adjustment]) -> tuple[KindSum, ...]:
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if entry.kind != AdjustmentKind.OPENING:
            sums[entry.kind] += entry.amount
    return tuple(KindSum(kind.label, sums[kind]) for kind in AdjustmentKind if kind in sums)


def _parts(
    account: PersonalAccount,
    payments: dict[dt.date, list[Payment]],
    names: dict[str | None, str],
) -> dict[int, tuple[Part, ...]]:
    """By payment: `settle` numbers those that are not reversals from 1 as they were recorded."""
    made = sorted(
        payment.pk
        for of_month in payments.values()
        for payment in of_month
        if payment.reverses_id is None
    )
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for item in settlement_of(account).allocations:
        if item.payment > 0:
            found[made[item.payment - 1]].append(_part(item, names))
    return {pk: tuple(parts) for pk, parts in found.items()}


def _part(item: Allocation, names: dict[str | None, str]) -> Part:
    if item.period is None:
        return Part(item.amount, names[item.service], _WHY[Rule.ADVANCE])
    what = f"{names[item.service]} за {item.period.title.lower()}"
    why = _WHY[item.rule]
    if item.shared is not None:
        why += (
            f"; {format_money(item.shared)} разделены между долгами месяца пропорционально им, "
            "копейки — наибольшим остаткам (п. 118 Правил)"
        )
    return Part(item.amount, what, why)


_WHY = {
    Rule.NAMED: "месяц назвал плательщик (ст. 319.1 ГК РФ)",
    Rule.OLDEST: "самый старый долг, по которому не истекли три года",
    Rule.ADVANCE: "долга для этих денег нет: аванс",
}


def _reversal_of(payment: Payment) -> Payment | None:
    return getattr(payment, "reversed_by", None)


def _by_month(rows: Iterable[_Row]) -> dict[dt.date, list[_Row]]:
    found: defaultdict[dt.date, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.month].append(row)
    return dict(found)
