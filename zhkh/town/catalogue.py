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


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceTerms:
    """A service with its first price; norms by the names of their columns."""

    code: str
    name: str
    unit: str
    group: str
    charge: str
    payee: str
    price: str
    norms: dict[str, str] = dataclasses.field(default_factory=dict)
    sources: tuple[str, ...] = ()


_MANAGER, _WATER, _POWER, _HEAT = (
    "Управляющая компания",
    "Водоканал",
    "Энергосбыт",
    "Тепловые сети",
)
_FUND, _WASTE = "Фонд капитального ремонта", "Региональный оператор по обращению с отходами"

_PLAIN = (
    ServiceTerms(
        "content", "Содержание и ремонт", "м2", "housing", "per_area", _MANAGER, "21.40"
    ),
    ServiceTerms(
        "cold_water", "Холодное водоснабжение", "м3", "communal", "metered", _WATER, "27.30",
        {"per_person": "4.9"},
    ),
    ServiceTerms(
        "hot_water", "Горячее водоснабжение", "м3", "communal", "metered", _HEAT, "128.60",
        {"per_person": "3.49"},
    ),
    ServiceTerms(
        "drainage", "Водоотведение", "м3", "communal", "drainage", _WATER, "19.85",
        sources=("cold_water", "hot_water"),
    ),
    ServiceTerms(
        "electricity", "Электроэнергия", "кВтч", "communal", "metered", _POWER, "3.62",
        {"per_person": "92"},
    ),
    ServiceTerms(
        "heating_norm", "Отопление", "Гкал", "communal", "norm_area", _HEAT, "1480.20",
        {"per_m2": "0.0208"},
    ),
    ServiceTerms(
        "capital_repair", "Взнос на капитальный ремонт", "м2", "other", "per_area", _FUND, "7.30"
    ),
    ServiceTerms(
        "waste", "Обращение с ТКО", "чел", "communal", "per_person", _WASTE, "96.50"
    ),
)  # fmt: skip


def services_of(profile: Profile) -> tuple[ServiceTerms, ...]:
    """In the order of the bill."""
    assert profile is Profile.PLAIN, profile
    return _PLAIN


def begins(plan: Plan) -> dt.date:
    """Prices and norms reach back to here."""
    return dt.date(plan.first.year - YEARS_BEFORE, 1, 1)


def prices_of(terms: ServiceTerms, plan: Plan) -> Iterator[tuple[Decimal, dt.date, dt.date | None]]:
    """Price, from, to: a new one every July."""
    price, since = Decimal(terms.price), begins(plan)
    for year in range(since.year, plan.last.year + 1):
        rises = dt.date(year, _RISES_IN, 1)
        if rises >= plan.last.next_first_day:
            break
        yield price, since, rises
        price, since = round_money(price * _YEARLY_RISE), rises
    yield price, since, None
