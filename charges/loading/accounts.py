"""Accounts of many houses with everything dated about them, straight from the rows."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from accounts_registry.ledger.statements import recalculations_of_month
from charges.calc.inputs import (
    Absence,
    Account,
    Benefit,
    Connection,
    DatedArea,
    Kind,
    Recalculation,
    Residents,
)
from charges.loading.meters import meters_of_accounts
from charges.loading.reach import Reach, Row, month_span, query, rows_of
from zhkh.kernel.period import Period

Codes = Mapping[int, str]
Built = TypeVar("Built")

_WHOLE = Decimal(1)
UNKNOWN_AREA = Decimal(0)  # never a real one: `charges.loading.sound` tells what is missing

_PREMISES = """SELECT id, house_id, number, kind FROM accounts_registry_premises
WHERE house_id = ANY(%s)"""
_ACCOUNTS = """SELECT premises_id, id, number, payer_id, opened_on, closed_on
FROM SPANS JOIN accounts_registry_personalaccount ON premises_id BETWEEN low AND high
WHERE opened_on < %s AND (closed_on IS NULL OR closed_on > %s) ORDER BY number"""
_PAYERS = """SELECT id, full_name
FROM SPANS JOIN accounts_registry_person ON id BETWEEN low AND high"""
_AREAS = """SELECT account_id, area_m2, living_area_m2, lower(valid), upper(valid) FROM SPANS
JOIN accounts_registry_accountarea ON account_id BETWEEN low AND high
WHERE valid && daterange(%s, %s) ORDER BY lower(valid)"""
_OWNERS = """SELECT account_id, owners, share FROM SPANS
JOIN accounts_registry_accountownership ON account_id BETWEEN low AND high
WHERE valid && daterange(%s, %s) ORDER BY lower(valid)"""
_RESIDENTS = """SELECT account_id, count, lower(valid), upper(valid)
FROM SPANS
JOIN accounts_registry_accountresidents ON account_id BETWEEN low AND high
WHERE valid && daterange(%s, %s) ORDER BY lower(valid)"""
_SERVICES = """SELECT account_id, array_agg(service_id),
  bool_or(meter_impossible OR upper(valid) < %s OR lower(valid) > %s)
