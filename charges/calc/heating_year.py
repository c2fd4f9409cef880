"""
The yearly correction of heating in a run: its amount, without the words (п. 42(1) of Rules № 354).

As `charges.calc.recalculation.yearly_correction` finds it, made ready once for a house.
"""

import dataclasses
from decimal import Decimal

from charges.calc.inputs import Account, Charge, House, Service, Use
from charges.calc.recalculation import share_of_year
from charges.calc.tables import MonthTables
from charges.calc.timeline import at
from zhkh.kernel.exact import difference
from zhkh.kernel.money import ZERO, cost


@dataclasses.dataclass(frozen=True, slots=True)
class YearOfHeating:
    """Settled in this month where the volume of the year is known."""

    house: House | None
    volume: Decimal | None
    service: str | None  # the only one for heating
    price: Decimal | None

    @classmethod
    def of(cls, house: House, tables: MonthTables) -> "YearOfHeating":
        if house.heating is None or house.heating.year_volume is None:
            return NO_YEAR
        codes = [one.code for one in tables.services if one.charge is Charge.HEATING]
        if len(codes) != 1:
            return cls(house, house.heating.year_volume, None, None)
        ranges = at(tables.prices(codes[0], None, None, Use.INDIVIDUAL), 0)
        price = ranges[0][1] if ranges else None
        return cls(house, house.heating.year_volume, codes[0], price)

    @property
    def is_settled(self) -> bool:
        return self.volume is not None

    def holds(self, account: Account) -> bool:
        """Whether `correction` says what becomes of the account; else the general way does."""
        if self.volume is None or account.heating_charged is None:
            return True
        return self.service is not None and self.price is not None and account.has(self.service)

    def needs_line(self, service: Service, account: Account) -> bool:
        return self.service == service.code and account.heating_charged is not None

    def correction(self, account: Account) -> Decimal:
        if account.heating_charged is None:
            return ZERO
        assert self.house is not None, "asked where the year is settled"
        assert self.volume is not None, "asked where the year is settled"
        assert self.price is not None, "`holds` was asked"
        due = cost(share_of_year(self.volume, account, self.house), self.price)
        return difference(due, account.heating_charged)


NO_YEAR = YearOfHeating(None, None, None, None)
