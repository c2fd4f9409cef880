"""Services of the town with their prices and norms: nobody's tariffs, believable in size."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from zhkh.kernel.money import round_money
from zhkh.town.plan import Plan, Profile

YEARS_BEFORE = 8  # so long before the town's first month prices and people are known
_RISES_IN = 7  # prices rise in July, every year
_YEARLY_RISE = Decimal("1.04")
_VAT = "0.20"


@dataclasses.dataclass(frozen=True, slots=True)
class PriceTerms:
    """The first price of a service; every July it rises."""

    price: str
    zone: str = ""
    component: str = ""
    up_to: str | None = None  # upper bound of a price range, units a month


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceTerms:
    """A service with its prices; norms by the names of their columns."""

    code: str
    name: str
    unit: str
    group: str
    charge: str
    payee: str
    prices: tuple[PriceTerms, ...]
    norms: dict[str, str] = dataclasses.field(default_factory=dict)
    sources: tuple[str, ...] = ()
    vat: str | None = None
    uplift: str | None = None


MANAGER, _WATER, _POWER, _HEAT = (
    "Управляющая компания",
    "Водоканал",
    "Энергосбыт",
    "Тепловые сети",
)
_FUND, _WASTE = "Фонд капитального ремонта", "Региональный оператор по обращению с отходами"


def _one(price: str) -> tuple[PriceTerms, ...]:
    return (PriceTerms(price),)


_CONTENT = ServiceTerms(
    "content", "Содержание и ремонт", "м2", "housing", "per_area", MANAGER, _one("21.40"), vat=_VAT
)
_CAPITAL_REPAIR = ServiceTerms(
    "capital_repair", "Взнос на капитальный ремонт", "м2", "other", "per_area", _FUND, _one("7.30")
)
_WASTE_REMOVAL = ServiceTerms(
    "waste", "Обращение с ТКО", "чел", "communal", "per_person", _WASTE, _one("96.50")
)

_PLAIN = (
    _CONTENT,
    ServiceTerms(
        "cold_water", "Холодное водоснабжение", "м3", "communal", "metered", _WATER,
        _one("27.30"), {"per_person": "4.9"},
    ),
    ServiceTerms(
        "hot_water", "Горячее водоснабжение", "м3", "communal", "metered", _HEAT,
        _one("128.60"), {"per_person": "3.49"},
    ),
    ServiceTerms(
        "drainage", "Водоотведение", "м3", "communal", "drainage", _WATER, _one("19.85"),
        sources=("cold_water", "hot_water"),
    ),
    ServiceTerms(
        "electricity", "Электроэнергия", "кВтч", "communal", "metered", _POWER,
        _one("3.62"), {"per_person": "92"},
    ),
    ServiceTerms(
        "heating_norm", "Отопление", "Гкал", "communal", "norm_area", _HEAT,
        _one("1480.20"), {"per_m2": "0.0208"},
    ),
    _CAPITAL_REPAIR,
    _WASTE_REMOVAL,
)  # fmt: skip

_FULL = (
    _CONTENT,
    ServiceTerms(
        "common_resources", "Коммунальные ресурсы на содержание общего имущества", "м2",
        "housing", "per_area", MANAGER, _one("2.15"),
    ),
    ServiceTerms(
        "cold_water", "Холодное водоснабжение", "м3", "communal", "metered", _WATER,
        _one("27.30"), {"per_person": "4.9", "per_common_m2": "0.021"}, uplift="1.5",
    ),
    ServiceTerms(
        "hot_water", "Горячее водоснабжение", "м3", "communal", "metered", _HEAT,
        _one("128.60"), {"per_person": "3.49", "per_common_m2": "0.019"}, uplift="1.5",
    ),
    ServiceTerms(
        "hot_water_two_part", "Горячее водоснабжение (два компонента)", "м3", "communal",
        "hot_water_two_part", _HEAT,
        (PriceTerms("27.30", component="water"), PriceTerms("1480.20", component="heat")),
        {"per_person": "3.49", "heat_per_unit": "0.0621"}, uplift="1.5",
    ),
    ServiceTerms(
        "drainage", "Водоотведение", "м3", "communal", "drainage", _WATER, _one("19.85"),
        sources=("cold_water", "hot_water", "hot_water_two_part"),
    ),
    ServiceTerms(
        "electricity", "Электроэнергия", "кВтч", "communal", "metered", _POWER,
        (
            PriceTerms("3.62", up_to="3900"),
            PriceTerms("5.10", up_to="6000"),
            PriceTerms("7.44"),
            PriceTerms("4.16", zone="day"),
            PriceTerms("3.70", zone="halfpeak"),
            PriceTerms("2.35", zone="night"),
        ),
        {"per_person": "92", "per_common_m2": "0.74"}, uplift="1.5",
    ),
    ServiceTerms(
        "heating", "Отопление", "Гкал", "communal", "heating", _HEAT, _one("1480.20"),
        {"per_m2": "0.0208"}, vat=_VAT,
    ),
    _CAPITAL_REPAIR,
    _WASTE_REMOVAL,
    ServiceTerms("intercom", "Домофон", "шт", "other", "per_account", MANAGER, _one("45.00")),
    ServiceTerms(
        "improvement", "Благоустройство двора по решению собрания", "руб", "other",
        "apportioned", MANAGER, (),
    ),
)  # fmt: skip


def services_of(profile: Profile) -> tuple[ServiceTerms, ...]:
    """In the order of the bill."""
    return {Profile.PLAIN: _PLAIN, Profile.FULL: _FULL}[profile]


def begins(plan: Plan) -> dt.date:
    """Prices and norms reach back to here."""
    return dt.date(plan.first.year - YEARS_BEFORE, 1, 1)


def prices_over_time(
    terms: PriceTerms, plan: Plan
) -> Iterator[tuple[Decimal, dt.date, dt.date | None]]:
    """Price, from, to: a new one every July."""
    price, since = Decimal(terms.price), begins(plan)
    for year in range(since.year, plan.last.year + 1):
        rises = dt.date(year, _RISES_IN, 1)
        if rises >= plan.last.next_first_day:
            break
        yield price, since, rises
        price, since = round_money(price * _YEARLY_RISE), rises
    yield price, since, None
