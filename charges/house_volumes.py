"""Common volumes of a house in a month: what may be entered, what is, and writing it down."""

import dataclasses
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import AccountService, ChargeKind, House, Service, Zone
from charges.calc.parse.context import takes_common_volume
from charges.loading import load_house_meters
from charges.models import CommonVolume, Tariff, TariffUse
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

_CHARGES = [charge for charge in ChargeKind.values if takes_common_volume(charge)]
_ZONES = ["", *Zone.values]

logger = logging.getLogger(__name__)


class MeteredAsWell(Refusal):
    """Contract, "Common volume": a house meter and an entered volume exclude each other."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = tuple(services)
        names = ", ".join(f"«{service.name}»" for service in services)
        super().__init__(
            f"{names}: за этот месяц есть показания общедомового прибора, объём считается по ним. "
            "Очистите строку."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class EnteredVolume:
    """Volumes in the unit of the service; the last two are only printed."""

    service: Service
    zone: str
    volume: Decimal
    method: str
    meter_reading: Decimal | None = None
    premises_volume: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class VolumeRow:
    """
    A service, or one zone of it.

    `metered` is what its house meters, of all zones, counted in the month.
    """

    service: Service
    zone: str
    entered: CommonVolume | None
    before: CommonVolume | None
    metered: Decimal | None

    @property
    def key(self) -> str:
        return f"{self.service.pk}{self.zone}"

    @property
    def title(self) -> str:
        return f"{self.service.name}, {Zone(self.zone).label}" if self.zone else self.service.name


@dataclasses.dataclass(frozen=True, slots=True)
class VolumeSheet:
    """The rows in printing order; `state` is empty for a month the books do not know yet."""

    house: House
    period: Period
    state: str
    rows: list[VolumeRow]


def volume_sheet(house: House, *, period: Period) -> VolumeSheet:
    """A row for each service and zone a common volume can be priced in; a fixed number of queries."""
    entered, before = _volumes(house, period), _volumes(house, period.previous())
    metered = _metered(house, period)
    here = periods.find_period(organisation_id=house.organisation_id, period=period)
    services = list(_services(house, period, [service_id for service_id, _ in entered]))
    zones = _zones(services, period)
    for service_id, zone in entered:
        zones[service_id].add(zone)
    return VolumeSheet(
        house=house,
        period=period,
        state=here.state if here else "",
        rows=[
            VolumeRow(
                service=service,
                zone=zone,
                entered=entered.get((service.pk, zone)),
                before=before.get((service.pk, zone)),
                metered=metered.get(service.code),
            )
            for service in services
            for zone in sorted(zones[service.pk] or {""}, key=_ZONES.index)
        ],
    )


@transaction.atomic
def save_common_volumes(
    *,
    house: House,
    period: Period,
    volumes: Sequence[EnteredVolume],
    by: HasPrimaryKey | None,
    for_recount: bool = False,
) -> bool:
    """
    Make `volumes` all that is entered for the month; True when its draft was counted without them.

    `for_recount` lets those of a posted month be corrected: its charges stay, a recount of the
    month then posts the difference.

    :raises PeriodRefusal: the month is posted, being calculated or before the books begin.
    :raises MeteredAsWell: a service has readings of a house meter in the month.
    """
    month = periods.find_period(organisation_id=house.organisation_id, period=period)
    if not (for_recount and month is not None and month.is_posted):
        month = periods.hold_unposted(organisation_id=house.organisation_id, period=period)
    _refuse_metered(house, period, volumes)
    before = _volumes(house, period)
    rows = [_row(house, period, volume) for volume in volumes]
    kept = {(row.service_id, row.zone) for row in rows}
    gone = [row.pk for key, row in before.items() if key not in kept]
    CommonVolume.objects.filter(pk__in=gone).delete()
    CommonVolume.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["house", "service", "zone", "month"],
        update_fields=["volume", "method", "meter_reading", "premises_volume"],
    )
    who = by.pk if by else None
    logger.info("common volumes of house %s, %s, by user %s", house.pk, period, who)
    is_draft = month is not None and month.state == "draft"
    return is_draft and _figures(before.values()) != _figures(rows)


def _services(house: House, period: Period, entered: Iterable[int]) -> Iterable[Service]:
    """What somebody in the house has in the month, and what a volume is entered of."""
    connected = AccountService.objects.filter(
        service=OuterRef("pk"),
        account__premises__house=house,
        valid__overlap=(period.first_day, period.next_first_day),
    )
    return Service.objects.filter(
        Q(Exists(connected), charge__in=_CHARGES) | Q(pk__in=list(entered)),
        organisation_id=house.organisation_id,
    )


def _zones(services: Iterable[Service], period: Period) -> defaultdict[int, set[str]]:
    """Zones of tariffs a common volume is priced with."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    tariffs = Tariff.objects.filter(
        service__in=services,
        use__in=["", TariffUse.COMMON],
        valid__overlap=(period.first_day, period.next_first_day),
    )
    for service_id, zone in tariffs.order_by().values_list("service_id", "zone").distinct():
        found[service_id].add(zone)
    return found


def _volumes(house: House, period: Period) -> dict[tuple[int, str], CommonVolume]:
    rows = CommonVolume.objects.filter(house=house, month=period.first_day)
    return {(row.service_id, row.zone): row for row in rows}


def _metered(house: House, period: Period) -> dict[str, Decimal]:
    """By code of the service, all its zones together."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (service, _), volume in load_house_meters(house, period=period).items():
        found[service] += volume
    return found


def _refuse_metered(house: House, period: Period, volumes: Iterable[EnteredVolume]) -> None:
    metered = _metered(house, period)
    services = {volume.service.pk: volume.service for volume in volumes}
    both = [service for service in services.values() if service.code in metered]
    if both:
        raise MeteredAsWell(both)


def _row(house: House, period: Period, entered: EnteredVolume) -> CommonVolume:
    return CommonVolume(
        house=house,
        service=entered.service,
        zone=entered.zone,
        month=period.first_day,
        volume=entered.volume,
        method=entered.method,
        meter_reading=entered.meter_reading,
        premises_volume=entered.premises_volume,
    )


def _figures(rows: Iterable[CommonVolume]) -> set[tuple[object, ...]]:
    return {
        (row.service_id, row.zone, row.volume, row.method, row.meter_reading, row.premises_volume)
        for row in rows
    }
