"""What workers do for documents: issue what was asked for, and find what was forgotten."""

import contextlib
import logging

from celery import shared_task
from django.utils import timezone

from payment_docs import services
from zhkh.runs.doorbell import ring_on_commit
from zhkh.runs.models import Run
from zhkh.runs.services import working_runs

logger = logging.getLogger(__name__)


@shared_task
def issue(*, run_id: int, **later: object) -> None:
    """Rung after a request; late, lost and doubled rings change nothing."""
    del later  # what the next release may send
    ring_on_commit("payment_docs.tasks.help_to_issue", run_id=run_id)
    try:
        services.work_on(run_id=run_id, clock=timezone.now)
    except services.DocumentsAreBusy as busy:
        logger.info("run %s: %s", run_id, busy)
    except Run.DoesNotExist:
        logger.warning("run %s is not there: the ring came from another database", run_id)


@shared_task
def help_to_issue(*, run_id: int, **later: object) -> None:
    """Another process of the worker takes its part; one that comes late finds nothing to do."""
    del later
    with contextlib.suppress(Run.DoesNotExist):
        services.help_with(run_id=run_id, clock=timezone.now)


@shared_task
def sweep(**later: object) -> None:
    """Take up every requested issue that no worker has: its ring or its worker was lost."""
    del later
    for run in working_runs(kind=services.KIND):
        issue(run_id=run.pk)
