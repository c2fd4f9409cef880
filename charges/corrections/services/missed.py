"""Payments of an instalment agreement that did not come: found by the books, told, never acted on."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from accounts_registry.ledger.open_items import Settlement, settlement_of, settlements_of
from accounts_registry.models import Country, Organisation
from accounts_registry.reference_data import Book, Calendar, DueDays, calendar, due_days
from charges.corrections.models import AgreementState, Instalment, InstalmentPart
from zhkh.kernel.money import ZERO, format_money
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Missed:
    """
    The earliest part not paid in time; `short` is what is missing of all parts due by now, roubles.

    A part is due with the bill of its month. What is overdue may be what the schedule leaves for
    later and no more: unpaid charges of the months since count as well (they, too, are overdue).
    """

    agreement: Instalment
    period: Period
    due_on: dt.date
    overdue: Decimal
    allowed: Decimal

    @property
    def short(self) -> Decimal:
        return self.overdue - self.allowed

    @property
    def words(self) -> str:
        return (
            f"Не оплачено за {self.period.title.lower()} (срок {self.due_on:%d.%m.%Y}): просрочено "
            f"{format_money(self.overdue)} ₽, по графику может оставаться "
            f"{format_money(self.allowed)} ₽, не хватает {format_money(self.short)} ₽."
        )


def missed_payments(agreements: QuerySet[Instalment], *, on: dt.date) -> list[Missed]:
    """Of the agreements in force; the day's own payments count. A fixed number of queries."""
    rows = agreements.filter(state=AgreementState.ACTIVE).select_related("account__organisation")
    active = list(rows.prefetch_related("parts").order_by("account__number"))
    settled = settlements_of([one.account for one in active], until=on)
    books = {
        organisation: _Days.of(organisation)
        for organisation in {one.account.organisation for one in active}
    }
    found = (
        _missed(one, settled[one.account_id], books[one.account.organisation], on) for one in active
    )
    return [one for one in found if one]


@dataclasses.dataclass(frozen=True, slots=True)
class _Days:
    """Last days of payment of an organisation, moved from days off (ст. 193 ГК РФ)."""

    due_days: DueDays
    calendar: Calendar

    @classmethod
    def of(cls, organisation: Organisation) -> "_Days":
        book = Book(organisation.pk, Country.RUSSIA)
        return cls(due_days(book), calendar(book))

    def due(self, period: Period) -> dt.date | None:
        day = self.due_days.of(period)
        return self.calendar.working_day_from(day) if day else None


def _missed(
    agreement: Instalment, settlement: Settlement, days: _Days, on: dt.date
) -> Missed | None:
    overdue = _overdue(settlement, days, on)
    parts = [
        (part, due)
        for part in agreement.parts.all()
        if (due := days.due(part.period)) is not None and due < on
    ]
    if not parts or overdue <= _left(agreement, parts):
        return None
    uncovered = _uncovered(agreement, days)
    allowed = agreement.debt + uncovered
    for part, due in parts:
        allowed -= part.principal
        if overdue > allowed:
            left = _left(agreement, parts) + uncovered
            return Missed(agreement, part.period, due, overdue, left)
    return None


def _left(agreement: Instalment, parts: Sequence[tuple[InstalmentPart, dt.date]]) -> Decimal:
    return agreement.debt - sum((part.principal for part, _ in parts), ZERO)


def _uncovered(agreement: Instalment, days: _Days) -> Decimal:
    """What was overdue on the day it was signed and is not of the agreement."""
    on = agreement.signed_on
    overdue = _overdue(settlement_of(agreement.account, until=on), days, on)
    return max(ZERO, overdue - agreement.debt)


def _overdue(settlement: Settlement, days: _Days, on: dt.date) -> Decimal:
    return sum(
        (
            item.amount
            for item in settlement.open_items
            if not item.is_penalty and _is_late(item.due_on or days.due(item.period), days, on)
        ),
        ZERO,
    )


def _is_late(due: dt.date | None, days: _Days, on: dt.date) -> bool:
    return due is not None and days.calendar.working_day_from(due) < on


def missed_by_account(found: Iterable[Missed]) -> dict[int, Missed]:
    return {one.agreement.account_id: one for one in found}
