"""What workers do for «Сверка»: prove what was asked for, and find forgotten checks."""

import logging

from celery import shared_task
from django.utils import timezone

from zhkh.audits import services
from zhkh.runs.models import Run
from zhkh.runs.services import RunIsBusy, working_runs

logger = logging.getLogger(__name__)


@shared_task
def check(*, run_id: int, **later: object) -> None:
    """Rung after a request; late, lost and doubled rings change nothing."""
    del later  # what the next release may send
    try:
        services.work_on(run_id=run_id, clock=timezone.now)
    except RunIsBusy as busy:
        logger.info("run %s: %s", run_id, busy)
    except Run.DoesNotExist:
        logger.warning("run %s is not there: the ring came from another database", run_id)


@shared_task
def sweep(**later: object) -> None:
    """Take up every check that no worker has: its ring or its worker was lost."""
    del later
    for run in working_runs(kind=services.KIND):
        check(run_id=run.pk)
