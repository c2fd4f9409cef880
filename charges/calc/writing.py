"""
A house as a scenario document says it: the other half of `charges.calc.parse`.

Reading what is written here gives the same house again. Accounts, of which there are many, are
written as text at once.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
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
    document: Document = json.loads(house_text(house))
    return document


def house_text(house: House) -> str:
    """The document as `document_text` writes it."""
    accounts = ",".join(map(_account, house.accounts))
    others = document_text(
        {"code": house.code, "address": house.address}
        | _present(
            {
                "premises_area": plain(house.premises_area),
                "common_area": _plain(house.common_area),
                "residents": house.residents,
                "common_volumes": [_common_volume(row) for row in house.common_volumes],
                "house_meters": [_house_meter(row) for row in house.house_meters],
                "heating": _heating(house.heating),
                "voted": [
                    {"service": row.service, "sum": plain(row.amount)} for row in house.voted
                ],
                "interruptions": [_interruption(row) for row in house.interruptions],
                "x_carried_common": [_house_meter(row) for row in house.carried],
            }
        )
    )
    return f'{{"accounts":[{accounts}],{others[1:]}'  # of all keys the first


def document_text(document: Mapping[str, Any]) -> str:
    """The bytes a scenario document is frozen as: the same facts always give the same."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


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


# --- of an account, as text


def _account(account: Account) -> str:
    texts = {
        "number": encode_basestring(account.number),
        "payer": encode_basestring(account.payer),
        "premises": encode_basestring(account.premises),
        "kind": f'"{account.kind!s}"',
        "owners": str(account.owners),
    }
    if account.area:
        texts["area"] = f'"{plain(account.area)}"'
    if account.living_area is not None:
        texts["living_area"] = f'"{plain(account.living_area)}"'
    if account.services is not None:
        texts["services"] = _codes(account.services)
    if account.residents:
        texts["residents"] = f"[{','.join(map(_residents, account.residents))}]"
    if account.meters:
        texts["meters"] = f"[{','.join(map(_meter, account.meters))}]"
    if _seldom_of(account) != _NOTHING_SELDOM:
        texts |= {key: document_text(value) for key, value in _seldom(account) if value}
    return "{" + ",".join([f'"{key}":{texts[key]}' for key in sorted(texts)]) + "}"


_SELDOM = (
    "heating_charged", "share", "opened", "closed", "meter_impossible", "absences", "benefits",
    "recalculations", "areas", "connections", "opening", "payments",
)  # fmt: skip
_seldom_of = attrgetter(*_SELDOM)
_NOTHING_SELDOM = _seldom_of(Account("", "", "", Decimal(0)))


def _seldom(account: Account) -> Iterable[tuple[str, Any]]:
    yield "heating_charged", _plain(account.heating_charged)
    yield "x_share", _plain(account.share)
    yield "x_opened", _day(account.opened)
    yield "x_closed", _day(account.closed)
    yield "meter_impossible", sorted(account.meter_impossible)
    yield "absences", [_absence(row) for row in account.absences]
    yield "benefits", [_benefit(row) for row in account.benefits]
    yield "recalculations", [_recalculation(row) for row in account.recalculations]
    yield "x_areas", [_area(row) for row in account.areas]
    yield "x_connected", [_connection(row) for row in account.connections]
    yield "opening", [_opening(row) for row in account.opening]
    yield "payments", [_payment(row) for row in account.payments]


@lru_cache(maxsize=4096)
def _codes(services: frozenset[str]) -> str:
    """Neighbours mostly have the same services."""
    return f"[{','.join(map(encode_basestring, sorted(services)))}]"


def _residents(row: Residents) -> str:
    until = f',"to":"{row.until.isoformat()}"' if row.until else ""
    return f'{{"count":{row.count},"from":"{row.since.isoformat()}"{until}}}'


def _meter(meter: Meter) -> str:
    removed = f'"removed":"{meter.removed.isoformat()}",' if meter.removed else ""
    verified = _dated("verified_until", meter.verified_until)
    refused = _dated("x_access_refused_on", meter.access_refused_on)
    zone = f',"zone":"{meter.zone!s}"' if meter.zone else ""
    readings = ",".join(
        [f'{{"on":"{on.isoformat()}","value":"{plain(value)}"}}' for on, value in meter.readings]
    )
    return (
        f'{{"digits":{meter.digits},"installed":"{meter.installed.isoformat()}"'
        f',"readings":[{readings}],{removed}"service":{encode_basestring(meter.service)}'
        f"{verified}{refused}{zone}}}"
    )


def _dated(key: str, day: dt.date | None) -> str:
    return f',"{key}":"{day.isoformat()}"' if day else ""


# --- of an account, seldom


def _area(row: DatedArea) -> Document:
    return _present({"area": plain(row.area), "from": _day(row.since), "to": _day(row.until)})


def _connection(row: Connection) -> Document:
    return _present({"service": row.service, "from": _day(row.since), "to": _day(row.until)})


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
