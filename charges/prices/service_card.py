"""The catalogue of services: adding one and changing what is not dated of it."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from accounts_registry.models import (
    ChargeKind,
    Organisation,
    Payee,
    Service,
    ServiceSource,
    SourceRole,
)
from charges.models import ChargeLine
from zhkh.kernel.refusal import Refusal


class ServiceRefusal(Refusal):
    """The service cannot be written like this; `field` is the one to correct."""

    field = ""


class CodeIsTaken(ServiceRefusal):
    field = "code"

    def __init__(self, code: str) -> None:
        super().__init__(f"Услуга с кодом «{code}» уже есть: выберите другой код.")


class ServiceIsCharged(ServiceRefusal):
    def __init__(self, field: str) -> None:
        super().__init__(
            "По услуге уже есть начисления: код и способ начисления не меняются. "
            "Заведите новую услугу и отключите эту у счетов."
        )
        self.field = field


class DrainsNothing(ServiceRefusal):
    field = "sources"

    def __init__(self) -> None:
        super().__init__("Выберите услуги, объёмы которых складываются в водоотведение.")


class OnlyDrainageDrains(ServiceRefusal):
    field = "sources"

    def __init__(self) -> None:
        super().__init__("Чужие объёмы складывает только водоотведение: снимите выбор.")


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceFields:
    """`vat_rate` is a share; `sources` are what drainage adds up."""

    code: str
    name: str
    unit: str
    group: str
    charge: str
    position: int
    payee: Payee | None
    vat_rate: Decimal | None
    has_uplift: bool
    sources: Sequence[Service] = ()


@transaction.atomic
def save_service(
    *, organisation: Organisation, fields: ServiceFields, service: Service | None = None
) -> Service:
    """
    Add a service, or change one.

    :raises ServiceRefusal: the code is taken, the service is charged already, or its sources do
        not fit its way of charging.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    _check(organisation, fields, service)
    saved = service or Service(organisation=organisation, file_position=_next_place(organisation))
    for field in dataclasses.fields(fields):
        if field.name != "sources":
            setattr(saved, field.name, getattr(fields, field.name))
    saved.save()
    saved.sources.filter(role=SourceRole.DRAINED).delete()
    ServiceSource.objects.bulk_create(
        ServiceSource(service=saved, source=source, role=SourceRole.DRAINED, position=place)
        for place, source in enumerate(fields.sources)
    )
    return saved


def _check(organisation: Organisation, fields: ServiceFields, service: Service | None) -> None:
    taken = organisation.services.filter(code=fields.code).first()
    if taken is not None and taken != service:
        raise CodeIsTaken(fields.code)
    is_drainage = fields.charge == ChargeKind.DRAINAGE
    if is_drainage and not fields.sources:
        raise DrainsNothing
    if fields.sources and not is_drainage:
        raise OnlyDrainageDrains
    if service is None:
        return
    for field in ("code", "charge"):
        if getattr(service, field) != getattr(fields, field) and is_charged(service):
            raise ServiceIsCharged(field)


def is_charged(service: Service) -> bool:
    """Whether any month has a line of it."""
    return ChargeLine.objects.filter(service=service).exists()


def _next_place(organisation: Organisation) -> int:
    last = organisation.services.order_by("-file_position").first()
    return last.file_position + 1 if last else 0
