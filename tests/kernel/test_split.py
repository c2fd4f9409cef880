from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhkh.kernel.split import split_by_weight

totals = st.decimals(min_value=0, max_value="999999.99", places=2)
weights = st.lists(st.decimals(min_value=0, max_value=9999, places=2), min_size=1, max_size=12)


def split(total, *weights):
    return [str(part) for part in split_by_weight(Decimal(total), list(map(Decimal, weights)))]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("100.00", ("1", "1", "1"), ["33.34", "33.33", "33.33"]),
        ("0.02", ("1", "1", "1"), ["0.01", "0.01", "0.00"]),
        ("10.00", ("0", "5"), ["0.00", "10.00"]),
        ("0.00", ("1", "2"), ["0.00", "0.00"]),
        ("1.00", ("1", "2"), ["0.33", "0.67"]),
    ],
)
def test_kopecks_left_over_go_to_the_largest_remainder_then_to_the_earlier(total, weights, parts):
    assert split(total, *weights) == parts


@given(totals, weights.filter(any))
def test_nothing_is_lost_and_no_part_strays_a_kopeck(total, weights):
    parts = split_by_weight(total, weights)

    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < Decimal("0.01") * whole


@pytest.mark.parametrize(
    ("total", "weights"),
    [("0.001", ("1",)), ("-1.00", ("1",)), ("1.00", ("-1", "2")), ("1.00", ("0",))],
)
def test_what_cannot_be_split(total, weights):
    with pytest.raises(AssertionError):
        split(total, *weights)
