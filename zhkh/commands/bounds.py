"""Numbers among a command's arguments that make no sense."""

import argparse
from collections.abc import Mapping

from zhkh.kernel.refusal import Refusal


class OutOfBounds(Refusal):
    def __init__(self, name: str, least: int, most: int) -> None:
        super().__init__(f"--{name}: ожидается число от {least} до {most}.")


BOUNDS: Mapping[str, tuple[int, int]] = {
    "accounts": (1, 10_000_000),
    "months": (1, 120),
    "seed": (0, 10**9),
    "workers": (1, 64),
    "kills": (1, 10_000),
}


def check_bounds(options: argparse.Namespace) -> None:
    """:raises OutOfBounds: a number of the arguments is too small or too large."""
    for name, (least, most) in BOUNDS.items():
        value = getattr(options, name, None)
        if value is not None and not least <= value <= most:
            raise OutOfBounds(name, least, most)
