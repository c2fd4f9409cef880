"""The whole month beside the one before: by service, by house, a house by account."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection

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
    """From the totals of houses: two queries; of one house if it is given."""
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
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return [Compared(*row) for row in cursor.fetchall()]


_BY_SERVICE = """
SELECT service.id, service.name,
  coalesce(sum(kept.total) FILTER (WHERE kept.month = %(now)s), 0.00),
  coalesce(sum(kept.total) FILTER (WHERE kept.month = %(before)s), 0.00),
  coalesce(sum(kept.accounts) FILTER (WHERE kept.month = %(now)s), 0)::int, service.unit,
  round(sum(kept.volume) FILTER (WHERE kept.month = %(now)s), 3),
  round(sum(kept.volume) FILTER (WHERE kept.month = %(before)s), 3)
FROM charges_housetotal kept
JOIN accounts_registry_service service ON service.id = kept.service_id
WHERE kept.month IN (%(before)s, %(now)s)
  AND service.organisation_id = %(organisation)s
  AND (%(house)s::bigint IS NULL OR kept.house_id = %(house)s)
GROUP BY service.id ORDER BY service.position, service.file_position, service.id
"""

_BY_HOUSE = """
SELECT house.id, house.address,
  coalesce(sum(kept.total) FILTER (WHERE kept.month = %(now)s), 0.00),
  coalesce(sum(kept.total) FILTER (WHERE kept.month = %(before)s), 0.00),
  coalesce(sum(kept.accounts) FILTER (WHERE kept.month = %(now)s), 0)::int
FROM charges_housetotal kept
JOIN accounts_registry_house house ON house.id = kept.house_id
WHERE kept.month IN (%(before)s, %(now)s) AND kept.service_id IS NULL
  AND house.organisation_id = %(organisation)s
  AND (%(house)s::bigint IS NULL OR house.id = %(house)s)
GROUP BY house.id ORDER BY house.street_key, house.number_key, house.id
"""

_BY_MONTH = """
SELECT kept.month, sum(kept.total)
FROM charges_housetotal kept
JOIN accounts_registry_house house ON house.id = kept.house_id
WHERE house.organisation_id = %(organisation)s AND kept.month = ANY(%(months)s)
  AND kept.service_id IS NULL
GROUP BY kept.month
"""
