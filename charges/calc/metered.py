"""Individual volumes of a metered service: by meter, by average, by norm — day by day."""

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction

from charges.calc.inputs import Account, Meter, Method, Service, Zone
from charges.calc.metering import Measured, Unmeasured, measure
from charges.calc.persons import persons, persons_words
from charges.calc.pieces import ByZone, Piece, Pieces, note, weakest
from charges.calc.tables import MonthTables, NormValue
from charges.calc.timeline import Span, Steps, at, cut, merged
from charges.calc.words import days_words, number_words


@dataclasses.dataclass(frozen=True, slots=True)
class _Working:
    """One meter of the account in this month: its days and what it says."""

    zone: Zone | None
    lo: int
    hi: int
    result: Measured | Unmeasured

    def works(self, day: int) -> bool:
        return self.lo <= day < self.hi


# What decides the volume of a day: meters, nothing at all, or the norm and why.
_Basis = Measured | Unmeasured | None
_NO_METER = Unmeasured(uplifted=True, note=lambda: "прибора учёта нет")
_BY_METER = Measured(Fraction(0), Method.METER, lambda: "")


def metered_volumes(service: Service, account: Account, tables: MonthTables) -> ByZone:
    """
    A zone's volume by its meters; without a zone: other meters, and the norm.

    A norm has no zones: on days when a zone meter gives no volume the service
    goes by the norm, in the line without a zone.
    """
    meters = _working_meters(service, account.meters, tables)
    found: ByZone = {}
    zones = dict.fromkeys(meter.zone for meter in meters if meter.zone is not None)
    for zone in zones:
        days = _days(meters, tables, zone)
        pieces = _by_meter([meter for meter in meters if meter.zone == zone], days)
        if pieces:
            found[zone] = pieces
    days = _days(meters, tables, None)
    plain = _by_meter([meter for meter in meters if meter.zone is None], days)
    plain += _by_norm(service, account, tables, days)
    if plain:
        found[None] = tuple(sorted(plain, key=lambda piece: piece.lo))
    if meters and not found:
        found[None] = (_nothing_known(meters, tables),)
    return found


def _nothing_known(meters: Sequence[_Working], tables: MonthTables) -> Piece:
    """A silent meter without any norm: the service is there, its volume is 0."""
    reason = next(meter.result for meter in meters if isinstance(meter.result, Unmeasured))
    words = note(lambda: f"{reason.note()}; норматив не установлен")
    return Piece(0, tables.month.days, Fraction(0), Method.NORM, words)


def _working_meters(
    service: Service, meters: Sequence[Meter], tables: MonthTables
) -> list[_Working]:
    working = []
    for meter in meters:
        lo, hi = tables.month.clip(meter.installed, meter.removed)
        if meter.service == service.code and lo < hi:
            working.append(_Working(meter.zone, lo, hi, measure(meter, tables.month)))
    return working


def _days(meters: Sequence[_Working], tables: MonthTables, zone: Zone | None) -> Steps[_Basis]:
    """What decides each day of the line with this zone (or with none)."""
    spans = [Span(meter.lo, meter.hi, None) for meter in meters]
    return merged(
        Span(lo, hi, _basis([meter for meter in meters if meter.works(lo)], zone))
        for lo, hi in cut(0, tables.month.days, spans)
    )


def _basis(working: Sequence[_Working], zone: Zone | None) -> _Basis:
    """Any meter without a volume turns the day to the norm; the norm is in the plain line only."""
    failures = [meter.result for meter in working if isinstance(meter.result, Unmeasured)]
    if failures:
        failure = next((result for result in failures if result.uplifted), failures[0])
        return failure if zone is None else None
    if any(meter.zone == zone for meter in working):
        return _BY_METER
    return None if working or zone is not None else _NO_METER


# --- by meter


def _by_meter(meters: Sequence[_Working], days: Steps[_Basis]) -> Pieces:
    """The summed volume, even over all days the meters decide."""
    stretches = [span for span in days if span.value is _BY_METER]
    length = sum(span.days for span in stretches)
    if not length:
        return ()
    results = [meter.result for meter in meters if isinstance(meter.result, Measured)]
    volume = sum((_counted(meter, stretches) for meter in meters), start=Fraction(0))
    method = weakest(result.method for result in results)
    return tuple(
        Piece(
            span.lo,
            span.hi,
            volume * span.days / length,
            method,
            note(_by_meter_words, meters, stretches, span.days),
            spread=True,
        )
        for span in stretches
    )


def _by_meter_words(
    meters: Sequence[_Working], stretches: Sequence[Span[_Basis]], days: int
) -> str:
    """Each meter, what all of them counted, and the part of it that falls on these days."""
    measured = [meter for meter in meters if isinstance(meter.result, Measured)]
    words = [meter.result.note() for meter in measured]
    volumes = [_counted(meter, stretches) for meter in measured]
    volume = sum(volumes, start=Fraction(0))
    for meter, counted in zip(measured, volumes, strict=True):
        whole = getattr(meter.result, "volume", counted)
        if counted != whole:
            words.append(
                f"на дни по прибору {number_words(whole)} − {number_words(whole - counted)}"
                f" = {number_words(counted)}"
            )
    if len(volumes) > 1:
        words.append(f"вместе {' + '.join(map(number_words, volumes))} = {number_words(volume)}")
    length = sum(span.days for span in stretches)
    if days != length:
        words.append(f"на эти дни {number_words(volume)}{days_words(days, length)}")
    return "; ".join(words)


def _counted(meter: _Working, stretches: Sequence[Span[_Basis]]) -> Fraction:
    """The meter's volume, less what falls on days that went by the norm."""
    if not isinstance(meter.result, Measured):
        return Fraction(0)
    days = sum(max(0, min(meter.hi, span.hi) - max(meter.lo, span.lo)) for span in stretches)
    return meter.result.volume * days / (meter.hi - meter.lo)


# --- by norm


def _by_norm(
    service: Service, account: Account, tables: MonthTables, days: Steps[_Basis]
) -> Pieces:
    """Norm × persons on the days no meter decides."""
    norms = tables.norm(service.code, "per_person")
    people = persons(account, tables)
    pieces = []
    for span in merged(_norm_days(service, account, days)):
        for lo, hi in cut(span.lo, span.hi, norms, people):
            norm = at(norms, lo)
            if norm is None:
                continue
            pieces.append(
                Piece(
                    lo,
                    hi,
                    norm.monthly * at(people, lo) * (hi - lo) / tables.month.days,
                    Method.NORM,
                    note(_norm_words, span.value, norm, account, tables, (lo, hi)),
                    uplifted=span.value.uplifted,
                )
            )
    return tuple(pieces)


def _norm_days(
    service: Service, account: Account, days: Steps[_Basis]
) -> Iterator[Span[Unmeasured]]:
    """The coefficient counts only where it can apply, so that nothing else cuts the month."""
    may_uplift = service.uplift and service.code not in account.meter_impossible
    for span in days:
        if isinstance(span.value, Unmeasured):
            basis = Unmeasured(span.value.uplifted and may_uplift, span.value.note)
            yield Span(span.lo, span.hi, basis)


def _norm_words(
    reason: Unmeasured,
    norm: NormValue,
    account: Account,
    tables: MonthTables,
    stretch: tuple[int, int],
) -> str:
    lo, hi = stretch
    days = days_words(hi - lo, tables.month.days)
    people = persons_words(account, lo, tables, f"{days} (п. 42 Правил № 354, формула 4)")
    return f"{reason.note()}: норматив {norm.words} на человека × {people}"
