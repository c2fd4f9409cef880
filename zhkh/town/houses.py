"""A house of the town with everything in it, made from the plan alone."""

import random

from zhkh.town.accounts import settle_account
from zhkh.town.facts import AccountFacts, HouseFacts, MonthVolume
from zhkh.town.names import CITY, house_number, street
from zhkh.town.plan import Plan

_POSTAL_INDEX = "101000"
_LEAST_AREA, _MOST_AREA = 2800, 9600  # of a flat, hundredths of m²
_COMMON_SHARE = 12  # common property, percent of the premises


def build_house(plan: Plan, house: int) -> HouseFacts:
    """The same house whenever it is asked for."""
    chance = plan.chance_of(house)
    facts = HouseFacts(
        code=house_code(house),
        postal_index=_POSTAL_INDEX,
        city=CITY,
        street=street(house),
        number=house_number(house),
        common_area=0,
    )
    facts.accounts = [
        settle_account(plan, number, flat, area=_area(chance), chance=chance)
        for flat, number in enumerate(plan.accounts_of(house), start=1)
    ]
    facts.premises_area = sum(account.area for account in facts.accounts)
    facts.common_area = facts.premises_area * _COMMON_SHARE // 100
    facts.common_volumes = list(_common_volumes(plan, facts.accounts, chance))
    return facts


def house_code(house: int) -> str:
    return f"d{house + 1:06d}"


def _area(chance: random.Random) -> int:
    return chance.randrange(_LEAST_AREA, _MOST_AREA, 10)


def _common_volumes(
    plan: Plan, accounts: list[AccountFacts], chance: random.Random
) -> list[MonthVolume]:
    """What the house meters left for common needs, by month: about a twentieth of what is used."""
    persons = sum(account.persons for account in accounts)
    volumes = []
    for month in plan.periods:
        cold, hot, power = (
            persons * chance.randrange(least, most)
            for least, most in ((60, 240), (40, 160), (2_000, 8_000))
        )
        for service, volume in (
            ("cold_water", cold),
            ("hot_water", hot),
            ("drainage", cold + hot),
            ("electricity", power),
        ):
            volumes.append(MonthVolume(service, month, volume))
    return volumes
