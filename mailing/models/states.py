"""States of a letter; what the journal shows together."""

from django.db import models

from mailing.rules import Skip


class JournalState(models.TextChoices):
    QUEUED = "queued", "В очереди"
    CLAIMED = "claimed", "Готовится"
    IN_DATA = "in_data", "Передаётся"
    ACCEPTED = "accepted", "Отправлено"
    DEFERRED = "deferred", "Отложено"
    FAILED = "failed", "Ошибка"
    UNCERTAIN = "uncertain", "Исход неизвестен"
    HELD = "held", "Задержано"
    CANCELLED = "cancelled", "Отменено"
    SKIPPED = "skipped", "Пропущено"
    DELIVERED = "delivered", "Доставлено"
    BOUNCED = "bounced", "Возврат"


class SkipReason(models.TextChoices):
    """The reasons of `mailing.rules.Skip` as a column knows them."""

    PAPER = Skip.PAPER.value, Skip.PAPER.words
    ADDRESS_ALONE = Skip.ADDRESS_ALONE.value, Skip.ADDRESS_ALONE.words
    BAD_ADDRESS = Skip.BAD_ADDRESS.value, Skip.BAD_ADDRESS.words
    NO_DOCUMENT = Skip.NO_DOCUMENT.value, Skip.NO_DOCUMENT.words
    ALREADY_SENT = Skip.ALREADY_SENT.value, Skip.ALREADY_SENT.words
    ALREADY_QUEUED = Skip.ALREADY_QUEUED.value, Skip.ALREADY_QUEUED.words


IN_WORK = (JournalState.CLAIMED, JournalState.IN_DATA)
DUE = (JournalState.QUEUED, JournalState.DEFERRED)
UNFINISHED = (*DUE, *IN_WORK)
SENT = (JournalState.ACCEPTED, JournalState.DELIVERED)
# At most one row of a document may be in these: nothing is sent twice by itself.
HOLDS_DOCUMENT = (*UNFINISHED, *SENT, JournalState.UNCERTAIN, JournalState.HELD)
SAYS_WHY = (
    JournalState.DEFERRED,
    JournalState.FAILED,
    JournalState.UNCERTAIN,
    JournalState.HELD,
    JournalState.BOUNCED,
)


class Group(models.TextChoices):
    """Counters of the journal: every state belongs to exactly one."""

    SENT = "sent", "Отправлено"
    QUEUED = "queued", "В очереди"
    DEFERRED = "deferred", "Отложено"
    FAILED = "failed", "Ошибки"
    UNCERTAIN = "uncertain", "Исход неизвестен"
    BOUNCED = "bounced", "Возврат"
    HELD = "held", "Задержано"
    SKIPPED = "skipped", "Пропущено"


GROUP_OF = {
    JournalState.QUEUED: Group.QUEUED,
    JournalState.CLAIMED: Group.QUEUED,
    JournalState.IN_DATA: Group.QUEUED,
    JournalState.ACCEPTED: Group.SENT,
    JournalState.DELIVERED: Group.SENT,
    JournalState.DEFERRED: Group.DEFERRED,
    JournalState.FAILED: Group.FAILED,
    JournalState.UNCERTAIN: Group.UNCERTAIN,
    JournalState.BOUNCED: Group.BOUNCED,
    JournalState.HELD: Group.HELD,
    JournalState.CANCELLED: Group.SKIPPED,
    JournalState.SKIPPED: Group.SKIPPED,
}
# Groups a person looks at first.
ATTENTION = (Group.FAILED, Group.UNCERTAIN, Group.BOUNCED, Group.HELD, Group.DEFERRED)


def states_of(*groups: Group) -> list[JournalState]:
    return [state for state, group in GROUP_OF.items() if group in groups]
