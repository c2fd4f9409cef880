"""A house that is written and read again is the same house."""

import json
from pathlib import Path

import pytest

from charges.calc.parse import parse_document, parse_text
from charges.calc.writing import document_text, house_document, house_text
from tests.charges.calc import odd_months, whole_months
from tests.charges.calc.scenarios import account, house, scenario, service

MONTHS = whole_months.MONTHS | odd_months.MONTHS
EVERYTHING = Path(__file__).with_name("everything.json")
FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"


@pytest.mark.parametrize(
    "file", [EVERYTHING, *sorted(FOLDER.glob("*.json"))], ids=lambda file: file.stem
)
def test_written_and_read_again_it_is_the_same(file):
    scenario = parse_text(file.read_bytes())
    document = json.loads(file.read_text())

    document["houses"] = json.loads(json.dumps([house_document(h) for h in scenario.houses]))

    assert parse_document(document).houses == scenario.houses


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_a_house_is_written_as_its_document_is(name):
    for one in parse_document(MONTHS[name]).houses:
        assert house_text(one) == document_text(house_document(one))


def test_words_are_written_as_they_are():
    facts = {"payer": 'О"Нил \\ Ко\n', "premises": "1 «а»", "services": ["б", "а"]}
    document = scenario([service("а"), service("б")], [], house(account("1", "0.50", **facts)))

    found = house_text(parse_document(document).houses[0])

    assert '"owners":1,"payer":"О\\"Нил \\\\ Ко\\n","premises":"1 «а»",' in found
    assert '"services":["а","б"]' in found
