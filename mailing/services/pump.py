"""The loop that sends: claim, deliver, record, until nothing is due or the account must wait."""

import os
import socket
from collections.abc import Callable

from mailing.models import BatchState, MailBatch
from mailing.services import journal
from mailing.services.accounts import may_send, stop_account
from mailing.services.batches import finish_if_done
from mailing.services.delivery import AccountTrouble, Delivery, Worker


def this_worker() -> Worker:
    """The name under which this process owns rows; never used by another one."""
    return Worker(owner=f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"[-100:])


def never() -> bool:
    return False


def pump(mail_account_id: int, *, worker: Worker, should_stop: Callable[[], bool] = never) -> int:
    """
    Send what is due through one mail account; rows of lost workers are swept first.

    `should_stop` is asked before each letter. Returns how many rows were taken to hand.
    """
    journal.sweep()
    running = MailBatch.objects.filter(
        mail_account_id=mail_account_id, state=BatchState.RUNNING
    ).order_by("id")
    return sum(
        deliver_batch(batch_id, worker=worker, should_stop=should_stop)
        for batch_id in list(running.values_list("pk", flat=True))
    )


def deliver_batch(batch_id: int, *, worker: Worker, should_stop: Callable[[], bool] = never) -> int:
    """Send the due letters of one batch through one connection."""
    batch = MailBatch.objects.select_related("mail_account").get(pk=batch_id)
    delivery = Delivery(batch, worker)
    taken = 0
    try:
        while _goes_on(batch, should_stop):
            rows = journal.claim(batch=batch, owner=worker.owner)
            if not rows:
                break
            taken += _deliver_rows(delivery, batch, rows, worker, should_stop)
    except AccountTrouble as trouble:
        _give_back(batch, worker, trouble.verdict.explanation)
        stop_account(batch=batch, verdict=trouble.verdict, reply=trouble.reply)
    finally:
        delivery.close()
    finish_if_done(batch_id)
    return taken


def _deliver_rows(
    delivery: Delivery,
    batch: MailBatch,
    rows: list[int],
    worker: Worker,
    should_stop: Callable[[], bool],
) -> int:
    taken = 0
    for row_id in rows:
        if not _goes_on(batch, should_stop):
            _give_back(batch, worker, "Отправка остановлена.")
            break
        taken += 1
        delivery.deliver(row_id)
    return taken


def _give_back(batch: MailBatch, worker: Worker, text: str) -> None:
    journal.give_back(batch_id=batch.pk, owner=worker.owner, text=text)


def _goes_on(batch: MailBatch, should_stop: Callable[[], bool]) -> bool:
    if should_stop():
        return False
    running = MailBatch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).exists()
    return running and may_send(batch.mail_account_id)
