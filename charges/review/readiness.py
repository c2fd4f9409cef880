"""What is ready for the calculation of a month: readings, volumes, prices, papers."""

import dataclasses
from typing import Any

from django.db import connection

from accounts_registry.models import Organisation
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Readiness:
    """Counts over the whole organisation; names of services that lack something."""

    meters: int
    meters_read: int
    meters_lapsed: int
    houses_with_common: int
    houses_with_volume: int
    absences: int
    interruptions: int
    without_tariff: tuple[str, ...]
    without_norm: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class HouseReadiness:
    """A house before the calculation: its accounts, meters, how many of them are read."""

    pk: int
    address: str
    accounts: int
    meters: int
    meters_read: int
    has_volume: bool


def readiness(*, organisation: Organisation, period: Period) -> Readiness:
    """A fixed number of queries."""
    asked = _asked(organisation, period)
    meters, read, lapsed = _row(_METERS, asked)
    common, volumes = _row(_COMMON, asked)
    absences, interruptions = _row(_PAPERS, asked)
    return Readiness(
        meters=meters,
        meters_read=read,
        meters_lapsed=lapsed,
        houses_with_common=common,
        houses_with_volume=volumes,
        absences=absences,
        interruptions=interruptions,
        without_tariff=tuple(name for (name,) in _rows(_WITHOUT_TARIFF, asked)),
        without_norm=tuple(name for (name,) in _rows(_WITHOUT_NORM, asked)),
    )


def houses_before(*, organisation: Organisation, period: Period) -> list[HouseReadiness]:
    """Every house by address; one query."""
    return [HouseReadiness(*row) for row in _rows(_HOUSES, _asked(organisation, period))]


def _asked(organisation: Organisation, period: Period) -> dict[str, Any]:
    return {
        "organisation": organisation.pk,
        "month": period.first_day,
        "next_month": period.next_first_day,
    }


def _row(sql: str, asked: dict[str, Any]) -> Any:
    return _rows(sql, asked)[0]


def _rows(sql: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())


# A meter of the month stands in an account that is open in it.
_METERS = """
SELECT count(*), count(*) FILTER (WHERE read.is_read),
  count(*) FILTER (WHERE meter.verified_until < %(next_month)s::date - 1)
FROM accounts_registry_meter meter
JOIN accounts_registry_personalaccount account ON account.id = meter.account_id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM accounts_registry_meterreading reading
  WHERE reading.meter_id = meter.id
    AND reading.read_on >= %(month)s AND reading.read_on < %(next_month)s) AS is_read) read
WHERE account.organisation_id = %(organisation)s
  AND account.opened_on < %(next_month)s
  AND (account.closed_on IS NULL OR account.closed_on >= %(month)s)
  AND meter.installed_on < %(next_month)s
  AND (meter.removed_on IS NULL OR meter.removed_on >= %(next_month)s)
"""

# Houses where last month somebody shared a common volume, and those that have it now.
_COMMON = """
SELECT count(*) FILTER (WHERE has_before OR has_now), count(*) FILTER (WHERE has_now)
FROM accounts_registry_house house
CROSS JOIN LATERAL (SELECT
  EXISTS (SELECT FROM charges_commonvolume volume WHERE volume.house_id = house.id
    AND volume.month = (%(month)s::date - interval '1 month')) AS has_before,
  EXISTS (SELECT FROM charges_commonvolume volume WHERE volume.house_id = house.id
    AND volume.month = %(month)s)
  OR EXISTS (SELECT FROM accounts_registry_meter meter
    JOIN accounts_registry_meterreading reading ON reading.meter_id = meter.id
    WHERE meter.house_id = house.id AND reading.read_on >= %(month)s
      AND reading.read_on < %(next_month)s) AS has_now) common
WHERE house.organisation_id = %(organisation)s
"""

_PAPERS = """
SELECT
  (SELECT count(*) FROM charges_absence absence
    JOIN accounts_registry_personalaccount account ON account.id = absence.account_id
    WHERE account.organisation_id = %(organisation)s
      AND absence.left_on < %(next_month)s AND absence.returned_on > %(month)s),
  (SELECT count(*) FROM charges_interruption interruption
    JOIN accounts_registry_house house ON house.id = interruption.house_id
    WHERE house.organisation_id = %(organisation)s AND interruption.month = %(month)s)
"""

_CONNECTED = """
SELECT service.name FROM accounts_registry_service service
WHERE service.organisation_id = %(organisation)s AND service.code <> ''
  AND EXISTS (SELECT FROM accounts_registry_accountservice connected
    WHERE connected.service_id = service.id
      AND connected.valid && daterange(%(month)s, %(next_month)s))
"""

_WITHOUT_TARIFF = (
    _CONNECTED
    + """
  AND service.charge NOT IN ('none', 'apportioned')
  AND NOT EXISTS (SELECT FROM charges_tariff tariff WHERE tariff.service_id = service.id
    AND tariff.valid && daterange(%(month)s, %(next_month)s))
ORDER BY service.position, service.file_position, service.id
"""
)

_WITHOUT_NORM = (
    _CONNECTED
    + """
  AND service.charge IN ('metered', 'norm_area', 'heating', 'hot_water_two_part')
  AND NOT EXISTS (SELECT FROM charges_norm norm WHERE norm.service_id = service.id
    AND norm.valid && daterange(%(month)s, %(next_month)s))
ORDER BY service.position, service.file_position, service.id
"""
)

_HOUSES = """
SELECT house.id, house.address, coalesce(counted.accounts, 0), coalesce(counted.meters, 0),
  coalesce(counted.read, 0),
  EXISTS (SELECT FROM charges_commonvolume volume
    WHERE volume.house_id = house.id AND volume.month = %(month)s)
FROM accounts_registry_house house
LEFT JOIN (
  SELECT premises.house_id, count(DISTINCT account.id) AS accounts, count(meter.id) AS meters,
    count(meter.id) FILTER (WHERE EXISTS (SELECT FROM accounts_registry_meterreading reading
      WHERE reading.meter_id = meter.id AND reading.read_on >= %(month)s
        AND reading.read_on < %(next_month)s)) AS read
  FROM accounts_registry_personalaccount account
  JOIN accounts_registry_premises premises ON premises.id = account.premises_id
  LEFT JOIN accounts_registry_meter meter ON meter.account_id = account.id
    AND meter.installed_on < %(next_month)s
    AND (meter.removed_on IS NULL OR meter.removed_on >= %(next_month)s)
  WHERE account.organisation_id = %(organisation)s AND account.opened_on < %(next_month)s
    AND (account.closed_on IS NULL OR account.closed_on >= %(month)s)
  GROUP BY premises.house_id
) counted ON counted.house_id = house.id
WHERE house.organisation_id = %(organisation)s
ORDER BY house.street_key, house.number_key, house.id
"""
