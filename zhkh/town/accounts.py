"""An account of the town: who pays, how large the flat is, what is connected and measured."""

import datetime as dt
import functools
import random

from zhkh.town.catalogue import YEARS_BEFORE, services_of
from zhkh.town.facts import AccountFacts, Connection, Held
from zhkh.town.kinds import HouseKind
from zhkh.town.meters import meter_of
from zhkh.town.names import person
from zhkh.town.plan import Plan, Profile

_NUMBER_DIGITS = 12
_METERED = ("cold_water", "hot_water", "hot_water_two_part", "electricity")
_METERED_OF_TEN = 7  # so many of ten metered services have a meter
_BY_EMAIL_OF_TEN = 3


def settle_account(
    plan: Plan,
    number: int,
    flat: str,
    *,
    kind: HouseKind,
    area: int,
    chance: random.Random,
) -> AccountFacts:
    """An account without quarrels, opened years ago."""
    opened = dt.date(
        plan.first.year - chance.randrange(2, YEARS_BEFORE), chance.randrange(1, 13), 1
    )
    by_email = chance.randrange(10) < _BY_EMAIL_OF_TEN
    billed = _billed(plan.profile, kind.without)
    account = AccountFacts(
        number=account_number(plan, number),
        flat=flat,
        payer=person(chance),
        opened=opened,
        areas=[Held(area, opened)],
        residents=[Held(chance.choices((1, 2, 3, 4, 5), (25, 32, 23, 15, 5))[0], opened)],
        services=[Connection(code, opened) for code in billed],
        email=f"resident{number + 1}@example.com" if by_email else "",
        by_email=by_email,
    )
    measured = [code for code in _METERED if code in billed]
    if kind.with_heat_meters and chance.randrange(2):
        measured.append("heating")
    account.meters = [
        meter_of(plan, code, persons=account.persons, opened=opened, chance=chance)
        for code in measured
        if chance.randrange(10) < _METERED_OF_TEN
    ]
    return account


def account_number(plan: Plan, number: int) -> str:
    """Twelve digits: the seed in front keeps towns apart."""
    place = len(str(plan.accounts))
    ahead = _NUMBER_DIGITS - place
    return f"{plan.seed % 10**ahead:0{ahead}}{number + 1:0{place}}"


@functools.cache
def _billed(profile: Profile, without: frozenset[str]) -> tuple[str, ...]:
    """Codes in the order of the bill."""
    return tuple(terms.code for terms in services_of(profile) if terms.code not in without)
