"""Facts that hold for a span of days: area, residents, owners, connected services."""

import datetime as dt
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    PersonalAccount,
    Service,
)
from accounts_registry.models.dated import Dated
from zhkh.kernel.quantity import format_quantity
from zhkh.kernel.refusal import Refusal

Fact = TypeVar("Fact", bound=Dated)


class FactRefusal(Refusal):
    """The dated fact cannot be written like this; `field` is the one to correct."""

    field = "since"


class AreaIsLargerThanHouse(FactRefusal):
    field = "area_m2"

    def __init__(self, house_area: Decimal) -> None:
        super().__init__(
            f"Площадь больше, чем у всех помещений дома ({format_quantity(house_area)} м²): "
            "проверьте запятую или исправьте площадь дома."
        )


class LivingAreaIsLarger(FactRefusal):
    field = "living_area_m2"

    def __init__(self, area: Decimal) -> None:
        super().__init__(
            f"Жилая площадь больше общей ({format_quantity(area)} м²): проверьте оба числа."
        )


class SharesAreOverOne(FactRefusal):
    field = "share"

    def __init__(self, total: Decimal) -> None:
        super().__init__(
            f"Доли счетов этого помещения вместе — {format_quantity(total)}, больше единицы: "
            "уменьшите сначала долю другого счёта."
        )


class SpanIsInTheWay(FactRefusal):
    """A later span of the same fact would be covered; `since` and `until` are its days."""

    def __init__(self, begins: dt.date, since: dt.date, until: dt.date | None) -> None:
        super().__init__(
            f"Изменение с {begins:%d.%m.%Y} пересекается с уже записанным "
            f"{days_in_words(since, until)}: укажите дату не раньше {since:%d.%m.%Y}."
        )
        self.since = since
        self.until = until


class BeforeOpening(FactRefusal):
    def __init__(self, opened_on: dt.date) -> None:
        super().__init__(f"Счёт открыт {opened_on:%d.%m.%Y}: укажите дату не раньше этого дня.")


class AlreadyConnected(FactRefusal):
    def __init__(self, service: Service, since: dt.date, until: dt.date | None) -> None:
        super().__init__(
            f"Услуга «{service.name}» уже подключена {days_in_words(since, until)}: "
            "сначала отключите её или выберите другую дату."
        )


class NotConnected(FactRefusal):
    def __init__(self, service: Service, day: dt.date) -> None:
        super().__init__(
            f"Услуга «{service.name}» на {day:%d.%m.%Y} не подключена: проверьте дату отключения."
        )


@transaction.atomic
def set_area(
    *,
    account: PersonalAccount,
    since: dt.date,
    area_m2: Decimal,
    living_area_m2: Decimal | None = None,
) -> AccountArea:
    """
    The area holds from the day on; the span before it ends there.

    :raises FactRefusal: a later span is in the way, the account was not open yet, or the area
        is larger than that of the whole house.
    """
    house_area = account.premises.house.premises_area_m2
    if area_m2 > house_area:
        raise AreaIsLargerThanHouse(house_area)
    if living_area_m2 is not None and living_area_m2 > area_m2:
        raise LivingAreaIsLarger(area_m2)
    return _start_span(
        AccountArea.objects.all(),
        account=account,
        since=since,
        values={"area_m2": area_m2, "living_area_m2": living_area_m2},
    )


@transaction.atomic
def set_residents(*, account: PersonalAccount, since: dt.date, count: int) -> AccountResidents:
    """As `set_area`, for the number of people living there."""
    return _start_span(
        AccountResidents.objects.all(), account=account, since=since, values={"count": count}
    )


@transaction.atomic
def set_ownership(
    *, account: PersonalAccount, since: dt.date, owners: int, share: Decimal = Decimal(1)
) -> AccountOwnership:
    """As `set_area`, for owners and their share; shares of one premises are not raised over 1."""
    _check_shares(account, since, share)
    return _start_span(
        AccountOwnership.objects.all(),
        account=account,
        since=since,
        values={"owners": owners, "share": share},
    )


@transaction.atomic
def connect_service(
    *,
    account: PersonalAccount,
    service: Service,
    since: dt.date,
    meter_impossible: bool = False,
) -> AccountService:
    """
    Bill the service from the day on.

    :raises AlreadyConnected: on the day or later it is connected already.
    :raises BeforeOpening: the account was not open yet.
    """
    assert service.organisation_id == account.organisation_id, service
    _lock(account)
    if since < account.opened_on:
        raise BeforeOpening(account.opened_on)
    for known in account.services.filter(service=service):
        if known.valid.upper is None or known.valid.upper > since:
            raise AlreadyConnected(service, known.valid.lower, known.valid.upper)
    return AccountService.objects.create(
        account=account, service=service, valid=(since, None), meter_impossible=meter_impossible
    )


@transaction.atomic
def disconnect_service(
    *, account: PersonalAccount, service: Service, on: dt.date
) -> AccountService:
    """
    The service is not billed from the day on.

    :raises NotConnected: it was not connected on the day before.
    """
    _lock(account)
    day_before = on - dt.timedelta(days=1)
    known = account.services.filter(service=service, valid__contains=day_before).first()
    if known is None:
        raise NotConnected(service, day_before)
    known.valid = (known.valid.lower, on)
    known.save(update_fields=["valid"])
    known.refresh_from_db()
    return known


def _check_shares(account: PersonalAccount, since: dt.date, share: Decimal) -> None:
    """Raising is refused, lowering never: else two accounts of 1 each could not be put right."""
    held = AccountOwnership.objects.filter(
        account__premises_id=account.premises_id, valid__contains=since
    ).exclude(account__closed_on__lte=since)
    shares = dict(held.values_list("account_id", "share"))
    own = shares.pop(account.pk, Decimal(0))
    total = sum(shares.values(), share)
    if total > 1 and share > own and shares:
        raise SharesAreOverOne(total)


def days_in_words(since: dt.date, until: dt.date | None) -> str:
    """«с 01.10.2012» or «с 01.10.2012 по 30.06.2013»; `until` itself does not belong to the span."""
    if until is None:
        return f"с {since:%d.%m.%Y}"
    return f"с {since:%d.%m.%Y} по {until - dt.timedelta(days=1):%d.%m.%Y}"


def _start_span(
    facts: QuerySet[Fact], *, account: PersonalAccount, since: dt.date, values: dict[str, Any]
) -> Fact:
    """A span that begins on the very day is corrected in place: a typing mistake, not a change."""
    _lock(account)
    if since < account.opened_on:
        raise BeforeOpening(account.opened_on)
    spans = facts.filter(account=account)
    later = spans.filter(valid__startswith__gt=since).order_by("valid").first()
    if later is not None:
        raise SpanIsInTheWay(since, later.valid.lower, later.valid.upper)
    same_day = spans.filter(valid__startswith=since).first()
    if same_day is not None:
        return _corrected(same_day, values)
    current = spans.filter(valid__contains=since).first()
    if current is not None:
        current.valid = (current.valid.lower, since)
        current.save(update_fields=["valid"])
    return facts.create(account=account, valid=(since, None), **values)


def _corrected(fact: Fact, values: dict[str, Any]) -> Fact:
    for name, value in values.items():
        setattr(fact, name, value)
    fact.save(update_fields=list(values))
    return fact


def _lock(account: PersonalAccount) -> None:
    PersonalAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
