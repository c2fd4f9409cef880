"""What surrounds the charges of a month: meters, the year's volumes, reasons, agreements, the day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from accounts_registry.ledger.statements import recalculations_of_month
from accounts_registry.models import ChargeKind, Country, House, Meter, Service
from accounts_registry.models.settings import PenaltyRuleChoice
from accounts_registry.organisation_settings import settings_of
from accounts_registry.reference_data import Book, calendar, due_days
from charges.corrections.models import AgreementState, InstalmentPart
from charges.models import Benefit, ChargeLine, TariffComponent
from payment_docs.details import (
    MONTHS_OF_HISTORY,
    Change,
    Consumption,
    InstalmentRow,
    MeterRow,
    RecalculationRow,
)
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

_MEASURED = (
    ChargeKind.METERED,
    ChargeKind.HOT_WATER_TWO_PART,
    ChargeKind.HEATING,
    ChargeKind.DRAINAGE,
)
Key = tuple[int, int]  # account, service


def due_day(*, organisation_id: int, period: Period) -> dt.date | None:
    """The last day of payment, moved from a day off as the organisation has it; None if unknown."""
    decided = settings_of(organisation_id=organisation_id, period=period)
    is_ua = decided.penalty_rule is PenaltyRuleChoice.UA
    book = Book(organisation_id, Country.UKRAINE if is_ua else Country.RUSSIA)
    day = due_days(book).of(period)
    if day is None or not decided.shift_due_to_workday:
        return day
    return calendar(book).working_day_from(day)


def meters_of_house(
    house: House, account_ids: Sequence[int], period: Period
) -> dict[int | None, list[MeterRow]]:
    """Meters in use in the month with their last two readings: by account, the house's by None."""
    found: defaultdict[int | None, list[MeterRow]] = defaultdict(list)
    meters = Meter.objects.filter(Q(account_id__in=account_ids) | Q(house=house))
    for meter in meters.select_related("service").prefetch_related("readings").order_by("id"):
        taken = [r for r in meter.readings.all() if r.read_on < period.next_first_day]
        if not taken or (meter.removed_on and meter.removed_on <= period.first_day):
            continue
        last, before = taken[-1], taken[-2] if len(taken) > 1 else None
        volume = None
        if before:
            turned = Decimal(10) ** meter.digits if last.value < before.value else Decimal(0)
            volume = last.value - before.value + turned
        zone = f", {meter.get_zone_display()}" if meter.zone else ""
        found[meter.account_id].append(
            MeterRow(
                service=f"{meter.service.name}{zone}",
                unit=meter.service.unit,
                serial=meter.serial,
                previous=before.value if before else None,
                previous_on=before.read_on if before else None,
                current=last.value,
                current_on=last.read_on,
                volume=volume,
                verified_until=meter.verified_until,
                key=f"{meter.service_id}/{meter.zone}",
            )
        )
    return dict(found)


class YearBefore:
    """Volumes of twelve months and the charges of the last two, of some accounts; one query."""

    def __init__(self, account_ids: Sequence[int], period: Period) -> None:
        self._first = period.shifted(1 - MONTHS_OF_HISTORY)
        self._volumes: defaultdict[Key, dict[int, Decimal]] = defaultdict(dict)
        self._before: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
        last = period.previous()
        rows = ChargeLine.objects.filter(
            Q(individual_volume__isnull=False, service__charge__in=_MEASURED)
            | Q(month=last.first_day),
            account_id__in=account_ids,
            month__range=(self._first.first_day, period.first_day),
        )
        sums = rows.order_by().values_list("account_id", "service_id", "month")
        water = ~Q(component=TariffComponent.HEAT) & Q(service__charge__in=_MEASURED)
        for account, service, month, volume, charged in sums.annotate(
            used=Sum("individual_volume", filter=water), amount=Sum("charged")
        ):
            at = Period.of(month)
            if volume is not None:
                self._volumes[account, service][at.months_since(self._first)] = volume
            if at == last:
                self._before[account][service] = charged

    def consumption(self, account_id: int, services: Iterable[Service]) -> tuple[Consumption, ...]:
        """Of the services in their order, where anything was used in the year."""
        return tuple(
            Consumption(
                service.name,
                service.unit,
                tuple(months.get(place) for place in range(MONTHS_OF_HISTORY)),
            )
            for service in services
            if any((months := self._volumes.get((account_id, service.pk), {})).values())
        )

    def change(self, account_id: int, charged: dict[Service, Decimal]) -> Change | None:
        """None when nothing was charged a month ago."""
        before = self._before.get(account_id)
        if before is None:
            return None
        now = sum(charged.values(), ZERO)
        was = sum(before.values(), ZERO)
        most = max(charged, key=lambda item: abs(charged[item] - _at(before, item)), default=None)
        if most is None or charged[most] == _at(before, most) or now == was:
            return Change(was, now)
        return Change(was, now, most.name, _at(before, most), charged[most])


def recalculation_rows(
    account_ids: Sequence[int], period: Period
) -> dict[int, tuple[RecalculationRow, ...]]:
    """With their reasons, by account; what was taken back in the same month is not told."""
    found = recalculations_of_month(account_ids, period=period)
    services = Service.objects.in_bulk({row.service_id for rows in found.values() for row in rows})
    told: dict[int, tuple[RecalculationRow, ...]] = {}
    for account, rows in found.items():
        sums: defaultdict[tuple[int, dt.date, str, str], Decimal] = defaultdict(lambda: ZERO)
        for row in rows:
            sums[row.service_id, row.for_month, row.reason, row.basis] += row.amount
        told[account] = tuple(
            RecalculationRow(services[service].name, Period.of(month), amount, reason, basis)
            for (service, month, reason, basis), amount in sums.items()
            if amount
        )
    return told


def benefit_categories(account_ids: Sequence[int], period: Period) -> dict[int, dict[int, str]]:
    """The category of each benefit in force, by account and service."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    rows = Benefit.objects.filter(account_id__in=account_ids, valid__contains=period.first_day)
    for account, service, category in rows.values_list("account_id", "service_id", "category"):
        found[account][service] = category
    return dict(found)


def instalment_rows(
    account_ids: Sequence[int], period: Period
) -> dict[int, tuple[InstalmentRow, ...]]:
    """Agreements in force with something to pay in the month."""
    parts: defaultdict[int, list[InstalmentPart]] = defaultdict(list)
    rows = InstalmentPart.objects.filter(
        agreement__account_id__in=account_ids,
        agreement__state=AgreementState.ACTIVE,
        month__gte=period.first_day,
    )
    for part in rows.select_related("agreement").order_by("month"):
        parts[part.agreement.account_id].append(part)
    return {
        account: (_instalment(found),)
        for account, found in parts.items()
        if found[0].month == period.first_day
    }


def _instalment(parts: Sequence[InstalmentPart]) -> InstalmentRow:
    now, *later = parts
    agreement = now.agreement
    is_of_month = agreement.charged_month == now.month
    return InstalmentRow(
        number=agreement.number,
        of_month=now.principal if is_of_month else ZERO,
        of_past=ZERO if is_of_month else now.principal,
        percent=agreement.percent,
        percents=now.percents,
        left=sum((part.principal for part in later), ZERO),
    )


def _at(before: dict[int, Decimal], service: Service) -> Decimal:
    return before.get(service.pk, ZERO)
