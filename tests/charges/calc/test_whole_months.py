"""Whole results, every figure and every sentence, as they were checked by hand and kept."""

import json
from pathlib import Path

import pytest

from charges.calc.calculation import calculate
from charges.calc.parse import parse_document, parse_text
from charges.calc.result import result_json
from tests.charges.calc import odd_months, whole_months
from zhkh.kernel.money import is_whole_kopecks

MONTHS = whole_months.MONTHS | odd_months.MONTHS
GOLDEN = Path(__file__).parents[2] / "golden"
WHOLE = GOLDEN / "whole_months"
EXAMPLES = GOLDEN / "scenarios"
WHOLE_EXAMPLES = GOLDEN / "whole_examples"
SMALL = sorted(file.stem for file in WHOLE_EXAMPLES.glob("*.json"))


def test_every_kept_month_is_calculated():
    assert sorted(file.stem for file in WHOLE.glob("*.json")) == sorted(MONTHS)


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_month_comes_out_as_kept(name):
    document = json.loads(json.dumps(MONTHS[name]))

    result = result_json(calculate(parse_document(document)))

    assert result == (WHOLE / f"{name}.json").read_text("utf-8")


@pytest.mark.parametrize("name", SMALL)
def test_example_of_the_contract_comes_out_as_kept(name):
    scenario = parse_text((EXAMPLES / f"{name}.json").read_bytes())

    assert result_json(calculate(scenario)) == (WHOLE_EXAMPLES / f"{name}.json").read_text("utf-8")


def test_every_key_at_once_comes_out_as_kept():
    scenario = parse_text((Path(__file__).parent / "everything.json").read_bytes())

    assert result_json(calculate(scenario)) == (GOLDEN / "everything.json").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_sums_are_whole_kopecks_before_they_are_printed(name):
    accounts = calculate(parse_document(json.loads(json.dumps(MONTHS[name])))).accounts
    lines = [line for account in accounts for line in account.lines]

    sums = [
        *(sum_ for line in lines for sum_ in (line.charged, line.recalculated, line.benefit)),
        *(account.penalty.total for account in accounts),
    ]

    assert [sum_ for sum_ in sums if not is_whole_kopecks(sum_)] == []
