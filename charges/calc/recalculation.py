"""What lowers or raises a line after it is charged (contract: "Recalculated"; п. 86–101 of Rules № 354)."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from charges.calc.demands import Demands
from charges.calc.inputs import (
    Absence,
    Account,
    Charge,
    House,
    Interruption,
    Kind,
    Method,
    Recalculation,
    Service,
    Use,
)
from charges.calc.lines import Draft
from charges.calc.persons import persons
from charges.calc.pricing import VOLUME_PLACES, amount_of, method_of
from charges.calc.problems import Place
from charges.calc.tables import MonthTables
from charges.calc.timeline import at
from charges.calc.words import day_words, money_words, number_words, price_words
from zhkh.kernel.exact import difference, product, total
from zhkh.kernel.money import ZERO, cost, round_money, round_ratio
from zhkh.kernel.period import Period

_LEAST_ABSENCE = 6  # full days: more than five
_LATE_APPLICATION = 30  # days after the return


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One reason and its signed amount."""

    amount: Decimal
    why: str


def lowered(
    draft: Draft, account: Account, house: House, tables: MonthTables
) -> tuple[Change, ...]:
    """Absences and interruptions, together never more than was charged."""
    changes = [*_absences(draft, account, tables), *_interruptions(draft, house)]
    left = draft.charged
    limited = []
    for change in changes:
        amount = max(change.amount, left.copy_negate())
        left = total((left, amount))
        limited.append(Change(amount, change.why + _limit_words(change.amount, amount)))
    return tuple(limited)


def interrupted(charged: Decimal, rows: Iterable[Interruption]) -> Decimal:
    """What interruptions of the service take off a line that nothing else lowers."""
    left = charged
    for row in rows:
        left = total((left, max(_interruption(row, charged), left.copy_negate())))
    return difference(left, charged)


def _limit_words(wanted: Decimal, given: Decimal) -> str:
    return "" if wanted == given else f"; не больше начисленного: {money_words(given)}"


# --- absences


def _absences(draft: Draft, account: Account, tables: MonthTables) -> Iterator[Change]:
    if not _absence_counts(draft, account):
        return
    for absence in account.absences:
        share = _absent_share(absence, account, tables)
        if not share:
            continue
        amount = amount_of(draft.individual)
        lower = round_ratio(Fraction(amount) * share, 2).copy_negate()
        yield Change(lower, _absence_words(absence, amount, share, lower))


def _absence_counts(draft: Draft, account: Account) -> bool:
    """
    Only by the norm, only where no meter can be put, only in a flat, never heating.

    A charge by people, as for solid waste, is given back without a meter too (п. 148(44)).
    """
    service = draft.service
    if account.kind is not Kind.RESIDENTIAL or service.charge is Charge.HEATING:
        return False
    if service.absence:
        return True
    if method_of(draft.individual) is not Method.NORM:
        return False
    codes = service.sources if service.charge is Charge.DRAINAGE else (service.code,)
    return all(code in account.meter_impossible for code in codes)


def _absent_share(absence: Absence, account: Account, tables: MonthTables) -> Fraction:
    """Persons / residents × full days in the month / days of the month."""
    full_days = (absence.returned - absence.left).days - 1
    late = (absence.applied_on - absence.returned).days > _LATE_APPLICATION
    if full_days < _LEAST_ABSENCE or late:
        return Fraction(0)
    lo, hi = tables.month.clip(absence.left + dt.timedelta(days=1), absence.returned)
    people = persons(account, tables)
    shares = (min(Fraction(1), Fraction(absence.persons, at(people, day))) for day in range(lo, hi))
    return sum(shares, start=Fraction(0)) / tables.month.days


def _absence_words(absence: Absence, amount: Decimal, share: Fraction, lower: Decimal) -> str:
    return (
        f"Временное отсутствие {absence.persons} чел. с {day_words(absence.left)} по "
        f"{day_words(absence.returned)}: {money_words(-amount)} × {share} = {money_words(lower)} "
        "(п. 86–92 Правил № 354)"
    )


