"""What recalculations come to: pure figures, without rows and clocks."""

import dataclasses
import datetime as dt
from decimal import Decimal
from fractions import Fraction

from zhkh.kernel.exact import difference, product
from zhkh.kernel.money import round_money, round_ratio
from zhkh.kernel.split import split_by_weight

_HALF = Decimal("0.5")
_HUNDRED = Decimal("0.01")

# Приложение 1 к Правилам № 354: each hour over the allowed ones lowers the month's charge.
HOURLY_RATE = Decimal("0.0015")
HOT_WATER_RATE = Decimal("0.001")  # for each 3 °C beyond the tolerance
HOT_WATER_STEP = 3
LEAST_ABSENCE = 6  # full days: more than five (п. 86)
LATE_APPLICATION = 30  # days after the return (п. 91)
_ALLOWED_HEATING = 24
_ALLOWED_POWER = 2
_ALLOWED_GAS = 4
_ALLOWED_WATER = 8


def priced(volume: Decimal, price: Decimal) -> Decimal:
    """A volume at its price, roubles, rounded once."""
    return round_money(product(volume, price))


def percent_of(charged: Decimal, percent: Decimal) -> Decimal:
    """A signed per cent of what was charged, roubles, rounded once."""
    return round_money(product(charged, percent, _HUNDRED))


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceKind:
    """What the appendix knows a service by."""

    charge: str
    unit: str
    name: str


def allowed_hours(service: ServiceKind) -> int:
    """
    Hours of interruption a month that lower nothing (приложение 1 к Правилам № 354).

    Heating 24, gas 4, electricity 2 (two feeds; 24 with one), water and drainage 8.
    """
    if service.charge == "heating":
        return _ALLOWED_HEATING
    if service.unit.lower().replace(" ", "").startswith("квт"):
        return _ALLOWED_POWER
    if "газ" in service.name.lower():
        return _ALLOWED_GAS
    return _ALLOWED_WATER


def too_cold_water_rate(degrees: int) -> Decimal:
    """For hours of hot water that many °C beyond the tolerance: each full 3 °C counts."""
    return product(HOT_WATER_RATE, Decimal(degrees // HOT_WATER_STEP))


def too_cold_home_rate(degrees: int) -> Decimal:
    """For hours of heating that many °C below the norm."""
    return product(HOURLY_RATE, Decimal(degrees))


def full_days(left: dt.date, returned: dt.date) -> int:
    """Days between leaving and returning, both left out (п. 91)."""
    return (returned - left).days - 1


def absence_is_short(left: dt.date, returned: dt.date) -> bool:
    return full_days(left, returned) < LEAST_ABSENCE


def applied_late(returned: dt.date, applied_on: dt.date) -> bool:
    return (applied_on - returned).days > LATE_APPLICATION


def fine_for(overcharged: Decimal) -> Decimal:
    """What the provider owes for an over-charge: half of it (ЖК РФ, ст. 157 ч. 6), roubles."""
    return round_money(product(overcharged, _HALF))


@dataclasses.dataclass(frozen=True, slots=True)
class SchedulePart:
    """A month's part of a debt and the percents of what was left of it, roubles."""

    principal: Decimal
    percents: Decimal


def schedule(debt: Decimal, months: int, percent: Decimal) -> list[SchedulePart]:
    """
    Equal parts that add up to the debt, the first ones longer by a kopeck where it does not
    divide; a twelfth of the yearly `percent` of what is left at the beginning of each month.
    """
    assert months >= 1, months
    parts = []
    left = debt
    for principal in split_by_weight(debt, [Decimal(1)] * months):
        monthly = Fraction(left) * Fraction(percent) / 100 / 12
        parts.append(SchedulePart(principal, round_ratio(monthly, 2)))
        left = difference(left, principal)
    return parts
