"""What a report is about, and how its SQL is run."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, transaction

from accounts_registry.ledger.models import AccountingPeriod, PeriodState
from zhkh.kernel.period import Period

ROWS_AT_ONCE = 2_000
OWN = 0  # the payee of services that name none: the organisation itself

# Accounts and services the report is limited to; every report's SQL begins with it.
CHOSEN = """
WITH chosen AS (
  SELECT account.id, account.number, account.payer_id, account.premises_id, premises.house_id
  FROM accounts_registry_personalaccount account
  JOIN accounts_registry_premises premises ON premises.id = account.premises_id
  WHERE account.organisation_id = %(organisation)s
    AND (%(house)s::bigint IS NULL OR premises.house_id = %(house)s)
    AND (%(accounts)s::bigint[] IS NULL OR account.id = ANY (%(accounts)s))
), sold AS (
  SELECT service.id, service.name, service.payee_id, service.position, service.file_position
  FROM accounts_registry_service service
  WHERE service.organisation_id = %(organisation)s
    AND (%(service)s::bigint IS NULL OR service.id = %(service)s)
    AND (%(payee)s::bigint IS NULL OR coalesce(service.payee_id, 0) = %(payee)s)
)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Months of an organisation, both inclusive; what is None limits nothing."""

    organisation_id: int
    first: Period
    last: Period
    house_id: int | None = None
    service_id: int | None = None
    payee_id: int | None = None  # OWN for services without a payee
    account_ids: tuple[int, ...] | None = None

    def values(self) -> dict[str, Any]:
        """Parameters of `CHOSEN` and of months; `posted` is the last posted month."""
        months = AccountingPeriod.objects.filter(organisation_id=self.organisation_id)
        posted = months.filter(state=PeriodState.POSTED).order_by("-month").first()
        begun = months.order_by("month").first()
        first = max(self.first.first_day, begun.month) if begun else self.first.first_day
        return {
            "organisation": self.organisation_id,
            "first": first,
            "last": self.last.first_day,
            "posted": posted.month if posted else dt.date.min,
            "house": self.house_id,
            "service": self.service_id,
            "payee": self.payee_id,
            "accounts": list(self.account_ids) if self.account_ids is not None else None,
        }


def joined(*pieces: str) -> str:
    """A statement of our own pieces; what is asked comes as parameters."""
    return " ".join(pieces)


def rows_of(
    sql: str, values: Mapping[str, Any], *, offset: int = 0, limit: int | None = None
) -> Iterator[tuple[Any, ...]]:
    """Rows one portion after another: an export holds no more in memory."""
    paged = joined(sql, "LIMIT %(limit)s OFFSET %(offset)s")
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(paged, {**values, "limit": limit, "offset": offset})
        while portion := cursor.fetchmany(ROWS_AT_ONCE):
            yield from portion


def row_of(sql: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    assert row is not None, "an aggregate gives a row"
    return tuple(row)
