"""A scenario → rows of the registry, tariffs and books, as an operator would have entered them."""

import datetime as dt
from collections.abc import Iterable

from django.db import DataError, IntegrityError, connection, transaction

from accounts_registry.models import (
    Organisation,
    PersonalAccount,
    Service,
    ServiceSource,
    SettingName,
    SourceRole,
)
from accounts_registry.models.settings import NegativeCommon, Switch
from accounts_registry.services import store_settings
from charges.calc import inputs
from charges.models import Norm, Tariff, Uplift
from zhkh.scenarios.houses import store_house
from zhkh.scenarios.limits import MOST_COUNTED, refuse_unstorable
from zhkh.scenarios.penalties import penalty_settings, store_penalty
from zhkh.scenarios.refusals import (
    AccountsExist,
    NotAccepted,
    OrganisationExists,
    TooLargeForDatabase,
)
from zhkh.scenarios.target import Target, span


@transaction.atomic(durable=True)
def store_scenario(scenario: inputs.Scenario, *, name: str, at: dt.datetime) -> Organisation:
    """
    Load everything of a scenario into an organisation of its own; all or nothing.

    :raises CannotLoad: its accounts or organisation are known already, or a value does not fit.
    """
    refuse_unstorable(scenario)
    _wait_for_other_loads()
    _refuse_what_is_known(scenario, name)
    try:
        return _store(scenario, name=name, at=at)
    except DataError as error:
        raise TooLargeForDatabase from error
    except IntegrityError as error:
        raise NotAccepted(error) from error


def _wait_for_other_loads() -> None:
    """Two loads at once would not see each other's accounts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('zhkh scenario load', 0))")


def _refuse_what_is_known(scenario: inputs.Scenario, name: str) -> None:
    numbers = [account.number for house in scenario.houses for account in house.accounts]
    known = PersonalAccount.objects.filter(number__in=numbers).order_by("number")
    if known:
        raise AccountsExist(account.number for account in known)
    if Organisation.objects.filter(name=name).exists():
        raise OrganisationExists(name)


def _store(scenario: inputs.Scenario, *, name: str, at: dt.datetime) -> Organisation:
    organisation = Organisation.objects.create(name=name)
    store_settings(
        organisation=organisation, values=_settings(scenario.terms), since=scenario.period
    )
    target = Target(
        organisation=organisation,
        period=scenario.period,
        services=_services(organisation, scenario.terms.services),
        unsplit=_unsplit(organisation),
        at=at,
    )
    _prices(scenario.terms, target)
    store_penalty(scenario.terms, target)
    for house in scenario.houses:
        store_house(house, target)
    return organisation


def _settings(terms: inputs.Terms) -> dict[SettingName, str]:
    """What the scenario says; what it does not name must not come from the program's defaults."""
    return {
        SettingName.COMMON_VOLUME_ROUNDING: f"{terms.rounding.basis}:{terms.rounding.places}",
        SettingName.NEGATIVE_COMMON: NegativeCommon(terms.negative_common.value),
        SettingName.LIMIT_COMMON_TO_NORM: Switch.ON if terms.limits_common else Switch.OFF,
    } | penalty_settings(terms.penalty)


def _unsplit(organisation: Organisation) -> Service:
    """After every other: what nobody has split by service is paid last."""
    return Service.objects.create(
        organisation=organisation,
        name="Без разделения по услугам",
        group="other",
        charge="none",
        position=MOST_COUNTED,
        file_position=MOST_COUNTED,
    )


def _services(organisation: Organisation, services: Iterable[inputs.Service]) -> dict[str, Service]:
    rows = {
        service.code: Service.objects.create(
            organisation=organisation,
            code=service.code,
            name=service.name,
            unit=service.unit,
            group=service.group.value,
            charge=service.charge.value,
            position=service.order,
            file_position=place,
            vat_rate=service.vat or None,
            has_uplift=service.uplift,
            has_absence=service.absence,
        )
        for place, service in enumerate(services)
    }
    ServiceSource.objects.bulk_create(
        ServiceSource(service=rows[service.code], source=rows[code], role=role, position=place)
        for service in services
        for role, codes in (
            (SourceRole.DRAINED, service.sources),
            (SourceRole.SUBTRACTED, service.minus),
            (SourceRole.CHARGED, (service.common_of,) if service.common_of else ()),
        )
        for place, code in enumerate(codes)
    )
    return rows


def _prices(terms: inputs.Terms, target: Target) -> None:
    Tariff.objects.bulk_create(
        Tariff(
            service=target.services[row.service],
            price=row.price,
            zone=row.zone or "",
            component=row.component or "",
            use=row.use or "",
            up_to=row.up_to,
            valid=span(row),
        )
        for row in terms.tariffs
    )
    Norm.objects.bulk_create(
        Norm(
            service=target.services[row.service],
            per_person=row.per_person,
            per_common_m2=row.per_common_m2,
            per_m2=row.per_m2,
            heat_per_unit=row.heat_per_unit,
            is_yearly=row.year,
            valid=span(row),
        )
        for row in terms.norms
    )
    Uplift.objects.bulk_create(
        Uplift(service=target.services[row.service], coefficient=row.coefficient, valid=span(row))
        for row in terms.uplifts
    )
