"""The catalogue of services: adding one and changing what is not dated of it."""

import dataclasses
from collections.abc import Iterator, Sequence
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


class OnlyMeteredGivesUp(ServiceRefusal):
    field = "minus"

    def __init__(self) -> None:
        super().__init__(
            "Объёмы вычитаются только у услуги «по счётчику или нормативу»: снимите выбор."
        )


class VatIsNamedTwice(ServiceRefusal):
    field = "vat_percent"

    def __init__(self) -> None:
        super().__init__(
            "НДС берётся по справочнику: уберите свою ставку или снимите отметку «по справочнику»."
        )


class KindWithoutUplift(ServiceRefusal):
    field = "uplift_kind"

    def __init__(self) -> None:
        super().__init__(
            "Отметьте «Повышающий коэффициент» или выберите «только свои значения»: "
            "без отметки коэффициент не применяется."
        )


class OnlyPersonsAreAway(ServiceRefusal):
    field = "has_absence"

    def __init__(self) -> None:
        super().__init__(
            "Так возвращается только начисление «на человека»: снимите отметку. Услугам по "
            "нормативу отсутствие возвращается по акту о приборе."
        )


class CommonOfWrongKind(ServiceRefusal):
    field = "common_of"

    def __init__(self) -> None:
        super().__init__(
            "Ресурс на общее имущество начисляет услуга «по счётчику или нормативу» или "
            "«горячая вода из двух компонентов»: измените способ или уберите выбор."
        )


class CommonOfCommon(ServiceRefusal):
    field = "common_of"

    def __init__(self, source: Service) -> None:
        super().__init__(
            f"«{source.name}» сама начисляет чужой общедомовой объём: выберите услугу со своим."
        )


class CommonIsTaken(ServiceRefusal):
    field = "common_of"

    def __init__(self, source: Service, by: Service) -> None:
        super().__init__(
            f"Общедомовой объём услуги «{source.name}» уже начисляет «{by.name}»: "
            "строка у него одна."
        )


class OthersTakeCommon(ServiceRefusal):
    field = "common_of"

    def __init__(self, by: Service) -> None:
        super().__init__(
            f"Общедомовой объём этой услуги начисляет «{by.name}»: своего у неё больше нет. "
            "Уберите выбор там или здесь."
        )


class StillNamed(ServiceRefusal):
    field = "charge"

    def __init__(self, by: Service) -> None:
        super().__init__(
            f"Объём этой услуги берёт «{by.name}»: с таким способом начисления его не будет. "
            "Сначала уберите её из той услуги."
        )


class OnlyDrainageDrains(ServiceRefusal):
    field = "sources"

    def __init__(self) -> None:
        super().__init__("Чужие объёмы складывает только водоотведение: снимите выбор.")


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceFields:
    """
    `vat_rate` is a share; `sources` are what drainage adds up, `minus` what the house meter of
    this service measures too, `common_of` the one whose common volume is charged here.
    """

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
    vat_by_book: bool = False
    uplift_kind: str = ""
    has_absence: bool = False
    is_capital_repair: bool = False
    minus: Sequence[Service] = ()
    common_of: Service | None = None


_ROLES = {"sources", "minus", "common_of"}


