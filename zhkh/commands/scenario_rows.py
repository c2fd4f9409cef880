"""A scenario → rows of the registry, tariffs and books, as an operator would have entered them."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import DataError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    LineToPost,
    PaymentSource,
    post_adjustments,
    post_payment,
)
from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    House,
    Meter,
    MeterReading,
    Organisation,
    Person,
    PersonalAccount,
    Premises,
    ReadingSource,
    Service,
    ServiceSource,
    SourceRole,
)
from charges.calc import inputs
from charges.models import CommonVolume, Norm, Tariff, Uplift, VotedSum
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

HOUSE_METER_DIGITS = 9


class CannotLoad(Refusal):
    """The scenario does not fit into this database."""


class AccountsExist(CannotLoad):
    def __init__(self, numbers: Iterable[str]) -> None:
        super().__init__(
            f"Лицевые счета уже есть в базе: {', '.join(numbers)}. "
            "Сценарий загружается только целиком и один раз; укажите другие номера."
        )


class OrganisationExists(CannotLoad):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"Организация «{name}» уже есть в базе: измените title сценария, "
            "загрузка создаёт свою организацию."
        )


class TooLargeForDatabase(CannotLoad):
    def __init__(self) -> None:
        super().__init__(
            "Какое-то значение сценария длиннее или больше, чем хранит база данных "
            "(названия — до 200 знаков, цены — до 8 цифр до запятой): сократите его."
        )


class NotStoredYet(Refusal):
    """Worded as the calculation words it, for the same exit code."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"not supported yet: {', '.join(names)}")


@transaction.atomic(durable=True)
def store_scenario(scenario: inputs.Scenario, *, name: str, at: dt.datetime) -> Organisation:
    """
    Load everything of a scenario into an organisation of its own; all or nothing.

    :raises CannotLoad: its accounts or organisation are known already, or a value does not fit.
    :raises NotStoredYet: it holds facts the registry has no place for yet.
    """
    refuse_what_has_no_place(scenario)
    numbers = [account.number for house in scenario.houses for account in house.accounts]
    known = PersonalAccount.objects.filter(number__in=numbers).order_by("number")
    if known:
        raise AccountsExist(account.number for account in known)
    if Organisation.objects.filter(name=name).exists():
        raise OrganisationExists(name)
    try:
        return _store(scenario, name=name, at=at)
    except DataError as error:
        raise TooLargeForDatabase from error


def refuse_what_has_no_place(scenario: inputs.Scenario) -> None:
    """:raises NotStoredYet: the registry cannot hold some fact of the scenario yet."""
    accounts = [account for house in scenario.houses for account in house.accounts]
    found = {
        "heating": any(house.heating for house in scenario.houses),
        "interruptions": any(house.interruptions for house in scenario.houses),
        "absences": any(account.absences for account in accounts),
        "benefits": any(account.benefits for account in accounts),
        "penalty": scenario.terms.penalty is not None,
    }
    missing = [name for name, is_there in found.items() if is_there]
    if missing:
        raise NotStoredYet(missing)


def _store(scenario: inputs.Scenario, *, name: str, at: dt.datetime) -> Organisation:
    rounding = scenario.terms.rounding
    organisation = Organisation.objects.create(
        name=name, common_rounding=f"{rounding.basis}:{rounding.places}"
    )
    services = _services(organisation, scenario.terms.services)
    _prices(scenario.terms, services)
    for house in scenario.houses:
        _house(organisation, house, scenario.period, services, at)
    return organisation


def _services(
    organisation: Organisation, services: Iterable[inputs.Service]
) -> dict[str | None, Service]:
    """Services by code; under None the one for sums nobody has split by service."""
    rows: dict[str | None, Service] = {
        None: Service.objects.create(
            organisation=organisation,
            name="Без разделения по услугам",
            group="other",
            charge="none",
            position=1_000_000,
        )
    }
    for place, service in enumerate(services):
        rows[service.code] = Service.objects.create(
            organisation=organisation,
            code=service.code,
            name=service.name,
            unit=service.unit,
            group=service.group.value,
            charge=service.charge.value,
            position=service.order,
            file_position=place,
            vat_rate=service.vat or None,
            has_uplift=service.uplift,
        )
    for service in services:
        for role, codes in (
            (SourceRole.DRAINED, service.sources),
            (SourceRole.SUBTRACTED, service.minus),
        ):
            ServiceSource.objects.bulk_create(
                ServiceSource(
                    service=rows[service.code], source=rows[code], role=role, position=place
                )
                for place, code in enumerate(codes)
            )
    return rows


def _prices(terms: inputs.Terms, services: Mapping[str | None, Service]) -> None:
    Tariff.objects.bulk_create(
        Tariff(
            service=services[row.service],
            price=row.price,
            zone=row.zone or "",
            component=row.component or "",
            use=row.use or "",
            up_to=row.up_to,
            valid=_span(row),
        )
        for row in terms.tariffs
    )
    Norm.objects.bulk_create(
        Norm(
            service=services[row.service],
            per_person=row.per_person,
            per_common_m2=row.per_common_m2,
            per_m2=row.per_m2,
            heat_per_unit=row.heat_per_unit,
            is_yearly=row.year,
            valid=_span(row),
        )
        for row in terms.norms
    )
    Uplift.objects.bulk_create(
        Uplift(service=services[row.service], coefficient=row.coefficient, valid=_span(row))
        for row in terms.uplifts
    )


