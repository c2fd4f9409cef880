"""Individual volumes of one account before any price (contract: the table of `charge`)."""

from collections.abc import Callable
from fractions import Fraction

from charges.calc.demands import Demands
from charges.calc.inputs import Account, Charge, Method, Service
from charges.calc.metered import metered_volumes
from charges.calc.persons import persons, persons_words
from charges.calc.pieces import ByZone, Note, Piece, Pieces, note
from charges.calc.tables import MonthTables, NormValue
from charges.calc.words import days_words, number_words


def individual_volumes(service: Service, account: Account, tables: MonthTables) -> ByZone:
    """
    Volumes by zone; an empty answer means the service has no individual part here.

    Drainage, heating and voted sums depend on other volumes and are found elsewhere.
    """
    if service.common_of is not None:
        return {}
    if service.charge in {Charge.METERED, Charge.HOT_WATER_TWO_PART}:
        return metered_volumes(service, account, tables)
    find = _FIXED.get(service.charge)
    pieces = find(service, account, tables) if find else ()
    return {None: pieces} if pieces else {}


# --- charges by area, account and person


def _per_area(_service: Service, account: Account, tables: MonthTables) -> Pieces:
    return _whole_month(
        Fraction(account.area),
        tables,
        lambda: f"площадь {number_words(account.area)} м2 (ст. 154, 156 ЖК РФ)",
    )


def _per_account(_service: Service, _account: Account, tables: MonthTables) -> Pieces:
    return _whole_month(Fraction(1), tables, lambda: "плата с лицевого счёта (ст. 154, 156 ЖК РФ)")


def _whole_month(volume: Fraction, tables: MonthTables, note: Note) -> Pieces:
    return (Piece(0, tables.month.days, volume, None, note),)


def _per_person(_service: Service, account: Account, tables: MonthTables) -> Pieces:
    days = tables.month.days
    return tuple(
        Piece(
            span.lo,
            span.hi,
            Fraction(span.value * span.days, days),
            None,
            note(
                persons_words,
                account,
                span.lo,
                tables,
                f"{days_words(span.days, days)} (п. 56, 148 Правил № 354)",
            ),
        )
        for span in persons(account, tables)
    )


def _norm_area(service: Service, account: Account, tables: MonthTables) -> Pieces:
    return norm_by_area(service, account, tables, Fraction(1), "п. 42 Правил № 354")


def demand_norm_by_area(service: Service, tables: MonthTables, demands: Demands) -> None:
    """A service by area without any norm in the month cannot be charged."""
    if not tables.has_norm(service.code, "per_m2"):
        demands.note(
            ("norms",), f"нет норматива per_m2 услуги «{service.code}»", "норматив на месяц расчёта"
        )


def norm_by_area(
    service: Service, account: Account, tables: MonthTables, factor: Fraction, paragraph: str
) -> Pieces:
    """Area × `per_m2` norm × `factor`, for the days that have a norm."""
    pieces = []
    for span in tables.norm(service.code, "per_m2"):
        if span.value is None:
            continue
        volume = Fraction(account.area) * span.value.monthly * factor
        pieces.append(
            Piece(
                span.lo,
                span.hi,
                volume * span.days / tables.month.days,
                Method.NORM,
                note(
                    _norm_area_words,
                    account,
                    span.value,
                    factor,
                    f"{days_words(span.days, tables.month.days)} ({paragraph})",
                ),
                uplifted=service.code not in account.meter_impossible,
            )
        )
    return tuple(pieces)


def _norm_area_words(account: Account, norm: NormValue, factor: Fraction, rest: str) -> str:
    times = "" if factor == 1 else f" × К {number_words(factor)}"
    return f"{number_words(account.area)} м2 × норматив {norm.words} на м2{times}{rest}"


_FIXED: dict[Charge, Callable[[Service, Account, MonthTables], Pieces]] = {
    Charge.PER_AREA: _per_area,
    Charge.PER_ACCOUNT: _per_account,
    Charge.PER_PERSON: _per_person,
    Charge.NORM_AREA: _norm_area,
}
