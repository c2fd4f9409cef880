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
from charges.models import (
    Absence,
    Benefit,
    CommonVolume,
    HeatingCharged,
    HouseHeating,
    Interruption,
    VotedSum,
)
from zhkh.town.facts import AccountFacts, HouseFacts, MeterFacts
from zhkh.town.sheets import Sheet, take_ids

_OUTAGE_RATE = "0.0015"
_COLUMNS: dict[type[Model], tuple[str, ...]] = {  # parents before what points at them
    House: (
        "id", "organisation_id", "code", "address", "postal_index", "city", "street", "number",
        "premises_area_m2", "common_area_m2", "total_area_m2", "residents",
    ),
    Person: ("id", "organisation_id", "full_name"),
    Premises: ("id", "house_id", "number", "kind"),
    PersonalAccount: (
        "id", "organisation_id", "number", "premises_id", "payer_id", "category", "opened_on",
        "closed_on", "delivery_method", "email", "note",
    ),
    AccountArea: ("account_id", "area_m2", "valid"),
    AccountResidents: ("account_id", "count", "valid"),
    AccountOwnership: ("account_id", "owners", "share", "valid"),
    AccountService: ("account_id", "service_id", "meter_impossible", "valid"),
    Absence: ("account_id", "persons", "left_on", "returned_on", "applied_on"),
    Benefit: ("account_id", "service_id", "share", "persons", "area_norm_m2", "valid"),
    HeatingCharged: ("account_id", "month", "amount"),
    Meter: (
        "id", "account_id", "house_id", "service_id", "zone", "serial", "digits",
        "installed_on", "removed_on", "verified_until",
    ),
    MeterReading: ("meter_id", "read_on", "value", "rolled_over", "source", "entered_at"),
    CommonVolume: ("house_id", "service_id", "month", "volume", "method"),
    HouseHeating: (
        "house_id", "month", "season", "months", "house_volume", "previous_year_mean",
        "year_volume",
    ),
    VotedSum: ("house_id", "service_id", "month", "amount"),
    Interruption: ("house_id", "service_id", "month", "hours", "allowed_hours", "rate"),
}  # fmt: skip

