"""
Small drawings of a document without colour: codes and bars, drawn from its own data.

A picture has a grey level of two bits for each point, 0 black to 3 white; whoever prints it makes
each point a sharp square.
"""

import dataclasses
import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

BLACK, DARK, LIGHT, WHITE = range(4)
_BITS = 2
_BAR, _GAP = 7, 2
_HEIGHT = 40
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """Rows of points from the top; every row is as long as the others."""

    rows: tuple[bytes, ...]

    @property
    def width(self) -> int:
        return len(self.rows[0])

    @property
    def height(self) -> int:
        return len(self.rows)


def png(picture: Picture) -> bytes:
    """The picture as a grey PNG of two bits a point; equal pictures give equal bytes."""
    points = b"".join(b"\0" + _packed(row) for row in picture.rows)
    header = struct.pack(">IIBBBBB", picture.width, picture.height, _BITS, 0, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(points, 9)),
            _chunk(b"IEND", b""),
        )
    )


def bars(months: Sequence[Decimal | None]) -> Picture:
    """A bar for each month, the last one black; a month without figures leaves its place empty."""
    largest = max(filter(None, months), default=Decimal(0))
    heights = [_height(volume, largest) for volume in months]
    width = len(heights) * (_BAR + _GAP) - _GAP
    # Between two heights all rows are alike.
    tops = sorted({0, *heights})
    drawn = {top: _bars_at(top, heights) for top in (*tops, _HEIGHT + 1)}
    rows = [
        drawn[min((top for top in tops if top >= level), default=_HEIGHT + 1)]
        for level in range(_HEIGHT, 0, -1)
    ]
    return Picture((*rows, bytes([DARK]) * width))


def _height(volume: Decimal | None, largest: Decimal) -> int:
    """At least one point for anything used at all."""
    if volume is None or volume <= 0:
        return 0
    return max(1, int(Fraction(volume) / Fraction(largest) * _HEIGHT))


def _bars_at(level: int, heights: Sequence[int]) -> bytes:
    row = bytearray()
    for place, height in enumerate(heights):
        shade = BLACK if place == len(heights) - 1 else LIGHT
        row += bytes([shade if level <= height else WHITE]) * _BAR
        row += bytes([WHITE]) * _GAP
    return bytes(row[:-_GAP])


def _packed(row: bytes) -> bytes:
    """Four points in a byte, the first in the highest bits."""
    padded = row + bytes(-len(row) % 4)
    return bytes(
        padded[at] << 6 | padded[at + 1] << 4 | padded[at + 2] << 2 | padded[at + 3]
        for at in range(0, len(padded), 4)
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
