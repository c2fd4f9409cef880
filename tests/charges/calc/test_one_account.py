"""An account derived alone is the account of its house, to the last word."""

import json
from pathlib import Path

import pytest

from charges.calc.building import calculate_house
from charges.calc.one_account import calculate_account, without_strangers
from charges.calc.parse import parse_document
from charges.calc.tables import MonthTables
from tests.charges.calc import odd_months, whole_months

MONTHS = whole_months.MONTHS | odd_months.MONTHS
EVERYTHING = Path(__file__).with_name("everything.json")
FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"
FILES = {file.stem: file for file in [EVERYTHING, *sorted(FOLDER.glob("*.json"))]}


def houses_of(document):
    """One document for every house, as months are frozen."""
    return [document | {"houses": [house]} for house in document["houses"]]


def told(account):
    return account, [line.why for line in account.lines]


def assert_alone_as_together(document) -> int:
    """How many accounts were compared."""
    compared = 0
    for frozen in houses_of(document):
        whole = parse_document(frozen)
        together = calculate_house(MonthTables(whole.terms), whole.houses[0])
        for expected in together.accounts:
            alone = parse_document(without_strangers(frozen, expected.number))
            found = calculate_account(MonthTables(alone.terms), alone.houses[0], expected.number)
            assert found is not None
            assert told(found) == told(expected)
            compared += 1
    return compared


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_example(name):
    document = json.loads(FILES[name].read_text())
    document.pop("expect", None)

    assert assert_alone_as_together(document)


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_every_kept_month(name):
    document = {key: value for key, value in MONTHS[name].items() if key != "expect"}

    assert assert_alone_as_together(document)


def test_strangers_stay_where_the_house_shares_out_what_they_use():
    document = {"houses": [{"accounts": [{"number": "1"}, {"number": "2"}], "house_meters": [{}]}]}

    assert without_strangers(document, "1") is document


def test_an_account_that_is_not_there_is_nobody():
    document = {"houses": [{"accounts": [{"number": "1"}]}]}

    assert without_strangers(document, "2") is document
