"""
Whatever the reader of documents refuses of a house, a loaded house like that is not sound.

Every refusal of the reader is walked: a broken house brings it about, or the table below says
which constraint of the database keeps such rows out, or that only a file can hold such a thing.
"""

import ast
import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from charges.calc.inputs import (
    Account,
    Benefit,
    CarriedRest,
    CommonVolume,
    Connection,
    DatedArea,
    House,
    HouseMeter,
    Interruption,
    Method,
    Reading,
    Recalculation,
    Voted,
)
from charges.calc.parse import parse_document
from charges.calc.problems import ScenarioProblems
from charges.calc.writing import house_document
from charges.loading import Soundness
from tests.charges.calc.everything import VALID

PARSE = Path(__file__).parents[3] / "charges/calc/parse"
MODULES = ("accounts", "context", "dated", "houses", "meters", "nodes")
MARCH = dt.date(2024, 3, 1)

TERMS = {
    key: value
    for key, value in VALID.items()
    if key not in {"houses", "penalty", "expect", "payments_counted_until"}
}
COMMON = {
    "code": "common", "name": "Вода на общее", "unit": "м³", "group": "housing",
    "charge": "metered", "x_common_of": "cold",
}  # fmt: skip
TERMS["services"] = [*TERMS["services"], COMMON]


def base() -> House:
    """The house of every key as a loaded one: accounts name their services and have no debts."""
    house = dict(VALID["houses"][0])
    house["accounts"] = [
        {key: value for key, value in account.items() if key not in {"opening", "payments"}}
        for account in house["accounts"]
    ]
    (read,) = parse_document({**TERMS, "houses": [house]}).houses
    named = frozenset({"cold"})
    accounts = (
        account if account.services is not None else dataclasses.replace(account, services=named)
        for account in read.accounts
    )
    return dataclasses.replace(read, accounts=tuple(accounts))


BASE = base()
ACCOUNT = BASE.accounts[0]
METER = ACCOUNT.meters[0]
NOBODY = "no such"


def of_house(**changes) -> House:
    return dataclasses.replace(BASE, **changes)


def of_account(**changes) -> House:
    return of_house(accounts=(dataclasses.replace(ACCOUNT, **changes), *BASE.accounts[1:]))


def of_meter(**changes) -> House:
    return of_account(meters=(METER._replace(**changes),))


def one_more(**changes) -> Account:
    """A neighbour of the first account with a number of its own."""
    plain = Account("99", "Иванов", "1", Decimal(1), services=frozenset())
    return dataclasses.replace(plain, **changes)


def sharing(*shares: str) -> House:
    flat = (
        one_more(number=str(90 + place), premises="9", share=Decimal(share))
        for place, share in enumerate(shares)
    )
    return of_house(accounts=(*BASE.accounts, *flat))


def reading(day: dt.date, value: str) -> tuple[Reading, ...]:
    return (Reading(day, Decimal(value)),)


BROKEN: dict[str, Callable[[], House]] = {
    "no code": lambda: of_house(code=""),
    "all accounts over the house": lambda: of_house(
        accounts=(*BASE.accounts, one_more(area=BASE.premises_area))
    ),
    "an account over the house": lambda: of_account(area=BASE.premises_area + 1),
    "a dated area over the house": lambda: of_account(
        areas=(DatedArea(BASE.premises_area + 1, MARCH),)
    ),
    "no area": lambda: of_account(area=Decimal(0)),
    "unknown service": lambda: of_account(services=frozenset({NOBODY})),
    "unknown without a meter": lambda: of_account(meter_impossible=frozenset({NOBODY})),
    "unknown meter": lambda: of_meter(service=NOBODY),
    "unknown connection": lambda: of_account(connections=(Connection(NOBODY, MARCH),)),
    "unknown benefit": lambda: of_account(benefits=(Benefit(NOBODY, Decimal(1)),)),
    "unknown recalculation": lambda: of_account(
        recalculations=(Recalculation(NOBODY, Decimal(1)),)
    ),
    "unknown interruption": lambda: of_house(interruptions=(Interruption(NOBODY, 9, 8),)),
    "unknown voted sum": lambda: of_house(voted=(Voted(NOBODY, Decimal(1)),)),
    "unknown common volume": lambda: of_house(
        common_volumes=(CommonVolume(NOBODY, Decimal(1), Method.NORM),)
    ),
    "unknown house meter": lambda: of_house(house_meters=(HouseMeter(NOBODY, Decimal(1)),)),
    "unknown rest": lambda: of_house(carried=(CarriedRest(NOBODY, Decimal(1)),)),
    "common volume of a service without": lambda: of_house(
        common_volumes=(CommonVolume("roof", Decimal(1), Method.NORM),)
    ),
    "common volume of what takes another's": lambda: of_house(
        house_meters=(HouseMeter("common", Decimal(1)),)
    ),
    "volume and meter of one service": lambda: of_house(
        house_meters=(HouseMeter("cold", Decimal(1)),)
    ),
    "a house meter that runs backwards": lambda: of_house(
        house_meters=(HouseMeter("hot", Decimal(-1)),)
    ),
    "closed before it opened": lambda: of_account(opened=MARCH.replace(day=9), closed=MARCH),
    "shares over one": lambda: sharing("0.6", "0.5"),
    "a reading past the last digit": lambda: of_meter(
        readings=reading(MARCH, str(10**METER.digits))
    ),
    "a reading before the meter": lambda: of_meter(
        readings=reading(METER.installed - dt.timedelta(days=1), "1")
    ),
    "a reading after it was taken off": lambda: of_meter(
        removed=MARCH, readings=reading(MARCH + dt.timedelta(days=1), "1")
    ),
}

