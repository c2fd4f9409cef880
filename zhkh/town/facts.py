"""
What is known of a house of the town, as plain values the writer turns into rows.

Numbers are whole: areas in hundredths of m², readings and volumes in thousandths of a unit, sums
in kopecks. Intervals are half-open; no end means "until further notice".
"""

import dataclasses
import datetime as dt
from typing import NamedTuple

from zhkh.kernel.period import Period


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


class MonthVolume(NamedTuple):
    """Common volume of a house in a month, thousandths."""

    service: str
    month: Period
    volume: int
    method: str = "house_meter"


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
    closed: dt.date | None = None
    email: str = ""
    by_email: bool = False
    phone: str = ""
    meters: list[MeterFacts] = dataclasses.field(default_factory=list)

    @property
    def area(self) -> int:
        return self.areas[-1].value

    @property
    def persons(self) -> int:
        return self.residents[-1].value if self.residents else 0


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
    common_volumes: list[MonthVolume] = dataclasses.field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.postal_index}, {self.city}, {self.street}, дом № {self.number}"
