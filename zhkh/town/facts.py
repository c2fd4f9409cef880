"""
What is known of a house of the town, as plain values the writer turns into rows.

Numbers are whole: areas in hundredths of m², readings and volumes in thousandths of a unit, sums
in kopecks, shares in hundred-thousandths. Intervals are half-open; no end means "until further
notice".
"""

import dataclasses
import datetime as dt
from typing import NamedTuple

from zhkh.kernel.period import Period

WHOLE_SHARE = 100_000


class Reading(NamedTuple):
    on: dt.date
    value: int  # thousandths
    rolled_over: bool = False


@dataclasses.dataclass(slots=True)
class MeterFacts:
    service: str
    serial: str
    installed: dt.date
    readings: list[Reading]
    zone: str = ""
    digits: int = 5
    removed: dt.date | None = None
    verified_until: dt.date | None = None


class Held(NamedTuple):
    """A number that holds for a span of days."""

    value: int
    since: dt.date
    until: dt.date | None = None


class Connection(NamedTuple):
    service: str
    since: dt.date
    until: dt.date | None = None
    meter_impossible: bool = False


class Away(NamedTuple):
    """A temporary absence."""

    persons: int
    left: dt.date
    returned: dt.date
    applied: dt.date


class Relief(NamedTuple):
    """A benefit on a service."""

    service: str
    share_percent: int
    persons: int | None
    area_norm: int | None  # hundredths of m²
    since: dt.date


class Entry(NamedTuple):
    """A sum entered into the books in a month: an opening balance or a recalculation."""

    kind: str
    service: str
    amount: int  # kopecks, a debt is positive
    month: Period
    for_month: Period
    due: dt.date | None = None
    reason: str = ""
    basis: str = ""


class Paid(NamedTuple):
    """A payment nobody split by service; `taken_back` is the day of its reversal."""

    on: dt.date
    amount: int  # kopecks
    named: Period | None = None
    taken_back: dt.date | None = None


@dataclasses.dataclass(slots=True)
class AccountFacts:
    number: str
    flat: str
    payer: str
    opened: dt.date
    areas: list[Held]  # hundredths of m²
    residents: list[Held]
    services: list[Connection]
    kind: str = "residential"
    category: str = "Собственники"
    owners: int = 1
    share: int = WHOLE_SHARE
    closed: dt.date | None = None
    email: str = ""
    by_email: bool = False
    meters: list[MeterFacts] = dataclasses.field(default_factory=list)
    absences: list[Away] = dataclasses.field(default_factory=list)
    benefits: list[Relief] = dataclasses.field(default_factory=list)
    entries: list[Entry] = dataclasses.field(default_factory=list)
    payments: list[Paid] = dataclasses.field(default_factory=list)
    heating_charged: list[tuple[Period, int]] = dataclasses.field(
        default_factory=list
    )  # kopecks over the year that the month corrects
    quarrel: str = ""  # what is special about it

    @property
    def area(self) -> int:
        return self.areas[-1].value

    @property
    def persons(self) -> int:
        return self.residents[-1].value if self.residents else 0


class MonthVolume(NamedTuple):
    """Common volume of a house in a month, thousandths."""

    service: str
    month: Period
    volume: int
    method: str = "house_meter"


class MonthHeat(NamedTuple):
    """How a house is heated in a month; volumes in thousandths of a Gcal."""

    month: Period
    season: str
    months: int | None = None
    house_volume: int | None = None
    previous_year_mean: int | None = None
    year_volume: int | None = None


class Outage(NamedTuple):
    service: str
    month: Period
    hours: int
    allowed: int


class MonthSum(NamedTuple):
    """A sum voted by the owners for a month, kopecks."""

    service: str
    month: Period
    amount: int


@dataclasses.dataclass(slots=True)
class HouseFacts:
    code: str
    postal_index: str
    city: str
    street: str
    number: str
    common_area: int  # hundredths of m²
    premises_area: int = 0
    accounts: list[AccountFacts] = dataclasses.field(default_factory=list)
    meters: list[MeterFacts] = dataclasses.field(default_factory=list)
    common_volumes: list[MonthVolume] = dataclasses.field(default_factory=list)
    heating: list[MonthHeat] = dataclasses.field(default_factory=list)
    voted: list[MonthSum] = dataclasses.field(default_factory=list)
    outages: list[Outage] = dataclasses.field(default_factory=list)
    kind: str = ""

    @property
    def address(self) -> str:
        return f"{self.postal_index}, {self.city}, {self.street}, дом № {self.number}"
