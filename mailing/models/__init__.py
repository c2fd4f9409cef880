"""The post: sending accounts, batches, the journal of letters and its history."""

from mailing.models.account import MailAccount
from mailing.models.batch import BatchState, MailBatch
from mailing.models.event import JournalEvent
from mailing.models.row import JournalRow
from mailing.models.states import Group, JournalState, SkipReason

__all__ = [
    "BatchState",
    "Group",
    "JournalEvent",
    "JournalRow",
    "JournalState",
    "MailAccount",
    "MailBatch",
    "SkipReason",
]
