"""The common volume of a house: one service, one zone (contract: "Common volume")."""

import dataclasses
from fractions import Fraction

from charges.calc.inputs import Method, Zone
from charges.calc.pieces import Note


@dataclasses.dataclass(frozen=True, slots=True)
class Common:
    """What the house has to share of one service in one zone."""

    service: str
    zone: Zone | None
    rest: Fraction  # below zero: nothing is shared, the rest is only reported
    method: Method
    note: Note
    withheld: Fraction = Fraction(0)  # above the norm: paid by the organisation

    @property
    def volume(self) -> Fraction:
        return max(Fraction(0), self.rest) - self.withheld

    @property
    def undistributed(self) -> Fraction:
        """Below zero what was saved, above zero what was withheld."""
        return self.rest - self.volume


CommonVolumes = dict[str, dict[Zone | None, Common]]
