"""Penalties for late payment (contract: "Penalty"; ст. 155 ч. 14, 14.1 ЖК РФ, art. 26 of Law 2189-VIII)."""

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from charges.calc.demands import Demands
from charges.calc.inputs import PenaltyRule, PenaltyTerms, Rate, RateMode
from charges.calc.result import PenaltyResult, PenaltySpan
from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO, round_ratio
from zhkh.kernel.period import Period

NO_PENALTY = PenaltyResult(ZERO, ())

_SATURDAY = 5
_MONEY_PLACES = 2
# Day of delay from which a part of the rate is taken a day; by rule, latest first.
_LADDERS: dict[PenaltyRule, tuple[tuple[int, str | None, Fraction], ...]] = {
    PenaltyRule.RU155: ((91, "1/130", Fraction(1, 130)), (31, "1/300", Fraction(1, 300))),
    PenaltyRule.RU155_CAPITAL: ((31, "1/300", Fraction(1, 300)),),
    PenaltyRule.UA: ((1, None, Fraction(1)),),
}


@dataclasses.dataclass(frozen=True, slots=True)
class OverdueMonth:
    """What was owed for a month, when it was due, and what was paid of it on which day."""

    period: Period
    amount: Decimal
    due: dt.date
    paid: tuple[tuple[dt.date, Decimal], ...]  # by date


@dataclasses.dataclass(frozen=True, slots=True)
class _Stretch:
    """Days (ordinals, half-open) with one debt; `rate_on` is the day whose rate counts."""

    lo: int
    hi: int
    debt: Decimal
    rate_on: int


def penalties(
    months: Sequence[OverdueMonth], terms: PenaltyTerms, demands: Demands
) -> PenaltyResult:
    """Spans by month, then by day; each span is rounded, the total is their sum."""
    calculator = _Calculator(terms, demands)
    spans = [
        span
        for month in sorted(months, key=lambda month: month.period)
        for span in calculator.spans(month)
    ]
    return PenaltyResult(total((span.amount for span in spans), ZERO), tuple(spans))


@dataclasses.dataclass(frozen=True, slots=True)
class _Calculator:
    terms: PenaltyTerms
    demands: Demands

    def spans(self, month: OverdueMonth) -> Iterator[PenaltySpan]:
        due = _moved_due(month.due, self.terms).toordinal()
        limit = month.amount if self.terms.rule is PenaltyRule.UA else None
        for run in _joined(
            piece
            for stretch in _stretches(month, due, self.terms.as_of.toordinal() + 1)
            for piece in self._pieces(stretch, due)
        ):
            if limit is not None and not limit:
                return
            span = _span(run, month.period, limit)
            if limit is not None:
                limit = difference(limit, span.amount)
            yield span

    def _pieces(self, stretch: _Stretch, due: int) -> Iterator["_Run"]:
        """The stretch cut wherever the part, the rate or a suspension may change."""
        for lo, hi in self._cut(stretch, due):
            step = next((row for row in _LADDERS[self.terms.rule] if lo - due >= row[0]), None)
            if step is None or self._is_suspended(lo):
                continue
            stepwise = self.terms.rate_mode is RateMode.STEPWISE
            rate = self._rate(lo if stepwise else stretch.rate_on)
            if rate is not None:
                yield _Run(lo, hi, stretch.debt, step[1], step[2], rate)

    def _cut(self, stretch: _Stretch, due: int) -> list[tuple[int, int]]:
        days = {stretch.lo, stretch.hi}
        days.update(due + row[0] for row in _LADDERS[self.terms.rule])
        days.update(row.since.toordinal() for row in (*self.terms.rates, *self.terms.cap))
        for pause in self.terms.suspended:
            days.add(pause.since.toordinal())
            if pause.until is not None:
                days.add(pause.until.toordinal())
        inside = sorted(day for day in days if stretch.lo <= day <= stretch.hi)
        return list(itertools.pairwise(inside))

    def _is_suspended(self, day: int) -> bool:
        return any(
            pause.since.toordinal() <= day
            and (pause.until is None or day < pause.until.toordinal())
            for pause in self.terms.suspended
        )

    def _rate(self, day: int) -> Decimal | None:
        """The rate of a day, not above the cap of that day."""
        rate = _latest(self.terms.rates, day)
        if rate is None:
            self.demands.note(
                ("penalty", "rates"),
                f"нет ставки на {dt.date.fromordinal(day)}",
                "ставка, которая действует в этот день",
            )
            return None
        cap = _latest(self.terms.cap, day)
        return rate if cap is None else min(rate, cap)


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    lo: int
    hi: int
    debt: Decimal
    part: str | None
    share: Fraction
    rate: Decimal

    def continues(self, earlier: "_Run") -> bool:
        same = (self.debt, self.part, self.rate) == (earlier.debt, earlier.part, earlier.rate)
        return same and self.lo == earlier.hi


def _moved_due(due: dt.date, terms: PenaltyTerms) -> dt.date:
    """A due date on a weekend moves to Monday where the terms say so (ст. 193 ГК РФ)."""
    late = due.weekday() - _SATURDAY
    if not terms.working_days or late < 0:
        return due
    return due + dt.timedelta(days=2 - late)


def _stretches(month: OverdueMonth, due: int, past: int) -> Iterator[_Stretch]:
    """Days of one debt each; the day of a payment still belongs to the debt before it."""
    debt, day = month.amount, due + 1
    for on, amount in month.paid:
        end = on.toordinal() + 1
        if end > past:
            break
        if day < end:
            yield _Stretch(day, end, debt, on.toordinal())
        debt = difference(debt, amount)
        day = max(day, end)
    if debt and day < past:
        yield _Stretch(day, past, debt, past - 1)


def _latest(rates: Sequence[Rate], day: int) -> Decimal | None:
    begun = [rate for rate in rates if rate.since.toordinal() <= day]
    return max(begun, key=lambda rate: rate.since).percent if begun else None


def _joined(runs: Iterator[_Run]) -> Iterator[_Run]:
    """One run per uninterrupted row of days with the same debt, part and rate."""
    current: _Run | None = None
    for run in runs:
        if current is not None and run.continues(current):
            current = dataclasses.replace(current, hi=run.hi)
            continue
        if current is not None:
            yield current
        current = run
    if current is not None:
        yield current


def _span(run: _Run, period: Period, limit: Decimal | None) -> PenaltySpan:
    days = run.hi - run.lo
    exact = Fraction(run.debt) * Fraction(run.rate) / 100 * days * run.share
    amount = round_ratio(exact, _MONEY_PLACES)
    return PenaltySpan(
        run.debt,
        period,
        dt.date.fromordinal(run.lo),
        dt.date.fromordinal(run.hi),
        days,
        run.part,
        run.rate,
        amount if limit is None else min(amount, limit),
    )
