"""
The short way to an ordinary line: volumes of the whole month priced and written as a row at once.

Made ready once for a service of a house. The general way (`charges.calc.lines`) gives the same
row: `tests/charges/calc/test_rows.py` compares them.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from charges.calc.columns import NO_PART, NULL, Row, escaped
from charges.calc.inputs import Account, Method, Service
from charges.calc.lines import HEAT_UNIT, Draft
from charges.calc.ordinary import LinePlan, Own
from charges.calc.pricing import VOLUME_PLACES
from charges.calc.sharing import Sharing
from charges.calc.tables import Ranges
from zhkh.kernel.exact import WIDE, difference, product, total
from zhkh.kernel.money import ZERO, cost, round_money, round_places, round_ratio

_ONE = Decimal(1)
_NONE = Decimal(0)
_UNCHANGED = "\t0.00\t0.00\t"  # recalculated, benefit
_NO_BENEFIT = "\t0.00\t"
_NOT_RAISED = "\t1\t0.00\t0.00\t"  # coefficient of the uplift, its amount, VAT
_ONLY_OWN = f"\t{NO_PART}{_NOT_RAISED}"


Recalculated = Callable[[Decimal, Account], Decimal]  # of what was charged to an account


class Shared(NamedTuple):
    """What the house shares of a service."""

    sharing: Sharing
    method: Method


class OrdinaryLines:
    """Rows of one line of a service in a house for accounts nothing unusual is known of."""

    def __init__(self, service: Service, plan: LinePlan, shared: Shared | None) -> None:
        self._code = service.code
        self._plan = plan
        self._shared = shared
        unit = HEAT_UNIT if plan.heat is not None else service.unit
        self._before_price = f"\t{plan.component or ''!s}\t\t{escaped(unit)}\t"
        price, common_price = _only(plan.prices), _only(plan.common_prices)
        self._price = price
        self._head = f"{self._before_price}{price!s}\t"
        self._is_simple = price is not None and (shared is None or common_price == price)
        self._is_raised = plan.coefficient != _ONE
        self._shares: dict[Decimal, tuple[str, Decimal]] = {}
        self._by_volume: dict[Decimal | Fraction, Row] = {}

    def row(self, own: Own | None, area: Decimal) -> Row | None:
        """The line of an account; none where it has neither part."""
        if own is None:
            return None if self._shared is None else self._any(None, area)
        if self._plan.heat is not None:
            own = Own(Fraction(own.volume) * self._plan.heat, own.method)
        if not self._is_simple or (own.uplifted and self._is_raised):
            return self._any(own, area)
        assert self._price is not None, "simple"
        if self._shared is not None:
            return self._with_share(own, self._price, area)
        if own.method is not None:
            return self._own_alone(own, self._price)
        known = self._by_volume.get(own.volume)
        if known is None:
            known = self._by_volume[own.volume] = self._own_alone(own, self._price)
        return known

    # --- one price, one coefficient

    def _own_alone(self, own: Own, price: Decimal) -> Row:
        volume = rounded_volume(own.volume)
        amount = cost(volume, price)
        return self._code, (
            f"{self._head}{volume!s}\t{own.method or ''!s}\t{amount!s}{_ONLY_OWN}{amount!s}"
            f"{_UNCHANGED}{amount!s}"
        )

    def _with_share(self, own: Own, price: Decimal, area: Decimal) -> Row:
        volume = rounded_volume(own.volume)
        amount = cost(volume, price)
        if area not in self._shares:
            self._shares[area] = self._share(area, price)
        share, share_amount = self._shares[area]
        charged = WIDE.add(amount, share_amount)
        return self._code, (
            f"{self._head}{volume!s}\t{own.method or ''!s}\t{amount!s}\t{share}{_NOT_RAISED}{charged!s}"
            f"{_UNCHANGED}{charged!s}"
        )

    def _share(self, area: Decimal, price: Decimal) -> tuple[str, Decimal]:
        volume = self._share_volume(area)
        amount = cost(volume, price)
        assert self._shared is not None
        return f"{volume!s}\t{self._shared.method!s}\t{amount!s}", amount

    def _share_volume(self, area: Decimal) -> Decimal:
        assert self._shared is not None
        volume = self._shared.sharing.of(area)
        if self._plan.heat is not None:
            return round_ratio(Fraction(volume) * self._plan.heat, VOLUME_PLACES)
        return round_places(volume, VOLUME_PLACES)

    # --- price ranges, a coefficient, another price of the common part

    def _any(self, own: Own | None, area: Decimal) -> Row:
        individual = None if own is None else self._individual(own)
        common = None if self._shared is None else self._common(area, self._shared, individual)
        parts = [part for part in (individual, common) if part is not None]
        prices = {price for part in parts for price in part.prices}
        price = prices.pop() if len(prices) == 1 else NULL
        charged = total((part.amount for part in parts), ZERO)
        coefficient, excess = (
            (individual.coefficient, individual.excess) if individual else (_ONE, ZERO)
        )
        return self._code, (
            f"{self._before_price}{price!s}\t{_columns(individual)}\t{_columns(common)}"
            f"\t{coefficient!s}\t{excess!s}\t0.00\t{charged!s}{_UNCHANGED}{charged!s}"
        )

    def _individual(self, own: Own) -> "_Priced":
        coefficient = self._plan.coefficient if own.uplifted else _ONE
        method = Method.NORM_UPLIFTED if coefficient != _ONE else own.method
        volume = rounded_volume(own.volume)
        return _priced(_in_ranges(volume, self._plan.prices, _NONE), method, coefficient)

    def _common(self, area: Decimal, shared: Shared, individual: "_Priced | None") -> "_Priced":
        filled = individual.volume if individual else _NONE
        parts = _in_ranges(self._share_volume(area), self._plan.common_prices, filled)
        return _priced(parts, shared.method, _ONE)


def voted_row(draft: Draft) -> Row:
    """The line of a sum split by area: it has no price."""
    (part,) = draft.individual
    return draft.service.code, (
        f"\t\t\t{escaped(draft.unit)}\t{NULL}\t{part.volume!s}\t\t{part.amount!s}{_ONLY_OWN}"
        f"{part.amount!s}{_UNCHANGED}{part.amount!s}"
    )


def recalculated_row(row: Row, account: Account, recalculated: Recalculated) -> tuple[Row, Decimal]:
    """The row of a line that was raised or lowered after it was charged, and by how much."""
    code, text = row
    before, _, charged = text.rpartition(_UNCHANGED)
    change = recalculated(Decimal(charged), account)
    if not change:
        return row, ZERO
    due = total((Decimal(charged), change))
    return (code, f"{before}\t{change!s}{_NO_BENEFIT}{due!s}"), change


def rounded_volume(volume: Decimal | Fraction) -> Decimal:
    if isinstance(volume, Decimal):
        return round_places(volume, VOLUME_PLACES)
    return round_ratio(volume, VOLUME_PLACES)


class _Priced(NamedTuple):
    """A part of a line over all its price ranges."""

    volume: Decimal
    method: str
    amount: Decimal
    prices: tuple[Decimal, ...]
    coefficient: Decimal
    excess: Decimal  # what the coefficient added


def _columns(part: _Priced | None) -> str:
    return f"{part.volume!s}\t{part.method!s}\t{part.amount!s}" if part else NO_PART


def _only(ranges: Ranges) -> Decimal | None:
    return ranges[0][1] if len(ranges) == 1 else None


def _in_ranges(volume: Decimal, ranges: Ranges, filled: Decimal) -> list[tuple[Decimal, Decimal]]:
    """A volume of the month cut at the bounds of price ranges: its parts with their prices."""
    parts: list[tuple[Decimal, Decimal]] = []
    for bound, price in ranges:
        room = None if bound is None else difference(bound, filled)
        if room is not None and room <= _NONE:
            continue
        taken = volume if room is None or volume <= room else round_places(room, VOLUME_PLACES)
        parts.append((taken, price))
        filled, volume = total((filled, taken)), difference(volume, taken)
    return [part for part in parts if part[0]] or parts[:1]


def _priced(
    parts: Sequence[tuple[Decimal, Decimal]], method: Method | None, coefficient: Decimal
) -> _Priced:
    """`amount` already contains the coefficient: the excess is a difference of two roundings."""
    amount = plain = total((cost(volume, price) for volume, price in parts), ZERO)
    if coefficient != _ONE:
        raised = (round_money(product(volume, coefficient, price)) for volume, price in parts)
        amount = total(raised, ZERO)
    return _Priced(
        total(volume for volume, _ in parts),
        method or "",
        amount,
        tuple(price for _, price in parts),
        coefficient,
        difference(amount, plain),
    )
