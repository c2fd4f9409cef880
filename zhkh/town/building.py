"""Writing a town: its organisation, then its houses chunk by chunk, by one process or several."""

import datetime as dt
from functools import partial

from django.db import transaction

from accounts_registry.models import House, Organisation, Service
from zhkh.kernel.refusal import Refusal
from zhkh.town.books import enter_books
from zhkh.town.founding import found_town
from zhkh.town.history import live_through
from zhkh.town.houses import build_house, house_code
from zhkh.town.plan import Plan
from zhkh.town.rows import Place, write_houses
from zhkh.town.workers import Tell, each_by

HOUSES_IN_A_CHUNK = 20
FINISHED = "Выдуманный город: ни домов, ни людей этих нет."  # printed on its bills


class TownStands(Refusal):
    def __init__(self, organisation: Organisation) -> None:
        super().__init__(
            f"Такой город в базе уже есть: организация «{organisation}». Назовите другое зерно "
            "(--seed) или пустую базу данных."
        )


def build_town(plan: Plan, *, at: dt.datetime, workers: int, tell: Tell) -> Organisation:
    """
    Write the town; an attempt that was broken off goes on where it stopped.

    :raises TownStands: all of it is there already.
    """
    organisation = found_town(plan)
    if organisation.notice == FINISHED:
        raise TownStands(organisation)
    place = Place(
        organisation_id=organisation.pk,
        services=dict(Service.objects.filter(organisation=organisation).values_list("code", "pk")),
        at=at,
    )
    _write_houses(plan, organisation, place, workers=workers, tell=tell)
    live_through(plan, organisation, place, workers=workers, tell=tell)
    Organisation.objects.filter(pk=organisation.pk).update(notice=FINISHED)
    return organisation


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
