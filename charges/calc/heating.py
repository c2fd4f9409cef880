"""Heating of the premises of one house (contract: "Heating"; п. 42(1) of Rules № 354, formulas 2–3(3))."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from charges.calc.demands import Demands
from charges.calc.inputs import Account, Heating, House, Method, Season, Service
from charges.calc.metering import Measured, measure
from charges.calc.pieces import Piece, Pieces, note, weakest
from charges.calc.problems import Place
from charges.calc.tables import MonthTables
from charges.calc.volumes import demand_norm_by_area, norm_by_area
from charges.calc.words import number_words
from zhkh.kernel.money import round_ratio

_K_PLACES = 6
_MONTHS_IN_YEAR = 12


@dataclasses.dataclass(frozen=True, slots=True)
class _Metered:
    volume: Fraction
    method: Method
    words: str


def heating_volumes(
    service: Service, house: House, place: Place, tables: MonthTables, demands: Demands
) -> tuple[Pieces, ...]:
    """For every account of the house in turn; nothing for one without the service."""
    if not any(account.has(service.code) for account in house.accounts):
        return tuple(() for _ in house.accounts)
    heating = house.heating
    if heating is None:
        demands.note((*place, "heating"), "нет ключа", f"данные для услуги «{service.code}»")
        return tuple(() for _ in house.accounts)
    volume = house_volume(heating)
    if volume is None:
        factor = _part_of_year(heating, place, demands)
        demand_norm_by_area(service, tables, demands)
        formula = "2(1)" if heating.season is Season.YEAR else "2"
        paragraph = f"п. 42(1) Правил № 354, формула {formula}"
        found = [
            _spread(norm_by_area(service, account, tables, factor, paragraph))
            for account in house.accounts
        ]
    else:
        found = _by_house_meter(service, house, volume, tables)
    return tuple(
        pieces if account.has(service.code) else ()
        for account, pieces in zip(house.accounts, found, strict=True)
    )


def house_volume(heating: Heating) -> Decimal | None:
    """What the house used: last year's monthly mean where heating is paid all year round."""
    if heating.season is Season.YEAR and heating.previous_year_mean is not None:
        return heating.previous_year_mean
    return heating.house_volume


def _part_of_year(heating: Heating, place: Place, demands: Demands) -> Fraction:
    if heating.season is not Season.YEAR:
        return Fraction(1)
    if heating.months is None:
        demands.note(
            (*place, "heating", "months"), "нет ключа", "месяцев отопительного периода, 1–12"
        )
        return Fraction(1)
    return Fraction(round_ratio(Fraction(heating.months, _MONTHS_IN_YEAR), _K_PLACES))


def _spread(pieces: Pieces) -> Pieces:
    """Heat is a volume of the month, by the norm too: cut by prices, its last slice is the rest."""
    return tuple(dataclasses.replace(piece, spread=True) for piece in pieces)


# --- from the volume of the house


def _by_house_meter(
    service: Service, house: House, volume: Decimal, tables: MonthTables
) -> list[Pieces]:
    """
    V_i + area × (H − ΣV) / area of all premises.

    Unmetered premises, also those not listed here, are taken to use per m² as
    much as the metered ones; so ΣV is the metered mean × the area of all premises.
    """
    metered = [_by_meter(service, account, tables) for account in house.accounts]
    areas = [Fraction(account.area) for account in house.accounts]
    premises = Fraction(house.premises_area)
    known = sum((found.volume for found in metered if found), Fraction(0))
    known_area = sum(
        (area for area, found in zip(areas, metered, strict=True) if found), Fraction(0)
    )
    mean = known / known_area if known_area else Fraction(0)
    whole = known + mean * (premises - known_area)
    rest_per_m2 = (Fraction(volume) - whole) / premises
    found: list[Pieces] = []
    for account, own in zip(house.accounts, metered, strict=True):
        area = Fraction(account.area)
        base = own.volume if own else area * mean
        exact = max(Fraction(0), base + area * rest_per_m2)
        words = f"{own.words}; по прибору" if own else "без прибора"
        words = f"{words} {number_words(base)}"
        below = "; меньше нуля, считается 0" if base + area * rest_per_m2 < 0 else ""
        reason = note(_share_words, words, account, house, volume, whole, below)
        method = own.method if own else Method.HOUSE_METER
        found.append((Piece(0, tables.month.days, exact, method, reason, spread=True),))
    return found


def _by_meter(service: Service, account: Account, tables: MonthTables) -> _Metered | None:
    """Premises count as metered when their meters give a volume for the whole month."""
    if not account.has(service.code):
        return None
    results: list[Measured] = []
    days: list[tuple[int, int]] = []
    for meter in account.meters:
        lo, hi = tables.month.clip(meter.installed, meter.removed)
        if meter.service != service.code or lo >= hi:
            continue
        result = measure(meter, tables.month)
        if not isinstance(result, Measured):
            return None
        results.append(result)
        days.append((lo, hi))
    if not _cover(days, tables.month.days):
        return None
    method = weakest(result.method for result in results)
    assert method is not None
    volume = sum((result.volume for result in results), Fraction(0))
    return _Metered(volume, method, "; ".join(result.note() for result in results))


def _cover(stretches: Sequence[tuple[int, int]], days: int) -> bool:
    covered = 0
    for lo, hi in sorted(stretches):
        if lo <= covered:
            covered = max(covered, hi)
    return covered >= days


def _share_words(
    own: str, account: Account, house: House, volume: Decimal, whole: Fraction, below: str
) -> str:
    formula = "3(1), 3(3)" if whole else "3"
    return (
        f"{own} + {number_words(account.area)} м2 × ({number_words(volume)} по дому − "
        f"{number_words(whole)} в помещениях) / {number_words(house.premises_area)} м2 "
        f"(п. 42(1) Правил № 354, формула {formula}){below}"
    )
