"""
A house as a scenario document says it: the other half of `charges.calc.parse`.

Reading what is written here gives the same house again.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from charges.calc.inputs import (
    Absence,
    Account,
    Benefit,
    CarriedRest,
    CommonVolume,
    Connection,
    DatedArea,
    Heating,
    House,
    HouseMeter,
    Interruption,
    Meter,
    Opening,
    Payment,
    Recalculation,
    Residents,
)
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain

Document = dict[str, Any]


def house_document(house: House) -> Document:
    """Keys that say nothing are left out; an area of zero is one nobody has entered."""
    return {
        "code": house.code,
        "address": house.address,
        "accounts": [_account(account) for account in house.accounts],
    } | _present(
        {
            "premises_area": plain(house.premises_area),
            "common_area": _plain(house.common_area),
            "residents": house.residents,
            "common_volumes": [_common_volume(row) for row in house.common_volumes],
            "house_meters": [_house_meter(row) for row in house.house_meters],
            "heating": _heating(house.heating),
            "voted": [{"service": row.service, "sum": plain(row.amount)} for row in house.voted],
            "interruptions": [_interruption(row) for row in house.interruptions],
            "x_carried_common": [_house_meter(row) for row in house.carried],
        }
    )


def _present(document: Document) -> Document:
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _month(period: Period | None) -> str | None:
    return None if period is None else str(period)


# --- of the house


def _common_volume(row: CommonVolume) -> Document:
    return _present(
        {
            "service": row.service,
            "zone": row.zone,
            "volume": plain(row.volume),
            "method": row.method,
            "premises_volume": _plain(row.premises_volume),
        }
    )


def _house_meter(row: HouseMeter | CarriedRest) -> Document:
    return _present({"service": row.service, "zone": row.zone, "volume": plain(row.volume)})


def _heating(heating: Heating | None) -> Document | None:
    if heating is None:
        return None
    return _present(
        {
            "season": heating.season,
            "months": heating.months,
            "house_volume": _plain(heating.house_volume),
            "previous_year_mean": _plain(heating.previous_year_mean),
            "year_volume": _plain(heating.year_volume),
        }
    )


def _interruption(row: Interruption) -> Document:
    return {
        "service": row.service,
        "hours": row.hours,
        "allowed": row.allowed,
        "rate": plain(row.rate),
    }


# --- of an account


def _account(account: Account) -> Document:
    document = {
        "number": account.number,
        "payer": account.payer,
        "premises": account.premises,
        "kind": account.kind,
        "owners": account.owners,
    }
    if account.area:
        document["area"] = plain(account.area)
    if account.living_area is not None:
        document["living_area"] = plain(account.living_area)
    if account.services is not None:
        document["services"] = sorted(account.services)
    if account.heating_charged is not None:
        document["heating_charged"] = plain(account.heating_charged)
    if account.share is not None:
        document["x_share"] = plain(account.share)
    if account.opened is not None:
        document["x_opened"] = account.opened.isoformat()
    if account.closed is not None:
        document["x_closed"] = account.closed.isoformat()
    return document | {key: rows for key, rows in _lists(account) if rows}


def _lists(account: Account) -> Iterable[tuple[str, list[Any]]]:
    yield "residents", [_residents(row) for row in account.residents]
    yield "meters", [_meter(meter) for meter in account.meters]
    yield "meter_impossible", sorted(account.meter_impossible)
    yield "absences", [_absence(row) for row in account.absences]
    yield "benefits", [_benefit(row) for row in account.benefits]
    yield "recalculations", [_recalculation(row) for row in account.recalculations]
    yield "x_areas", [_area(row) for row in account.areas]
    yield "x_connected", [_connection(row) for row in account.connections]
    yield "opening", [_opening(row) for row in account.opening]
    yield "payments", [_payment(row) for row in account.payments]


def _residents(row: Residents) -> Document:
    return _present({"count": row.count, "from": _day(row.since), "to": _day(row.until)})


def _area(row: DatedArea) -> Document:
    return _present({"area": plain(row.area), "from": _day(row.since), "to": _day(row.until)})


def _connection(row: Connection) -> Document:
    return _present({"service": row.service, "from": _day(row.since), "to": _day(row.until)})


def _meter(meter: Meter) -> Document:
    document: Document = {
        "service": meter.service,
        "digits": meter.digits,
        "installed": meter.installed.isoformat(),
        "readings": [
            {"on": row.on.isoformat(), "value": plain(row.value)} for row in meter.readings
        ],
    }
    if meter.zone is not None:
        document["zone"] = meter.zone
    if meter.removed is not None:
        document["removed"] = meter.removed.isoformat()
    if meter.verified_until is not None:
        document["verified_until"] = meter.verified_until.isoformat()
    if meter.access_refused_on is not None:
        document["x_access_refused_on"] = meter.access_refused_on.isoformat()
    return document


def _absence(row: Absence) -> Document:
    return {
        "persons": row.persons,
        "left": _day(row.left),
        "returned": _day(row.returned),
        "applied_on": _day(row.applied_on),
    }


def _benefit(row: Benefit) -> Document:
    return _present(
        {
            "service": row.service,
            "share": plain(row.share),
            "persons": row.persons,
            "area_norm": _plain(row.area_norm),
        }
    )


def _recalculation(row: Recalculation) -> Document:
    return _present(
        {
            "service": row.service,
            "amount": plain(row.amount),
            "for_period": _month(row.for_period),
            "reason": row.reason,
            "basis": row.basis,
        }
    )


def _opening(row: Opening) -> Document:
    return _present(
        {
            "period": str(row.period),
            "amount": plain(row.amount),
            "service": row.service,
            "due": _day(row.due),
        }
    )


def _payment(row: Payment) -> Document:
    return _present({"on": _day(row.on), "amount": plain(row.amount), "period": _month(row.period)})
