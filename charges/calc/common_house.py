"""Common volumes of a house and an account's share of them (contract: "Common volume"; п. 44–48 of Rules № 354)."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from charges.calc.common_limits import with_carried, within_norm
from charges.calc.common_volume import Common, CommonVolumes
from charges.calc.demands import Demands
from charges.calc.inputs import (
    Account,
    Charge,
    CommonRounding,
    House,
    Method,
    RoundingBasis,
    Service,
    Zone,
)
from charges.calc.pieces import ByZone, note
from charges.calc.problems import Place
from charges.calc.sharing import Sharing
from charges.calc.tables import MonthTables
from charges.calc.words import number_words
from zhkh.kernel.money import round_ratio

_SHARED = frozenset({Charge.METERED, Charge.HOT_WATER_TWO_PART, Charge.DRAINAGE})

# The individual volumes of a service in all premises; without a zone, of all zones together.
Used = Callable[[str, Zone | None], Fraction]


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """Everything the common volumes of a house follow from."""

    house: House
    place: Place
    tables: MonthTables
    used: Used
    demands: Demands


def common_volumes(ground: Ground) -> CommonVolumes:
    """By service, then zone. Drainage comes last: it may add up the others."""
    shared = [service for service in ground.tables.services if service.charge in _SHARED]
    shared.sort(key=lambda service: service.charge is Charge.DRAINAGE)
    found: CommonVolumes = {}
    for service in shared:
        rows = _of(service, ground)
        if not rows and service.charge is Charge.DRAINAGE:
            rows = _summed(service, found)
        if rows:
            found[service.code] = {row.zone: row for row in rows}
    return charged_elsewhere(found, ground.tables.services)


def _of(service: Service, ground: Ground) -> list[Common]:
    """Of the service itself: as given, by house meters, by the norm."""
    terms = ground.tables.terms
    rows = _given(service, ground) or _metered(service, ground) or _by_norm(service, ground)
    rows = with_carried(rows, service, ground.house, terms)
    if terms.limits_common and any(row.method is Method.HOUSE_METER for row in rows):
        rows = within_norm(rows, next(iter(_by_norm(service, ground)), None))
    return rows


def charged_elsewhere(found: CommonVolumes, services: Iterable[Service]) -> CommonVolumes:
    """
    Common volumes charged in a line of their own: resources for common property as part of housing.

    ст. 154 ч. 1 п. 1 ЖК РФ, п. 29 of Rules № 491: the line of the resource itself has none then.
    """
    for service in services:
        if service.common_of in found:
            rows = found.pop(service.common_of)
            found[service.code] = {
                zone: dataclasses.replace(row, service=service.code) for zone, row in rows.items()
            }
    return found


def _given(service: Service, ground: Ground) -> list[Common]:
    return [
        Common(
            service.code,
            row.zone,
            Fraction(row.volume),
            row.method,
            note(_given_words, row.volume, row.method),
        )
        for row in ground.house.common_volumes
        if row.service == service.code
    ]


def _given_words(volume: Decimal, method: Method) -> str:
    if method is Method.NORM:
        return (
            f"объём дома по нормативу {number_words(volume)} (п. 44, 48 Правил № 354, формула 10)"
        )
    return f"объём дома по общедомовому прибору {number_words(volume)} (п. 44, формула 12)"


# --- from a house meter


def _metered(service: Service, ground: Ground) -> list[Common]:
    """The house meter less what was used in the premises and what other services were made of."""
    rows = [row for row in ground.house.house_meters if row.service == service.code]
    made = sum((_house_volume(code, ground) for code in service.minus), start=Fraction(0))
    common = []
    for row in rows:
        used = ground.used(service.code, row.zone)
        rest = Fraction(row.volume) - used - made
        words = note(_metered_words, row.volume, used, made, rest)
        common.append(Common(service.code, row.zone, rest, Method.HOUSE_METER, words))
    return common


def used_by(accounts: Iterable[Mapping[str, ByZone]], service: str, zone: Zone | None) -> Fraction:
    """Individual volumes of a zone; a meter without zones measures all of them."""
    pieces = (
        piece
        for account in accounts
        for piece_zone, pieces in account.get(service, {}).items()
        if zone in {None, piece_zone}
        for piece in pieces
    )
    return sum((piece.volume for piece in pieces), start=Fraction(0))


def _house_volume(service: str, ground: Ground) -> Fraction:
    """Over all zones; a house without such a meter makes nothing of that service itself."""
    rows = [row for row in ground.house.house_meters if row.service == service]
    return sum((Fraction(row.volume) for row in rows), start=Fraction(0))


def _metered_words(volume: Decimal, used: Fraction, made: Fraction, rest: Fraction) -> str:
    others = f" − {number_words(made)} на другие услуги" if made else ""
    return (
        f"общедомовой прибор {number_words(volume)} − {number_words(used)} в помещениях{others} = "
        f"{number_words(rest)} (п. 44 Правил № 354, формула 12)"
    )


# --- by norm, and the sum for drainage


def _by_norm(service: Service, ground: Ground) -> list[Common]:
    """Norm × common area; a norm that changes inside the month counts by its days."""
    tables, house = ground.tables, ground.house
    if not tables.has_norm(service.code, "per_common_m2"):
        return []
    area = house.common_area
    if area is None:
        ground.demands.note(
            (*ground.place, "common_area"), "нет ключа", "площадь общего имущества для норматива"
        )
        return []
    spans = [span for span in tables.norm(service.code, "per_common_m2") if span.value]
    per_m2 = sum((span.value.monthly * span.days for span in spans if span.value), Fraction(0))
    volume = per_m2 / tables.month.days * Fraction(area)
    norms = " и ".join(span.value.words for span in spans if span.value)
    words = note(
        lambda: (
            f"норматив {norms} × {number_words(area)} м2 общего имущества = "
            f"{number_words(volume)} (п. 44, 48 Правил № 354, формула 10)"
        )
    )
    return [Common(service.code, None, volume, Method.NORM, words)]


def _summed(service: Service, found: CommonVolumes) -> list[Common]:
    """Common volumes of the sources over all their zones."""
    rows = [row for code in service.sources for row in found.get(code, {}).values()]
    if not rows:
        return []
    volume = sum((row.volume for row in rows), start=Fraction(0))
    by_norm = any(row.method is Method.NORM for row in rows)
    words = note(
        lambda: (
            "сумма общедомовых объёмов "
            + " + ".join(number_words(row.volume) for row in rows)
            + f" = {number_words(volume)} (п. 44 Правил № 354)"
        )
    )
    method = Method.NORM if by_norm else Method.HOUSE_METER
    return [Common(service.code, None, volume, method, words)]


# --- the account's share


def share_of(common: Common, account: Account, house: House, rounding: CommonRounding) -> Decimal:
    """The account's part by area, rounded as the scenario says."""
    return Sharing(common, house, rounding).of(account.area)


def share_words(common: Common, account: Account, house: House, rounding: CommonRounding) -> str:
    area, premises = number_words(account.area), number_words(house.premises_area)
    if rounding.basis is RoundingBasis.PER_M2:
        per_m2 = round_ratio(common.volume / Fraction(house.premises_area), rounding.places)
        return (
            f"{common.note()}; на 1 м2: {number_words(common.volume)} / {premises} м2 = "
            f"{number_words(per_m2)} (до {rounding.places} зн.); доля {number_words(per_m2)} × "
            f"{area} м2"
        )
    return (
        f"{common.note()}; доля {number_words(common.volume)} × {area} / {premises} м2 "
        f"(до {rounding.places} зн.)"
    )
