"""The organisation of a town with its services, prices and norms."""

from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.models import Organisation, Payee, Service, ServiceSource, SourceRole
from charges.models import Norm, Tariff
from zhkh.town.catalogue import ServiceTerms, begins, prices_of, services_of
from zhkh.town.plan import Plan


@transaction.atomic(durable=True)
def found_town(plan: Plan) -> Organisation:
    """The organisation of this plan: made now, or left by an unfinished attempt."""
    known = Organisation.objects.filter(name=plan.title).first()
    if known:
        return known
    organisation = Organisation.objects.create(
        name=plan.title,
        working_hours="пн–пт 9:00–18:00",
        settlement_centre="Расчётный центр города",
    )
    services: dict[str, Service] = {}
    for place, terms in enumerate(services_of(plan.profile)):
        services[terms.code] = _service(organisation, terms, place)
        _prices(services[terms.code], terms, plan)
        ServiceSource.objects.bulk_create(
            ServiceSource(
                service=services[terms.code],
                source=services[code],
                role=SourceRole.DRAINED,
                position=position,
            )
            for position, code in enumerate(terms.sources)
        )
    return organisation


def _service(organisation: Organisation, terms: ServiceTerms, place: int) -> Service:
    payee, _ = Payee.objects.get_or_create(organisation=organisation, name=terms.payee)
    return Service.objects.create(
        organisation=organisation,
        code=terms.code,
        name=terms.name,
        unit=terms.unit,
        group=terms.group,
        charge=terms.charge,
        position=place,
        file_position=place,
        payee=payee,
    )


def _prices(service: Service, terms: ServiceTerms, plan: Plan) -> None:
    Tariff.objects.bulk_create(
        Tariff(service=service, price=price, valid=DateRange(since, until))
        for price, since, until in prices_of(terms, plan)
    )
    if terms.norms:
        Norm.objects.create(
            service=service,
            valid=DateRange(begins(plan), None),
            **{key: Decimal(value) for key, value in terms.norms.items()},
        )
