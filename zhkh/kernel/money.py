"""Money: exact decimals with two places. The only module of the program that rounds."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
KOPECK = Decimal("0.01")


def round_money(amount: Decimal) -> Decimal:
    """Round half-up to the kopeck; never gives minus zero (contract: "Rounding")."""
    rounded = amount.quantize(KOPECK, rounding=ROUND_HALF_UP)
    return rounded if rounded else ZERO


def round_places(value: Decimal, places: int) -> Decimal:
    """Round half-up to `places` decimals: volumes (7), shares of a house volume (5 or 6)."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def is_whole_kopecks(amount: Decimal) -> bool:
    """Whether the amount has no part smaller than a kopeck."""
    return amount == amount.quantize(KOPECK, rounding=ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """Print for people: groups of three by a no-break space, decimal comma, U+2212 for minus."""
    rounded = round_money(amount)
    roubles, kopecks = f"{abs(rounded):.2f}".split(".")
    grouped = f"{int(roubles):,}".replace(",", "\N{NO-BREAK SPACE}")
    sign = "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{grouped},{kopecks}"
