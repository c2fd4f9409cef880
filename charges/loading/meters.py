"""Meters with as much of their history as the month can depend on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from charges.calc.inputs import Meter, Reading, Zone
from charges.calc.metering import needs_older
from charges.calc.timeline import Month
from charges.loading.reach import Reach, Row, query, rows_of
from zhkh.kernel.period import Period

_WINDOWS = (2, 13)  # months of history; beyond them everything
_ZONES: dict[str, Zone | None] = {"": None, **{zone.value: zone for zone in Zone}}

_OF_ACCOUNTS = """SELECT account_id, id, service_id, zone, digits, installed_on, removed_on,
  verified_until, access_refused_on
FROM SPANS JOIN accounts_registry_meter ON account_id BETWEEN low AND high ORDER BY id"""
_OF_HOUSES = """SELECT house_id, id, service_id, zone, digits, installed_on, removed_on,
verified_until FROM accounts_registry_meter WHERE house_id = ANY(%s) ORDER BY id"""
_READINGS = """SELECT meter_id, read_on, value
FROM SPANS JOIN accounts_registry_meterreading ON meter_id BETWEEN low AND high
WHERE read_on < %s AND read_on >= %s ORDER BY meter_id, read_on"""


class MeterRow(NamedTuple):
    """A meter of an account or of a house, whichever owns it, with readings by day."""

    owner: int
    service_id: int
    zone: str
    digits: int
    readings: tuple[Reading, ...]


def meters_of_accounts(
    reach: Reach, *, period: Period, codes: Mapping[int, str]
) -> defaultdict[int, list[Meter]]:
    """Meters by account in the order they were entered."""
    rows = rows_of(reach, _OF_ACCOUNTS)
    meters = _meters(rows, period, codes)
    found: defaultdict[int, list[Meter]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(meters[row[1]])
    return found


def meters_of_houses(house_ids: list[int], *, period: Period) -> list[MeterRow]:
    rows = query(_OF_HOUSES, house_ids)
    readings = _all_readings(rows, dt.date.min, period)
    return [MeterRow(row[0], row[2], row[3], row[4], tuple(readings[row[1]])) for row in rows]


def month_volumes(
    rows: Iterable[MeterRow], codes: Mapping[int, str], period: Period
) -> dict[tuple[str, str], Decimal]:
    volumes: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        volume = _month_volume(row, period)
        if volume is not None:
            key = (codes[row.service_id], row.zone)
            volumes[key] = volumes.get(key, Decimal(0)) + volume
    return volumes


def _month_volume(row: MeterRow, period: Period) -> Decimal | None:
    inside = [r for r in row.readings if r.on >= period.first_day]
    before = [r for r in row.readings if r.on < period.first_day]
    if not inside or not (before or len(inside) > 1):
        return None
    first = before[-1] if before else inside[0]
    volume: Decimal = inside[-1].value - first.value
    return volume if volume >= 0 else volume + Decimal(10) ** row.digits


def _meters(rows: list[Row], period: Period, codes: Mapping[int, str]) -> dict[int, Meter]:
    """With the latest history of each; a longer one of those few it does not suffice for."""
    month = Month.of(period)
    found: dict[int, Meter] = {}
    for since in (*(_months_before(period, months) for months in _WINDOWS), dt.date.min):
        readings = _all_readings(rows, since, period)
        found.update((row[1], _meter(row, codes[row[2]], readings)) for row in rows)
        rows = [row for row in rows if needs_older(found[row[1]], since, month)]
        if not rows:
            break
    return found


def _meter(row: Row, code: str, readings: Mapping[int, list[Reading]]) -> Meter:
    _, pk, _, zone, digits, installed, removed, verified, refused = row
    own = tuple(readings[pk])
    return Meter(code, installed, own, _ZONES[zone], digits, removed, verified, refused)


def _months_before(period: Period, months: int) -> dt.date:
    first = Period.of(dt.date.min)
    return period.shifted(-min(months, period.months_since(first))).first_day


def _all_readings(
    rows: list[Row], since: dt.date, period: Period
) -> defaultdict[int, list[Reading]]:
    found: defaultdict[int, list[Reading]] = defaultdict(list)
    reach = Reach.of(row[1] for row in rows)
    past = period.next_first_day
    for meter, on, value in rows_of(reach, _READINGS, past, since):
        found[meter].append(Reading(on, value))
    return found
