"""
Builders of valid rows: say what the test is about, the rest is plain and harmless.

Each builder writes one thing with its own columns and nothing behind the caller's back.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    ChargeKind,
    House,
    Meter,
    MeterReading,
    Organisation,
    Payee,
    Person,
    PersonalAccount,
    Premises,
    ReadingSource,
    Service,
    ServiceGroup,
)
from accounts_registry.services import assign_role
from zhkh.web.models import User
from zhkh.web.roles import Role

LONG_AGO = dt.date(2012, 10, 1)
PASSWORD = "correct horse"

Span = tuple[dt.date, dt.date | None]


# Requisites whose check digits are right: documents are issued with no others.
BANK_REQUISITES = {
    "inn": "7701234560",
    "kpp": "770101001",
    "bank_account": "40702810500000001234",
    "bank_name": "ПАО «Банк примера»",
    "bic": "044525225",
    "correspondent_account": "30101810400000000225",
}


def make_organisation(*, name: str = "УК «Тихий океан»", **columns: Any) -> Organisation:
    return Organisation.objects.create(name=name, **columns)


def make_payee(*, organisation: Organisation, name: str, **columns: Any) -> Payee:
    return Payee.objects.create(organisation=organisation, name=name, **columns)


def make_service(
    *,
    organisation: Organisation,
    code: str,
    name: str | None = None,
    charge: ChargeKind = ChargeKind.METERED,
    unit: str = "м³",
    group: ServiceGroup = ServiceGroup.COMMUNAL,
    **columns: Any,
) -> Service:
    return Service.objects.create(
        organisation=organisation,
        code=code,
        name=name or code,
        charge=charge,
        unit=unit,
        group=group,
        **columns,
    )


def make_house(
    *,
    organisation: Organisation,
    code: str = "house",
    street: str = "Братиславская",
    number: str = "1",
    city: str = "Москва",
    premises_area_m2: str | Decimal = "3000.00",
    **columns: Any,
) -> House:
    columns.setdefault("address", f"{city}, {street}, дом № {number}")
    return House.objects.create(
        organisation=organisation,
        code=code,
        street=street,
        number=number,
        city=city,
        premises_area_m2=Decimal(premises_area_m2),
        **columns,
    )


def make_premises(*, house: House, number: str = "1", **columns: Any) -> Premises:
    return Premises.objects.create(house=house, number=number, **columns)


def make_person(*, organisation: Organisation, full_name: str) -> Person:
    return Person.objects.create(organisation=organisation, full_name=full_name)


def make_account(
    *,
    premises: Premises,
    number: str,
    payer: str | Person = "Лермонтов Михаил Николаевич",
    opened_on: dt.date = LONG_AGO,
    **columns: Any,
) -> PersonalAccount:
    """The account alone: no area, residents or owners until `give_facts`."""
    organisation = premises.house.organisation
    if isinstance(payer, str):
        payer = make_person(organisation=organisation, full_name=payer)
    return PersonalAccount.objects.create(
        organisation=organisation,
        number=number,
        premises=premises,
        payer=payer,
        opened_on=opened_on,
        **columns,
    )


def give_facts(
    account: PersonalAccount,
    *,
    area_m2: str | Decimal | None = None,
    residents: int | None = None,
    owners: int | None = None,
    since: dt.date = LONG_AGO,
    until: dt.date | None = None,
) -> None:
    """Dated facts of the account for [since, until); what is None is left out."""
    valid: Span = (since, until)
    if area_m2 is not None:
        AccountArea.objects.create(account=account, valid=valid, area_m2=Decimal(area_m2))
    if residents is not None:
        AccountResidents.objects.create(account=account, valid=valid, count=residents)
    if owners is not None:
        AccountOwnership.objects.create(account=account, valid=valid, owners=owners)


def connect(
    account: PersonalAccount,
    *services: Service,
    since: dt.date = LONG_AGO,
    until: dt.date | None = None,
) -> list[AccountService]:
    return [
        AccountService.objects.create(account=account, service=service, valid=(since, until))
        for service in services
    ]


def make_meter(
    *,
    at: PersonalAccount | House,
    service: Service,
    zone: str = "",
    installed_on: dt.date = LONG_AGO,
    readings: Sequence[tuple[dt.date, str | Decimal]] = (),
    **columns: Any,
) -> Meter:
    """A meter of a flat or of a house with its readings; the first one is that of installation."""
    place = {"account": at} if isinstance(at, PersonalAccount) else {"house": at}
    meter = Meter.objects.create(
        **place, service=service, zone=zone, installed_on=installed_on, **columns
    )
    for order, (read_on, value) in enumerate(readings):
        MeterReading.objects.create(
            meter=meter,
            read_on=read_on,
            value=Decimal(value),
            source=ReadingSource.OPERATOR if order else ReadingSource.INITIAL,
            entered_at=timezone.now(),
        )
    return meter


def make_user(
    *,
    username: str,
    role: Role | None = None,
    organisation: Organisation | None = None,
    **columns: Any,
) -> User:
    """A user with `PASSWORD`; a role without organisation holds in all of them."""
    user = User.objects.create_user(username=username, password=PASSWORD, **columns)
    if role is not None:
        assign_role(user=user, role=role, organisation=organisation)
    return user
