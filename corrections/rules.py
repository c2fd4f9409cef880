"""What recalculations come to: pure figures, without rows and clocks."""

from decimal import Decimal

from zhkh.kernel.exact import product
from zhkh.kernel.money import round_money

_HUNDRED = Decimal("0.01")


def priced(volume: Decimal, price: Decimal) -> Decimal:
    """A volume at its price, roubles, rounded once."""
    return round_money(product(volume, price))


def percent_of(charged: Decimal, percent: Decimal) -> Decimal:
    """A signed per cent of what was charged, roubles, rounded once."""
    return round_money(product(charged, percent, _HUNDRED))
