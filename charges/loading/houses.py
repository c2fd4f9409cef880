"""Houses with all their accounts straight from the rows, many at once and without objects of Django."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from charges.calc.inputs import (
    CarriedRest,
    CommonVolume,
    Heating,
    House,
    HouseMeter,
    Interruption,
    Method,
    Season,
    Voted,
    Zone,
)
from charges.loading.accounts import load_accounts
from charges.loading.meters import MeterRow, meters_of_houses, month_volumes
from charges.loading.reach import Row, query
from zhkh.kernel.period import Period


class LoadedHouse(NamedTuple):
    pk: int
    house: House
    account_ids: dict[str, int]  # by number


Codes = Mapping[int, str]  # of services, by primary key


def load_houses(
    house_ids: Sequence[int], *, period: Period, codes: Codes
) -> dict[int, LoadedHouse]:
    """
    What the month of these houses is calculated from; a fixed number of queries.

    Nothing is checked here: see `charges.loading.sound`.
    """
    accounts = load_accounts(house_ids, period=period, codes=codes)
    ids = list(house_ids)
    common = _common_volumes(ids, period, codes)
    meters = house_meter_volumes(ids, period=period, codes=codes)
    heating = {row[0]: _heating(row) for row in query(_HEATING, ids, period.first_day)}
    voted = _voted_sums(ids, period, codes)
    interruptions = _interruptions(ids, period, codes)
    carried = _carried(ids, period, codes)
    loaded = {}
    for pk, code, address, premises_area, common_area, residents in query(_HOUSES, ids):
        own = accounts.get(pk, {})
        house = House(
            code=code,
            address=address,
            premises_area=premises_area,
            accounts=tuple(own.values()),
            common_area=common_area,
            residents=residents,
            common_volumes=tuple(common.get(pk, ())),
            house_meters=_house_meters(meters.get(pk, {})),
            heating=heating.get(pk),
            voted=tuple(voted.get(pk, ())),
            interruptions=tuple(interruptions.get(pk, ())),
            carried=tuple(carried.get(pk, ())),
        )
        loaded[pk] = LoadedHouse(pk, house, {a.number: key for key, a in own.items()})
    return loaded


def house_meter_volumes(
    house_ids: Iterable[int], *, period: Period, codes: Codes
) -> dict[int, dict[tuple[str, str], Decimal]]:
    """By house: volume of the month by each service and zone with a house meter read in the month."""
    found: defaultdict[int, list[MeterRow]] = defaultdict(list)
    for row in meters_of_houses(list(house_ids), period=period):
        found[row.owner].append(row)
    return {house: month_volumes(rows, codes, period) for house, rows in found.items()}


_HOUSES = """SELECT id, code, address, premises_area_m2, common_area_m2, residents
FROM accounts_registry_house WHERE id = ANY(%s) ORDER BY code"""
_HEATING = """SELECT house_id, season, months, house_volume, previous_year_mean, year_volume
FROM charges_househeating WHERE house_id = ANY(%s) AND month = %s"""
_COMMON = """SELECT house_id, service_id, volume, method, zone, premises_volume
FROM charges_commonvolume WHERE house_id = ANY(%s) AND month = %s ORDER BY id"""
_VOTED = """SELECT house_id, service_id, amount
FROM charges_votedsum WHERE house_id = ANY(%s) AND month = %s ORDER BY id"""
_INTERRUPTIONS = """SELECT house_id, service_id, hours, allowed_hours, rate
FROM charges_interruption WHERE house_id = ANY(%s) AND month = %s ORDER BY id"""

_CARRIED = """SELECT house_id, service_id, carried, zone FROM charges_commonoutcome
WHERE house_id = ANY(%s) AND month = %s AND carried > 0 ORDER BY id"""


def _common_volumes(
    ids: list[int], period: Period, codes: Codes
) -> defaultdict[int, list[CommonVolume]]:
    found: defaultdict[int, list[CommonVolume]] = defaultdict(list)
    for house, service, volume, method, zone, printed in query(_COMMON, ids, period.first_day):
        row = CommonVolume(codes[service], volume, Method(method), _zone(zone), printed)
        found[house].append(row)
    return found


def _heating(row: Row) -> Heating:
    _, season, months, house_volume, mean, year_volume = row
    return Heating(Season(season), months, house_volume, mean, year_volume)


def _house_meters(volumes: Mapping[tuple[str, str], Decimal]) -> tuple[HouseMeter, ...]:
    return tuple(
        HouseMeter(service, volume, _zone(zone)) for (service, zone), volume in volumes.items()
    )


def _voted_sums(ids: list[int], period: Period, codes: Codes) -> defaultdict[int, list[Voted]]:
    found: defaultdict[int, list[Voted]] = defaultdict(list)
    for house, service, amount in query(_VOTED, ids, period.first_day):
        found[house].append(Voted(codes[service], amount))
    return found


def _interruptions(
    ids: list[int], period: Period, codes: Codes
) -> defaultdict[int, list[Interruption]]:
    found: defaultdict[int, list[Interruption]] = defaultdict(list)
    rows = query(_INTERRUPTIONS, ids, period.first_day)
    for house, service, hours, allowed, rate in rows:
        found[house].append(Interruption(codes[service], hours, allowed, rate))
    return found


def _carried(ids: list[int], period: Period, codes: Codes) -> defaultdict[int, list[CarriedRest]]:
    """What the month before left below zero and its settings said to carry over."""
    found: defaultdict[int, list[CarriedRest]] = defaultdict(list)
    if period == Period.of(dt.date.min):
        return found
    for house, service, volume, zone in query(_CARRIED, ids, period.previous().first_day):
        found[house].append(CarriedRest(codes[service], volume, _zone(zone)))
    return found


def _zone(zone: str) -> Zone | None:
    return Zone(zone) if zone else None