@transaction.atomic
def save_service(
    *, organisation: Organisation, fields: ServiceFields, service: Service | None = None
) -> Service:
    """
    Add a service, or change one.

    :raises ServiceRefusal: the code is taken, the service is charged already, or its sources or
        marks do not fit its way of charging.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    _check(organisation, fields, service)
    saved = service or Service(organisation=organisation, file_position=_next_place(organisation))
    for field in dataclasses.fields(fields):
        if field.name not in _ROLES:
            setattr(saved, field.name, getattr(fields, field.name))
    saved.save()
    _keep_sources(saved, fields)
    return saved


def _keep_sources(saved: Service, fields: ServiceFields) -> None:
    """Rows that stay are not written again: nothing of theirs has changed."""
    wanted = {(role, source.pk): place for role, place, source in _sources(fields)}
    known = {(SourceRole(row.role), row.source_id): row for row in saved.sources.all()}
    for key, row in known.items():
        if wanted.get(key) != row.position:
            row.delete()
    ServiceSource.objects.bulk_create(
        ServiceSource(service=saved, source_id=pk, role=role, position=place)
        for (role, pk), place in wanted.items()
        if (role, pk) not in known or known[role, pk].position != place
    )


def _sources(fields: ServiceFields) -> Iterator[tuple[SourceRole, int, Service]]:
    common = [fields.common_of] if fields.common_of else []
    for role, sources in (
        (SourceRole.DRAINED, fields.sources),
        (SourceRole.SUBTRACTED, fields.minus),
        (SourceRole.CHARGED, common),
    ):
        for place, source in enumerate(sources):
            yield role, place, source


def _check(organisation: Organisation, fields: ServiceFields, service: Service | None) -> None:
    taken = organisation.services.filter(code=fields.code).first()
    if taken is not None and taken != service:
        raise CodeIsTaken(fields.code)
    _check_marks(fields)
    _check_sources(fields)
    if fields.common_of is not None:
        _check_common(fields.common_of, fields, service)
    if service is not None:
        _check_change(fields, service)


def _check_marks(fields: ServiceFields) -> None:
    if fields.vat_by_book and fields.vat_rate is not None:
        raise VatIsNamedTwice
    if fields.uplift_kind and not fields.has_uplift:
        raise KindWithoutUplift
    if fields.has_absence and fields.charge != ChargeKind.PER_PERSON:
        raise OnlyPersonsAreAway


def _check_sources(fields: ServiceFields) -> None:
    is_drainage = fields.charge == ChargeKind.DRAINAGE
    if is_drainage and not fields.sources:
        raise DrainsNothing
    if fields.sources and not is_drainage:
        raise OnlyDrainageDrains
    if fields.minus and fields.charge != ChargeKind.METERED:
        raise OnlyMeteredGivesUp


def _check_common(source: Service, fields: ServiceFields, service: Service | None) -> None:
    """As the reader of documents asks: one line for a common volume, of one service's own."""
    if fields.charge not in {ChargeKind.METERED, ChargeKind.HOT_WATER_TWO_PART}:
        raise CommonOfWrongKind
    if source.sources.filter(role=SourceRole.CHARGED).exists():
        raise CommonOfCommon(source)
    others = source.used_by.filter(role=SourceRole.CHARGED).select_related("service")
    for row in others:
        if row.service != service:
            raise CommonIsTaken(source, row.service)
    if service is not None:
        using = service.used_by.filter(role=SourceRole.CHARGED).first()
        if using is not None:
            raise OthersTakeCommon(using.service)


def _check_change(fields: ServiceFields, service: Service) -> None:
    for field in ("code", "charge"):
        if getattr(service, field) != getattr(fields, field) and is_charged(service):
            raise ServiceIsCharged(field)
    for row in service.used_by.select_related("service"):
        if fields.charge not in _GIVES[SourceRole(row.role)]:
            raise StillNamed(row.service)


_OWN_COMMON = {ChargeKind.METERED, ChargeKind.HOT_WATER_TWO_PART}
_GIVES = {
    SourceRole.DRAINED: set(ChargeKind) - {ChargeKind.DRAINAGE},
    SourceRole.SUBTRACTED: _OWN_COMMON,
    SourceRole.CHARGED: _OWN_COMMON | {ChargeKind.DRAINAGE},
}


def is_charged(service: Service) -> bool:
    """Whether any month has a line of it."""
    return ChargeLine.objects.filter(service=service).exists()


def _next_place(organisation: Organisation) -> int:
    last = organisation.services.order_by("-file_position").first()
    return last.file_position + 1 if last else 0
