"""
From exact volumes to money: cut by prices, round the volume, multiply, round the amount.

Contract: "Rounding", "Changes inside the month", "Uplift". Everything is rounded here and only here:
a volume half-up to 7 places right before its price, money half-up to the kopeck once per slice.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from charges.calc.inputs import Method, Use
from charges.calc.pieces import Note, Piece, Pieces, weakest
from charges.calc.tables import Range, Ranges
from charges.calc.timeline import Span, Steps, at, cut
from zhkh.kernel.exact import difference, product, total
from zhkh.kernel.money import ZERO, round_money, round_ratio

VOLUME_PLACES = 7
_ONE = Decimal(1)
_NO_UPLIFT: Steps[Decimal] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Slice:
    """A volume with one price: what a part of a line is made of."""

    part: Use
    lo: int
    hi: int
    volume: Decimal
    price: Decimal | None  # None: a sum of the house, not a price
    coefficient: Decimal
    amount: Decimal  # with the coefficient
    plain_amount: Decimal  # without it
    method: Method | None
    note: Note
    whole: Fraction | None = None  # what `note` tells about, where the slice is a part of it
    divided: bool = False  # a part of an amount, not a volume × price; `note` tells how


@dataclasses.dataclass(frozen=True, slots=True)
class Pricing:
    """What a part is priced with."""

    part: Use
    prices: Steps[Ranges]
    days: int  # of the month
    uplift: Steps[Decimal] = _NO_UPLIFT
    before: Sequence[Slice] = ()  # volumes that fill the price ranges first


def days_without_price(pieces: Pieces, pricing: Pricing) -> Iterator[Span[None]]:
    """Days on which there is a volume but no tariff."""
    for piece in pieces:
        for span in pricing.prices:
            lo, hi = max(piece.lo, span.lo), min(piece.hi, span.hi)
            if lo < hi and not span.value:
                yield Span(lo, hi, None)


def price_pieces(pieces: Pieces, pricing: Pricing) -> tuple[Slice, ...]:
    """The priced slices of one part, by days and then by price range."""
    slices: list[Slice] = []
    for piece, lo, hi, volume in _rounded(_cut(pieces, pricing)):
        ranges = at(pricing.prices, lo)
        for part, price in _cut_by_range(volume, ranges, lo, hi, pricing):
            coefficient = _coefficient(piece, pricing.uplift, lo)
            slices.append(_slice(pricing.part, piece, (lo, hi), part, price, coefficient))
    return tuple(slices)


_Stretch = tuple[Piece, int, int, Fraction]


def _cut(pieces: Pieces, pricing: Pricing) -> list[_Stretch]:
    stretches = []
    for piece in pieces:
        uplift = pricing.uplift if piece.uplifted else _NO_UPLIFT
        stretches += [
            (piece, lo, hi, piece.share(lo, hi))
            for lo, hi in cut(piece.lo, piece.hi, pricing.prices, uplift)
        ]
    return stretches


def _rounded(stretches: Sequence[_Stretch]) -> Iterator[tuple[Piece, int, int, Decimal]]:
    """A volume of the month that was cut by days gives its last slice the rest."""
    spread = [stretch for stretch in stretches if stretch[0].spread]
    rest = sum((volume for _, _, _, volume in spread), start=Fraction(0))
    for stretch in stretches:
        piece, lo, hi, volume = stretch
        if piece.spread:
            volume = rest if stretch is spread[-1] else volume
            rest -= Fraction(round_ratio(volume, VOLUME_PLACES))
        yield piece, lo, hi, round_ratio(volume, VOLUME_PLACES)


def _coefficient(piece: Piece, uplift: Steps[Decimal], day: int) -> Decimal:
    return at(uplift, day) if uplift and piece.uplifted else _ONE


def _slice(
    part: Use,
    piece: Piece,
    days: tuple[int, int],
    volume: Decimal,
    price: Decimal,
    coefficient: Decimal,
) -> Slice:
    """`amount` already contains the coefficient: the excess is a difference of two roundings."""
    amount, plain_amount = amounts_of(volume, price, coefficient)
    method = Method.NORM_UPLIFTED if coefficient != _ONE else piece.method
    lo, hi = days
    return Slice(
        part,
        lo,
        hi,
        volume,
        price,
        coefficient,
        amount,
        plain_amount,
        method,
        piece.note,
        piece.volume,
    )


def amounts_of(volume: Decimal, price: Decimal, coefficient: Decimal) -> tuple[Decimal, Decimal]:
    """With the coefficient and without it, each rounded once."""
    plain_amount = round_money(product(volume, price))
    if coefficient == _ONE:
        return plain_amount, plain_amount
    return round_money(product(volume, coefficient, price)), plain_amount


# --- price ranges


def _cut_by_range(
    volume: Decimal, ranges: Ranges, lo: int, hi: int, pricing: Pricing
) -> list[tuple[Decimal, Decimal]]:
    """
    The volume of a stretch cut at the bounds of the ranges.

    Bounds are for a whole month; a shorter stretch has its days' part of
    them. What was used before (individual before common) has filled its part.
    """
    if len(ranges) == 1:
        return [(volume, ranges[0][1])]
    filled = sum((_inside(earlier, lo, hi) for earlier in pricing.before), start=Fraction(0))
    parts: list[tuple[Decimal, Decimal]] = []
    left = volume
    for bound in ranges:
        room = _room(bound, filled, Fraction(hi - lo, pricing.days))
        if room is not None and room <= 0:
            continue
        taken = left if room is None or left <= room else round_ratio(room, VOLUME_PLACES)
        parts.append((taken, bound[1]))
        filled += Fraction(taken)
        left = difference(left, taken)
    assert not left, "the last range has no bound"
    return [part for part in parts if part[0]] or parts[:1]


def _room(bound: Range, filled: Fraction, share_of_month: Fraction) -> Fraction | None:
    """How much still fits below the bound; no limit above the last."""
    return None if bound[0] is None else Fraction(bound[0]) * share_of_month - filled


def _inside(earlier: Slice, lo: int, hi: int) -> Fraction:
    days = min(hi, earlier.hi) - max(lo, earlier.lo)
    return Fraction(earlier.volume) * days / (earlier.hi - earlier.lo) if days > 0 else Fraction(0)


# --- sums over slices


def volume_of(slices: Sequence[Slice]) -> Decimal:
    return total(part.volume for part in slices)


def amount_of(slices: Sequence[Slice]) -> Decimal:
    return total((part.amount for part in slices), ZERO)


def excess_of(slices: Sequence[Slice]) -> Decimal:
    """What the raising coefficient added."""
    return total((difference(part.amount, part.plain_amount) for part in slices), ZERO)


def method_of(slices: Sequence[Slice]) -> Method | None:
    """The weakest method of the part."""
    return weakest(part.method for part in slices)