FROM SPANS
JOIN accounts_registry_accountservice ON account_id BETWEEN low AND high
WHERE lower(valid) < %s GROUP BY account_id"""
_SPECIAL_SERVICES = """SELECT account_id, service_id, meter_impossible, lower(valid), upper(valid)
FROM SPANS
JOIN accounts_registry_accountservice ON account_id BETWEEN low AND high
WHERE lower(valid) < %s ORDER BY lower(valid)"""
_ABSENCES = """SELECT account_id, persons, left_on, returned_on, applied_on FROM SPANS
JOIN charges_absence ON account_id BETWEEN low AND high
WHERE left_on < %s AND returned_on > %s ORDER BY id"""
_BENEFITS = """SELECT account_id, service_id, share, persons, area_norm_m2 FROM SPANS
JOIN charges_benefit ON account_id BETWEEN low AND high
WHERE valid && daterange(%s, %s) ORDER BY id"""
_HEATING_CHARGED = """SELECT account_id, amount FROM SPANS
JOIN charges_heatingcharged ON account_id BETWEEN low AND high
WHERE month = %s"""

_KINDS = {kind.value: kind for kind in Kind}


def load_accounts(
    house_ids: Sequence[int], *, period: Period, codes: Codes
) -> dict[int, dict[int, Account]]:
    """By house, then by primary key in the order of numbers."""
    first, past = month_span(period)
    premises = {row[0]: row for row in query(_PREMISES, list(house_ids))}
    rows = rows_of(Reach.of(premises), _ACCOUNTS, past, first)
    payers: dict[int, str] = dict(rows_of(Reach.of(row[3] for row in rows), _PAYERS))
    facts = _Facts(Reach.of(row[1] for row in rows), period, codes)
    found: defaultdict[int, dict[int, Account]] = defaultdict(dict)
    for premises_id, pk, number, payer, opened, closed in rows:
        _, house, flat, kind = premises[premises_id]
        account = facts.account(pk, number, payers[payer], flat, kind)
        if opened > first or (closed is not None and closed < past):
            account = _begun_or_ended(account, opened, closed, period)
        found[house][pk] = account
    return dict(found)


class _Facts:
    """What is known of the accounts of a chunk, by account."""

    def __init__(self, reach: Reach, period: Period, codes: Codes) -> None:
        span = month_span(period)
        first, past = span
        self.areas = _rows_by_account(rows_of(reach, _AREAS, *span))
        self.owners = {row[0]: row for row in rows_of(reach, _OWNERS, *span)}
        self.residents = _grouped(rows_of(reach, _RESIDENTS, *span), _residents)
        self.services = _services(reach, period, codes)
        self.meters = meters_of_accounts(reach, period=period, codes=codes)
        self.absences = _grouped(rows_of(reach, _ABSENCES, past, first), _absence)
        self.benefits = _grouped(rows_of(reach, _BENEFITS, *span), lambda row: _benefit(row, codes))
        self.heating: dict[int, Decimal] = dict(rows_of(reach, _HEATING_CHARGED, first))
        self.recalculations = _recalculations(reach, period, codes)

    def account(self, pk: int, number: str, payer: str, premises: str, kind: str) -> Account:
        *earlier, area = self.areas.get(pk, [(pk, UNKNOWN_AREA, None)])
        _, owners, share = self.owners.get(pk, (pk, 1, _WHOLE))
        services, unmetered, connections = self.services.get(pk, _NOTHING)
        return Account(
            number,
            payer,
            premises,
            area[1],
            _KINDS[kind],
            area[2],
            owners,
            self.residents.get(pk, ()),
            services,
            unmetered,
            tuple(self.meters.get(pk, ())),
            self.absences.get(pk, ()),
            self.benefits.get(pk, ()),
            self.recalculations.get(pk, ()),
            heating_charged=self.heating.get(pk),
            areas=tuple(DatedArea(row[1], row[3], row[4]) for row in earlier),
            connections=connections,
            share=share if share < _WHOLE else None,
        )


def _begun_or_ended(
    account: Account, opened: dt.date, closed: dt.date | None, period: Period
) -> Account:
    first, past = month_span(period)
    return dataclasses.replace(
        account,
        opened=opened if opened > first else None,
        closed=closed if closed is not None and closed < past else None,
    )


# Connected; where no meter can be put; days of those connected for a part of the month.
Services = tuple[frozenset[str], frozenset[str], tuple[Connection, ...]]
_NOTHING: Services = (frozenset(), frozenset(), ())


def _services(reach: Reach, period: Period, codes: Codes) -> dict[int, Services]:
    """Neighbours mostly have the same services, so these are named once for all."""
    first, past = month_span(period)
    known: dict[tuple[int, ...], Services] = {}
    found: dict[int, Services] = {}
    special = []
    for account, ids, is_special in rows_of(reach, _SERVICES, past, before=(past, first)):
        if is_special:
            special.append(account)
            continue
        key = tuple(ids)
        if key not in known:
            known[key] = (frozenset(filter(None, (codes[pk] for pk in ids))), frozenset(), ())
        found[account] = known[key]
    return found | _special_services(Reach.of(special), period, codes)


def _special_services(reach: Reach, period: Period, codes: Codes) -> dict[int, Services]:
    """The act that no meter can be put outlives the service: drainage still asks for it."""
    first, past = month_span(period)
    rows = rows_of(reach, _SPECIAL_SERVICES, past)
    return {
        account: _dated_services(own, (first, past), codes)
        for account, own in _rows_by_account(rows).items()
    }


def _dated_services(rows: list[Row], month: Sequence[dt.date], codes: Codes) -> Services:
    first, past = month
    rows = [row for row in rows if codes[row[1]]]  # "" is no service
    latest = {codes[row[1]]: row for row in rows}
    here = [row for row in rows if row[4] is None or row[4] > first]
    dated = {row[1] for row in here if row[3] > first or (row[4] is not None and row[4] < past)}
    return (
        frozenset(codes[row[1]] for row in here),
        frozenset(code for code, row in latest.items() if row[2]),
        tuple(Connection(codes[row[1]], row[3], row[4]) for row in here if row[1] in dated),
    )


def _rows_by_account(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _grouped(rows: Iterable[Row], build: Callable[[Row], Built]) -> dict[int, tuple[Built, ...]]:
    found: dict[int, tuple[Built, ...]] = {}
    for row in rows:
        found[row[0]] = (*found.get(row[0], ()), build(row))
    return found


def _residents(row: Row) -> Residents:
    return Residents(row[1], row[2], row[3])


def _absence(row: Row) -> Absence:
    return Absence(row[1], row[2], row[3], row[4])


def _benefit(row: Row, codes: Codes) -> Benefit:
    return Benefit(codes[row[1]], row[2], row[3], row[4])


def _recalculations(
    reach: Reach, period: Period, codes: Codes
) -> dict[int, tuple[Recalculation, ...]]:
    """A recalculation of the month itself names no month."""
    found = recalculations_of_month(reach.keys, period=period)
    return {
        account: tuple(
            Recalculation(
                codes[item.service_id],
                item.amount,
                None if item.for_month == period.first_day else Period.of(item.for_month),
                item.reason,
                item.basis,
            )
            for item in items
        )
        for account, items in found.items()
    }
