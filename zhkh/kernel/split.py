"""Dividing a sum so that nothing is lost: largest remainder."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from zhkh.kernel.money import KOPECK, ZERO, is_whole_kopecks


def split_by_weight(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """
    Divide `total` (roubles, not negative) in proportion to `weights`, to the kopeck, losing nothing.

    Kopecks left over go to the largest remainders, on a tie to the earlier
    weight: the same house always splits the same way.
    """
    assert is_whole_kopecks(total), total
    assert total >= ZERO, total
    assert all(weight >= 0 for weight in weights), weights
    assert any(weights), "nothing to divide by"

    kopecks = int(total / KOPECK)
    whole = sum(map(Fraction, weights), start=Fraction(0))
    exact = [kopecks * Fraction(weight) / whole for weight in weights]
    parts = [int(share) for share in exact]
    spare = kopecks - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:spare]:
        parts[i] += 1

    assert sum(parts) == kopecks
    return tuple(part * KOPECK for part in parts)
