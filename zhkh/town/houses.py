"""A house of the town with everything in it, made from the plan alone."""

import random

from zhkh.town.accounts import settle_account
from zhkh.town.facts import HouseFacts
from zhkh.town.kinds import kind_of
from zhkh.town.names import CITY, house_number, street
from zhkh.town.plan import Plan
from zhkh.town.quarrels import make_quarrel, shares_a_flat

_POSTAL_INDEX = "101000"
_LEAST_AREA, _MOST_AREA = 2_800, 9_600  # of a flat, hundredths of m²
_COMMON_SHARE = 12  # common property, percent of the premises


def build_house(plan: Plan, house: int) -> HouseFacts:
    """The same house whenever it is asked for."""
    chance, kind = plan.chance_of(house), kind_of(plan, house)
    facts = HouseFacts(
        code=house_code(house),
        postal_index=_POSTAL_INDEX,
        city=CITY,
        street=street(house),
        number=house_number(house),
        common_area=0,
        kind=kind.title,
    )
    flat = 0
    for number in plan.accounts_of(house):
        flat += not (flat and plan.is_full and shares_a_flat(number))
        account = settle_account(
            plan, number, str(flat), kind=kind, area=_area(chance), chance=chance
        )
        if plan.is_full:
            make_quarrel(plan, number, account, chance)
        facts.accounts.append(account)
    facts.premises_area = sum(account.area for account in facts.accounts)
    facts.common_area = facts.premises_area * _COMMON_SHARE // 100
    kind.furnish(facts, plan, chance)
    return facts


def house_code(house: int) -> str:
    return f"d{house + 1:06d}"


def _area(chance: random.Random) -> int:
    return chance.randrange(_LEAST_AREA, _MOST_AREA, 10)
