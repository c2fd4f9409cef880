import logging

import pytest
from kombu import Connection

from zhkh.runs.doorbell import forget_broker, ring_on_commit


@pytest.fixture
def fresh_sender():
    forget_broker()
    yield
    forget_broker()


@pytest.mark.django_db
def test_ring_carries_the_task_and_the_id(
    fresh_sender, settings, django_capture_on_commit_callbacks
):
    settings.CELERY_BROKER_URL = "memory://"

    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit("charges.tasks.calculate_month", run_id=7)

    with Connection("memory://") as broker, broker.SimpleQueue("celery") as queue:
        message = queue.get(timeout=60)
    message.ack()
    assert message.headers["task"] == "charges.tasks.calculate_month"
    assert message.payload[:2] == [[], {"run_id": 7}]


@pytest.mark.django_db
def test_nothing_is_rung_before_the_commit(fresh_sender, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        ring_on_commit("charges.tasks.calculate_month", run_id=7)

    assert len(callbacks) == 1


@pytest.mark.django_db
def test_broker_that_does_not_answer_is_passed_over_at_once(
    fresh_sender, settings, caplog, django_capture_on_commit_callbacks
):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    with (
        caplog.at_level(logging.WARNING, logger="zhkh.runs.doorbell"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        ring_on_commit("charges.tasks.calculate_month", run_id=7)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
