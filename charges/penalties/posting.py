"""The penalties of a month → rows with their days, and adjustments of the books."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from accounts_registry import reference_data
from accounts_registry.ledger import open_items
from accounts_registry.ledger.penalties import Arrears, accounts_in_arrears
from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    HasPrimaryKey,
    post_adjustments,
)
from accounts_registry.models import PersonalAccount, Service
from charges.calc.demands import Demands
from charges.calc.problems import ScenarioProblems
from charges.calc.result import PenaltySpan as SpanResult
from charges.models import PenaltyAccrual, PenaltyRule, PenaltyShare, PenaltySpan
from charges.penalties.accrual import Accrued, accrue
from charges.penalties.terms import MonthTerms, as_suspensions, load_terms
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.kernel.split import split_by_weight

ACCOUNTS_AT_ONCE = 1_000

GroupKey = tuple[Period, str]  # month of the debt and rule


class PenaltyRateIsMissing(Refusal):
    def __init__(self, period: Period, wrong: Iterable[str]) -> None:
        super().__init__(
            f"Пени за {period.title} не рассчитаны: {'; '.join(wrong)}. "
            "Внесите ставку в справочник «Ставки» и подтвердите месяц ещё раз."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Catalogue:
    """Services of an organisation by code; the code None is of sums nobody has split."""

    ids: dict[str | None, int]
    capital: frozenset[str | None]

    @classmethod
    def of(cls, organisation_id: int) -> "Catalogue":
        services = list(Service.objects.filter(organisation_id=organisation_id))
        return cls(
            ids={service.code or None: service.pk for service in services},
            capital=frozenset(s.code or None for s in services if s.is_capital_repair),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What a month adds to the penalty of an account for the debt of one month by one rule."""

    account_id: int
    period: Period
    rule: str
    due: dt.date
    accrued: Decimal
    posted_before: Decimal
    spans: tuple[SpanResult, ...]
    shares: dict[int, tuple[Decimal, Decimal]]  # by service: accrued, added; roubles


def post_penalties(
    *, organisation_id: int, period: Period, by: HasPrimaryKey | None, at: dt.datetime
) -> None:
    """
    Post what accrued up to the day of the month less what was posted before.

    Must run inside the transaction that posts the month, before its turnover is written.

    :raises PenaltyRateIsMissing: a day of delay has no rate.
    """
    terms = load_terms(organisation_id=organisation_id, period=period)
    if terms is None:
        return
    for found in find_penalties(organisation_id=organisation_id, period=period, terms=terms):
        _write(found, period=period, terms=terms)
        post_adjustments(
            organisation_id=organisation_id,
            on=period.first_day,
            adjustments=_adjustments(found, terms),
            by=by,
            at=at,
        )


def find_penalties(
    *, organisation_id: int, period: Period, terms: MonthTerms
) -> Iterator[list[Found]]:
    """
    What changed since it was last posted, many accounts at a time; nothing is written.

    :raises PenaltyRateIsMissing: a day of delay has no rate.
    """
    ids = accounts_to_look_at(organisation_id=organisation_id, period=period, terms=terms)
    for start in range(0, len(ids), ACCOUNTS_AT_ONCE):
        batch = ids[start : start + ACCOUNTS_AT_ONCE]
        found = penalties_of(batch, organisation_id=organisation_id, period=period, terms=terms)
        if found:
            yield found


def accounts_to_look_at(*, organisation_id: int, period: Period, terms: MonthTerms) -> list[int]:
    """Those whose penalties the month may change: late with a debt, or penalised before."""
    return accounts_in_arrears(
        organisation_id=organisation_id,
        period=period,
        arrears=_arrears(terms, period),
        penalised=_penalised(organisation_id),
    )


def penalties_of(
    account_ids: Sequence[int], *, organisation_id: int, period: Period, terms: MonthTerms
) -> list[Found]:
    """`find_penalties` for these accounts alone."""
    demands = Demands()
    catalogue = Catalogue.of(organisation_id)
    found = list(_of_accounts(account_ids, period, terms, catalogue, demands))
    _refuse_without_rates(demands, period)
    return found


def _arrears(terms: MonthTerms, period: Period) -> list[Arrears]:
    """The last month that is late on the day of the terms, and the one before it."""
    last = period.previous()
    while due := terms.due_days.of(last):
        begins = due + dt.timedelta(days=terms.free_days + 1)
        if begins <= terms.as_of:
            return [Arrears(last, begins), Arrears(last.previous(), period.first_day)]
        last = last.previous()
    return []


def _penalised(organisation_id: int) -> list[int]:
    rows = PenaltyAccrual.objects.filter(account__organisation_id=organisation_id)
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def _refuse_without_rates(demands: Demands, period: Period) -> None:
    try:
        demands.refuse_if_any()
    except ScenarioProblems as refusal:
        raise PenaltyRateIsMissing(
            period, [problem.wrong for problem in refusal.problems]
        ) from refusal


