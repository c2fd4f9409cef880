"""Where the rows of a scenario go."""

import dataclasses
import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.models import Organisation, Service
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """The organisation made for a scenario, its month and its services."""

    organisation: Organisation
    period: Period
    services: dict[str, Service]  # by code
    unsplit: Service  # for sums nobody has split by service
    at: dt.datetime  # when everything is recorded

    @property
    def onward(self) -> DateRange:
        """From the month until further notice."""
        return DateRange(self.period.first_day, None)

    @property
    def before(self) -> DateRange:
        """The month before: over by now, but its papers still count."""
        return DateRange(self.period.previous().first_day, self.period.first_day)


def span(row: Any) -> DateRange:
    return DateRange(row.since, row.until)
