"""Installing, removing and replacing meters."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts_registry.models import (
    House,
    Meter,
    MeterReading,
    PersonalAccount,
    ReadingSource,
    Service,
)
from accounts_registry.services.readings import (
    ReadingIsInFuture,
    TypedReading,
    check_digits,
    submit_reading,
)
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User


class MeterRefusal(Refusal):
    """The meter cannot be installed or removed like this."""


class ServiceIsNotMetered(MeterRefusal):
    def __init__(self, service: Service) -> None:
        super().__init__(
            f"Услуга «{service.name}» не подключена к счёту: сначала подключите её, потом счётчик."
        )


class AlreadyRemoved(MeterRefusal):
    def __init__(self, removed_on: dt.date) -> None:
        super().__init__(f"Счётчик уже снят {removed_on:%d.%m.%Y}.")


class RemovedBeforeInstallation(MeterRefusal):
    def __init__(self, installed_on: dt.date) -> None:
        super().__init__(
            f"Счётчик установлен {installed_on:%d.%m.%Y}: снять его можно не раньше следующего дня."
        )


class HasLaterReadings(MeterRefusal):
    def __init__(self, last: dt.date) -> None:
        super().__init__(
            f"Есть показание за {last:%d.%m.%Y}: снять счётчик можно не раньше этого дня."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class NewMeter:
    """A meter (one zone of a multi-rate one) with what it showed when installed."""

    place: PersonalAccount | House
    service: Service
    installed_on: dt.date
    initial: Decimal = Decimal(0)
    serial: str = ""
    zone: str = ""
    digits: int = 5
    verified_until: dt.date | None = None


@transaction.atomic
def install_meter(*, new: NewMeter, by: User | None, at: dt.datetime) -> Meter:
    """
    Install a meter and keep its first reading.

    :raises ReadingRefusal: the initial reading or its day is impossible.
    :raises ServiceIsNotMetered: the account does not have the service on that day.
    """
    today = timezone.localtime(at).date()
    if new.installed_on > today:
        raise ReadingIsInFuture(today)
    check_digits(new.initial, digits=new.digits)
    owner = _owner(new)
    meter = Meter.objects.create(
        **owner,
        service=new.service,
        zone=new.zone,
        serial=new.serial,
        digits=new.digits,
        installed_on=new.installed_on,
        verified_until=new.verified_until,
    )
    MeterReading.objects.create(
        meter=meter,
        read_on=new.installed_on,
        value=new.initial,
        source=ReadingSource.INITIAL,
        entered_at=at,
        entered_by=by,
    )
    return meter


@transaction.atomic
def remove_meter(*, meter: Meter, final: TypedReading, by: User | None, at: dt.datetime) -> Meter:
    """
    Take a meter off on the day of its last reading; a reading already kept for the day serves.

    :raises MeterRefusal: it is off already, or the day does not fit its history.
    :raises ReadingRefusal: the last reading is impossible or needs an answer.
    """
    stored = Meter.objects.select_for_update(of=("self",)).get(pk=meter.pk)
    if stored.removed_on is not None:
        raise AlreadyRemoved(stored.removed_on)
    if final.read_on <= stored.installed_on:
        raise RemovedBeforeInstallation(stored.installed_on)
    last = stored.readings.order_by("-read_on").first()
    if last is not None and last.read_on > final.read_on:
        raise HasLaterReadings(last.read_on)
    if last is None or (last.read_on, last.value) != (final.read_on, final.value):
        submit_reading(meter=stored, reading=final, by=by, at=at)
    stored.removed_on = final.read_on
    stored.save(update_fields=["removed_on"])
    return stored


@transaction.atomic
def replace_meter(
    *, meter: Meter, final: TypedReading, new: NewMeter, by: User | None, at: dt.datetime
) -> Meter:
    """Remove the meter and install another: as `remove_meter` and `install_meter`, or neither."""
    remove_meter(meter=meter, final=final, by=by, at=at)
    return install_meter(new=new, by=by, at=at)


def _owner(new: NewMeter) -> dict[str, PersonalAccount | House]:
    if isinstance(new.place, House):
        return {"house": new.place}
    connected = new.place.services.filter(service=new.service, valid__contains=new.installed_on)
    if not connected.exists():
        raise ServiceIsNotMetered(new.service)
    return {"account": new.place}
