"""What workers do for recalculations: count past months again, and find forgotten requests."""

import logging

from celery import shared_task
from django.utils import timezone

from charges.corrections.services import recount
from zhkh.runs.models import Run
from zhkh.runs.services import RunIsBusy, working_runs

logger = logging.getLogger(__name__)


@shared_task
def count(*, run_id: int, **later: object) -> None:
    """Rung after a request; late, lost and doubled rings change nothing."""
    del later  # what the next release may send
    try:
        recount.work_on(run_id=run_id, clock=timezone.now)
    except RunIsBusy as busy:
        logger.info("run %s: %s", run_id, busy)
    except Run.DoesNotExist:
        logger.warning("run %s is not there: the ring came from another database", run_id)


@shared_task
def sweep(**later: object) -> None:
    """Take up every requested recount that no worker has: its ring or its worker was lost."""
    del later
    for run in working_runs(kind=recount.KIND):
        count(run_id=run.pk)
