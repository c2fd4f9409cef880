"""Use cases of the post."""

from mailing.services.accounts import let_run, may_send, save_account
from mailing.services.batches import (
    BatchRequest,
    Preview,
    decide_row,
    decisions_for,
    preview_batch,
    queue_batch,
    resume_batch,
    stop_batch,
)
from mailing.services.check import CheckStep, check_account
from mailing.services.delivery import Worker
from mailing.services.journal import sweep
from mailing.services.pump import deliver_batch, pump, this_worker
from mailing.services.refusals import (
    AccountCannotSend,
    BatchIsFinished,
    MailingRefusal,
    NoMailAccount,
    PasswordNeeded,
    RowHasMoved,
)

__all__ = [
    "AccountCannotSend",
    "BatchIsFinished",
    "BatchRequest",
    "CheckStep",
    "MailingRefusal",
    "NoMailAccount",
    "PasswordNeeded",
    "Preview",
    "RowHasMoved",
    "Worker",
    "check_account",
    "decide_row",
    "decisions_for",
    "deliver_batch",
    "let_run",
    "may_send",
    "preview_batch",
    "pump",
    "queue_batch",
    "resume_batch",
    "save_account",
    "stop_batch",
    "sweep",
    "this_worker",
]
