"""Facts that lower charges: absences and benefits of an account, interruptions of a house."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from accounts_registry.ledger.posting import lock_account
from accounts_registry.models import House, Organisation, PersonalAccount, Service
from charges.corrections.services.documents import CorrectionsRefusal
from charges.models import Absence, Benefit, Interruption
from zhkh.kernel.period import Period


class AlreadyWritten(CorrectionsRefusal):
    def __init__(self, what: str) -> None:
        super().__init__(f"Это уже записано: {what}. Проверьте список ниже.")


class AbsenceBeforeOpening(CorrectionsRefusal):
    def __init__(self, account: PersonalAccount) -> None:
        super().__init__(
            f"Счёт открыт {account.opened_on:%d.%m.%Y}: отъезд не может быть раньше этого дня."
        )


class BenefitOverlaps(CorrectionsRefusal):
    def __init__(self, service: Service) -> None:
        super().__init__(
            f"На услугу «{service}» льгота этой категории в эти месяцы уже есть: "
            "удалите её или выберите другие месяцы."
        )


class EndsBeforeItBegins(CorrectionsRefusal):
    def __init__(self, since: dt.date) -> None:
        super().__init__(
            f"Льгота действует с {since:%m.%Y}: кончиться раньше не может. "
            "Записана по ошибке — удалите её."
        )


class EndsAnyway(CorrectionsRefusal):
    def __init__(self, last: Period) -> None:
        super().__init__(f"Льгота и так кончается: последний месяц — {last.title.lower()}.")


@dataclasses.dataclass(frozen=True, slots=True)
class AbsenceFacts:
    persons: int
    left_on: dt.date
    returned_on: dt.date
    applied_on: dt.date
    document: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class BenefitFacts:
    """`share` 0…1; months from `since` to the one before `until`; nobody named: everybody."""

    service: Service
    share: Decimal
    since: Period
    until: Period | None = None
    persons: int | None = None
    area_norm_m2: Decimal | None = None
    category: str = ""
    document: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class InterruptionFacts:
    """Hours over the allowed ones lower the month's charge by `rate` each."""

    service: Service
    period: Period
    hours: int
    allowed_hours: int
    rate: Decimal
    document: str = ""


@transaction.atomic
def add_absence(*, account: PersonalAccount, facts: AbsenceFacts) -> Absence:
    """
    Write an absence down; the same one twice is refused.

    :raises AlreadyWritten: the same persons left and returned on the same days.
    :raises AbsenceBeforeOpening: the account was not open when they left.
    """
    lock_account(account.pk)
    if facts.left_on < account.opened_on:
        raise AbsenceBeforeOpening(account)
    same = account.absences.filter(
        persons=facts.persons, left_on=facts.left_on, returned_on=facts.returned_on
    )
    if same.exists():
        raise AlreadyWritten(
            f"отсутствие {facts.persons} чел. с {facts.left_on:%d.%m.%Y} "
            f"по {facts.returned_on:%d.%m.%Y}"
        )
    return Absence.objects.create(account=account, **dataclasses.asdict(facts))


@transaction.atomic
def add_benefit(*, account: PersonalAccount, facts: BenefitFacts) -> Benefit:
    """:raises BenefitOverlaps: one of the same category holds in some of the months."""
    lock_account(account.pk)
    until = facts.until.first_day if facts.until else None
    valid = (facts.since.first_day, until)
    same = account.benefits.filter(
        service=facts.service, category=facts.category, valid__overlap=valid
    )
    if same.exists():
        raise BenefitOverlaps(facts.service)
    return Benefit.objects.create(
        account=account,
        service=facts.service,
        share=facts.share,
        persons=facts.persons,
        area_norm_m2=facts.area_norm_m2,
        category=facts.category,
        document=facts.document,
        valid=valid,
    )


@transaction.atomic
def end_benefit(*, benefit: Benefit, last: Period) -> Period | None:
    """
    The benefit holds up to the month and no longer; returns the last month it held before.

    :raises EndsBeforeItBegins: it begins later.
    :raises EndsAnyway: it ends in that month or before.
    """
    lock_account(benefit.account_id)
    held = Benefit.objects.select_for_update().get(pk=benefit.pk)
    since, until = held.valid.lower, held.valid.upper
    if last.first_day < since:
        raise EndsBeforeItBegins(since)
    if until is not None and until <= last.next_first_day:
        raise EndsAnyway(Period.of(until).previous())
    held.valid = (since, last.next_first_day)
    held.save(update_fields=["valid"])
    return Period.of(until).previous() if until else None


@transaction.atomic
def add_interruptions(*, houses: Sequence[House], facts: InterruptionFacts) -> int:
    """
    The same interruption of one house or of many, all or none; returns how many.

    :raises AlreadyWritten: a house has the very same one in the month.
    """
    organisation_id = facts.service.organisation_id
    assert all(house.organisation_id == organisation_id for house in houses), houses
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    same = Interruption.objects.filter(
        house__in=houses,
        service=facts.service,
        month=facts.period.first_day,
        hours=facts.hours,
        rate=facts.rate,
    )
    known = same.select_related("house").first()
    if known:
        raise AlreadyWritten(
            f"{known.house}, {facts.service}, {facts.period.title}, {facts.hours} ч"
        )
    made = Interruption.objects.bulk_create(
        Interruption(
            house=house,
            service=facts.service,
            month=facts.period.first_day,
            hours=facts.hours,
            allowed_hours=facts.allowed_hours,
            rate=facts.rate,
            document=facts.document,
        )
        for house in houses
    )
    return len(made)