# Refusals no row can bring about: the constraint, unique key or column that keeps it out.
HELD = {
    "номер счёта повторяется": "account_number_is_unique_in_organisation",
    "накладывается на более раннюю строку с {}": "account_residents_spans_do_not_overlap",
    "число {}: доля": "ownership_share_is_a_share",
    "код дома повторяется": "house_code_is_unique_in_organisation",
    "неизвестное значение {}": "common_volume_method_is_known",
    "объём этой услуги и зоны уже дан выше": "common_volume_is_given_once",
    "сумма по этой услуге уже дана выше": "voted_sum_is_given_once",
    "снят {}, не позже установки {}": "meter_is_removed_after_installation",
    "показание не позже предыдущего ({})": "one_reading_a_day",
    "{} не позже, чем {} ({})": "absence_ends_after_it_begins",
}
# Refusals of what is no value at all: rows have types, and documents are written by the program.
OF_FILES = {
    "wrong", "получено {}", "{} не дата", "{} не число", "{} зн. после запятой",
    "ключ повторяется", "неизвестный ключ", "нет ключа", "{} не месяц", "{} нет в календаре",
}  # fmt: skip


def soundness() -> Soundness:
    terms = parse_document({**TERMS, "houses": []}).terms
    return Soundness({service.code: service for service in terms.services})


def refusals(house: House) -> list[str]:
    try:
        parse_document({**TERMS, "houses": [house_document(house)]})
    except ScenarioProblems as problems:
        return [problem.wrong for problem in problems.problems]
    return []


def sites() -> set[str]:
    """What every `refuse` of the reader says, with {} for values."""
    found = set()
    for module in MODULES:
        for node in ast.walk(ast.parse((PARSE / f"{module}.py").read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr == "refuse":
                assert isinstance(node, ast.Call)
                found.add(said(node.args[0]))
    return found


def said(argument: ast.expr) -> str:
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in argument.values
        )
    return str(argument.value) if isinstance(argument, ast.Constant) else ast.unparse(argument)


def test_the_house_of_every_key_is_sound_and_can_be_read():
    assert refusals(BASE) == []
    assert soundness().holds(BASE)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_house_the_reader_refuses_is_not_sound(broken):
    house = BROKEN[broken]()

    assert refusals(house) != []
    assert not soundness().holds(house)


def test_every_refusal_of_the_reader_is_walked():
    told = [wrong for make in BROKEN.values() for wrong in refusals(make())]
    held = {key.partition(":")[0] for key in HELD}

    unwalked = {
        site
        for site in sites() - OF_FILES - held
        if not any(re.fullmatch(re.escape(site).replace(r"\{\}", ".*"), one) for one in told)
    }

    assert unwalked == set()


@pytest.mark.django_db
def test_what_the_database_keeps_out_it_really_does():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'"
        )
        known = {name for (name,) in cursor.fetchall()}

    assert set(HELD.values()) - known == set()


def test_a_meter_without_readings_is_sound():
    assert soundness().holds(of_meter(readings=()))
