"""
What an account owes now, told from its last months alone.

Where nobody named a month, nothing was moved, forgiven or taken back and no debt grew three years
old, payments close the oldest debts first: what is left are the newest ones, as many as make the
balance. So a few months are read instead of the whole history. Anything else is not told here
(None) and is settled anew.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import connection

from accounts_registry.ledger.models import AdjustmentKind
from accounts_registry.ledger.penalties import PenaltyOwed, penalties_owed
from accounts_registry.models import PersonalAccount
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

# Debts of a stretch that are paid within the two following ones are never three years old.
_STRETCH = 11  # months
_RECENT = 3
_LONGER = 30

_SEPARATE = {AdjustmentKind.OPENING, AdjustmentKind.PENALTY}
_NOT_IN_TURN = {AdjustmentKind.TRANSFER, AdjustmentKind.WRITE_OFF}


@dataclasses.dataclass(frozen=True, slots=True)
class OpenDebt:
    """A debt or the rest of it, roubles; `is_billed` when its month gave it a day to pay."""

    service_id: int
    period: Period
    amount: Decimal
    is_billed: bool
    is_penalty: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Added:
    """What adjustments of one kind add to a service in a month."""

    service_id: int
    period: Period
    kind: str
    amount: Decimal
    positive: Decimal
    first_due: dt.date | None
    last_for_month: dt.date


def recent_debts(account: PersonalAccount, codes: dict[int, str | None]) -> list[OpenDebt] | None:
    """
    Debts by service in no order, then penalties as `penalties_owed` has them; None when only the
    whole history can tell. `codes` are those of the services of the organisation.
    """
    span = _posted_span(account.organisation_id)
    if span is None:
        return None
    history = _History.of(account, *span)
    if not history.is_paid_in_turn(codes):
        return None
    return history.open_debts()


@dataclasses.dataclass(slots=True)
class _History:
    account: PersonalAccount
    first: Period
    last: Period  # the last posted month
    added: dict[tuple[int, Period], Decimal]  # by service and posted month
    closings: dict[tuple[int, Period], Decimal]
    paid: defaultdict[int, dict[int, Decimal]]  # by service and stretch back, −1 is not posted
    is_simple: bool  # no payment names a month or takes another back
    paid_until: Period | None
    entries: list[_Added]

    @classmethod
    def of(cls, account: PersonalAccount, first: Period, last: Period) -> "_History":
        stretches = last.months_since(first) // _STRETCH
        ends = [last.shifted(-_STRETCH * back) for back in range(2, stretches + 1)]
        recent = [last.shifted(-back) for back in range(min(_RECENT, last.months_since(first) + 1))]
        added, closings = _turnover(account.pk, [*recent, *ends])
        paid, is_simple, paid_until = _paid(account.pk, last)
        entries = _entries(account.pk)
        return cls(account, first, last, added, closings, paid, is_simple, paid_until, entries)

    def is_paid_in_turn(self, codes: dict[int, str | None]) -> bool:
        services = {*self.paid, *(entry.service_id for entry in self.entries)}
        return (
            self.is_simple
            and all(codes[service] is not None for service in services)
            and not any(entry.kind in _NOT_IN_TURN for entry in self.entries)
            and (self.paid_until is None or self.paid_until.months_since(self.last) <= _STRETCH)
            and all(self._stretch_is_paid(*key) for key in self.closings)
            and all(self._is_brought_in_paid(e) for e in self.entries if _is_opening(e))
        )

    def _stretch_is_paid(self, service: int, end: Period) -> bool:
        """What was owed at the end of a stretch was paid in the two after it."""
        back = self.last.months_since(end) // _STRETCH
        if self.last.months_since(end) % _STRETCH or back < 2:
            return True
        return self._is_closed(service, self.closings[service, end], back - 2, back - 1)

    def _is_brought_in_paid(self, entry: _Added) -> bool:
        """It is older than everything charged, and was paid before it was barred."""
        if entry.period > self.last or entry.last_for_month >= self.first.first_day:
            return False
        if entry.first_due is None or not entry.positive:
            return True
        if entry.first_due.year + 3 >= dt.MAXYEAR:
            return True
        barred = Period.of(entry.first_due).shifted(36)
        newest = -(-max(self.last.months_since(barred) + 1, 0) // _STRETCH)
        return self._is_closed(entry.service_id, entry.positive, newest, None)

    def _is_closed(self, service: int, owed: Decimal, newest: int, oldest: int | None) -> bool:
        """By what was paid in these stretches; or nothing was paid after them at all."""
        paid = self.paid[service]
        in_time = sum(
            (
                amount
                for back, amount in paid.items()
                if back >= newest and (oldest is None or back <= oldest)
            ),
            ZERO,
        )
        return owed <= in_time or not any(back < newest for back in paid)

    # --- what is left

    def open_debts(self) -> list[OpenDebt] | None:
        fines = self._fines()
        if any(fine.only_named for fine in fines):
            return None
        found: list[OpenDebt] = []
        left_fines: list[OpenDebt] = []
        owed = self._balances()
        for service, balance in owed.items():
            own = [fine for fine in fines if fine.service_id == service]
            due = sum((fine.amount for fine in own), ZERO)
            left_fines += _newest_fines(own, min(balance, due))
            debts = self._newest(service, balance - due)
            if debts is None:
                return None
            found += debts
        places = {(fine.service_id, fine.period): place for place, fine in enumerate(fines)}
        left_fines.sort(key=lambda fine: places[fine.service_id, fine.period])
        return [*found, *left_fines]

    def _fines(self) -> Sequence[PenaltyOwed]:
        if not any(entry.kind == AdjustmentKind.PENALTY for entry in self.entries):
            return ()
        return penalties_owed([self.account.pk], None)[self.account.pk]

    def _balances(self) -> dict[int, Decimal]:
        """Of the services that owe anything."""
        sums: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        for (service, month), amount in self.closings.items():
            if month == self.last:
                sums[service] += amount
        for entry in self.entries:
            if entry.period > self.last:
                sums[entry.service_id] += entry.amount
        for service, paid in self.paid.items():
            sums[service] -= paid.get(-1, ZERO)
        return {service: amount for service, amount in sums.items() if amount > ZERO}

    def _newest(self, service: int, left: Decimal) -> list[OpenDebt] | None:
        """The newest debts that make the sum; None when they lie further back than is read."""
        found: list[OpenDebt] = []
        if left <= ZERO:
            return found
        for period, amount, is_billed in self._debts(service):
            part = min(left, amount)
            if part > ZERO:
                found.append(OpenDebt(service, period, part, is_billed))
                left -= part
            if not left:
                return found
        return None

    def _debts(self, service: int) -> Iterator[tuple[Period, Decimal, bool]]:
        """What months added to the service, the newest first; penalties are debts apart."""
        later: defaultdict[Period, Decimal] = defaultdict(lambda: ZERO)
        fined: defaultdict[Period, Decimal] = defaultdict(lambda: ZERO)
        for entry in self.entries:
            if entry.service_id == service:
                if entry.kind == AdjustmentKind.PENALTY:
                    fined[entry.period] += entry.amount
                elif entry.period > self.last and entry.kind not in _SEPARATE:
                    later[entry.period] += entry.amount
        for period in sorted(later, reverse=True):
            yield period, later[period], False
        for back in range(min(_LONGER, self.last.months_since(self.first) + 1)):
            if back == _RECENT:
                self._read_on()
            period = self.last.shifted(-back)
            added = self.added.get((service, period), ZERO)
            yield period, added - fined[period], bool(added)

    def _read_on(self) -> None:
        oldest = min(_LONGER, self.last.months_since(self.first) + 1)
        more = [self.last.shifted(-back) for back in range(_RECENT, oldest)]
        self.added |= _turnover(self.account.pk, more)[0]


def _is_opening(entry: _Added) -> bool:
    return entry.kind == AdjustmentKind.OPENING


def _newest_fines(fines: Sequence[PenaltyOwed], left: Decimal) -> Iterator[OpenDebt]:
    for fine in reversed(fines):
        part = min(left, fine.amount)
        if part <= ZERO:
            return
        yield OpenDebt(fine.service_id, fine.period, part, is_billed=False, is_penalty=True)
        left -= part


# --- reading


def _posted_span(organisation_id: int) -> tuple[Period, Period] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(month), max(month) FROM ledger_accountingperiod"
            " WHERE organisation_id = %s AND state = 'posted'",
            [organisation_id],
        )
        first, last = cursor.fetchone()
    return None if first is None else (Period.of(first), Period.of(last))


_ByMonth = dict[tuple[int, Period], Decimal]


def _turnover(account_id: int, months: Sequence[Period]) -> tuple[_ByMonth, _ByMonth]:
    """What months added, and what was owed at their ends, by service."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT service_id, month, charged + adjusted, closing FROM ledger_turnover"
            " WHERE account_id = %s AND month = ANY(%s)",
            [account_id, [month.first_day for month in months]],
        )
        rows = [(service, Period.of(month), *sums) for service, month, *sums in cursor.fetchall()]
    return {row[:2]: row[2] for row in rows}, {row[:2]: row[3] for row in rows}


