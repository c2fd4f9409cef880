"""Numbers, days and money inside the sentences of `why`."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from zhkh.kernel.money import format_money, round_ratio
from zhkh.kernel.quantity import format_quantity, plain_price

_PLACES = 7


def number_words(number: Decimal | Fraction) -> str:
    """A volume, a norm, an area: decimal comma, at most seven places."""
    if isinstance(number, Fraction):
        number = round_ratio(number, _PLACES)
    return format_quantity(number)


def price_words(price: Decimal) -> str:
    return plain_price(price).replace(".", ",")


def money_words(amount: Decimal) -> str:
    return f"{format_money(amount)} руб."


def days_words(days: int, of: int) -> str:
    """« × 10/31 дней», nothing for all the days."""
    return "" if days == of else f" × {days}/{of} дней"


def day_words(day: dt.date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
