from decimal import Decimal

from zhkh.kernel.exact import difference, product, total

LONG = Decimal("999999999999999.9999999")


def test_product_keeps_every_digit():
    assert product(LONG, LONG) == Decimal("999999999999999999999800000000.00000000000001")


def test_product_of_nothing_is_one():
    assert product() == 1


def test_total_keeps_every_digit():
    assert total([Decimal(10) ** 40, Decimal("0.01")]) == Decimal(f"{10**40}.01")


def test_empty_total_has_the_places_of_its_start():
    assert str(total([], Decimal("0.00"))) == "0.00"


def test_difference_keeps_every_digit():
    assert difference(Decimal(10) ** 40, Decimal("0.01")) == Decimal(f"{10**40 - 1}.99")
