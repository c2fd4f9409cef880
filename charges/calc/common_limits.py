"""
What of a house's common volume its residents pay: the rest carried over, the norm as the limit.

Only where the terms say so (п. 44–46 of Rules № 354; п. 29 of Rules № 491): what is saved comes off
later months, what is above the norm is paid by the organisation.
"""

import dataclasses
from collections.abc import Sequence
from fractions import Fraction

from charges.calc.common_volume import Common
from charges.calc.inputs import House, Method, NegativeCommon, Service, Terms
from charges.calc.pieces import Note, note
from charges.calc.words import number_words


def with_carried(
    rows: Sequence[Common], service: Service, house: House, terms: Terms
) -> list[Common]:
    """Less what earlier months left below zero; a zone without a volume keeps it for later."""
    carried = {
        row.zone: Fraction(row.volume)
        for row in house.carried
        if row.service == service.code and row.volume
    }
    found = [_less(row, carried.pop(row.zone, Fraction(0))) for row in rows]
    found += [
        Common(service.code, zone, -volume, Method.HOUSE_METER, note(_carried_words, volume))
        for zone, volume in carried.items()
    ]
    return [_below_zero(row, terms.negative_common) for row in found]


def _less(row: Common, carried: Fraction) -> Common:
    if not carried:
        return row
    rest = row.rest - carried
    words = note(lambda: f"{row.note()}; {_carried_words(carried)}, остаётся {number_words(rest)}")
    return dataclasses.replace(row, rest=rest, note=words)


def _carried_words(carried: Fraction) -> str:
    return f"перенесено с прошлого месяца −{number_words(carried)}"


def _below_zero(row: Common, negative: NegativeCommon) -> Common:
    if row.rest >= 0:
        return row
    later = ", переносится на следующий месяц" if negative is NegativeCommon.CARRY else ""
    words = note(lambda: f"{row.note()}; остаток меньше нуля, распределяется 0{later}")
    if negative is NegativeCommon.IGNORE:
        return dataclasses.replace(row, rest=Fraction(0), note=words)
    return dataclasses.replace(row, note=words)


def within_norm(rows: Sequence[Common], norm: Common | None) -> list[Common]:
    """
    By a house meter no more than by the norm of all its zones together.

    Zones above it are lowered in proportion; what is withheld is reported, not shared.
    """
    metered = [row for row in rows if row.method is Method.HOUSE_METER]
    whole = sum((row.volume for row in metered), Fraction(0))
    if norm is None or whole <= norm.volume:
        return list(rows)
    kept = norm.volume / whole
    return [_limited(row, kept, norm.note) if row in metered else row for row in rows]


def _limited(row: Common, kept: Fraction, norm: Note) -> Common:
    withheld = row.volume * (1 - kept)
    words = note(
        lambda: (
            f"{row.note()}; не больше, чем {norm()}: {number_words(withheld)} сверх норматива "
            "оплачивает исполнитель (п. 44 Правил № 354)"
        )
    )
    return dataclasses.replace(row, withheld=withheld, note=words)
