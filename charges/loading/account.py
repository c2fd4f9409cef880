"""One personal account as a scenario document says it."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts_registry.models import AccountService, Meter, PersonalAccount
from charges.loading.document import (
    Document,
    covers,
    day,
    plain_or_none,
    present,
    span,
    touches,
)
from charges.models import Absence, Benefit
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain


def account_document(account: PersonalAccount, period: Period) -> Document:
    """What the account itself knows; its related rows are prefetched."""
    areas = list(account.areas.all())
    area = _fact(areas, period)
    ownership = _fact(account.ownerships.all(), period)
    corrected = [row for row in account.heating_charged.all() if row.month == period.first_day]
    return {
        "number": account.number,
        "payer": account.payer.full_name,
        "premises": account.premises.number,
    } | present(
        {
            "kind": account.premises.kind,
            "area": plain(area.area_m2) if area else None,
            "living_area": plain_or_none(area.living_area_m2) if area else None,
            "owners": ownership.owners if ownership else None,
            "residents": [
                present({"count": row.count} | span(row.valid))
                for row in account.residents.all()
                if touches(row.valid, period)
            ],
            "absences": [
                _absence(row) for row in account.absences.all() if _is_away_in(row, period)
            ],
            "benefits": [
                _benefit(row) for row in account.benefits.all() if touches(row.valid, period)
            ],
            "heating_charged": plain(corrected[0].amount) if corrected else None,
            "x_share": plain(ownership.share) if ownership and ownership.share < 1 else None,
            "x_opened": day(account.opened_on) if account.opened_on > period.first_day else None,
            "x_closed": _closed(account, period),
            "x_areas": [
                {"area": plain(row.area_m2)} | present(span(row.valid))
                for row in areas
                if row is not area and touches(row.valid, period)
            ],
        }
    )


def _closed(account: PersonalAccount, period: Period) -> str | None:
    closed = account.closed_on
    return day(closed) if closed is not None and closed < period.next_first_day else None


def services_document(connections: Iterable[AccountService], period: Period) -> Document:
    """The act that no meter can be put outlives the service: drainage still asks for it."""
    rows = list(connections)
    latest = {row.service.code: row for row in rows}
    here = [row for row in rows if touches(row.valid, period)]
    dated = {row.service.code for row in here if not covers(row.valid, period)}
    return {
        "services": list(dict.fromkeys(row.service.code for row in here)),
        "meter_impossible": [code for code, row in latest.items() if row.meter_impossible],
    } | present(
        {
            "x_connected": [
                {"service": row.service.code} | present(span(row.valid))
                for row in here
                if row.service.code in dated
            ]
        }
    )


def meter_document(meter: Meter, period: Period) -> Document:
    """A meter with its readings up to the end of the month."""
    return present(
        {
            "service": meter.service.code,
            "zone": meter.zone,
            "digits": meter.digits,
            "installed": day(meter.installed_on),
            "removed": day(meter.removed_on),
            "verified_until": day(meter.verified_until),
            "x_access_refused_on": day(meter.access_refused_on),
        }
    ) | {
        "readings": [
            {"on": day(reading.read_on), "value": plain(reading.value)}
            for reading in meter.readings.all()
            if reading.read_on < period.next_first_day
        ]
    }


def recalculation_document(item: Any, codes: Mapping[int, str], period: Period) -> Document:
    """A recalculation of the month itself names no month."""
    for_period = Period.of(item.for_month)
    return present(
        {
            "service": codes[item.service_id],
            "amount": plain(item.amount),
            "for_period": None if for_period == period else str(for_period),
            "reason": item.reason,
            "basis": item.basis,
        }
    )


def _absence(row: Absence) -> Document:
    return {
        "persons": row.persons,
        "left": day(row.left_on),
        "returned": day(row.returned_on),
        "applied_on": day(row.applied_on),
    }


def _is_away_in(row: Absence, period: Period) -> bool:
    return row.left_on < period.next_first_day and row.returned_on > period.first_day


def _benefit(row: Benefit) -> Document:
    return present(
        {
            "service": row.service.code,
            "share": plain(row.share),
            "persons": row.persons,
            "area_norm": plain_or_none(row.area_norm_m2),
        }
    )


def _fact(rows: Iterable[Any], period: Period) -> Any:
    """The newest fact that holds in the month."""
    held = [row for row in rows if touches(row.valid, period)]
    return max(held, key=lambda row: row.valid.lower, default=None)
