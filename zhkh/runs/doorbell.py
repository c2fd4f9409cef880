"""Telling a worker that a run waits; the run itself is rows, so a lost ring loses nothing."""

import functools
import logging

from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring_on_commit(task: str, **ids: int) -> None:
    """
    Ask a worker to run the task ("charges.tasks.calculate_month") once this transaction commits.

    A broker that does not answer is logged and passed over: the sweeper finds the work.
    """
    transaction.on_commit(functools.partial(_ring, task, ids))


def _ring(task: str, ids: dict[str, int]) -> None:
    try:
        _sender().send_task(task, kwargs=ids, retry=False, ignore_result=True)
    except OperationalError as failure:
        logger.warning("Очередь не отвечает (%s): задание %s возьмёт обход.", failure, ids)


def forget_broker() -> None:
    """Read the address of the broker anew at the next ring."""
    _sender.cache_clear()


# Somebody waits for the page: by itself kombu would try for six seconds.
_GIVE_UP_AT_ONCE = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}


@functools.cache
def _sender() -> Celery:
    """Our own sender: whoever rings need not know the worker's application."""
    sender = Celery("zhkh-doorbell", set_as_current=False)
    sender.config_from_object("django.conf:settings", namespace="CELERY")
    sender.conf.broker_transport_options = {
        **sender.conf.broker_transport_options,
        **_GIVE_UP_AT_ONCE,
    }
    return sender
