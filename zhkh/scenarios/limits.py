"""What the database has no room for, found before it is touched and told as the reader tells it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal

from charges.calc import inputs
from charges.calc.parse.json_text import walk
from charges.calc.problems import Place, Problem
from zhkh.scenarios.refusals import NoMonthBefore, PaymentTooLate

MOST_COUNTED = 2**31 - 1
LATEST_PAYMENT_YEARS = 10  # months up to a payment are opened one by one

_LONGEST = {  # signs
    "code": 50,
    "name": 200,
    "unit": 20,
    "address": 300,
    "number": 30,
    "payer": 300,
    "premises": 80,
    "reason": 500,
    "basis": 500,
}
_PRICE_DIGITS, _VOLUME_DIGITS, _MONEY_DIGITS = 8, 11, 12
_WHOLE_DIGITS = {
    **dict.fromkeys(
        ("price", "per_person", "per_common_m2", "per_m2", "heat_per_unit", "coefficient"),
        _PRICE_DIGITS,
    ),
    **dict.fromkeys(
        (
            "up_to",
            "volume",
            "premises_volume",
            "house_volume",
            "previous_year_mean",
            "year_volume",
        ),
        _VOLUME_DIGITS,
    ),
    **dict.fromkeys(
        (
            "amount",
            "sum",
            "area",
            "living_area",
            "premises_area",
            "common_area",
            "area_norm",
            "heating_charged",
        ),
        _MONEY_DIGITS,
    ),
}
_COUNTS = ("order", "residents", "owners", "count", "persons", "hours", "allowed")


def too_large(document: object) -> list[Problem]:
    """Values of a well-formed scenario that no column holds, in document order."""
    return list(_too_large(walk(document)))


def _too_large(values: Iterable[tuple[Place, object]]) -> Iterator[Problem]:
    for place, value in values:
        if not place or place[0] in {"expect", "title"}:
            continue
        key = str(place[-1])
        if isinstance(value, str) and key in _LONGEST and len(value) > _LONGEST[key]:
            yield Problem(place, f"{len(value)} зн.", f"не больше {_LONGEST[key]}, столько в базе")
        elif isinstance(value, str) and key in _WHOLE_DIGITS and _passes(value, key):
            digits = _WHOLE_DIGITS[key]
            yield Problem(place, f"число {value}", f"до {digits} цифр до запятой, столько в базе")
        elif isinstance(value, int) and key in _COUNTS and abs(value) > MOST_COUNTED:
            yield Problem(place, f"число {value}", f"не больше {MOST_COUNTED}, столько в базе")


def _passes(value: str, key: str) -> bool:
    return abs(Decimal(value)) >= Decimal(10) ** _WHOLE_DIGITS[key]


def refuse_unstorable(scenario: inputs.Scenario) -> None:
    """
    Look for what rows would not give back.

    :raises CannotLoad: a fact contradicts what the database holds true.
    """
    if scenario.period.first_day == dt.date.min and _needs_a_month_before(scenario):
        raise NoMonthBefore
    latest = scenario.period.first_day.year + LATEST_PAYMENT_YEARS
    for house in scenario.houses:
        for account in house.accounts:
            late = next((row for row in account.payments if row.on.year > latest), None)
            if late is not None:
                raise PaymentTooLate(account.number, late.on, LATEST_PAYMENT_YEARS)


def _needs_a_month_before(scenario: inputs.Scenario) -> bool:
    return any(
        house.carried
        or any(
            not account.has(code) for account in house.accounts for code in account.meter_impossible
        )
        for house in scenario.houses
    )
