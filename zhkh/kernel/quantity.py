"""Volumes and prices as people and files read them."""

from decimal import Decimal


def plain(value: Decimal) -> str:
    """Shortest exact text without exponent: "5.55", "0", "1113"; never "-0"."""
    if not value:
        return "0"
    text = str(value)
    if "E" in text:
        text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_price(price: Decimal) -> str:
    """As `plain`, with at least two decimals: "15.90", "0.123456"."""
    text = plain(price)
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def format_quantity(value: Decimal) -> str:
    """Print for people: decimal comma, groups of three, no trailing zeros: "1 113", "0,49"."""
    whole, _, places = plain(abs(value)).partition(".")
    grouped = f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}")
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{grouped},{places}" if places else f"{sign}{grouped}"
