"""A house of a scenario → its rows, with what is known of it for the month."""

import re

from accounts_registry.models import House, Meter, MeterReading, ReadingSource
from charges.calc import inputs
from charges.models import CommonOutcome, CommonVolume, HouseHeating, Interruption, VotedSum
from zhkh.scenarios.accounts import store_account
from zhkh.scenarios.target import Target

HOUSE_METER_DIGITS = 9

_LONGEST = {"city": 100, "street": 150, "number": 20}


def store_house(house: inputs.House, target: Target) -> None:
    """The house with its accounts; `address` is kept as given and, for searches, in parts."""
    row = House.objects.create(
        organisation=target.organisation,
        code=house.code,
        address=house.address,
        premises_area_m2=house.premises_area,
        common_area_m2=house.common_area,
        residents=house.residents,
        **address_parts(house.address),
    )
    _month(row, house, target)
    CommonOutcome.objects.bulk_create(
        CommonOutcome(
            house=row,
            service=target.services[item.service],
            zone=item.zone or "",
            month=target.period.previous().first_day,
            volume=0,
            method=inputs.Method.HOUSE_METER.value,
            undistributed=-item.volume,
            carried=item.volume,
        )
        for item in house.carried
    )
    for meter in house.house_meters:
        _house_meter(row, meter, target)
    for account in house.accounts:
        store_account(row, account, target)


def address_parts(address: str) -> dict[str, str]:
    """«109451, Москва, Братиславская, дом № 1» in parts; what does not look so is the street."""
    match = re.fullmatch(
        r"(?:(?P<postal_index>[0-9]{6}), *)?(?P<city>[^,]+), *(?P<street>[^,]+), *"
        r"д(?:ом|\.)? *(?:№ *)?(?P<number>[^,]+)",
        address,
    )
    if not match or any(len(match[key]) > longest for key, longest in _LONGEST.items()):
        return {"street": address[: _LONGEST["street"]]}
    return {key: value or "" for key, value in match.groupdict().items()}


def _month(row: House, house: inputs.House, target: Target) -> None:
    month = target.period.first_day
    CommonVolume.objects.bulk_create(
        CommonVolume(
            house=row,
            service=target.services[item.service],
            zone=item.zone or "",
            month=month,
            volume=item.volume,
            method=item.method.value,
            premises_volume=item.premises_volume,
        )
        for item in house.common_volumes
    )
    VotedSum.objects.bulk_create(
        VotedSum(house=row, service=target.services[item.service], month=month, amount=item.amount)
        for item in house.voted
    )
    Interruption.objects.bulk_create(
        Interruption(
            house=row,
            service=target.services[item.service],
            month=month,
            hours=item.hours,
            allowed_hours=item.allowed,
            rate=item.rate,
        )
        for item in house.interruptions
    )
    if house.heating:
        HouseHeating.objects.create(
            house=row,
            month=month,
            season=house.heating.season.value,
            months=house.heating.months,
            house_volume=house.heating.house_volume,
            previous_year_mean=house.heating.previous_year_mean,
            year_volume=house.heating.year_volume,
        )


def _house_meter(house: House, item: inputs.HouseMeter, target: Target) -> None:
    """The month's volume as two readings of a new meter: on its first and its last day."""
    first, last = target.period.first_day, target.period.last_day
    meter = Meter.objects.create(
        house=house,
        service=target.services[item.service],
        zone=item.zone or "",
        digits=HOUSE_METER_DIGITS,
        installed_on=first,
    )
    MeterReading.objects.bulk_create(
        MeterReading(
            meter=meter, read_on=on, value=value, source=ReadingSource.IMPORT, entered_at=target.at
        )
        for on, value in ((first, 0), (last, item.volume))
    )
