"""The doorbell's other end: the tasks carry no letters, the journal does."""

import time

from celery import shared_task

from mailing.queries import accounts_with_due_letters
from mailing.services import pump as send_due
from mailing.services import sweep as free_rows_of_lost_workers
from mailing.services import this_worker
from zhkh.runs.doorbell import ring_on_commit

SECONDS_AT_A_TIME = 60


@shared_task
def pump(*, mail_account_id: int, **later: object) -> None:
    """Send for a minute at most, then ring again; lost, doubled and late rings change nothing."""
    del later  # what the next release may send
    deadline = time.monotonic() + SECONDS_AT_A_TIME
    send_due(mail_account_id, worker=this_worker(), should_stop=lambda: time.monotonic() > deadline)
    if mail_account_id in accounts_with_due_letters():
        ring_on_commit("mailing.tasks.pump", mail_account_id=mail_account_id)


@shared_task
def sweep(**later: object) -> None:
    """Every minute: rows of lost workers, letters whose time to be tried again has come."""
    del later
    free_rows_of_lost_workers()
    for mail_account_id in accounts_with_due_letters():
        ring_on_commit("mailing.tasks.pump", mail_account_id=mail_account_id)
