"""By which rule, rates, caps, suspensions and days penalties of an organisation are counted."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from accounts_registry import reference_data
from accounts_registry.models import Country, RateKind
from accounts_registry.models.settings import OrganisationSetting, PenaltyRuleChoice, SettingName
from accounts_registry.organisation_settings import MonthSettings, settings_of
from accounts_registry.reference_data import Book, Calendar, DueDays, Span
from charges.calc.inputs import PenaltyRule, PenaltyTerms, Rate, RateMode, Suspension
from charges.models import PenaltyCutoff
from zhkh.kernel.period import Period

# A cap that is lifted limits nothing: no rate reaches it.
_NO_CAP = Decimal(10) ** 15
_FREE_DAYS = {PenaltyRule.RU155: 30, PenaltyRule.RU155_CAPITAL: 30, PenaltyRule.UA: 0}


@dataclasses.dataclass(frozen=True, slots=True)
class MonthTerms:
    """Everything the penalties of one organisation's month are counted by."""

    rule: PenaltyRule
    mode: RateMode
    moves_due: bool
    as_of: dt.date
    counted_until: dt.date | None
    rates: tuple[Rate, ...]
    caps: tuple[Rate, ...]
    suspended: tuple[Suspension, ...]
    due_days: DueDays
    calendar: Calendar

    @property
    def free_days(self) -> int:
        """Days of delay without penalty."""
        return _FREE_DAYS[self.rule]

    def rule_for(self, *, is_capital_repair: bool) -> PenaltyRule:
        """Capital repair is apart under the Russian rule (ч. 14.1 ст. 155 ЖК РФ)."""
        if is_capital_repair and self.rule is PenaltyRule.RU155:
            return PenaltyRule.RU155_CAPITAL
        return self.rule

    def due(self, period: Period, named: dt.date | None) -> dt.date | None:
        """The last day of payment, moved from a day off where the organisation says so."""
        day = named or self.due_days.of(period)
        return self.calendar.working_day_from(day) if day and self.moves_due else day

    def of(self, rule: PenaltyRule, paused: Iterable[Suspension]) -> PenaltyTerms:
        """For the pure core; due dates reach it already moved."""
        return PenaltyTerms(
            as_of=self.as_of,
            rule=rule,
            rates=self.rates,
            cap=self.caps,
            suspended=(*self.suspended, *paused),
            rate_mode=self.mode,
        )


def load_terms(*, organisation_id: int, period: Period) -> MonthTerms | None:
    """None where the organisation charges no penalties in the month."""
    settings = settings_of(organisation_id=organisation_id, period=period)
    if settings.penalty_rule is PenaltyRuleChoice.NONE:
        return None
    rule = PenaltyRule(settings.penalty_rule)
    book = _book(organisation_id, rule, settings)
    cutoff = PenaltyCutoff.objects.filter(
        organisation_id=organisation_id, month=period.first_day
    ).first()
    kind = RateKind.DAILY if rule is PenaltyRule.UA else RateKind.KEY
    return MonthTerms(
        rule=rule,
        mode=RateMode(settings.penalty_rate_mode),
        moves_due=settings.shift_due_to_workday,
        as_of=cutoff.as_of if cutoff else period.last_day,
        counted_until=cutoff.counted_until if cutoff else None,
        rates=_rates(book, kind),
        caps=_rates(book, RateKind.CAP),
        suspended=as_suspensions(
            [*reference_data.suspensions(book), *_months_without_penalties(organisation_id)]
        ),
        due_days=reference_data.due_days(book),
        calendar=reference_data.calendar(book),
    )


def as_suspensions(spans: Iterable[Span]) -> tuple[Suspension, ...]:
    return tuple(Suspension(since, until) for since, until in spans)


def _book(organisation_id: int, rule: PenaltyRule, settings: MonthSettings) -> Book:
    country = Country.UKRAINE if rule is PenaltyRule.UA else Country.RUSSIA
    return Book(organisation_id, country, own_only=settings.has_own_penalty_rates)


def _rates(book: Book, kind: RateKind) -> tuple[Rate, ...]:
    return tuple(
        Rate(since, _NO_CAP if percent is None else percent)
        for since, percent in reference_data.rates(book, kind)
    )


def _months_without_penalties(organisation_id: int) -> list[Span]:
    """Days of months in which the organisation charged none are never made up for."""
    rows = OrganisationSetting.objects.filter(
        organisation_id=organisation_id,
        name=SettingName.PENALTY_RULE,
        value=PenaltyRuleChoice.NONE,
    )
    return [(row.valid.lower, row.valid.upper) for row in rows]
