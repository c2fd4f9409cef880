from decimal import Decimal

import pytest

from zhkh.kernel.quantity import format_quantity, plain, plain_price


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5.550", "5.55"),
        ("0", "0"),
        ("-0", "0"),
        ("0E-7", "0"),
        ("1E-7", "0.0000001"),
        ("1113", "1113"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("100.00", "100"),
        ("-2.50", "-2.5"),
    ],
)
def test_plain(value, text):
    assert plain(Decimal(value)) == text


@pytest.mark.parametrize(
    ("price", "text"),
    [("15.9", "15.90"), ("100", "100.00"), ("0.123456", "0.123456"), ("0", "0.00")],
)
def test_price_has_two_places_at_least(price, text):
    assert plain_price(Decimal(price)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("1113", "1\u00a0113"), ("0.490", "0,49"), ("-1234.5", "−1\u00a0234,5"), ("0", "0")],
)
def test_quantity_for_people(value, text):
    assert format_quantity(Decimal(value)) == text
