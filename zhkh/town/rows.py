"""Houses of the town → rows of the registry and of what its months know, many houses at once."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Model

from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    DeliveryMethod,
    House,
    Meter,
    MeterReading,
    Person,
    PersonalAccount,
    Premises,
    ReadingSource,
)
from charges.models import CommonVolume
from zhkh.town.facts import AccountFacts, HouseFacts, MeterFacts
from zhkh.town.sheets import Sheet, take_ids

_COLUMNS: dict[type[Model], tuple[str, ...]] = {  # parents before what points at them
    House: (
        "id", "organisation_id", "code", "address", "postal_index", "city", "street", "number",
        "premises_area_m2", "common_area_m2", "total_area_m2", "residents",
    ),
    Person: ("id", "organisation_id", "full_name"),
    Premises: ("id", "house_id", "number", "kind"),
    PersonalAccount: (
        "id", "organisation_id", "number", "premises_id", "payer_id", "category", "opened_on",
        "closed_on", "delivery_method", "email", "phone",
    ),
    AccountArea: ("account_id", "area_m2", "valid"),
    AccountResidents: ("account_id", "count", "valid"),
    AccountOwnership: ("account_id", "owners", "valid"),
    AccountService: ("account_id", "service_id", "meter_impossible", "valid"),
    Meter: (
        "id", "account_id", "service_id", "zone", "serial", "digits", "installed_on",
        "removed_on", "verified_until",
    ),
    MeterReading: ("meter_id", "read_on", "value", "rolled_over", "source", "entered_at"),
    CommonVolume: ("house_id", "service_id", "month", "volume", "method"),
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a town go, and when they are entered."""

    organisation_id: int
    services: dict[str, int]  # identifier by code
    at: dt.datetime


def write_houses(houses: Sequence[HouseFacts], place: Place) -> int:
    """All rows of these houses, in the transaction of the caller; returns how many."""
    sheets = {model: Sheet(model, columns) for model, columns in _COLUMNS.items()}
    house_ids = take_ids(House, len(houses))
    account_ids = _ids(PersonalAccount, sum(len(house.accounts) for house in houses))
    for house_id, house in zip(house_ids, houses, strict=True):
        _add_house(sheets, house_id, house, place)
    _add_accounts(sheets, list(zip(house_ids, houses, strict=True)), account_ids, place)
    return sum(sheet.write() for sheet in sheets.values())


Sheets = dict[type[Model], Sheet]


def _ids(model: type[Model], count: int) -> Iterator[int]:
    return iter(take_ids(model, count))


def _add_house(sheets: Sheets, house_id: int, house: HouseFacts, place: Place) -> None:
    sheets[House].add(
        house_id,
        place.organisation_id,
        house.code,
        house.address,
        house.postal_index,
        house.city,
        house.street,
        house.number,
        fixed(house.premises_area, 2),
        fixed(house.common_area, 2),
        fixed(house.premises_area + house.common_area, 2),
        sum(account.persons for account in house.accounts),
    )
    for row in house.common_volumes:
        sheets[CommonVolume].add(
            house_id,
            place.services[row.service],
            row.month.first_day,
            fixed(row.volume, 3),
            row.method,
        )


def _add_accounts(
    sheets: Sheets, houses: list[tuple[int, HouseFacts]], account_ids: Iterator[int], place: Place
) -> None:
    accounts = [account for _, house in houses for account in house.accounts]
    premises_ids, payer_ids = _ids(Premises, len(accounts)), _ids(Person, len(accounts))
    meter_ids = _ids(Meter, sum(len(account.meters) for account in accounts))
    for house_id, house in houses:
        for account in house.accounts:
            account_id, premises_id, payer_id = map(next, (account_ids, premises_ids, payer_ids))
            sheets[Premises].add(premises_id, house_id, account.flat, account.kind)
            sheets[Person].add(payer_id, place.organisation_id, account.payer)
            _add_account(
                sheets[PersonalAccount], account, (account_id, premises_id, payer_id), place
            )
            _add_dated(sheets, account_id, account, place)
            for meter in account.meters:
                _add_meter(sheets, next(meter_ids), account_id, meter, place)


def _add_account(
    sheet: Sheet, account: AccountFacts, ids: tuple[int, int, int], place: Place
) -> None:
    account_id, premises_id, payer_id = ids
    sheet.add(
        account_id,
        place.organisation_id,
        account.number,
        premises_id,
        payer_id,
        account.category,
        account.opened,
        account.closed,
        (DeliveryMethod.EMAIL if account.by_email else DeliveryMethod.PAPER).value,
        account.email,
        account.phone,
    )


def _add_dated(sheets: Sheets, account_id: int, account: AccountFacts, place: Place) -> None:
    for area in account.areas:
        sheets[AccountArea].add(account_id, fixed(area.value, 2), _span(area.since, area.until))
    for living in account.residents:
        sheets[AccountResidents].add(account_id, living.value, _span(living.since, living.until))
    sheets[AccountOwnership].add(account_id, account.owners, _span(account.opened, None))
    for row in account.services:
        sheets[AccountService].add(
            account_id,
            place.services[row.service],
            row.meter_impossible,
            _span(row.since, row.until),
        )


def _add_meter(
    sheets: Sheets, meter_id: int, account_id: int, meter: MeterFacts, place: Place
) -> None:
    sheets[Meter].add(
        meter_id,
        account_id,
        place.services[meter.service],
        meter.zone,
        meter.serial,
        meter.digits,
        meter.installed,
        meter.removed,
        meter.verified_until,
    )
    for reading in meter.readings:
        is_first = reading.on == meter.installed
        sheets[MeterReading].add(
            meter_id,
            reading.on,
            fixed(reading.value, 3),
            reading.rolled_over,
            (ReadingSource.INITIAL if is_first else ReadingSource.RESIDENT).value,
            place.at,
        )


def _span(since: dt.date, until: dt.date | None) -> str:
    return f"[{since},{until or ''})"


def fixed(value: int, places: int) -> str:
    """1234 with 2 places is «12.34»."""
    whole, rest = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{places}d}"
