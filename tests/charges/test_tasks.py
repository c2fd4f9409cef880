"""Doorbell and sweeper: whatever is rung, lost or doubled, the month is calculated once."""

import logging

import pytest

from charges.services import request_calculation
from charges.tasks import calculate_month, sweep
from tests.cast import JULY, NOON
from tests.priced import calculated, priced_tihiy_okean
from zhkh.celery import app
from zhkh.runs.models import Run, RunState
from zhkh.runs.services import alone_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db):
    okean = priced_tihiy_okean()
    return request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)


def state_of(run):
    return Run.objects.get(pk=run.pk).state


def test_ring_calculates_the_month(run):
    calculate_month(run_id=run.pk)

    assert state_of(run) == RunState.DONE


def test_arguments_of_the_next_release_are_tolerated(run):
    calculate_month(run_id=run.pk, priority="high")

    assert state_of(run) == RunState.DONE


def test_second_ring_changes_nothing(run):
    calculate_month(run_id=run.pk)
    finished = Run.objects.get(pk=run.pk).finished_at

    calculate_month(run_id=run.pk)

    assert Run.objects.get(pk=run.pk).finished_at == finished


def test_ring_for_a_run_that_is_not_there_is_logged(db, caplog):
    with caplog.at_level(logging.WARNING):
        calculate_month(run_id=10**9)

    assert caplog.messages == ["run 1000000000 is not there: the ring came from another database"]


def test_sweeper_takes_what_was_never_rung(run):
    sweep()

    assert state_of(run) == RunState.DONE


def test_sweeper_leaves_ended_runs_alone(db):
    run = calculated(priced_tihiy_okean().organisation)

    sweep(of_the_next_release=True)

    assert list(Run.objects.filter(kind="charges").values_list("pk", flat=True)) == [run.pk]


def test_worker_acknowledges_early_and_knows_both_tasks():
    app.loader.import_default_modules()

    assert {"charges.tasks.calculate_month", "charges.tasks.sweep"} <= set(app.tasks)
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (False, False)


def test_lock_of_a_run_is_free_again_afterwards(run):
    with alone_with(run):
        pass

    calculate_month(run_id=run.pk)
    assert state_of(run) == RunState.DONE
