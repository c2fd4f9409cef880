"""
Sums and products without loss.

Decimal's own 28 digits are too few for the largest numbers a scenario may
hold (15 digits before the comma, 7 after it), and its context is not ours to change.
"""

from collections.abc import Iterable
from decimal import Context, Decimal
from functools import reduce

WIDE = Context(prec=150)


def product(*factors: Decimal) -> Decimal:
    """All factors multiplied, to the last digit."""
    return reduce(WIDE.multiply, factors) if factors else Decimal(1)


def total(terms: Iterable[Decimal], start: Decimal = Decimal(0)) -> Decimal:
    """All terms added, to the last digit; `start` gives the places of an empty sum."""
    return reduce(WIDE.add, terms, start)


def difference(whole: Decimal, part: Decimal) -> Decimal:
    """What is left of the whole, to the last digit."""
    return WIDE.subtract(whole, part)
