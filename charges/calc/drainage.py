"""Drainage: what comes in as water goes out (contract: "Drainage"; п. 42 of Rules № 354)."""

from collections.abc import Mapping
from fractions import Fraction

from charges.calc.inputs import Method, Service
from charges.calc.pieces import ByZone, Piece, Pieces, note, weakest
from charges.calc.timeline import Span, cut
from charges.calc.words import number_words


def drainage_volume(service: Service, volumes: Mapping[str, ByZone]) -> Pieces:
    """The volumes of the sources added up day by day, over all their zones."""
    sources = [
        piece
        for code in service.sources
        for pieces in volumes.get(code, {}).values()
        for piece in pieces
    ]
    if not sources:
        return ()
    borders = [Span(piece.lo, piece.hi, None) for piece in sources]
    first, last = min(piece.lo for piece in sources), max(piece.hi for piece in sources)
    pieces = []
    for lo, hi in cut(first, last, borders):
        here = [piece for piece in sources if piece.lo <= lo < piece.hi]
        if here:
            pieces.append(_added_up(here, lo, hi))
    return tuple(pieces)


def _added_up(sources: Pieces | list[Piece], lo: int, hi: int) -> Piece:
    shares = [piece.share(lo, hi) for piece in sources]
    volume = sum(shares, start=Fraction(0))
    method = weakest(piece.method for piece in sources) or Method.METER
    words = note(
        lambda: (
            "сумма объёмов "
            + " + ".join(map(number_words, shares))
            + f" = {number_words(volume)} (п. 42 Правил № 354)"
        )
    )
    spread = any(piece.spread for piece in sources)
    return Piece(lo, hi, volume, method, words, spread=spread)
