"""The penalties of a month before it is posted, and the day they are counted up to."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts_registry.ledger import periods
from accounts_registry.models import Organisation, PersonalAccount
from charges.models import PenaltyCutoff, PenaltyRule
from charges.penalties.posting import Found, accounts_to_look_at, penalties_of
from charges.penalties.terms import load_terms
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

TOTALLED = 1_000  # accounts the sum of the month is told for; more are counted page by page


class MonthIsPosted(Refusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} проведён: день расчёта пеней не меняется. "
            "Выберите месяц, который ещё не проведён."
        )


class OutsideTheMonth(Refusal):
    def __init__(self, period: Period) -> None:
        last = period.next().last_day
        super().__init__(
            f"День расчёта пеней — с {period.first_day:%d.%m.%Y} по {last:%d.%m.%Y}: "
            "исправьте дату."
        )


class CountedAfterTheDay(Refusal):
    def __init__(self) -> None:
        super().__init__("Оплаты учитываются не позже дня, по который считаются пени.")


@dataclasses.dataclass(frozen=True, slots=True)
class ForeseenDebt:
    """What the month would post for one debt; below zero where too much was posted. Roubles."""

    period: Period
    rule: str
    due_on: dt.date
    days: int
    accrued: Decimal
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class ForeseenAccount:
    account: PersonalAccount
    debts: tuple[ForeseenDebt, ...]

    @property
    def amount(self) -> Decimal:
        return sum((debt.amount for debt in self.debts), ZERO)


class PenaltiesAhead:
    """The penalties of a month that is not posted; nothing is written."""

    def __init__(self, organisation: Organisation, period: Period) -> None:
        self._organisation, self._period = organisation, period
        self._terms = load_terms(organisation_id=organisation.pk, period=period)

    @property
    def are_charged(self) -> bool:
        return self._terms is not None

    @property
    def as_of(self) -> dt.date | None:
        return self._terms.as_of if self._terms else None

    @property
    def counted_until(self) -> dt.date | None:
        return self._terms.counted_until if self._terms else None

    def accounts(self) -> QuerySet[PersonalAccount, PersonalAccount]:
        """Those that may owe a penalty: some of them turn out to owe none."""
        accounts = PersonalAccount.objects.filter(organisation=self._organisation)
        if self._terms is None:
            return accounts.none()
        ids = accounts_to_look_at(
            organisation_id=self._organisation.pk, period=self._period, terms=self._terms
        )
        return accounts.filter(pk__in=ids).select_related("payer", "premises__house")

    def of(self, accounts: Sequence[PersonalAccount]) -> list[ForeseenAccount]:
        """
        What changes, in the order given; accounts nothing changes for are left out.

        :raises PenaltyRateIsMissing: a day of delay has no rate.
        """
        assert self._terms is not None, "penalties are charged"
        found: dict[int, list[ForeseenDebt]] = {}
        for item in penalties_of(
            [account.pk for account in accounts],
            organisation_id=self._organisation.pk,
            period=self._period,
            terms=self._terms,
        ):
            if item.accrued != item.posted_before:
                found.setdefault(item.account_id, []).append(_foreseen(item))
        return [
            ForeseenAccount(account, tuple(sorted(found[account.pk], key=lambda one: one.period)))
            for account in accounts
            if account.pk in found
        ]


def _foreseen(item: Found) -> ForeseenDebt:
    return ForeseenDebt(
        period=item.period,
        rule=str(PenaltyRule(item.rule).label),
        due_on=item.due,
        days=sum(span.days for span in item.spans),
        accrued=item.accrued,
        amount=item.accrued - item.posted_before,
    )


@transaction.atomic
def set_cutoff(
    *,
    organisation: Organisation,
    period: Period,
    as_of: dt.date | None,
    counted_until: dt.date | None,
) -> None:
    """
    Count the penalties of the month up to the day; without one up to its last day again.

    :raises MonthIsPosted: its penalties are in the books.
    :raises OutsideTheMonth: the day is not of the month or the next one.
    :raises CountedAfterTheDay: payments would be counted after it.
    """
    row = periods.find_period(organisation_id=organisation.pk, period=period)
    if row is not None and row.is_posted:
        raise MonthIsPosted(period)
    day = as_of or period.last_day
    if not period.first_day <= day <= period.next().last_day:
        raise OutsideTheMonth(period)
    if counted_until is not None and counted_until > day:
        raise CountedAfterTheDay
    if as_of is None and counted_until is None:
        PenaltyCutoff.objects.filter(organisation=organisation, month=period.first_day).delete()
        return
    PenaltyCutoff.objects.update_or_create(
        organisation=organisation,
        month=period.first_day,
        defaults={"as_of": day, "counted_until": counted_until},
    )
