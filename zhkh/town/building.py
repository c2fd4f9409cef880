"""Writing a town: its organisation, then its houses chunk by chunk, by one process or several."""

import datetime as dt
from functools import partial

from django.apps import apps
from django.db import transaction

from accounts_registry.models import House, Organisation, Service
from zhkh.kernel.refusal import Refusal
from zhkh.town.books import enter_books
from zhkh.town.foreign_keys import Count, without_foreign_keys
from zhkh.town.founding import found_town
from zhkh.town.history import live_through
from zhkh.town.houses import build_house, house_code
from zhkh.town.plan import Plan
from zhkh.town.rows import Place, write_houses
from zhkh.town.workers import Tell, each_by

HOUSES_IN_A_CHUNK = 20
_APPS = ("accounts_registry", "ledger", "charges")
FINISHED = "Выдуманный город: ни домов, ни людей этих нет."  # printed on its bills


class TownStands(Refusal):
    def __init__(self, organisation: Organisation) -> None:
        super().__init__(
            f"Такой город в базе уже есть: организация «{organisation}». Назовите другое зерно "
            "(--seed) или пустую базу данных."
        )


def build_town(
    plan: Plan, *, at: dt.datetime, workers: int, tell: Tell, owner_url: str | None = None
) -> Organisation:
    """
    Write the town; an attempt that was broken off goes on where it stopped.

    `owner_url`: the same database for its owner, who may hasten the writing into an empty one.

    :raises TownStands: all of it is there already.
    """
    with without_foreign_keys(owner_url, _tables()) as count:
        return _build(plan, at=at, workers=workers, tell=tell, count=count)


def _build(plan: Plan, *, at: dt.datetime, workers: int, tell: Tell, count: Count) -> Organisation:
    organisation = found_town(plan)
    if organisation.notice == FINISHED:
        raise TownStands(organisation)
    place = Place(
        organisation_id=organisation.pk,
        services=dict(Service.objects.filter(organisation=organisation).values_list("code", "pk")),
        at=at,
    )
    _write_houses(plan, organisation, place, workers=workers, tell=tell)
    count()
    live_through(plan, organisation, place, workers=workers, tell=tell, count=count)
    Organisation.objects.filter(pk=organisation.pk).update(notice=FINISHED)
    return organisation


def _tables() -> list[str]:
    """Of everything a town and its months may stand in."""
    return [
        model._meta.db_table  # noqa: SLF001 (documented)
        for app in _APPS
        for model in apps.get_app_config(app).get_models()
    ]


def _write_houses(
    plan: Plan, organisation: Organisation, place: Place, *, workers: int, tell: Tell
) -> None:
    left = _chunks_left(plan, organisation)
    done = plan.houses - sum(len(chunk) for chunk in left)
    with each_by(workers) as each:
        for written in each(partial(write_chunk, plan, place), left):
            done += written
            tell(f"домов {done} из {plan.houses}")


def write_chunk(plan: Plan, place: Place, houses: range) -> int:
    """These houses and all that is in them, or nothing; returns how many houses."""
    built = [build_house(plan, house) for house in houses]
    with transaction.atomic():
        ids = write_houses(built, place)
        enter_books((account for house in built for account in house.accounts), ids, place)
    return len(houses)


def _chunks_left(plan: Plan, organisation: Organisation) -> list[range]:
    """A chunk is written whole, so its first house tells of all."""
    written = set(House.objects.filter(organisation=organisation).values_list("code", flat=True))
    chunks = (
        range(first, min(first + HOUSES_IN_A_CHUNK, plan.houses))
        for first in range(0, plan.houses, HOUSES_IN_A_CHUNK)
    )
    return [chunk for chunk in chunks if house_code(chunk[0]) not in written]