# --- interruptions


def _interruptions(draft: Draft, house: House) -> Iterator[Change]:
    for row in house.interruptions:
        if row.service == draft.service.code and row.hours > row.allowed:
            lower = _interruption(row, draft.charged)
            yield Change(lower, _interruption_words(row, draft.charged, lower))


def _interruption(row: Interruption, charged: Decimal) -> Decimal:
    excess = max(0, row.hours - row.allowed)
    return round_money(product(charged, row.rate, Decimal(excess))).copy_negate() or ZERO


def _interruption_words(row: Interruption, charged: Decimal, lower: Decimal) -> str:
    return (
        f"Перерыв {row.hours} ч при допустимых {row.allowed} ч: {money_words(-charged)} × "
        f"{number_words(row.rate)} × {row.hours - row.allowed} ч = {money_words(lower)} "
        "(п. 98–101 Правил № 354, приложение 1)"
    )


# --- given in the scenario, and the yearly correction of heating


def given(
    account: Account, place: Place, served: Sequence[str], month: Period, demands: Demands
) -> dict[str, list[Change]]:
    """By service; each goes to the first line of its service, so there must be one."""
    found: dict[str, list[Change]] = {}
    for number, row in enumerate(account.recalculations):
        if row.service not in served:
            demands.note(
                (*place, "recalculations", number, "service"),
                f"у счёта нет строки услуги «{row.service}»",
                "услуга, по которой есть начисление",
            )
        found.setdefault(row.service, []).append(Change(row.amount, _given_words(row, month)))
    return found


def _given_words(row: Recalculation, month: Period) -> str:
    """The month itself goes without saying."""
    period = f" за {row.for_period}" if row.for_period not in {None, month} else ""
    reason = f": {row.reason}" if row.reason else ""
    basis = row.basis or "п. 61, 69 Правил № 354"
    return f"Перерасчёт{period}{reason}, основание: {basis}; сумма: {money_words(row.amount)}"


def yearly_correction(
    service: Service | None,
    account: Account,
    place: Place,
    house: House,
    tables: MonthTables,
    demands: Demands,
) -> tuple[Change, ...]:
    """What the year's heating really came to, less what was charged for it; `service` has a line."""
    heating = house.heating
    if heating is None or heating.year_volume is None or account.heating_charged is None:
        return ()
    if service is None:
        demands.note(
            (*place, "heating_charged"), "у счёта нет строки отопления", "счёт с отоплением"
        )
        return ()
    volume = share_of_year(heating.year_volume, account, house)
    ranges = at(tables.prices(service.code, None, None, Use.INDIVIDUAL), 0)
    if not ranges:
        demands.note(
            ("tariffs",),
            f"нет тарифа услуги «{service.code}» для корректировки за год на {tables.month.date(0)}",
            "тариф на первый день месяца",
        )
        return ()
    price = ranges[0][1]
    due = cost(volume, price)
    amount = difference(due, account.heating_charged)
    why = (
        f"Корректировка отопления за год: {number_words(heating.year_volume)} × "
        f"{number_words(account.area)} / {number_words(house.premises_area)} м2 = "
        f"{number_words(volume)} Гкал; {number_words(volume)} Гкал × {price_words(price)} = "
        f"{money_words(due)}; {money_words(due)} − начислено "
        f"{money_words(account.heating_charged)} = {money_words(amount)} (п. 42(1) Правил № 354)"
    )
    return (Change(amount, why),)


def share_of_year(year_volume: Decimal, account: Account, house: House) -> Decimal:
    """The account's part by area of the heat of the house over the year."""
    share = Fraction(account.area) / Fraction(house.premises_area)
    return round_ratio(Fraction(year_volume) * share, VOLUME_PLACES)
