"""Volumes laid on the days of a month."""

import dataclasses
from collections.abc import Callable, Iterable
from fractions import Fraction

from charges.calc.inputs import Method, Zone

Note = Callable[[], str]  # the words of `why`, made only when somebody asks

WEAKEST_FIRST = (Method.NORM_UPLIFTED, Method.NORM, Method.AVERAGE, Method.METER)


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A volume that falls on some days, evenly. Exact; rounding comes with the price."""

    lo: int
    hi: int
    volume: Fraction
    method: Method | None
    note: Note
    spread: bool = False  # a month's volume: when cut by days, the last slice is the rest
    uplifted: bool = False  # the raising coefficient applies

    def share(self, lo: int, hi: int) -> Fraction:
        """The volume of the days this piece shares with a stretch."""
        days = min(hi, self.hi) - max(lo, self.lo)
        return self.volume * days / (self.hi - self.lo) if days > 0 else Fraction(0)


Pieces = tuple[Piece, ...]
ByZone = dict[Zone | None, Pieces]


def weakest(methods: Iterable[Method | None]) -> Method | None:
    """The weakest of the known methods: norm, average, meter; others only where all agree."""
    known = set(methods)
    found = next((method for method in WEAKEST_FIRST if method in known), None)
    return found or next(iter(known - {None}), None)


def note(words: Callable[..., str], *facts: object) -> Note:
    return lambda: words(*facts)
