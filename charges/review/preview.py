"""The whole month beside the one before: by service, by house, a house by account."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from accounts_registry.models import House, Organisation
from zhkh.kernel.money import ZERO, round_places
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """
    A sum of the month beside that of the month before, roubles; the volumes behind them.

    `key` is the id of the service or house. Volumes are in the service's unit, to a thousandth;
    None where it has no volume or the sums are of several services.
    """

    key: int
    title: str
    now: Decimal
    before: Decimal
    accounts: int
    unit: str = ""
    volume: Decimal | None = None
    volume_before: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        return self.now - self.before

    @property
    def percent(self) -> Decimal | None:
        """Of the sum before, to a tenth; None where there was nothing."""
        if not self.before:
            return None
        return round_places(self.difference * 100 / abs(self.before), 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """The month as a whole, and its parts in printing order."""

    services: list[Compared]
    houses: list[Compared]

    @property
    def total(self) -> Compared:
        return Compared(
            0,
            "Итого",
            now=sum((row.now for row in self.houses), ZERO),
            before=sum((row.before for row in self.houses), ZERO),
            accounts=sum(row.accounts for row in self.houses),
        )


def preview(*, organisation: Organisation, period: Period, house: House | None = None) -> Preview:
    """Two queries and their setting, however large the month; of one house if it is given."""
    asked = {
        "organisation": organisation.pk,
        "now": period.first_day,
        "before": period.previous().first_day,
        "house": house.pk if house else None,
    }
    return Preview(services=_rows(_BY_SERVICE, asked), houses=_rows(_BY_HOUSE, asked))


def months_in_sums(
    *, organisation: Organisation, months: Iterable[dt.date]
) -> dict[dt.date, Decimal]:
    """What was charged in each of the months, roubles; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, {"organisation": organisation.pk, "months": list(months)})
        return dict(cursor.fetchall())


def _rows(sql: str, asked: dict[str, Any]) -> list[Compared]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # sums of a large month stay in memory
        cursor.execute(sql, asked)
        return [Compared(*row) for row in cursor.fetchall()]


# Heat that warms water has a unit of its own: the volume of a service is that of its own unit.
# Accounts are counted apart: grouping every sum by account would be several times slower.
_BY_SERVICE = """
WITH lines AS NOT MATERIALIZED (
  SELECT * FROM charges_chargeline line
  WHERE %(house)s::bigint IS NULL OR line.account_id IN (
    SELECT account.id FROM accounts_registry_personalaccount account
    JOIN accounts_registry_premises premises ON premises.id = account.premises_id
    WHERE premises.house_id = %(house)s)
), sums AS (
  SELECT month, service_id, sum(total) AS total,
    sum(coalesce(individual_volume, 0) + coalesce(common_volume, 0))
      FILTER (WHERE component <> 'heat') AS volume
  FROM lines WHERE month IN (%(before)s, %(now)s) GROUP BY 1, 2
), counts AS (
  SELECT service_id, count(*) AS accounts FROM (
    SELECT DISTINCT account_id, service_id FROM lines WHERE month = %(now)s) charged
  GROUP BY 1
)
SELECT service.id, service.name,
  coalesce(max(total) FILTER (WHERE month = %(now)s), 0.00),
  coalesce(max(total) FILTER (WHERE month = %(before)s), 0.00),
  coalesce(max(counts.accounts), 0), service.unit,
  round(max(volume) FILTER (WHERE month = %(now)s), 3),
  round(max(volume) FILTER (WHERE month = %(before)s), 3)
FROM sums JOIN accounts_registry_service service ON service.id = sums.service_id
LEFT JOIN counts ON counts.service_id = sums.service_id
WHERE service.organisation_id = %(organisation)s
GROUP BY service.id ORDER BY service.position, service.file_position, service.id
"""

_BY_HOUSE = """
WITH of_account AS (
  SELECT line.account_id, line.month, sum(line.total) AS total
  FROM charges_chargeline line
  WHERE line.month IN (%(before)s, %(now)s)
    AND (%(house)s::bigint IS NULL OR line.account_id IN (
      SELECT account.id FROM accounts_registry_personalaccount account
      JOIN accounts_registry_premises premises ON premises.id = account.premises_id
      WHERE premises.house_id = %(house)s))
  GROUP BY line.month, line.account_id
)
SELECT house.id, house.address,
  coalesce(sum(total) FILTER (WHERE month = %(now)s), 0.00),
  coalesce(sum(total) FILTER (WHERE month = %(before)s), 0.00),
  count(*) FILTER (WHERE month = %(now)s)
FROM of_account
JOIN accounts_registry_personalaccount account ON account.id = of_account.account_id
JOIN accounts_registry_premises premises ON premises.id = account.premises_id
JOIN accounts_registry_house house ON house.id = premises.house_id
WHERE account.organisation_id = %(organisation)s
  AND (%(house)s::bigint IS NULL OR house.id = %(house)s)
GROUP BY house.id ORDER BY house.street_key, house.number_key, house.id
"""

_BY_MONTH = """
SELECT line.month, sum(line.total)
FROM charges_chargeline line
JOIN accounts_registry_personalaccount account ON account.id = line.account_id
WHERE account.organisation_id = %(organisation)s AND line.month = ANY(%(months)s)
GROUP BY line.month
"""
