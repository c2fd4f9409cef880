"""An account of the town: who pays, how large the flat is, what is connected and measured."""

import datetime as dt
import random

from zhkh.town.catalogue import YEARS_BEFORE, services_of
from zhkh.town.facts import AccountFacts, Connection, Held
from zhkh.town.meters import METERED, meter_of
from zhkh.town.names import person
from zhkh.town.plan import Plan

_NUMBER_DIGITS = 12
_METERED_OF_TEN = 7  # so many of ten metered services have a meter
_BY_EMAIL_OF_TEN = 3


def settle_account(
    plan: Plan, number: int, flat: int, *, area: int, chance: random.Random
) -> AccountFacts:
    """An account without quarrels, opened years ago."""
    opened = dt.date(
        plan.first.year - chance.randrange(2, YEARS_BEFORE), chance.randrange(1, 13), 1
    )
    services = [Connection(terms.code, opened) for terms in services_of(plan.profile)]
    persons = chance.choices((1, 2, 3, 4, 5), (25, 32, 23, 15, 5))[0]
    by_email = chance.randrange(10) < _BY_EMAIL_OF_TEN
    account = AccountFacts(
        number=account_number(plan, number),
        flat=str(flat),
        payer=person(chance),
        opened=opened,
        areas=[Held(area, opened)],
        residents=[Held(persons, opened)],
        services=services,
        email=f"resident{number + 1}@example.com" if by_email else "",
        by_email=by_email,
    )
    account.meters = [
        meter_of(plan, service, persons=persons, opened=opened, chance=chance)
        for service in METERED
        if chance.randrange(10) < _METERED_OF_TEN
    ]
    return account


def account_number(plan: Plan, number: int) -> str:
    """Twelve digits: the seed in front keeps towns apart."""
    place = len(str(plan.accounts))
    return f"{plan.seed % 10 ** (_NUMBER_DIGITS - place):0{_NUMBER_DIGITS - place}}{number + 1:0{place}}"
