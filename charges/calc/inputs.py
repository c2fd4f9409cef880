"""
Everything a calculation needs, as plain frozen values (contract: "Input").

Intervals are half-open: `since` belongs, `until` does not; no `until` means "until further notice".
Tuples keep the order of the file, so a path such as `houses[0].accounts[1]` can always be told.
What a house has by the thousand is a named tuple: they are made several times faster.
"""

import dataclasses
import datetime as dt
import enum
from decimal import Decimal
from typing import NamedTuple

from zhkh.kernel.period import Period


class Group(enum.StrEnum):
    HOUSING = "housing"
    COMMUNAL = "communal"
    OTHER = "other"


class Charge(enum.StrEnum):
    """How the individual volume of a service is found."""

    PER_AREA = "per_area"
    PER_ACCOUNT = "per_account"
    PER_PERSON = "per_person"
    METERED = "metered"
    NORM_AREA = "norm_area"
    DRAINAGE = "drainage"
    HEATING = "heating"
    HOT_WATER_TWO_PART = "hot_water_two_part"
    APPORTIONED = "apportioned"


class Zone(enum.StrEnum):
    """In the order of the bill; no zone comes first."""

    DAY = "day"
    HALFPEAK = "halfpeak"
    NIGHT = "night"


class Component(enum.StrEnum):
    WATER = "water"
    HEAT = "heat"


class Use(enum.StrEnum):
    INDIVIDUAL = "individual"
    COMMON = "common"


class Method(enum.StrEnum):
    """Where a volume comes from: the marks 1, 1а, 2, 3, 4 under the bill."""

    NORM = "norm"
    NORM_UPLIFTED = "norm_uplifted"
    METER = "meter"
    AVERAGE = "average"
    HOUSE_METER = "house_meter"


class Kind(enum.StrEnum):
    RESIDENTIAL = "residential"
    NONRESIDENTIAL = "nonresidential"


class Season(enum.StrEnum):
    HEATING = "heating"
    YEAR = "year"


class PenaltyRule(enum.StrEnum):
    RU155 = "ru155"
    RU155_CAPITAL = "ru155_capital"
    UA = "ua"


class RateMode(enum.StrEnum):
    PAYMENT_DAY = "payment_day"
    STEPWISE = "stepwise"


class NegativeCommon(enum.StrEnum):
    """What becomes of a common volume below zero."""

    REPORT = "report"
    CARRY = "carry"
    IGNORE = "ignore"


class RoundingBasis(enum.StrEnum):
    """What of the common share is rounded: the volume per m², or the account's volume."""

    PER_M2 = "per_m2"
    VOLUME = "volume"


@dataclasses.dataclass(frozen=True, slots=True)
class CommonRounding:
    basis: RoundingBasis = RoundingBasis.VOLUME
    places: int = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    code: str
    name: str
    unit: str
    group: Group
    charge: Charge
    order: int
    sources: tuple[str, ...] = ()  # "from": whose volumes drainage adds up
    minus: tuple[str, ...] = ()  # whose house volumes are made from this one
    vat: Decimal = Decimal(0)
    uplift: bool = False
    common_of: str | None = None  # whose common volume is charged here, and nothing else
    absence: bool = False  # a charge by people given back to those who are away


@dataclasses.dataclass(frozen=True, slots=True)
class Tariff:
    service: str
    price: Decimal
    since: dt.date
    until: dt.date | None = None
    zone: Zone | None = None
    component: Component | None = None
    up_to: Decimal | None = None  # upper bound of a price range, units a month
    use: Use | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Norm:
    service: str
    since: dt.date
    until: dt.date | None = None
    per_person: Decimal | None = None
    per_common_m2: Decimal | None = None
    per_m2: Decimal | None = None
    heat_per_unit: Decimal | None = None
    year: bool = False  # a yearly norm: a twelfth of it goes to a month


@dataclasses.dataclass(frozen=True, slots=True)
class Uplift:
    service: str
    coefficient: Decimal
    since: dt.date
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class CommonVolume:
    service: str
    volume: Decimal
    method: Method
    zone: Zone | None = None
    premises_volume: Decimal | None = None  # printed on the bill only


