"""
Days of the month on which an account is billed, and the area it is billed by (§ 2.7 of the rules).

An account opened or closed inside the month, a service connected inside it, premises measured
anew: by days what falls on days, by the mean area of the month what is shared by area.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from charges.calc.inputs import Account, Charge, House, Method, Service, Zone
from charges.calc.pieces import ByZone, Note, Piece, Pieces, note
from charges.calc.timeline import Month, Span, Steps, at, cut, merged
from zhkh.kernel.money import round_ratio

AREA_PLACES = 7


def is_whole(account: Account) -> bool:
    """Nothing about the account begins, ends or changes its area inside a month."""
    return not (account.opened or account.closed or account.areas or account.connections)


def open_days(account: Account, month: Month) -> Steps[bool]:
    rows = [(account.opened or month.date(0), account.closed, True)]
    return month.steps(rows, otherwise=False)


def connected_days(account: Account, service: str, month: Month) -> Steps[bool]:
    """Days on which the account is open and has the service."""
    rows = [row for row in account.connections if row.service == service]
    if not rows:
        return open_days(account, month)
    connected = month.steps(((row.since, row.until, True) for row in rows), otherwise=False)
    opened = open_days(account, month)
    return merged(
        Span(lo, hi, at(connected, lo) and at(opened, lo))
        for lo, hi in cut(0, month.days, connected, opened)
    )


def areas(account: Account, month: Month) -> Steps[Fraction]:
    """The area on every day, 0 on days the account is not open."""
    dated = month.steps(
        ((row.since, row.until, Fraction(row.area)) for row in account.areas),
        otherwise=Fraction(account.area),
    )
    opened = open_days(account, month)
    return merged(
        Span(lo, hi, at(dated, lo) if at(opened, lo) else Fraction(0))
        for lo, hi in cut(0, month.days, dated, opened)
    )


def at_the_end(account: Account, month: Month) -> Account:
    """With the area of the last day: what benefits and the heat of a year go by."""
    if not account.areas:
        return account
    rows = ((row.since, row.until, row.area) for row in account.areas)
    return dataclasses.replace(
        account, area=at(month.steps(rows, otherwise=account.area), month.days - 1)
    )


# --- what is shared by area


def by_mean_area(house: House, services: Sequence[Service], month: Month) -> House:
    """The house with every account at its mean area of the month, to seven places."""
    if all(map(is_whole, house.accounts)):
        return house
    accounts = tuple(
        account if is_whole(account) else _averaged(account, services, month)
        for account in house.accounts
    )
    return dataclasses.replace(house, accounts=accounts)


def _averaged(account: Account, services: Iterable[Service], month: Month) -> Account:
    """A service without a day in the month is not there at all."""
    mean = sum((span.value * span.days for span in areas(account, month)), Fraction(0))
    served = frozenset(
        service.code
        for service in services
        if account.has(service.code) and days_of(connected_days(account, service.code, month))
    )
    area = round_ratio(mean / month.days, AREA_PLACES) if mean else account.area
    return dataclasses.replace(account, area=area, services=served)


def days_of(steps: Steps[bool]) -> int:
    return sum(span.days for span in steps if span.value)


def shared_on(pieces: Pieces, account: Account, service: str, month: Month) -> Pieces:
    """A share by the mean area, laid on the days of the service; its part of the open days."""
    if is_whole(account):
        return pieces
    connected = connected_days(account, service, month)
    opened = days_of(open_days(account, month))
    if not opened:
        return ()
    part = Fraction(days_of(connected), opened)
    lowered = [dataclasses.replace(piece, volume=piece.volume * part) for piece in pieces]
    return tuple(piece for one in lowered for piece in _laid([one], connected))


# --- what falls on days


def on_days(
    volumes: Callable[[Account], ByZone], account: Account, service: Service, month: Month
) -> ByZone:
    """
    Volumes of the days the account has the service; `volumes` finds them for a whole month.

    A meter turns only while the service is there: its volume is not divided by days.
    """
    if is_whole(account):
        return volumes(account)
    connected = connected_days(account, service.code, month)
    found: dict[Zone | None, list[Piece]] = {}
    for span in _spans(account, service, month):
        dated = dataclasses.replace(account, area=round_ratio(span.value, AREA_PLACES))
        for zone, pieces in volumes(dated).items():
            metered = [piece for piece in pieces if piece.method is Method.METER]
            others = [piece for piece in pieces if piece.method is not Method.METER]
            found.setdefault(zone, []).extend(_laid(metered, connected))
            found[zone].extend(_kept(others, connected, span))
    return {
        zone: tuple(sorted(pieces, key=lambda piece: piece.lo))
        for zone, pieces in found.items()
        if pieces
    }


def _spans(account: Account, service: Service, month: Month) -> Steps[Fraction]:
    """A change of area cuts only what is charged by area."""
    if service.charge in {Charge.PER_AREA, Charge.NORM_AREA}:
        return tuple(span for span in areas(account, month) if span.value)
    return (Span(0, month.days, Fraction(account.area)),)


def kept_on(pieces: Pieces, account: Account, service: str, month: Month) -> Pieces:
    """Volumes already on their days, less those on which the account lacks the service."""
    if is_whole(account):
        return pieces
    whole = Span(0, month.days, Fraction(1))
    return tuple(_kept(pieces, connected_days(account, service, month), whole))


def _kept(pieces: Iterable[Piece], days: Steps[bool], inside: Span[Fraction]) -> list[Piece]:
    found = []
    for piece in pieces:
        for span in days:
            lo = max(piece.lo, span.lo, inside.lo)
            hi = min(piece.hi, span.hi, inside.hi)
            if span.value and lo < hi:
                found.append(_part(piece, lo, hi))
    return found


def _part(piece: Piece, lo: int, hi: int) -> Piece:
    if (lo, hi) == (piece.lo, piece.hi):
        return piece
    words = note(_days_words, piece.note, hi - lo, piece.hi - piece.lo)
    return dataclasses.replace(piece, lo=lo, hi=hi, volume=piece.share(lo, hi), note=words)


def _days_words(words: Note, days: int, of: int) -> str:
    return f"{words()} × {days}/{of} дней"


def _laid(pieces: Sequence[Piece], days: Steps[bool]) -> list[Piece]:
    """All of the volume on those of its days that count; none of it where none does."""
    places = [
        (piece, max(piece.lo, span.lo), min(piece.hi, span.hi))
        for piece in pieces
        for span in days
        if span.value and max(piece.lo, span.lo) < min(piece.hi, span.hi)
    ]
    length = sum(hi - lo for _, lo, hi in places)
    whole = sum((piece.volume for piece in pieces), Fraction(0))
    return [
        dataclasses.replace(piece, lo=lo, hi=hi, volume=whole * (hi - lo) / length)
        for piece, lo, hi in places
    ]
