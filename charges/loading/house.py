"""One house with its accounts as a scenario document says it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from accounts_registry.ledger.statements import recalculations_of_month
from accounts_registry.models import AccountService, House, Meter, PersonalAccount
from charges.loading.account import (
    account_document,
    meter_document,
    recalculation_document,
    services_document,
)
from charges.loading.document import Document, plain_or_none, present
from charges.models import (
    Benefit,
    CommonOutcome,
    CommonVolume,
    HouseHeating,
    Interruption,
    VotedSum,
)
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain


def load_house(house: House, *, period: Period, terms: Document) -> Document:
    """The scenario document of one house: `terms` plus the house; a fixed number of queries."""
    return terms | {"houses": [_house(house, period)]}


def load_house_meters(house: House, *, period: Period) -> dict[tuple[str, str], Decimal]:
    """Volume of the month by each service and zone that has a house meter read in the month."""
    meters = house.meters.select_related("service").prefetch_related("readings")
    return _month_volumes(meters.order_by("id"), period)


def _house(house: House, period: Period) -> Document:
    meters = _meters(house)
    return (
        {"code": house.code, "address": house.address}
        | present(
            {
                "premises_area": plain(house.premises_area_m2),
                "common_area": plain_or_none(house.common_area_m2),
                "residents": house.residents,
                "common_volumes": [
                    _common_volume(row) for row in _of_month(CommonVolume, house, period)
                ],
                "house_meters": _house_meters(meters[None], period),
                "heating": _heating(house, period),
                "voted": [
                    {"service": row.service.code, "sum": plain(row.amount)}
                    for row in _of_month(VotedSum, house, period)
                ],
                "interruptions": [
                    _interruption(row) for row in _of_month(Interruption, house, period)
                ],
            }
        )
        | present({"x_carried_common": _carried(house, period)})
        | {"accounts": _accounts(house, period, meters)}
    )


def _of_month(model: Any, house: House, period: Period) -> Any:
    rows = model.objects.filter(house=house, month=period.first_day)
    return rows.select_related("service").order_by("id")


def _accounts(
    house: House, period: Period, meters: defaultdict[int | None, list[Meter]]
) -> list[Document]:
    accounts = list(
        PersonalAccount.objects.filter(premises__house=house, opened_on__lt=period.next_first_day)
        .exclude(closed_on__lte=period.first_day)
        .select_related("premises", "payer")
        .prefetch_related(
            "areas",
            "residents",
            "ownerships",
            "absences",
            "heating_charged",
            Prefetch("benefits", Benefit.objects.select_related("service").order_by("id")),
        )
        .order_by("number")
    )
    connected = _connections(house, period)
    recalculated = recalculations_of_month([a.pk for a in accounts], period=period)
    codes = {service.pk: service.code for service in house.organisation.services.all()}
    return [
        account_document(account, period)
        | services_document(connected[account.pk], period)
        | {
            "meters": [meter_document(meter, period) for meter in meters[account.pk]],
            "recalculations": [
                recalculation_document(item, codes, period)
                for item in recalculated.get(account.pk, ())
            ],
        }
        for account in accounts
    ]


def _carried(house: House, period: Period) -> list[Document]:
    """What the month before left below zero and its settings said to carry over."""
    rows = CommonOutcome.objects.filter(
        house=house, month=period.previous().first_day, carried__gt=0
    )
    return [
        present({"service": row.service.code, "zone": row.zone, "volume": plain(row.carried)})
        for row in rows.select_related("service").order_by("id")
    ]


def _common_volume(row: CommonVolume) -> Document:
    return present(
        {
            "service": row.service.code,
            "zone": row.zone,
            "volume": plain(row.volume),
            "method": row.method,
            "premises_volume": plain_or_none(row.premises_volume),
        }
    )


def _heating(house: House, period: Period) -> Document | None:
    row = HouseHeating.objects.filter(house=house, month=period.first_day).first()
    if row is None:
        return None
    return present(
        {
            "season": row.season,
            "months": row.months,
            "house_volume": plain_or_none(row.house_volume),
            "previous_year_mean": plain_or_none(row.previous_year_mean),
            "year_volume": plain_or_none(row.year_volume),
        }
    )


def _interruption(row: Interruption) -> Document:
    return {
        "service": row.service.code,
        "hours": row.hours,
        "allowed": row.allowed_hours,
        "rate": plain(row.rate),
    }


def _house_meters(meters: Iterable[Meter], period: Period) -> list[Document]:
    return [
        present({"service": service, "zone": zone, "volume": plain(volume)})
        for (service, zone), volume in _month_volumes(meters, period).items()
    ]


def _month_volumes(meters: Iterable[Meter], period: Period) -> dict[tuple[str, str], Decimal]:
    volumes: dict[tuple[str, str], Decimal] = {}
    for meter in meters:
        volume = _month_volume(meter, period)
        if volume is not None:
            key = (meter.service.code, meter.zone)
            volumes[key] = volumes.get(key, Decimal(0)) + volume
    return volumes


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
            account__premises__house=house, valid__startswith__lt=period.next_first_day
        )
        .exclude(service__code="")
        .select_related("service")
        .order_by("service__position", "service__file_position", "service_id", "valid")
    ):
        found[row.account_id].append(row)
    return found


def _meters(house: House) -> defaultdict[int | None, list[Meter]]:
    """Meters by account in the order they were entered; the house's own under None."""
    found: defaultdict[int | None, list[Meter]] = defaultdict(list)
    flats = Meter.objects.filter(account__premises__house=house)
    for meter in (
        (flats | Meter.objects.filter(house=house))
        .select_related("service")
        .prefetch_related("readings")
        .order_by("id")
    ):
        found[meter.account_id].append(meter)
    return found
