"""A month shared by workers, and one that nobody can calculate."""

import threading

import pytest
from django.db import connection, connections

from charges.models import ChargeInput, ChargeLine
from charges.run.shards import HOUSES_IN_A_SHARD
from charges.services import (
    PROGRAM_FAILED,
    calculate_month,
    help_with,
    request_calculation,
    work_on,
)
from tests.cast import JULY, NOON
from tests.priced import add_house, at_noon, calculated, priced_tihiy_okean
from zhkh.runs.models import ItemState, Run, RunState


def digests():
    return dict(ChargeInput.objects.values_list("house__code", "result_digest"))


def town(houses: int):
    okean = priced_tihiy_okean()
    for number in range(houses):
        add_house(okean, code=f"n{number:03d}")
    return okean


@pytest.fixture
def two_shards(committed_db):
    return town(HOUSES_IN_A_SHARD)


def test_processes_that_help_leave_the_same_month(two_shards):
    calculated(two_shards.organisation)
    alone, lines = digests(), ChargeLine.objects.count()

    run = calculate_month(
        organisation=two_shards.organisation, period=JULY, by=None, clock=at_noon, workers=2
    )

    assert run.state == RunState.DONE
    assert (digests(), ChargeLine.objects.count()) == (alone, lines)


def test_whoever_ends_the_month_waits_for_those_who_help(two_shards):
    run = request_calculation(organisation=two_shards.organisation, period=JULY, by=None, at=NOON)

    def helper():
        help_with(run_id=run.pk)
        connections.close_all()

    helpers = [threading.Thread(target=helper) for _ in range(2)]
    for one in helpers:
        one.start()
    ended = work_on(run_id=run.pk, clock=at_noon)
    for one in helpers:
        one.join()

    assert ended.state == RunState.DONE
    assert set(run.items.values_list("state", "attempts")) == {(ItemState.DONE, 1)}
    assert len(digests()) == HOUSES_IN_A_SHARD + 1


def test_help_that_comes_late_finds_nothing_to_do(db):
    okean = priced_tihiy_okean()
    run = calculated(okean.organisation)

    help_with(run_id=run.pk)

    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_terms_that_cannot_be_read_end_the_run(db):
    okean = priced_tihiy_okean()
    with connection.cursor() as cursor:  # a date of the database that Python has not
        cursor.execute("UPDATE charges_tariff SET valid = daterange('-infinity', NULL)")

    run = calculated(okean.organisation)

    assert run.state == RunState.FAILED
    assert set(Run.objects.get(pk=run.pk).items.values_list("message", flat=True)) == {
        PROGRAM_FAILED
    }
