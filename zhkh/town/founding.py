"""The organisation of a town with its services, prices and norms."""

from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.ledger.periods import open_month
from accounts_registry.models import Organisation, Payee, Service, ServiceSource, SourceRole
from charges.models import Norm, Tariff, Uplift
from zhkh.town.catalogue import MANAGER, ServiceTerms, begins, prices_over_time, services_of
from zhkh.town.plan import Plan

# Nobody's requisites, with check digits that are right.
_REQUISITES = {
    "inn": "7701234560",
    "kpp": "770101001",
    "bank_account": "40702810500000001234",
    "bank_name": "ПАО «Банк примера»",
    "bic": "044525225",
    "correspondent_account": "30101810400000000225",
}
_LAST_PLACE = 999  # what nobody has split by service stands after every other


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
        **_REQUISITES,
    )
    services: dict[str, Service] = {}
    for place, terms in enumerate(services_of(plan.profile)):
        services[terms.code] = service = _service(organisation, terms, place)
        _prices(service, terms, plan)
        _sources(service, terms, services)
    _unsplit(organisation)
    for period in plan.periods:
        open_month(organisation_id=organisation.pk, period=period)
    return organisation


def _service(organisation: Organisation, terms: ServiceTerms, place: int) -> Service:
    return Service.objects.create(
        organisation=organisation,
        code=terms.code,
        name=terms.name,
        unit=terms.unit,
        group=terms.group,
        charge=terms.charge,
        position=place,
        file_position=place,
        payee=_payee(organisation, terms.payee),
        vat_rate=Decimal(terms.vat) if terms.vat else None,
        has_uplift=terms.uplift is not None,
    )


def _unsplit(organisation: Organisation) -> None:
    Service.objects.create(
        organisation=organisation,
        name="Без разделения по услугам",
        group="other",
        charge="none",
        position=_LAST_PLACE,
        file_position=_LAST_PLACE,
        payee=_payee(organisation, MANAGER),
    )


def _payee(organisation: Organisation, name: str) -> Payee:
    found = Payee.objects.get_or_create(organisation=organisation, name=name, defaults=_REQUISITES)
    return found[0]


def _sources(service: Service, terms: ServiceTerms, services: dict[str, Service]) -> None:
    ServiceSource.objects.bulk_create(
        ServiceSource(
            service=service, source=services[code], role=SourceRole.DRAINED, position=position
        )
        for position, code in enumerate(terms.sources)
    )


def _prices(service: Service, terms: ServiceTerms, plan: Plan) -> None:
    Tariff.objects.bulk_create(
        Tariff(
            service=service,
            price=amount,
            zone=price.zone,
            component=price.component,
            up_to=Decimal(price.up_to) if price.up_to else None,
            valid=DateRange(since, until),
        )
        for price in terms.prices
        for amount, since, until in prices_over_time(price, plan)
    )
    onward = DateRange(begins(plan), None)
    if terms.norms:
        norms = {key: Decimal(value) for key, value in terms.norms.items()}
        Norm.objects.create(service=service, valid=onward, **norms)
    if terms.uplift:
        Uplift.objects.create(service=service, coefficient=Decimal(terms.uplift), valid=onward)
