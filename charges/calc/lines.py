"""
The lines of one account: which there are, and what each is made of.

Contract: "Zones", "Output". A line here is not finished: recalculations and benefits come after it.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from charges.calc.common_house import share_of, share_words
from charges.calc.common_volume import Common
from charges.calc.demands import Demands
from charges.calc.inputs import Account, Charge, Component, House, Kind, Service, Use, Zone
from charges.calc.pieces import ByZone, Note, Piece, Pieces, note
from charges.calc.presence import shared_on
from charges.calc.pricing import Pricing, Slice, amount_of, days_without_price, price_pieces
from charges.calc.tables import MonthTables
from charges.calc.timeline import Span, cut
from charges.calc.words import number_words
from zhkh.kernel.exact import product, total
from zhkh.kernel.money import ZERO, round_money

ZONES: tuple[Zone | None, ...] = (None, *Zone)
_COMPONENTS = (Component.WATER, Component.HEAT)
HEAT_UNIT = "Гкал"


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A line before recalculations: priced slices of its two parts."""

    service: Service
    zone: Zone | None
    component: Component | None
    use: Use | None
    individual: tuple[Slice, ...]
    common: tuple[Slice, ...]
    vat: Decimal

    @property
    def unit(self) -> str:
        return HEAT_UNIT if self.component is Component.HEAT else self.service.unit

    @property
    def slices(self) -> tuple[Slice, ...]:
        return self.individual + self.common

    @property
    def charged(self) -> Decimal:
        return total((amount_of(self.individual), amount_of(self.common), self.vat), ZERO)


@dataclasses.dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes the lines of the accounts of one house."""

    tables: MonthTables
    house: House
    demands: Demands
    dated: Account  # what begins or ends of the account inside the month

    def lines(
        self, service: Service, account: Account, own: ByZone, common: dict[Zone | None, Common]
    ) -> Iterator[Draft]:
        """The lines of one service, in the order of the bill."""
        two_part = service.charge is Charge.HOT_WATER_TWO_PART
        components = _COMPONENTS if two_part else (None,)
        for zone in ZONES:
            if zone not in own and zone not in common:
                continue
            shared = self._shared(service, account, common.get(zone))
            for component in components:
                key = (service, zone, component)
                yield from self._lines_of(key, account, own.get(zone, ()), shared)

    def _shared(self, service: Service, account: Account, common: Common | None) -> Pieces:
        if common is None:
            return ()
        rounding = self.tables.terms.rounding
        share = Fraction(share_of(common, account, self.house, rounding))
        words = note(share_words, common, account, self.house, rounding)
        month = self.tables.month
        whole = (Piece(0, month.days, share, common.method, words, spread=True),)
        return shared_on(whole, self.dated, service.code, month)

    def _lines_of(
        self,
        key: tuple[Service, Zone | None, Component | None],
        account: Account,
        own: Pieces,
        shared: Pieces,
    ) -> Iterator[Draft]:
        service, zone, component = key
        if component is Component.HEAT:
            own, shared = self._as_heat(service, own), self._as_heat_of_house(service, zone, shared)
        individual = self._price(key, Use.INDIVIDUAL, own, ())
        common = self._price(key, Use.COMMON, shared, individual)
        if not self.tables.prices_differ_by_use(service.code, zone, component):
            yield with_vat(key, None, account, individual, common)
            return
        if individual:
            yield with_vat(key, Use.INDIVIDUAL, account, individual, ())
        if common:
            yield with_vat(key, Use.COMMON, account, (), common)

    def _price(
        self,
        key: tuple[Service, Zone | None, Component | None],
        use: Use,
        pieces: Pieces,
        before: tuple[Slice, ...],
    ) -> tuple[Slice, ...]:
        service, zone, component = key
        prices = self.tables.prices(service.code, zone, component, use)
        lifted = use is Use.INDIVIDUAL and component is not Component.HEAT
        uplift = self.tables.uplift(service) if lifted else ()
        pricing = Pricing(use, prices, self.tables.month.days, uplift, before)
        gaps = list(days_without_price(pieces, pricing))
        if not gaps:
            return price_pieces(pieces, pricing)
        self._demand_price(key, use, gaps)
        return ()

    def _demand_price(
        self,
        key: tuple[Service, Zone | None, Component | None],
        use: Use,
        gaps: Sequence[Span[None]],
    ) -> None:
        service, zone, component = key
        month = self.tables.month
        first = month.date(min(gap.lo for gap in gaps))
        last = month.date(max(gap.hi for gap in gaps) - 1)
        details = ", ".join(detail for detail in (zone, component) if detail)
        part = "индивидуального" if use is Use.INDIVIDUAL else "общедомового"
        self.demands.note(
            ("tariffs",),
            f"нет тарифа услуги «{service.code}»{details and f' ({details})'} для {part} "
            f"потребления с {first} по {last}",
            "тариф на каждый день, за который есть объём",
        )

    # --- heat in hot water: volume × Gcal per m³

    def _as_heat(self, service: Service, own: Pieces) -> Pieces:
        pieces = []
        norms = self.tables.norm(service.code, "heat_per_unit")
        for piece in own:
            for lo, hi in cut(piece.lo, piece.hi, norms):
                pieces.append(self._heated(service, piece, lo, hi, uplifted=False))
        return tuple(pieces)

    def _as_heat_of_house(self, service: Service, zone: Zone | None, shared: Pieces) -> Pieces:
        """The common part is cut by tariffs only: a norm that changes counts by its days."""
        prices = self.tables.prices(service.code, zone, Component.HEAT, Use.COMMON)
        return tuple(
            self._heated(service, piece, lo, hi)
            for piece in shared
            for lo, hi in cut(piece.lo, piece.hi, prices)
        )

    def _heated(self, service: Service, piece: Piece, lo: int, hi: int, **changed: Any) -> Piece:
        water, heat = piece.share(lo, hi), self._mean_heat(service, lo, hi)
        words = note(_heat_words, piece.note, water, heat)
        return dataclasses.replace(piece, lo=lo, hi=hi, volume=water * heat, note=words, **changed)

    def _mean_heat(self, service: Service, lo: int, hi: int) -> Fraction:
        heat = Fraction(0)
        for span in self.tables.norm(service.code, "heat_per_unit"):
            days = min(hi, span.hi) - max(lo, span.lo)
            if days <= 0:
                continue
            if span.value is None:
                self._demand_heat(service)
            else:
                heat += span.value.monthly * days
        return heat / (hi - lo)

    def _demand_heat(self, service: Service) -> None:
        self.demands.note(
            ("norms",),
            f"нет норматива heat_per_unit услуги «{service.code}» на весь месяц",
            "Гкал на м3 горячей воды на каждый день",
        )


def _heat_words(water: Note, volume: Fraction, heat: Fraction) -> str:
    return f"{water()}; подогрев {number_words(volume)} м3 × {number_words(heat)} Гкал на м3"


def with_vat(
    key: tuple[Service, Zone | None, Component | None],
    use: Use | None,
    account: Account,
    individual: tuple[Slice, ...],
    common: tuple[Slice, ...],
) -> Draft:
    """A line; VAT comes on top for premises that are not a flat."""
    service, zone, component = key
    vat = ZERO
    if account.kind is Kind.NONRESIDENTIAL and service.vat:
        net = total((amount_of(individual), amount_of(common)), ZERO)
        vat = round_money(product(net, service.vat))
    return Draft(service, zone, component, use, individual, common, vat)
