"""Tariffs, norms and uplifts of one month, made ready once for every house."""

import dataclasses
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from charges.calc.inputs import Component, Norm, Service, Terms, Use, Zone
from charges.calc.timeline import Month, Span, Steps, merged
from charges.calc.words import number_words

Range = tuple[Decimal | None, Decimal]  # upper bound (none above the last), price
Ranges = tuple[Range, ...]  # empty: no tariff

_MONTHS_IN_YEAR = 12
_ONE = Decimal(1)


@dataclasses.dataclass(frozen=True, slots=True)
class NormValue:
    """A norm as printed in its table, and what falls on a month, exactly."""

    printed: Decimal
    yearly: bool

    @property
    def monthly(self) -> Fraction:
        return Fraction(self.printed) / (_MONTHS_IN_YEAR if self.yearly else 1)

    @property
    def words(self) -> str:
        return number_words(self.printed) + ("/12" if self.yearly else "")


class MonthTables:
    """Answers are remembered: a table is asked the same for every account."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.month = Month.of(terms.period)
        places = range(len(terms.services))
        in_order = sorted(places, key=lambda place: (terms.services[place].order, place))
        self.services = tuple(terms.services[place] for place in in_order)
        self.by_code = {service.code: service for service in self.services}
        self.rank = {service.code: number for number, service in enumerate(self.services)}
        self._prices: dict[tuple[str, Zone | None, Component | None, Use], Steps[Ranges]] = {}
        self._norms: dict[tuple[str, str], Steps[NormValue | None]] = {}
        self._uplifts: dict[str, Steps[Decimal]] = {}

    # --- tariffs

    def prices(
        self, service: str, zone: Zone | None, component: Component | None, use: Use
    ) -> Steps[Ranges]:
        """Price ranges on every day of the month; no ranges where there is no tariff."""
        key = (service, zone, component, use)
        if key not in self._prices:
            self._prices[key] = self._ranges_by_day(key)
        return self._prices[key]

    def _ranges_by_day(self, key: tuple[str, Zone | None, Component | None, Use]) -> Steps[Ranges]:
        service, zone, component, use = key
        rows: list[Span[Range]] = []
        for tariff in self.terms.tariffs:
            if (tariff.service, tariff.zone, tariff.component) != (service, zone, component):
                continue
            lo, hi = self.month.clip(tariff.since, tariff.until)
            if tariff.use in {None, use} and lo < hi:
                rows.append(Span(lo, hi, (tariff.up_to, tariff.price)))
        rows.sort(key=lambda row: (row.value[0] is None, row.value[0] or 0))
        days = sorted({0, self.month.days, *(row.lo for row in rows), *(row.hi for row in rows)})
        return merged(
            Span(lo, hi, tuple(row.value for row in rows if row.lo <= lo < row.hi))
            for lo, hi in pairwise(days)
        )

    def prices_differ_by_use(
        self, service: str, zone: Zone | None, component: Component | None
    ) -> bool:
        """Whether the month has a tariff for individual and another for common use."""
        uses = set()
        for tariff in self.terms.tariffs:
            if (tariff.service, tariff.zone, tariff.component) == (service, zone, component):
                lo, hi = self.month.clip(tariff.since, tariff.until)
                if lo < hi:
                    uses.add(tariff.use)
        return {Use.INDIVIDUAL, Use.COMMON} <= uses

    # --- norms and uplifts

    def norm(self, service: str, key: str) -> Steps[NormValue | None]:
        if (service, key) not in self._norms:
            self._norms[service, key] = self.month.steps(
                (
                    (norm.since, norm.until, _norm_value(norm, key))
                    for norm in self.terms.norms
                    if norm.service == service and getattr(norm, key) is not None
                ),
                None,
            )
        return self._norms[service, key]

    def has_norm(self, service: str, key: str) -> bool:
        return any(span.value is not None for span in self.norm(service, key))

    def uplift(self, service: Service) -> Steps[Decimal]:
        """The coefficient on every day; 1 where none applies."""
        if service.code not in self._uplifts:
            rows = [
                (row.since, row.until, row.coefficient)
                for row in self.terms.uplifts
                if row.service == service.code and service.uplift
            ]
            self._uplifts[service.code] = self.month.steps(rows, _ONE)
        return self._uplifts[service.code]


def _norm_value(norm: Norm, key: str) -> NormValue:
    """Heat for a unit of hot water is not a volume of a month, so a year changes nothing in it."""
    return NormValue(getattr(norm, key), norm.year and key != "heat_per_unit")