@dataclasses.dataclass(frozen=True, slots=True)
class HouseMeter:
    service: str
    volume: Decimal
    zone: Zone | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class CarriedRest:
    """What earlier months left below zero, as a volume above zero."""

    service: str
    volume: Decimal
    zone: Zone | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Heating:
    season: Season
    months: int | None = None
    house_volume: Decimal | None = None
    previous_year_mean: Decimal | None = None
    year_volume: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Voted:
    service: str
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Interruption:
    service: str
    hours: int
    allowed: int
    rate: Decimal = Decimal("0.0015")


@dataclasses.dataclass(frozen=True, slots=True)
class Residents:
    count: int
    since: dt.date
    until: dt.date | None = None


class Reading(NamedTuple):
    on: dt.date
    value: Decimal


class Meter(NamedTuple):
    service: str
    installed: dt.date
    readings: tuple[Reading, ...]
    zone: Zone | None = None
    digits: int = 5
    removed: dt.date | None = None
    verified_until: dt.date | None = None
    access_refused_on: dt.date | None = None  # the day of the act


@dataclasses.dataclass(frozen=True, slots=True)
class Absence:
    persons: int
    left: dt.date
    returned: dt.date
    applied_on: dt.date


@dataclasses.dataclass(frozen=True, slots=True)
class Benefit:
    service: str
    share: Decimal
    persons: int | None = None  # nobody named: everybody
    area_norm: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Recalculation:
    service: str
    amount: Decimal  # signed as printed
    for_period: Period | None = None
    reason: str = ""
    basis: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    period: Period
    amount: Decimal  # a debt is positive, an advance negative
    service: str | None = None
    due: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Payment:
    on: dt.date
    amount: Decimal
    period: Period | None = None  # named by the payer


@dataclasses.dataclass(frozen=True, slots=True)
class DatedArea:
    """The area of an account on some days; on the others it is the account's own."""

    area: Decimal
    since: dt.date
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """Days on which an account has a service; on no others, where there is any such row."""

    service: str
    since: dt.date
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    number: str
    payer: str
    premises: str
    area: Decimal
    kind: Kind = Kind.RESIDENTIAL
    living_area: Decimal | None = None
    owners: int = 1
    residents: tuple[Residents, ...] = ()
    services: frozenset[str] | None = None  # nothing said: all services
    meter_impossible: frozenset[str] = frozenset()
    meters: tuple[Meter, ...] = ()
    absences: tuple[Absence, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    recalculations: tuple[Recalculation, ...] = ()
    opening: tuple[Opening, ...] = ()
    payments: tuple[Payment, ...] = ()
    heating_charged: Decimal | None = None
    opened: dt.date | None = None  # billed from this day
    closed: dt.date | None = None  # and up to, not including this one
    areas: tuple[DatedArea, ...] = ()
    connections: tuple[Connection, ...] = ()
    share: Decimal | None = None  # of the flat it has together with others

    def has(self, service: str) -> bool:
        return self.services is None or service in self.services


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    code: str
    address: str
    premises_area: Decimal
    accounts: tuple[Account, ...]
    common_area: Decimal | None = None
    residents: int | None = None  # printed on the bill only
    common_volumes: tuple[CommonVolume, ...] = ()
    house_meters: tuple[HouseMeter, ...] = ()
    heating: Heating | None = None
    voted: tuple[Voted, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    carried: tuple[CarriedRest, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    since: dt.date
    percent: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class Suspension:
    since: dt.date
    until: dt.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class PenaltyTerms:
    as_of: dt.date
    rule: PenaltyRule
    rates: tuple[Rate, ...]
    cap: tuple[Rate, ...] = ()
    suspended: tuple[Suspension, ...] = ()
    rate_mode: RateMode = RateMode.PAYMENT_DAY
    working_days: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for every house of a calculation."""

    period: Period
    services: tuple[Service, ...]
    tariffs: tuple[Tariff, ...]
    norms: tuple[Norm, ...] = ()
    uplifts: tuple[Uplift, ...] = ()
    rounding: CommonRounding = CommonRounding()
    payments_counted_until: dt.date | None = None
    penalty: PenaltyTerms | None = None
    limits_common: bool = False  # to the norm
    negative_common: NegativeCommon = NegativeCommon.REPORT


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    terms: Terms
    houses: tuple[House, ...]
    title: str = ""
    expect: object = None  # what must come out, as read; None when nothing is expected

    @property
    def period(self) -> Period:
        return self.terms.period
