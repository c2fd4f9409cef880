"""Posted penalties for screens and paper: of an account day by day, of a month by account."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from accounts_registry.models import (
    Country,
    Organisation,
    PenaltySuspension,
    PersonalAccount,
    RateKind,
    ReferenceRate,
)
from charges.models import PenaltyAccrual, PenaltyRule, PenaltySpan
from charges.penalties.posting import latest_accruals
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Days with one debt, part and rate; `last` belongs to them. Roubles."""

    debt: Decimal
    since: dt.date
    last: dt.date
    days: int
    part: str
    rate: Decimal
    amount: Decimal

    @classmethod
    def of(cls, span: PenaltySpan) -> "Row":
        last = span.until - dt.timedelta(days=1)
        return cls(span.debt, span.since, last, span.days, span.part, span.rate, span.amount)

    @property
    def formula(self) -> str:
        part = f" × {self.part}" if self.part else ""
        return f"{_money(self.debt)} × {self.days} дн.{part} × {_plain(self.rate)} %"


@dataclasses.dataclass(frozen=True, slots=True)
class DebtPenalty:
    """Everything accrued for the debt of one month by one rule; roubles."""

    period: Period
    rule: str
    due_on: dt.date
    as_of: dt.date
    rows: tuple[Row, ...]
    accrued: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A rate, or days without penalties, and where it comes from."""

    words: str
    source: str


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """«Расчёт пеней» of an account by what has been posted."""

    debts: tuple[DebtPenalty, ...]
    rates: tuple[Source, ...]
    pauses: tuple[Source, ...]

    @property
    def total(self) -> Decimal:
        return sum((debt.accrued for debt in self.debts), ZERO)

    @property
    def as_of(self) -> dt.date | None:
        return max((debt.as_of for debt in self.debts), default=None)

    @property
    def days(self) -> int:
        return sum(row.days for debt in self.debts for row in debt.rows)


@dataclasses.dataclass(frozen=True, slots=True)
class MonthPenalty:
    """What one month added for one debt; below zero where too much had been posted. Roubles."""

    period: Period
    for_period: Period
    rule: str
    amount: Decimal


def statement_of(account: PersonalAccount) -> Statement:
    """Every debt as its latest posted month left it, the oldest first."""
    latest = latest_accruals([account.pk]).get(account.pk, {})
    debts = tuple(
        DebtPenalty(
            period=period,
            rule=str(PenaltyRule(rule).label),
            due_on=accrual.due_on,
            as_of=accrual.as_of,
            rows=tuple(Row.of(span) for span in accrual.spans.all()),
            accrued=accrual.accrued,
        )
        for (period, rule), accrual in sorted(latest.items())
        if accrual.accrued
    )
    rules = {rule for (_, rule) in latest}
    return Statement(
        debts, _rates(account, debts, is_ua=PenaltyRule.UA in rules), _pauses(account, debts, rules)
    )


def months_of(account: PersonalAccount) -> list[MonthPenalty]:
    """What each month added, the newest first."""
    rows = PenaltyAccrual.objects.filter(account=account).exclude(amount=0)
    return [
        MonthPenalty(
            Period.of(row.month), Period.of(row.for_month), row.get_rule_display(), row.amount
        )
        for row in rows.order_by("-month", "for_month", "rule")
    ]


def penalised_accounts(
    *, organisation: Organisation, period: Period
) -> QuerySet[PersonalAccount, PersonalAccount]:
    """Accounts the month posted penalties to, with `amount` (of the month) and `accrued`."""
    of_month = PenaltyAccrual.objects.filter(account=OuterRef("pk"), month=period.first_day)
    sums = of_month.order_by().values("account")
    return (
        PersonalAccount.objects.filter(
            organisation=organisation,
            pk__in=PenaltyAccrual.objects.filter(
                month=period.first_day, account__organisation=organisation
            ).values("account"),
        )
        .annotate(
            amount=Subquery(sums.annotate(sum=Sum("amount")).values("sum")),
            accrued=Subquery(sums.annotate(sum=Sum("accrued")).values("sum")),
        )
        .select_related("payer", "premises__house")
    )


def spans_of_month(
    *, organisation: Organisation, period: Period
) -> QuerySet[PenaltySpan, PenaltySpan]:
    """Every span the month stored, by account and debt."""
    return (
        PenaltySpan.objects.filter(
            accrual__month=period.first_day, accrual__account__organisation=organisation
        )
        .select_related("accrual__account__payer", "accrual__account__premises__house")
        .order_by("accrual__account__number", "accrual__for_month", "accrual__rule", "since")
    )


def _rates(
    account: PersonalAccount, debts: Sequence[DebtPenalty], *, is_ua: bool
) -> tuple[Source, ...]:
    """Where each rate of the spans stands in the reference books."""
    used = {row.rate for debt in debts for row in debt.rows}
    if not used:
        return ()
    country = Country.UKRAINE if is_ua else Country.RUSSIA
    rows = ReferenceRate.objects.filter(
        Q(organisation=account.organisation_id) | Q(organisation=None, country=country),
        kind__in=[RateKind.KEY, RateKind.CAP, RateKind.DAILY],
        percent__in=used,
        since__lte=max(debt.as_of for debt in debts),
    ).order_by("percent", "since")
    return tuple(
        Source(f"{_plain(row.percent)} % с {row.since:%d.%m.%Y}", row.source)
        for row in rows
        if row.percent is not None
    )


def _pauses(
    account: PersonalAccount, debts: Sequence[DebtPenalty], rules: Iterable[str]
) -> tuple[Source, ...]:
    """Days between the first delay and the end on which nothing accrued."""
    if not debts:
        return ()
    country = Country.UKRAINE if PenaltyRule.UA in set(rules) else Country.RUSSIA
    span = (min(debt.due_on for debt in debts), max(debt.as_of for debt in debts))
    if span[0] >= span[1]:
        return ()
    rows = PenaltySuspension.objects.filter(
        Q(account=account)
        | Q(account=None, organisation=account.organisation_id)
        | Q(account=None, organisation=None, country=country),
        valid__overlap=span,
    ).order_by("valid")
    return tuple(Source(_span_words(row), row.source) for row in rows)


def _span_words(row: PenaltySuspension) -> str:
    if row.valid.upper is None:
        return f"с {row.valid.lower:%d.%m.%Y}"
    last = row.valid.upper - dt.timedelta(days=1)
    return f"с {row.valid.lower:%d.%m.%Y} по {last:%d.%m.%Y}"


def _plain(value: Decimal) -> str:
    return plain(value).replace(".", ",")


def _money(value: Decimal) -> str:
    return f"{value:,.2f}".replace(",", " ").replace(".", ",")
