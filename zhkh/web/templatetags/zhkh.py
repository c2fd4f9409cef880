"""Filters and tags of every template; built in, no {% load %} needed."""

import re
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhkh.kernel.money import format_money, is_whole_kopecks
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity, plain

register = template.Library()

_POWER = re.compile(r"\bм([23])\b")
_RAISED = {"2": "²", "3": "³"}


@register.filter(is_safe=True)
def money(amount: Decimal | None) -> str:
    """«2 447,90»; nothing for a sum that is not known."""
    return "" if amount is None else format_money(amount)


@register.filter(is_safe=True)
def qty(quantity: Decimal | int | None) -> str:
    """«1 113» or «0,49», digits as stored, without trailing zeros."""
    return "" if quantity is None else format_quantity(Decimal(quantity))


@register.filter(is_safe=True)
def units(text: str) -> str:
    """«м²» and «м³» where the text says «м2» and «м3», as catalogues and formulas write them."""
    return _POWER.sub(lambda found: "м" + _RAISED[found[1]], text)


@register.filter
def raw(machine_value: object) -> str:
    """The value as programs read it, whatever the language of the page: for data-* and value."""
    if isinstance(machine_value, Decimal):
        return plain(machine_value)
    return "" if machine_value is None else str(machine_value)


@register.filter(is_safe=True)
def kop(amount: Decimal) -> str:
    """Roubles as a whole number of kopecks, for scripts that count money."""
    assert is_whole_kopecks(amount), amount
    return str(int(amount * 100))


@register.filter
def plural_ru(count: int, forms: str) -> str:
    """«счёт», «счёта» or «счетов» for 1, 2 and 5; `forms` holds the three with commas between."""
    one, few, many = forms.split(",")
    last_two = abs(count) % 100
    last = last_two % 10
    if last == 1 and last_two != 11:
        return one
    if last in {2, 3, 4} and last_two not in {12, 13, 14}:
        return few
    return many


@register.filter(is_safe=True)
def share(part: int | None, total: int) -> str:
    """Per cent of the whole with two places and a point: widths inside an SVG of 100 units."""
    if not total:
        return "0"
    hundredths = (part or 0) * 10_000 // total
    return f"{hundredths // 100}.{hundredths % 100:02d}"


@register.filter
def percent(part: int | None, total: int) -> int:
    """Whole per cent, rounded down: 100 stands only for everything."""
    return (part or 0) * 100 // total if total else 0


@register.simple_tag
def period_title(period: Period | str) -> str:
    """«Июль 2013» for a period or its text "2013-07"."""
    return (Period.parse(period) if isinstance(period, str) else period).title


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A drawing of the sprite; decoration for screen readers unless it has a label."""
    classes = f"icon {css}".strip()
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            classes,
            label,
            address,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, address
    )
