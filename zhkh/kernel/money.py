"""Money: exact decimals with two places. The only module of the program that rounds."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from zhkh.kernel.exact import WIDE

ZERO = Decimal("0.00")
KOPECK = Decimal("0.01")
_UNITS = tuple(Decimal(1).scaleb(-places) for places in range(10))


def round_money(amount: Decimal) -> Decimal:
    """Round half-up to the kopeck; never gives minus zero (contract: "Rounding")."""
    rounded = amount.quantize(KOPECK, rounding=ROUND_HALF_UP, context=WIDE)
    return rounded or ZERO


def cost(volume: Decimal, price: Decimal) -> Decimal:
    """Volume × price, exact before it is rounded: `round_money` of the product."""
    return WIDE.multiply(volume, price).quantize(KOPECK, ROUND_HALF_UP, WIDE) or ZERO


def round_places(value: Decimal, places: int) -> Decimal:
    """Round half-up to `places` decimals: volumes (7), shares of a house volume (5 or 6)."""
    return value.quantize(_UNITS[places], ROUND_HALF_UP, WIDE)


def round_ratio(value: Fraction, places: int) -> Decimal:
    """
    Round an exact ratio half-up (halves away from zero) to `places` decimals.

    For what decimals cannot hold exactly: a third of a month, a share of a house.
    """
    return round_quotient(value.numerator, value.denominator, places)


def round_quotient(above: int, below: int, places: int) -> Decimal:
    """The same for a ratio that is not in its lowest terms; `below` is greater than zero."""
    whole, rest = divmod(abs(above) * 10**places, below)
    if 2 * rest >= below:
        whole += 1
    return Decimal(whole if above >= 0 else -whole).scaleb(-places, context=WIDE)


def is_whole_kopecks(amount: Decimal) -> bool:
    """Whether the amount has no part smaller than a kopeck."""
    return amount == amount.quantize(KOPECK, rounding=ROUND_HALF_UP, context=WIDE)


def format_money(amount: Decimal) -> str:
    """Print for people: groups of three by a no-break space, decimal comma, U+2212 for minus."""
    rounded = round_money(amount)
    roubles, kopecks = f"{abs(rounded):.2f}".split(".")
    grouped = f"{int(roubles):,}".replace(",", "\N{NO-BREAK SPACE}")
    sign = "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{grouped},{kopecks}"