Sheets = dict[type[Model], Sheet]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of a town go, and when they are entered."""

    organisation_id: int
    services: dict[str, int]  # identifier by code; "" for what nobody has split
    at: dt.datetime


def write_houses(houses: Sequence[HouseFacts], place: Place) -> dict[str, int]:
    """All rows of these houses, in the transaction of the caller; accounts by their numbers."""
    writer = _Writer(houses, place)
    for house in houses:
        writer.add_house(house)
    for sheet in writer.sheets.values():
        sheet.write()
    return writer.account_ids


class _Writer:
    """Sheets being filled, with the identifiers taken for what stands in them."""

    def __init__(self, houses: Sequence[HouseFacts], place: Place) -> None:
        accounts = [account for house in houses for account in house.accounts]
        meters = sum(len(house.meters) for house in houses)
        meters += sum(len(account.meters) for account in accounts)
        self.sheets = {model: Sheet(model, columns) for model, columns in _COLUMNS.items()}
        self.account_ids: dict[str, int] = {}
        self._place = place
        self._houses = _ids(House, len(houses))
        self._accounts = _ids(PersonalAccount, len(accounts))
        self._premises = _ids(Premises, len(accounts))
        self._people = _ids(Person, len(accounts))
        self._meters = _ids(Meter, meters)

    def add_house(self, house: HouseFacts) -> None:
        house_id = next(self._houses)
        self.sheets[House].add(
            house_id,
            self._place.organisation_id,
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
        premises: dict[tuple[str, str], int] = {}
        for account in house.accounts:
            flat = (account.flat, account.kind)
            if flat not in premises:
                premises[flat] = next(self._premises)
                self.sheets[Premises].add(premises[flat], house_id, *flat)
            self._add_account(account, premises[flat])
        for meter in house.meters:
            self._add_meter(meter, None, house_id)
        self._add_months(house, house_id)

    def _add_account(self, account: AccountFacts, premises_id: int) -> None:
        account_id, payer_id = next(self._accounts), next(self._people)
        self.account_ids[account.number] = account_id
        self.sheets[Person].add(payer_id, self._place.organisation_id, account.payer)
        self.sheets[PersonalAccount].add(
            account_id,
            self._place.organisation_id,
            account.number,
            premises_id,
            payer_id,
            account.category,
            account.opened,
            account.closed,
            (DeliveryMethod.EMAIL if account.by_email else DeliveryMethod.PAPER).value,
            account.email,
            account.quarrel,
        )
        self._add_dated(account, account_id)
        self._add_reliefs(account, account_id)
        for meter in account.meters:
            self._add_meter(meter, account_id, None)

    def _add_dated(self, account: AccountFacts, account_id: int) -> None:
        for area in account.areas:
            valid = _span(area.since, area.until)
            self.sheets[AccountArea].add(account_id, fixed(area.value, 2), valid)
        for living in account.residents:
            valid = _span(living.since, living.until)
            self.sheets[AccountResidents].add(account_id, living.value, valid)
        onward, share = _span(account.opened, None), fixed(account.share, 5)
        self.sheets[AccountOwnership].add(account_id, account.owners, share, onward)
        services = self._place.services
        for row in account.services:
            self.sheets[AccountService].add(
                account_id,
                services[row.service],
                row.meter_impossible,
                _span(row.since, row.until),
            )

    def _add_reliefs(self, account: AccountFacts, account_id: int) -> None:
        for away in account.absences:
            self.sheets[Absence].add(account_id, *away)
        for relief in account.benefits:
            self.sheets[Benefit].add(
                account_id,
                self._place.services[relief.service],
                fixed(relief.share_percent, 2),
                relief.persons,
                _fixed_or_none(relief.area_norm, 2),
                _span(relief.since, None),
            )
        for month, amount in account.heating_charged:
            self.sheets[HeatingCharged].add(account_id, month.first_day, fixed(amount, 2))

    def _add_meter(self, meter: MeterFacts, account_id: int | None, house_id: int | None) -> None:
        meter_id = next(self._meters)
        self.sheets[Meter].add(
            meter_id,
            account_id,
            house_id,
            self._place.services[meter.service],
            meter.zone,
            meter.serial,
            meter.digits,
            meter.installed,
            meter.removed,
            meter.verified_until,
        )
        for on, value, turned in meter.readings:
            source = ReadingSource.INITIAL if on == meter.installed else ReadingSource.RESIDENT
            self.sheets[MeterReading].add(
                meter_id, on, fixed(value, 3), turned, source.value, self._place.at
            )

    def _add_months(self, house: HouseFacts, house_id: int) -> None:
        services = self._place.services
        for volume in house.common_volumes:
            self.sheets[CommonVolume].add(
                house_id,
                services[volume.service],
                volume.month.first_day,
                fixed(volume.volume, 3),
                volume.method,
            )
        for heat in house.heating:
            volumes = (heat.house_volume, heat.previous_year_mean, heat.year_volume)
            self.sheets[HouseHeating].add(
                house_id,
                heat.month.first_day,
                heat.season,
                heat.months,
                *(_fixed_or_none(value, 3) for value in volumes),
            )
        for voted in house.voted:
            self.sheets[VotedSum].add(
                house_id, services[voted.service], voted.month.first_day, fixed(voted.amount, 2)
            )
        for outage in house.outages:
            self.sheets[Interruption].add(
                house_id,
                services[outage.service],
                outage.month.first_day,
                outage.hours,
                outage.allowed,
                _OUTAGE_RATE,
            )


def _ids(model: type[Model], count: int) -> Iterator[int]:
    return iter(take_ids(model, count))


def _span(since: dt.date, until: dt.date | None) -> str:
    return f"[{since},{until or ''})"


def fixed(value: int, places: int) -> str:
    """1234 with 2 places is «12.34»."""
    whole, rest = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{places}d}"


def _fixed_or_none(value: int | None, places: int) -> str | None:
    return None if value is None else fixed(value, places)
