"""An account's part of a common volume, by area (contract: "Common volume"; п. 44 of Rules № 354)."""

from decimal import Decimal
from fractions import Fraction

from charges.calc.common_volume import Common
from charges.calc.inputs import CommonRounding, House, RoundingBasis
from zhkh.kernel.exact import product
from zhkh.kernel.money import round_quotient, round_ratio


class Sharing:
    """One common volume made ready for every account of its house."""

    def __init__(self, common: Common, house: House, rounding: CommonRounding) -> None:
        per_m2 = common.volume / Fraction(house.premises_area)
        self._places = rounding.places
        self._above, self._below = per_m2.as_integer_ratio()
        self._per_m2: Decimal | None = None
        if rounding.basis is RoundingBasis.PER_M2:
            self._per_m2 = round_ratio(per_m2, rounding.places)

    def of(self, area: Decimal) -> Decimal:
        """Rounded as the scenario says: the volume per m², or the account's volume."""
        if self._per_m2 is not None:
            return product(self._per_m2, area)
        above, below = area.as_integer_ratio()
        return round_quotient(self._above * above, self._below * below, self._places)
