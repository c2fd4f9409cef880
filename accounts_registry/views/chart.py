"""Bars of what was charged and paid, as numbers a template draws."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from accounts_registry.ledger.movements import MonthOfAccount
from zhkh.kernel.money import ZERO

WIDTH, HEIGHT = 458, 106
_LEFT = 38  # room for the values of the marks
_BAR, _GAP = 10, 2
_SHORT_MONTHS = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in the drawing's units, `y` down from the top."""

    x: int
    y: int
    height: int


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    label: str
    label_x: int
    month: MonthOfAccount
    charged: Bar
    paid: Bar


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """`marks` are the values of the grid lines with their heights."""

    pairs: list[Pair]
    marks: list[tuple[Decimal, int]]
    baseline: int = HEIGHT
    width: int = WIDTH


def paired_bars(months: Sequence[MonthOfAccount]) -> Chart | None:
    """The months as pairs of bars; None when there is nothing to draw."""
    highest = max((max(m.charged, m.paid) for m in months), default=ZERO)
    if not highest:
        return None
    top = _round_top(highest)
    step = (WIDTH - _LEFT) // max(len(months), 6)
    pairs = []
    for place, month in enumerate(months):
        middle = _LEFT + place * step + step // 2
        pairs.append(
            Pair(
                label=_SHORT_MONTHS[month.period.month - 1],
                label_x=middle,
                month=month,
                charged=_bar(middle - _BAR - _GAP // 2, month.charged, top),
                paid=_bar(middle + _GAP // 2, month.paid, top),
            )
        )
    marks = [(value, HEIGHT - _height(value, top)) for value in (top, top / 2)]
    return Chart(pairs, marks)


def _round_top(highest: Decimal) -> Decimal:
    """The next 1, 2 or 5 with zeros: 2 447,90 is drawn on a scale to 5 000."""
    unit = Decimal(1)
    while unit * 10 < highest:
        unit *= 10
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= highest)


def _bar(x: int, amount: Decimal, top: Decimal) -> Bar:
    height = _height(max(amount, ZERO), top)
    return Bar(x=x, y=HEIGHT - height, height=height)


def _height(amount: Decimal, top: Decimal) -> int:
    drawn = HEIGHT - 16  # room for the upper mark
    return int(amount * drawn / top)