def _of_accounts(
    account_ids: Sequence[int],
    period: Period,
    terms: MonthTerms,
    catalogue: Catalogue,
    demands: Demands,
) -> Iterator[Found]:
    accounts = list(PersonalAccount.objects.filter(pk__in=account_ids).order_by("pk"))
    settled = open_items.settlements_of(accounts, before=period, until=terms.counted_until)
    paused = reference_data.suspensions_of_accounts(account_ids)
    posted = latest_accruals(account_ids)
    for account in accounts:
        accrued = accrue(
            settled[account.pk],
            terms,
            capital=catalogue.capital,
            paused=as_suspensions(paused.get(account.pk, ())),
            demands=demands,
        )
        yield from _changes(account.pk, list(accrued), posted.get(account.pk, {}), catalogue)


def latest_accruals(account_ids: Sequence[int]) -> dict[int, dict[GroupKey, PenaltyAccrual]]:
    """The newest accrual for each debt, with its spans and shares, by account."""
    rows = (
        PenaltyAccrual.objects.filter(account_id__in=account_ids)
        .order_by("account_id", "for_month", "rule", "-month")
        .distinct("account_id", "for_month", "rule")
        .prefetch_related("spans", "shares")
    )
    found: dict[int, dict[GroupKey, PenaltyAccrual]] = {}
    for row in rows:
        found.setdefault(row.account_id, {})[Period.of(row.for_month), row.rule] = row
    return found


def _changes(
    account_id: int,
    accrued: Sequence[Accrued],
    posted: dict[GroupKey, PenaltyAccrual],
    catalogue: Catalogue,
) -> Iterator[Found]:
    now = {(item.period, item.rule.value): item for item in accrued}
    for key, item in now.items():
        earlier = posted.get(key)
        if earlier is None or _spans_of(earlier) != item.spans:
            yield _found(account_id, item, earlier, catalogue)
    for key, earlier in posted.items():
        if key not in now and (earlier.accrued or earlier.spans.all()):
            yield _taken_back(earlier)


def _found(
    account_id: int, item: Accrued, earlier: PenaltyAccrual | None, catalogue: Catalogue
) -> Found:
    parts = split_by_weight(item.amount, list(item.weights.values()))
    now = {catalogue.ids[code]: part for code, part in zip(item.weights, parts, strict=True)}
    before = {share.service_id: share.accrued for share in earlier.shares.all()} if earlier else {}
    return Found(
        account_id=account_id,
        period=item.period,
        rule=item.rule.value,
        due=item.due,
        accrued=item.amount,
        posted_before=earlier.accrued if earlier else ZERO,
        spans=item.spans,
        shares={
            service_id: (
                now.get(service_id, ZERO),
                now.get(service_id, ZERO) - before.get(service_id, ZERO),
            )
            for service_id in sorted(now.keys() | before.keys())
        },
    )


def _taken_back(earlier: PenaltyAccrual) -> Found:
    """The debt was found to be paid in time, or forgiven whole."""
    return Found(
        account_id=earlier.account_id,
        period=Period.of(earlier.for_month),
        rule=earlier.rule,
        due=earlier.due_on,
        accrued=ZERO,
        posted_before=earlier.accrued,
        spans=(),
        shares={share.service_id: (ZERO, -share.accrued) for share in earlier.shares.all()},
    )


def _spans_of(accrual: PenaltyAccrual) -> tuple[SpanResult, ...]:
    return tuple(
        SpanResult(
            span.debt,
            Period.of(accrual.for_month),
            span.since,
            span.until,
            span.days,
            span.part or None,
            span.rate,
            span.amount,
        )
        for span in accrual.spans.all()
    )


def _write(found: Sequence[Found], *, period: Period, terms: MonthTerms) -> None:
    accruals = PenaltyAccrual.objects.bulk_create(
        PenaltyAccrual(
            account_id=item.account_id,
            month=period.first_day,
            for_month=item.period.first_day,
            rule=item.rule,
            due_on=item.due,
            as_of=terms.as_of,
            accrued=item.accrued,
            posted_before=item.posted_before,
            amount=item.accrued - item.posted_before,
        )
        for item in found
    )
    PenaltySpan.objects.bulk_create(
        _span(accrual, span)
        for accrual, item in zip(accruals, found, strict=True)
        for span in item.spans
    )
    PenaltyShare.objects.bulk_create(
        PenaltyShare(accrual=accrual, service_id=service_id, accrued=accrued, amount=added)
        for accrual, item in zip(accruals, found, strict=True)
        for service_id, (accrued, added) in item.shares.items()
    )


def _span(accrual: PenaltyAccrual, span: SpanResult) -> PenaltySpan:
    return PenaltySpan(
        accrual=accrual,
        debt=span.debt,
        since=span.since,
        until=span.until,
        days=span.days,
        part=span.part or "",
        rate=span.rate,
        amount=span.amount,
    )


def _adjustments(found: Sequence[Found], terms: MonthTerms) -> list[AdjustmentToPost]:
    return [
        AdjustmentToPost(
            account_id=item.account_id,
            service_id=service_id,
            kind=AdjustmentKind.PENALTY,
            amount=added,
            for_period=item.period,
            reason=(
                f"Пени за просрочку оплаты за {item.period.title}, по {terms.as_of:%d.%m.%Y}"
                if item.spans
                else f"Пени за {item.period.title} сняты: долга на эти дни не было"
            ),
            basis=str(PenaltyRule(item.rule).label),
        )
        for item in found
        for service_id, (_, added) in item.shares.items()
        if added
    ]
