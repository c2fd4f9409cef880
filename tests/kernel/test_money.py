from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhkh.kernel.money import (
    format_money,
    is_whole_kopecks,
    round_money,
    round_places,
    round_ratio,
)

HUGE = "123456789012345678901234567890.125"


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("74.925", "74.93"),
        ("74.924999", "74.92"),
        ("-74.925", "-74.93"),
        ("0.004", "0.00"),
        ("-0.004", "0.00"),
        ("-0", "0.00"),
        (HUGE, "123456789012345678901234567890.13"),
    ],
)
def test_half_a_kopeck_goes_away_from_zero(amount, rounded):
    assert str(round_money(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.0380435", 5, "0.03804"),
        ("0.000005", 5, "0.00001"),
        ("2.5", 0, "3"),
        (HUGE, 2, HUGE[:-3] + "13"),
    ],
)
def test_places(value, places, rounded):
    assert str(round_places(Decimal(value), places)) == rounded


@pytest.mark.parametrize(
    ("ratio", "places", "rounded"),
    [
        (Fraction(1, 3), 7, "0.3333333"),
        (Fraction(2, 3), 7, "0.6666667"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(5, 10**8), 7, "1E-7"),
        (Fraction(49, 10**9), 7, "0E-7"),
        (Fraction(10**40 + 1, 2), 1, f"{(10**40 + 1) // 2}.5"),
    ],
)
def test_ratio(ratio, places, rounded):
    assert str(round_ratio(ratio, places)) == rounded


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.integers(0, 4))
def test_ratio_rounds_as_decimals_do(value, places):
    assert round_ratio(Fraction(value), places) == round_places(value, places)


@pytest.mark.parametrize(
    ("amount", "whole"), [("1.10", True), ("1.1", True), ("1.101", False), ("1E+3", True)]
)
def test_whole_kopecks(amount, whole):
    assert is_whole_kopecks(Decimal(amount)) is whole


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("2447.9", "2\u00a0447,90"),
        ("-2585.58", "−2\u00a0585,58"),
        ("0", "0,00"),
        ("-0.001", "0,00"),
        ("1234567.005", "1\u00a0234\u00a0567,01"),
    ],
)
def test_money_for_people(amount, text):
    assert format_money(Decimal(amount)) == text
