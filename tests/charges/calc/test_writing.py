"""A house that is written and read again is the same house."""

import json
from pathlib import Path

import pytest

from charges.calc.parse import parse_document, parse_text
from charges.calc.writing import house_document

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
