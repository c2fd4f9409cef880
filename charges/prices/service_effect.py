"""«Что изменится» when a service itself changes: the last month by its old and its new terms."""

import dataclasses
import json
from typing import Any

from django.db import transaction

from accounts_registry.models import Service
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_document
from charges.loading import load_terms
from charges.models import Absence
from charges.prices.price_effect import Effect, effect_by, last_calculated
from charges.prices.service_card import ServiceFields, save_service
from zhkh.kernel.period import Period

_PRINTED = ("name", "unit", "group", "order")  # what a service is called changes no sum

Terms = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceChange:
    """What a change of a service does; `words` are what the sums of one month do not show."""

    effect: Effect | None
    words: tuple[str, ...]


def effect_of_service(service: Service, fields: ServiceFields) -> ServiceChange | None:
    """
    What the fields would have made of the last calculated month; None where they change nothing
    that is counted, or no month has been calculated.

    The fields are written and taken back at once, so that the terms are read the usual way.

    :raises ServiceRefusal: the service cannot be written like this.
    """
    month = last_calculated(service.organisation_id)
    if month is None:
        return None
    was = load_terms(organisation_id=service.organisation_id, period=month)
    words = _words(service, fields, month)
    will = _terms_with(service, fields, month)
    if _counted(was) != _counted(will):
        return ServiceChange(effect_by(service, _Retold(was, will)), words)
    return ServiceChange(None, words) if words else None


@dataclasses.dataclass(frozen=True, slots=True)
class _Retold:
    """A frozen house by both terms."""

    was: Terms
    will: Terms

    def __call__(self, frozen: bytes) -> tuple[Scenario, Scenario]:
        houses = json.loads(frozen)["houses"]
        before, after = ({**terms, "houses": houses} for terms in (self.was, self.will))
        return parse_document(before), parse_document(after)


def _terms_with(service: Service, fields: ServiceFields, month: Period) -> Terms:
    with transaction.atomic():
        again = Service.objects.get(pk=service.pk)
        save_service(organisation=service.organisation, fields=fields, service=again)
        terms = load_terms(organisation_id=service.organisation_id, period=month)
        transaction.set_rollback(True)
    return terms


def _counted(terms: Terms) -> Terms:
    services = [
        {key: value for key, value in service.items() if key not in _PRINTED}
        for service in terms["services"]
    ]
    return terms | {
        "services": sorted(services, key=lambda row: str(row["code"])),
        "tariffs": sorted(terms["tariffs"], key=lambda row: str(row["service"])),
    }


def _words(service: Service, fields: ServiceFields, month: Period) -> tuple[str, ...]:
    found = []
    if fields.is_capital_repair != service.is_capital_repair:
        how = (
            "по ч. 14.1 ст. 155 ЖК РФ, отдельно от"
            if fields.is_capital_repair
            else "вместе с долгом"
        )
        found.append(
            f"Пени за долг по этой услуге посчитаются заново {how} других услуг: разница "
            "проводится при подтверждении ближайшего месяца."
        )
    if fields.has_absence != service.has_absence:
        count = Absence.objects.filter(
            account__organisation=service.organisation_id,
            left_on__lt=month.next_first_day,
            returned_on__gt=month.first_day,
        ).count()
        does = "вернётся" if fields.has_absence else "больше не вернётся"
        found.append(
            f"Плата за дни отсутствия {does}; заявлений на {month.title.lower()}: {count}. "
            "В суммах ниже отсутствие не учтено."
        )
    return tuple(found)
