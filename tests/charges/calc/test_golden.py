"""The examples of the contract and the demo house: everything they expect comes out."""

from pathlib import Path

import pytest

from charges.calc.calculation import calculate
from charges.calc.expectation import differences
from charges.calc.parse import parse_text
from charges.calc.result import result_json

FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"
NAMES = [
    "benefit_for_one_of_two",
    "demo_house",
    "electricity_price_ranges",
    "heating_meters_everywhere",
    "heating_norm_over_the_year",
    "heating_vat_on_top",
    "hot_water_norm_uplift",
    "interruption_lowers_charge",
    "meter_rolls_over",
    "norm_table_01",
    "norm_table_03",
    "norm_table_05",
    "partial_payment_pro_rata",
    "penalty_rate_below_cap",
    "penalty_two_moratoria",
    "residents_change_inside_month",
    "seed_bill",
    "uplift_three_on_cold_water",
    "vat_with_common_part",
]


def test_every_file_is_listed():
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_everything_expected_comes_out(name):
    scenario = parse_text((FOLDER / f"{name}.json").read_bytes())

    assert scenario.expect
    assert differences(calculate(scenario), scenario.expect) == ()


@pytest.mark.parametrize("name", NAMES)
def test_same_file_same_bytes(name):
    data = (FOLDER / f"{name}.json").read_bytes()

    assert result_json(calculate(parse_text(data))) == result_json(calculate(parse_text(data)))
