"""Kinds of houses: what is billed in them and how their common volumes and heat are found."""

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Mapping

from zhkh.town.facts import HouseFacts, MonthHeat, MonthSum, MonthVolume, Outage
from zhkh.town.meters import USE, house_meter
from zhkh.town.plan import Plan

_HEATED = {10, 11, 12, 1, 2, 3, 4}  # months of the heating season
_HEAT_OF_M2 = 21  # thousandths of a Gcal in a month, and about a half more of it in the cold
_YEAR = 12
_SEASON = 7


@dataclasses.dataclass(frozen=True, slots=True)
class HouseKind:
    """`furnish` adds what the house itself knows; accounts stand in it already."""

    title: str
    without: frozenset[str]  # services nobody has in such a house
    furnish: Callable[[HouseFacts, Plan, random.Random], None]
    with_heat_meters: bool = False


def kind_of(plan: Plan, house: int) -> HouseKind:
    """Every third house of a full town is of the same kind."""
    return _FULL[house % len(_FULL)] if plan.is_full else _PLAIN


def _plain(house: HouseFacts, plan: Plan, chance: random.Random) -> None:
    _enter_volumes(
        house,
        plan,
        chance,
        {"cold_water": (60, 240), "hot_water": (40, 160), "electricity": (2_000, 8_000)},
    )


def _enter_volumes(
    house: HouseFacts, plan: Plan, chance: random.Random, per_person: Mapping[str, tuple[int, int]]
) -> None:
    """What is left for common needs, by month; what is drained is what came."""
    persons = _persons(house)
    for month in plan.periods:
        drained = 0
        for service, (least, most) in per_person.items():
            volume = persons * chance.randrange(least, most)
            drained += volume if service != "electricity" else 0
            house.common_volumes.append(MonthVolume(service, month, volume))
        house.common_volumes.append(MonthVolume("drainage", month, drained))


def _measured(house: HouseFacts, plan: Plan, chance: random.Random) -> None:
    """House meters of water and power; heat by the meter of the house and of some flats."""
    opened = dt.date(plan.first.year - 3, 1, 1)
    persons = _persons(house)
    for service in ("cold_water", "hot_water", "electricity"):
        least, most = USE[service]
        monthly = persons * (least + most) // 2
        house.meters.append(house_meter(plan, service, monthly, opened=opened, chance=chance))
    for month in plan.periods:
        if month.month in _HEATED:
            volume = (
                house.premises_area // 100 * chance.randrange(_HEAT_OF_M2, _HEAT_OF_M2 * 3 // 2)
            )
            house.heating.append(MonthHeat(month, "heating", house_volume=volume))
        else:
            house.heating.append(MonthHeat(month, "heating", house_volume=0))


def _two_part(house: HouseFacts, plan: Plan, chance: random.Random) -> None:
    """Volumes entered by hand, heat over the whole year with its correction, an outage."""
    _enter_volumes(
        house,
        plan,
        chance,
        {"cold_water": (60, 240), "hot_water_two_part": (40, 160), "electricity": (2_000, 8_000)},
    )
    mean = house.premises_area // 100 * _HEAT_OF_M2 * _SEASON // _YEAR
    for month in plan.periods:
        corrected = mean * _YEAR * chance.randrange(92, 108) // 100 if month == plan.last else None
        house.heating.append(
            MonthHeat(month, "year", previous_year_mean=mean, year_volume=corrected)
        )
    house.outages.append(Outage("hot_water_two_part", plan.last, hours=56, allowed=8))
    for account in house.accounts:
        if account.opened < plan.last.first_day:
            charged = account.area * chance.randrange(270, 320)
            account.heating_charged.append((plan.last, charged))


def _norms(house: HouseFacts, plan: Plan, chance: random.Random) -> None:
    """No meters in the house: common needs and heat by norms; the owners voted a sum."""
    for month in plan.periods:
        house.heating.append(MonthHeat(month, "year", months=_SEASON))
        house.voted.append(MonthSum("improvement", month, chance.randrange(500_000, 3_000_000)))


def _persons(house: HouseFacts) -> int:
    return sum(account.persons for account in house.accounts)


_PLAIN = HouseKind("обычный дом", frozenset(), _plain)
_FULL = (
    HouseKind(
        "общедомовые приборы",
        frozenset({"hot_water_two_part", "improvement"}),
        _measured,
        with_heat_meters=True,
    ),
    HouseKind(
        "горячая вода из двух компонентов", frozenset({"hot_water", "improvement"}), _two_part
    ),
    HouseKind("дом без приборов", frozenset({"hot_water_two_part"}), _norms),
)
