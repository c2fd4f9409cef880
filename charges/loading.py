"""Rows of a house and month → the scenario document the pure core calculates and a run freezes."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from accounts_registry.ledger.statements import recalculations_of_month
from accounts_registry.models import (
    AccountService,
    House,
    Meter,
    PersonalAccount,
    Service,
    SourceRole,
)
from charges.calc.problems import Place, Problem
from charges.models import CommonVolume, Norm, Tariff, Uplift, VotedSum
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain

Document = dict[str, Any]


def load_terms(*, organisation_id: int, period: Period) -> Document:
    """
    What every house of the organisation shares in the month: services, tariffs, norms, uplifts.

    Without `houses`; a fixed number of queries.
    """
    services = list(
        Service.objects.filter(organisation_id=organisation_id)
        .exclude(code="")
        .select_related("organisation")
        .prefetch_related("sources__source")
    )
    rounding = services[0].organisation.common_rounding if services else "volume:6"
    return {
        "scenario": 1,
        "period": str(period),
        "rounding": {"common": rounding},
        "services": [_service(service) for service in services],
        "tariffs": [_tariff(row) for row in _valid_in(Tariff.objects, organisation_id, period)],
        "norms": [_norm(row) for row in _valid_in(Norm.objects, organisation_id, period)],
        "uplifts": [_uplift(row) for row in _valid_in(Uplift.objects, organisation_id, period)],
    }


def load_house(house: House, *, period: Period, terms: Document) -> Document:
    """The scenario document of one house: `terms` plus the house; a fixed number of queries."""
    accounts = list(
        PersonalAccount.objects.filter(premises__house=house, opened_on__lt=period.next_first_day)
        .exclude(closed_on__lt=period.first_day)
        .select_related("premises", "payer")
        .prefetch_related("areas", "residents", "ownerships")
        .order_by("number")
    )
    connected = _connections(house, period)
    meters = _meters(house)
    recalculated = recalculations_of_month([a.pk for a in accounts], period=period)
    common = CommonVolume.objects.filter(house=house, month=period.first_day)
    voted = VotedSum.objects.filter(house=house, month=period.first_day)
    codes = {service.pk: service.code for service in house.organisation.services.all()}
    document = _present(
        {
            "code": house.code,
            "address": house.address,
            "premises_area": plain(house.premises_area_m2),
            "common_area": _plain_or_none(house.common_area_m2),
            "residents": house.residents,
            "common_volumes": [_common_volume(row) for row in common.select_related("service")],
            "house_meters": _house_meters(meters[None], period),
            "voted": [
                {"service": row.service.code, "sum": plain(row.amount)}
                for row in voted.select_related("service")
            ],
        }
    )
    document["accounts"] = [
        _present(
            _account(account, period)
            | _account_services(connected[account.pk])
            | {
                "meters": [_meter(meter, period) for meter in meters[account.pk]],
                "recalculations": [
                    _recalculation(item, codes[item.service_id])
                    for item in recalculated.get(account.pk, ())
                ],
            }
        )
        for account in accounts
    ]
    return terms | {"houses": [document]}


def sentences(document: Document, problems: Iterable[Problem]) -> list[str]:
    """
    What is wrong with a house of `load_house`, each once, in the words of the screens.

    «Лицевой счёт 000000001002, кв. 2, площадь: нет ключа. Нужно: он обязателен»: paths of the
    scenario document say nothing to an accountant.
    """
    told = (
        f"{', '.join(_where(problem.place, document)) or 'Исходные данные дома'}: "
        f"{_readable(problem.wrong, document)}. Нужно: {problem.expected}."
        for problem in problems
    )
    return list(dict.fromkeys(told))


def _readable(wrong: str, document: Document) -> str:
    """Names instead of codes, days as people write them."""
    if wrong == "нет ключа":
        return "не заполнено"
    for service in document["services"]:
        wrong = wrong.replace(f"«{service['code']}»", f"«{service['name']}»")
    return re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", r"\3.\2.\1", wrong)


_PLACES = {
    "tariffs": "тарифы",
    "norms": "нормативы",
    "uplifts": "повышающие коэффициенты",
    "services": "услуги",
    "premises_area": "площадь помещений дома",
    "common_area": "площадь общего имущества",
    "common_volumes": "общедомовые объёмы",
    "house_meters": "общедомовые приборы",
    "heating": "отопление дома",
    "voted": "утверждённые суммы",
    "area": "площадь",
    "living_area": "жилая площадь",
    "residents": "проживающие",
    "owners": "собственники",
    "meters": "счётчики",
    "readings": "показания",
    "recalculations": "перерасчёты",
    "heating_charged": "отопление, начисленное за год",
}


def _where(place: Place, document: Document) -> Iterable[str]:
    """The account or service first, then what of it; steps without a word are left out."""
    at: Any = document
    words: list[str] = []
    for step in place:
        at = _inside(at, step)
        if isinstance(step, str):
            words += [_PLACES[step]] if step in _PLACES else []
        elif isinstance(at, dict) and "number" in at:
            words.append(f"лицевой счёт {at['number']}, кв. {at['premises']}")
        elif isinstance(at, dict) and "service" in at:
            words.append(_readable(f"услуга «{at['service']}»", document))
        elif isinstance(at, dict) and "charge" in at:
            words.append(f"«{at['name']}»")
    return [word[:1].upper() + word[1:] if n == 0 else word for n, word in enumerate(words)]


def _inside(at: Any, step: str | int) -> Any:
    if isinstance(at, dict):
        return at.get(str(step))
    return at[step] if isinstance(at, list) and isinstance(step, int) and step < len(at) else None


def _service(service: Service) -> Document:
    sources: dict[str, list[str]] = {role: [] for role in SourceRole.values}
    for source in service.sources.all():
        sources[source.role].append(source.source.code)
    return _present(
        {
            "code": service.code,
            "name": service.name,
            "unit": service.unit,
            "group": service.group,
            "charge": service.charge,
            "order": service.position,
            "from": sources[SourceRole.DRAINED],
            "minus": sources[SourceRole.SUBTRACTED],
            "vat": _plain_or_none(service.vat_rate),
            "uplift": service.has_uplift or None,
        }
    )


def _valid_in(rows: Any, organisation_id: int, period: Period) -> Any:
    month = (period.first_day, period.next_first_day)
    return rows.filter(
        service__organisation_id=organisation_id, valid__overlap=month
    ).select_related("service")


def _span(valid: Any) -> Document:
    return {"from": _day(valid.lower), "to": _day(valid.upper)}


def _tariff(row: Tariff) -> Document:
    return _present(
        {
            "service": row.service.code,
            "price": plain(row.price),
            "zone": row.zone,
            "component": row.component,
            "use": row.use,
            "up_to": _plain_or_none(row.up_to),
        }
        | _span(row.valid)
    )


def _norm(row: Norm) -> Document:
    return _present(
        {
            "service": row.service.code,
            "per_person": _plain_or_none(row.per_person),
            "per_common_m2": _plain_or_none(row.per_common_m2),
            "per_m2": _plain_or_none(row.per_m2),
            "heat_per_unit": _plain_or_none(row.heat_per_unit),
            "year": row.is_yearly or None,
        }
        | _span(row.valid)
    )


def _uplift(row: Uplift) -> Document:
    document = {"service": row.service.code, "coefficient": plain(row.coefficient)}
    return _present(document | _span(row.valid))


def _common_volume(row: CommonVolume) -> Document:
    return _present(
        {
            "service": row.service.code,
            "zone": row.zone,
            "volume": plain(row.volume),
            "method": row.method,
            "premises_volume": _plain_or_none(row.premises_volume),
        }
    )


def _account(account: PersonalAccount, period: Period) -> Document:
    area = _fact(account.areas.all(), period)
    ownership = _fact(account.ownerships.all(), period)
    return {
        "number": account.number,
        "payer": account.payer.full_name,
        "premises": account.premises.number,
        "kind": account.premises.kind,
        "area": plain(area.area_m2) if area else None,
        "living_area": _plain_or_none(area.living_area_m2) if area else None,
        "owners": ownership.owners if ownership else None,
        "residents": [
            _present({"count": row.count} | _span(row.valid))
            for row in account.residents.all()
            if _touches(row.valid, period)
        ],
    }


def _account_services(connections: Iterable[AccountService]) -> Document:
    rows = list(connections)
    return {
        "services": [row.service.code for row in rows],
        "meter_impossible": [row.service.code for row in rows if row.meter_impossible],
    }


def _meter(meter: Meter, period: Period) -> Document:
    return _present(
        {
            "service": meter.service.code,
            "zone": meter.zone,
            "digits": meter.digits,
            "installed": _day(meter.installed_on),
            "removed": _day(meter.removed_on),
            "verified_until": _day(meter.verified_until),
        }
    ) | {
        "readings": [
            {"on": _day(reading.read_on), "value": plain(reading.value)}
            for reading in meter.readings.all()
            if reading.read_on < period.next_first_day
        ]
    }


def _recalculation(item: Any, code: str) -> Document:
    return _present(
        {
            "service": code,
            "amount": plain(item.amount),
            "for_period": str(Period.of(item.for_month)),
            "reason": item.reason,
            "basis": item.basis,
        }
    )


def _house_meters(meters: Iterable[Meter], period: Period) -> list[Document]:
    """Volume of the month by each service and zone that has a house meter read in the month."""
    volumes: dict[tuple[str, str], Decimal] = {}
    for meter in meters:
        volume = _month_volume(meter, period)
        if volume is not None:
            key = (meter.service.code, meter.zone)
            volumes[key] = volumes.get(key, Decimal(0)) + volume
    return [
        _present({"service": service, "zone": zone, "volume": plain(volume)})
        for (service, zone), volume in volumes.items()
    ]


def _month_volume(meter: Meter, period: Period) -> Decimal | None:
    readings = list(meter.readings.all())
    inside = [r for r in readings if period.first_day <= r.read_on < period.next_first_day]
    before = [r for r in readings if r.read_on < period.first_day]
    if not inside or not (before or len(inside) > 1):
        return None
    first = before[-1] if before else inside[0]
    volume: Decimal = inside[-1].value - first.value
    return volume if volume >= 0 else volume + Decimal(10) ** meter.digits


def _connections(house: House, period: Period) -> defaultdict[int, list[AccountService]]:
    found: defaultdict[int, list[AccountService]] = defaultdict(list)
    for row in (
        AccountService.objects.filter(
            account__premises__house=house,
            valid__overlap=(period.first_day, period.next_first_day),
        )
        .exclude(service__code="")
        .select_related("service")
        .order_by("service__position", "service__file_position", "service_id")
    ):
        found[row.account_id].append(row)
    return found


def _meters(house: House) -> defaultdict[int | None, list[Meter]]:
    """Meters by account; the house's own under None."""
    found: defaultdict[int | None, list[Meter]] = defaultdict(list)
    flats = Meter.objects.filter(account__premises__house=house)
    for meter in (
        (flats | Meter.objects.filter(house=house))
        .select_related("service")
        .prefetch_related("readings")
        .order_by("service__position", "zone", "installed_on", "id")
    ):
        found[meter.account_id].append(meter)
    return found


def _fact(rows: Iterable[Any], period: Period) -> Any:
    """The newest fact that holds in the month."""
    held = [row for row in rows if _touches(row.valid, period)]
    return max(held, key=lambda row: row.valid.lower, default=None)


def _touches(valid: Any, period: Period) -> bool:
    ends_before = valid.upper is not None and valid.upper <= period.first_day
    return not ends_before and valid.lower < period.next_first_day


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _plain_or_none(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _present(document: Document) -> Document:
    """Without what is absent: None, '' and empty lists are not written."""
    return {key: value for key, value in document.items() if value not in (None, "", [])}