_PAID = """
SELECT service_id, floor((%(last)s - extract(year FROM month) * 12 - extract(month FROM month))
    / %(stretch)s)::int AS back,
  sum(amount), bool_or(named_month IS NOT NULL OR amount < 0), max(month)
FROM ledger_paymentline WHERE account_id = %(account)s GROUP BY 1, 2
"""


def _paid(
    account_id: int, last: Period
) -> tuple[defaultdict[int, dict[int, Decimal]], bool, Period | None]:
    """By service and stretch; whether all are simple; the last month paid in."""
    asked = {"account": account_id, "last": last.year * 12 + last.month, "stretch": _STRETCH}
    with connection.cursor() as cursor:
        cursor.execute(_PAID, asked)
        rows = cursor.fetchall()
    found: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for service, back, amount, _, _ in rows:
        stretch = max(back, -1)
        found[service][stretch] = found[service].get(stretch, ZERO) + amount
    months = [row[4] for row in rows]
    return found, not any(row[3] for row in rows), Period.of(max(months)) if months else None


_ENTRIES = """
SELECT service_id, month, kind, sum(amount), coalesce(sum(amount) FILTER (WHERE amount > 0), 0),
  min(due_on), max(for_month)
FROM ledger_adjustment WHERE account_id = %s GROUP BY 1, 2, 3
"""


def _entries(account_id: int) -> list[_Added]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [account_id])
        return [_Added(row[0], Period.of(row[1]), *row[2:]) for row in cursor.fetchall()]