def _house(
    organisation: Organisation,
    house: inputs.House,
    period: Period,
    services: Mapping[str | None, Service],
    at: dt.datetime,
) -> None:
    row = House.objects.create(
        organisation=organisation,
        code=house.code,
        address=house.address,
        premises_area_m2=house.premises_area,
        common_area_m2=house.common_area,
        residents=house.residents,
        **address_parts(house.address),
    )
    CommonVolume.objects.bulk_create(
        CommonVolume(
            house=row,
            service=services[item.service],
            zone=item.zone or "",
            month=period.first_day,
            volume=item.volume,
            method=item.method.value,
            premises_volume=item.premises_volume,
        )
        for item in house.common_volumes
    )
    VotedSum.objects.bulk_create(
        VotedSum(
            house=row, service=services[item.service], month=period.first_day, amount=item.amount
        )
        for item in house.voted
    )
    for item in house.house_meters:
        _house_meter(row, item, period, services, at)
    for account in house.accounts:
        _account(row, account, period, services, at)


def address_parts(address: str) -> dict[str, str]:
    """«109451, Москва, Братиславская, дом № 1» in parts; what does not look so is the street."""
    match = re.fullmatch(
        r"(?:(?P<postal_index>[0-9]{6}), *)?(?P<city>[^,]+), *(?P<street>[^,]+), *"
        r"д(?:ом|\.)? *(?:№ *)?(?P<number>[^,]+)",
        address,
    )
    if not match:
        return {"street": address[:150]}
    return {key: value or "" for key, value in match.groupdict().items()}


def _house_meter(
    house: House,
    item: inputs.HouseMeter,
    period: Period,
    services: Mapping[str | None, Service],
    at: dt.datetime,
) -> None:
    """The month's volume as two readings of a new meter."""
    eve = period.previous().last_day
    meter = Meter.objects.create(
        house=house,
        service=services[item.service],
        zone=item.zone or "",
        digits=HOUSE_METER_DIGITS,
        installed_on=eve,
    )
    MeterReading.objects.bulk_create(
        MeterReading(
            meter=meter, read_on=on, value=value, source=ReadingSource.IMPORT, entered_at=at
        )
        for on, value in ((eve, 0), (period.last_day, item.volume))
    )


def _account(
    house: House,
    account: inputs.Account,
    period: Period,
    services: Mapping[str | None, Service],
    at: dt.datetime,
) -> None:
    premises, _ = Premises.objects.get_or_create(
        house=house, number=account.premises, defaults={"kind": account.kind.value}
    )
    if premises.kind != account.kind.value:
        raise CannotLoad(
            f"Помещение {account.premises} дома {house.code} указано и жилым, и нежилым: "
            "назовите помещения по-разному."
        )
    row = PersonalAccount.objects.create(
        organisation_id=house.organisation_id,
        number=account.number,
        premises=premises,
        payer=Person.objects.create(organisation_id=house.organisation_id, full_name=account.payer),
        opened_on=period.first_day,
    )
    _facts(row, account, period, services)
    for meter in account.meters:
        _meter(row, meter, services, at)
    _books(row, account, period, services, at)


def _facts(
    row: PersonalAccount,
    account: inputs.Account,
    period: Period,
    services: Mapping[str | None, Service],
) -> None:
    onward = DateRange(period.first_day, None)
    AccountArea.objects.create(
        account=row, area_m2=account.area, living_area_m2=account.living_area, valid=onward
    )
    AccountOwnership.objects.create(account=row, owners=account.owners, valid=onward)
    AccountResidents.objects.bulk_create(
        AccountResidents(account=row, count=item.count, valid=_span(item))
        for item in account.residents
    )
    AccountService.objects.bulk_create(
        AccountService(
            account=row,
            service=service,
            meter_impossible=code in account.meter_impossible,
            valid=onward,
        )
        for code, service in services.items()
        if code is not None and account.has(code)
    )


def _meter(
    account: PersonalAccount,
    item: inputs.Meter,
    services: Mapping[str | None, Service],
    at: dt.datetime,
) -> None:
    meter = Meter.objects.create(
        account=account,
        service=services[item.service],
        zone=item.zone or "",
        digits=item.digits,
        installed_on=item.installed,
        removed_on=item.removed,
        verified_until=item.verified_until,
    )
    previous = None
    for reading in item.readings:
        MeterReading.objects.create(
            meter=meter,
            read_on=reading.on,
            value=reading.value,
            rolled_over=previous is not None and reading.value < previous,
            source=ReadingSource.IMPORT,
            entered_at=at,
        )
        previous = reading.value


def _books(
    row: PersonalAccount,
    account: inputs.Account,
    period: Period,
    services: Mapping[str | None, Service],
    at: dt.datetime,
) -> None:
    opening = [
        AdjustmentToPost(
            account_id=row.pk,
            service_id=services[item.service].pk,
            kind=AdjustmentKind.OPENING,
            amount=item.amount,
            for_period=item.period,
            due_on=item.due,
        )
        for item in account.opening
        if item.amount
    ]
    recalculations = [
        AdjustmentToPost(
            account_id=row.pk,
            service_id=services[item.service].pk,
            kind=AdjustmentKind.RECALCULATION,
            amount=item.amount,
            for_period=item.for_period or period,
            reason=item.reason,
            basis=item.basis,
        )
        for item in account.recalculations
        if item.amount
    ]
    post_adjustments(
        organisation_id=row.organisation_id,
        on=period.first_day,
        adjustments=[*opening, *recalculations],
        by=None,
        at=at,
    )
    for payment in account.payments:
        post_payment(
            account=row,
            lines=[LineToPost(services[None].pk, payment.amount, payment.period)],
            paid_on=payment.on,
            key=uuid.uuid4(),
            source=PaymentSource.BANK,
            by=None,
            at=at,
        )


def _span(row: Any) -> DateRange:
    return DateRange(row.since, row.until)
