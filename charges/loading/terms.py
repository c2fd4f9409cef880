"""What every house of an organisation shares in a month."""

from typing import Any

from django.db.models import F

from accounts_registry.models import Service, SourceRole
from accounts_registry.organisation_settings import settings_of
from charges.loading.by_book import ByBook, book_of
from charges.loading.document import Document, plain_or_none, present, within
from charges.models import Norm, Tariff, Uplift
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain


def load_terms(*, organisation_id: int, period: Period) -> Document:
    """
    Services, tariffs, norms and uplifts of the month; a fixed number of queries.

    Without `houses`. Dated rows reach as far as the month does: what was before it or comes after
    it changes nothing in the month.
    """
    services = list(
        Service.objects.filter(organisation_id=organisation_id)
        .exclude(code="")
        .prefetch_related("sources__source")
    )
    settings = settings_of(organisation_id=organisation_id, period=period)
    tariffs = _valid_in(Tariff.objects, organisation_id, period).order_by(
        "service__position", "service__file_position", "service_id",
        "zone", "component", F("up_to").asc(nulls_last=True), "valid", "use", "id",
    )  # fmt: skip
    norms = _valid_in(Norm.objects, organisation_id, period)
    uplifts = _valid_in(Uplift.objects, organisation_id, period)
    by_book = ByBook(book_of(organisation_id, settings), period)
    return {
        "scenario": 1,
        "period": str(period),
        "rounding": {"common": settings.common_volume_rounding},
        "x_limit_common_to_norm": settings.limit_common_to_norm,
        "x_negative_common": settings.negative_common.value,
        "services": [_service(service, by_book.vat(service)) for service in services],
        "tariffs": [_tariff(row, period) for row in tariffs],
        "norms": [_norm(row, period) for row in norms],
        "uplifts": [_uplift(row, period) for row in uplifts] + by_book.uplifts(services, uplifts),
    }


def load_service_codes(*, organisation_id: int) -> dict[int, str]:
    """Codes by primary key, also of services of others that a row of the house may name by mistake."""
    services = Service.objects.filter(organisation_id=organisation_id)
    return _Codes(services.values_list("pk", "code"))


class _Codes(dict[int, str]):
    """Looks up a code of another organisation when it is asked for."""

    def __missing__(self, pk: int) -> str:
        self[pk] = Service.objects.values_list("code", flat=True).get(pk=pk)
        return self[pk]


def _valid_in(rows: Any, organisation_id: int, period: Period) -> Any:
    month = (period.first_day, period.next_first_day)
    return rows.filter(
        service__organisation_id=organisation_id, valid__overlap=month
    ).select_related("service")


def _service(service: Service, vat: str | None) -> Document:
    sources: dict[str, list[str]] = {role: [] for role in SourceRole.values}
    for source in service.sources.all():
        sources[source.role].append(source.source.code)
    return present(
        {
            "code": service.code,
            "group": service.group,
            "charge": service.charge,
            "order": service.position,
            "minus": sources[SourceRole.SUBTRACTED],
            "uplift": service.has_uplift or None,
            "x_absence": service.has_absence or None,
            "x_common_of": next(iter(sources[SourceRole.CHARGED]), None),
        }
    ) | {
        "name": service.name,
        "unit": service.unit,
        "from": sources[SourceRole.DRAINED],
        **({} if vat is None else {"vat": vat}),
    }


def _tariff(row: Tariff, period: Period) -> Document:
    return present(
        {
            "service": row.service.code,
            "price": plain(row.price),
            "zone": row.zone,
            "component": row.component,
            "use": row.use,
            "up_to": plain_or_none(row.up_to),
        }
        | within((row.valid.lower, row.valid.upper), period)
    )


def _norm(row: Norm, period: Period) -> Document:
    return present(
        {
            "service": row.service.code,
            "per_person": plain_or_none(row.per_person),
            "per_common_m2": plain_or_none(row.per_common_m2),
            "per_m2": plain_or_none(row.per_m2),
            "heat_per_unit": plain_or_none(row.heat_per_unit),
            "year": row.is_yearly or None,
        }
        | within((row.valid.lower, row.valid.upper), period)
    )


def _uplift(row: Uplift, period: Period) -> Document:
    document = {"service": row.service.code, "coefficient": plain(row.coefficient)}
    return present(document | within((row.valid.lower, row.valid.upper), period))
