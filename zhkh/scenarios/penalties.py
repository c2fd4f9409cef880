"""The terms of penalties of a scenario ↔ the organisation's own rates, and its stored spans."""

from collections.abc import Iterable

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.models import (
    Country,
    PenaltySuspension,
    RateKind,
    ReferenceRate,
    SettingName,
)
from accounts_registry.models.settings import (
    PenaltyOrder,
    PenaltyRateMode,
    PenaltyRates,
    PenaltyRuleChoice,
    Switch,
)
from charges.calc import inputs
from charges.calc.result import PenaltyResult, PenaltySpan
from charges.models import PenaltyAccrual, PenaltyCutoff
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.scenarios.target import Target

SOURCE = "файл сценария"


def penalty_settings(penalty: inputs.PenaltyTerms | None) -> dict[SettingName, str]:
    """Without terms there are no penalties; with them nothing comes from the shipped books."""
    if penalty is None:
        return {SettingName.PENALTY_RULE: PenaltyRuleChoice.NONE}
    return {
        SettingName.PENALTY_RULE: PenaltyRuleChoice(penalty.rule.value),
        SettingName.PENALTY_ORDER: PenaltyOrder.AFTER_PRINCIPAL,
        SettingName.PENALTY_RATE_MODE: PenaltyRateMode(penalty.rate_mode.value),
        SettingName.PENALTY_RATES: PenaltyRates.OWN,
        SettingName.SHIFT_DUE_TO_WORKDAY: Switch.ON if penalty.working_days else Switch.OFF,
    }


def store_penalty(terms: inputs.Terms, target: Target) -> None:
    """Rates, caps, suspensions and the day of calculation, as the organisation's own rows."""
    penalty = terms.penalty
    if penalty is None:
        return
    is_ua = penalty.rule is inputs.PenaltyRule.UA
    whose = {
        "country": Country.UKRAINE if is_ua else Country.RUSSIA,
        "organisation": target.organisation,
        "source": SOURCE,
    }
    kind = RateKind.DAILY if is_ua else RateKind.KEY
    ReferenceRate.objects.bulk_create(
        ReferenceRate(kind=kind_of_row, since=row.since, percent=row.percent, **whose)
        for kind_of_row, rows in ((kind, penalty.rates), (RateKind.CAP, penalty.cap))
        for row in rows
    )
    PenaltySuspension.objects.bulk_create(
        PenaltySuspension(valid=DateRange(row.since, row.until), **whose)
        for row in penalty.suspended
    )
    PenaltyCutoff.objects.create(
        organisation=target.organisation,
        month=target.period.first_day,
        as_of=penalty.as_of,
        counted_until=terms.payments_counted_until,
    )


def stored_penalties(account_ids: Iterable[int], *, period: Period) -> dict[int, PenaltyResult]:
    """What the month's run stored, by account; accounts without any are left out."""
    found: dict[int, PenaltyResult] = {}
    rows = PenaltyAccrual.objects.filter(account_id__in=list(account_ids), month=period.first_day)
    for row in rows.order_by("for_month", "rule").prefetch_related("spans"):
        known = found.get(row.account_id, PenaltyResult(ZERO, ()))
        spans = tuple(
            PenaltySpan(
                span.debt,
                Period.of(row.for_month),
                span.since,
                span.until,
                span.days,
                span.part or None,
                span.rate,
                span.amount,
            )
            for span in row.spans.all()
        )
        found[row.account_id] = PenaltyResult(known.total + row.amount, known.spans + spans)
    return found
