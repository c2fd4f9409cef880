"""What the journal says: batches, counts that always add up, rows that wait."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from mailing.models import (
    BatchState,
    Group,
    JournalEvent,
    JournalRow,
    JournalState,
    MailAccount,
    MailBatch,
    SkipReason,
)
from mailing.models.states import ATTENTION, DUE, GROUP_OF, states_of
from payment_docs.models import IssuedDocument
from zhkh.web.models import User

_SETTLED = (Group.SENT, Group.FAILED, Group.UNCERTAIN, Group.BOUNCED, Group.HELD)
_MINUTE = dt.timedelta(minutes=1)
_WRONG = (Group.FAILED, Group.UNCERTAIN, Group.BOUNCED, Group.HELD)


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a batch are in each state; skipped ones by reason."""

    states: dict[str, int]
    skipped: dict[str, int]

    @property
    def total(self) -> int:
        """Every account of the batch."""
        return sum(self.states.values())

    @property
    def letters(self) -> int:
        """Accounts that get a letter."""
        return self.total - self.of(Group.SKIPPED)

    @property
    def settled(self) -> int:
        """Letters nothing more happens to by itself."""
        return sum(self.of(group) for group in _SETTLED)

    @property
    def sent(self) -> int:
        return self.of(Group.SENT)

    @property
    def wrong(self) -> int:
        return sum(self.of(group) for group in _WRONG)

    @property
    def attention(self) -> int:
        return sum(self.of(group) for group in ATTENTION)

    @property
    def failed(self) -> int:
        return self.of(Group.FAILED) + self.of(Group.BOUNCED)

    @property
    def uncertain(self) -> int:
        return self.of(Group.UNCERTAIN)

    @property
    def held(self) -> int:
        return self.of(Group.HELD)

    @property
    def deferred(self) -> int:
        return self.of(Group.DEFERRED)

    @property
    def queued(self) -> int:
        return self.of(Group.QUEUED)

    @property
    def skipped_total(self) -> int:
        return self.of(Group.SKIPPED)

    @property
    def waiting(self) -> int:
        return self.of(Group.QUEUED) + self.of(Group.DEFERRED)

    @property
    def percent(self) -> int:
        return self.settled * 100 // self.letters if self.letters else 100

    def of(self, group: Group) -> int:
        return sum(self.states.get(state, 0) for state in states_of(group))

    @property
    def skips(self) -> list[tuple[str, int]]:
        """Reasons in their usual order, with cancelled letters last."""
        found = [
            (reason.label, self.skipped[reason])
            for reason in SkipReason
            if self.skipped.get(reason)
        ]
        cancelled = self.states.get(JournalState.CANCELLED, 0)
        return [*found, ("отменено", cancelled)] if cancelled else found


def batches_of(
    user: User | AnonymousUser, right: str = "mailing.view_batch"
) -> QuerySet[MailBatch]:
    """Batches of the organisations where the user has the right, the newest first."""
    return MailBatch.objects.filter(organisation__in=organisations_of(user, right)).select_related(
        "organisation", "mail_account", "started_by"
    )


def mail_accounts_of(
    user: User | AnonymousUser, right: str = "mailing.view_mailaccount"
) -> QuerySet[MailAccount]:
    """Mail accounts of the organisations where the user has the right, the system one first."""
    return MailAccount.objects.filter(
        organisation__in=organisations_of(user, right)
    ).select_related("organisation")


def sending_accounts(organisation: Organisation) -> QuerySet[MailAccount]:
    """Accounts a batch may be sent from, the system one first."""
    return MailAccount.objects.filter(organisation=organisation, use_for_sending=True)


def counts_of(batch_ids: Collection[int]) -> dict[int, Counts]:
    """Counts of several batches by one query."""
    counts = {batch_id: Counts({}, {}) for batch_id in batch_ids}
    rows = (
        JournalRow.objects.filter(batch_id__in=batch_ids)
        .order_by()
        .values_list("batch_id", "state", "skip_reason")
        .annotate(count=Count("pk"))
    )
    for batch_id, state, reason, count in rows:
        known = counts[batch_id]
        known.states[state] = known.states.get(state, 0) + count
        if reason:
            known.skipped[reason] = known.skipped.get(reason, 0) + count
    return counts


def rows_of(batch: MailBatch, groups: Iterable[Group]) -> QuerySet[JournalRow]:
    """Rows of some groups with their payers, in the order of the batch."""
    states = [state for state, group in GROUP_OF.items() if group in set(groups)]
    return (
        JournalRow.objects.filter(batch=batch, state__in=states)
        .select_related("account__payer")
        .order_by("id")
    )


def last_events(batch: MailBatch, *, count: int) -> QuerySet[JournalEvent]:
    """What befell the batch as a whole, the newest first."""
    return JournalEvent.objects.filter(batch=batch, row=None).select_related("by")[:count]


def sent_in_last_minute(batch: MailBatch) -> int:
    since = Now() - _MINUTE
    return JournalRow.objects.filter(batch=batch, accepted_at__gt=since).count()


def accounts_with_due_letters() -> list[int]:
    """Mail accounts that could send something at this moment."""
    due = JournalRow.objects.filter(
        Q(next_try_at__isnull=True) | Q(next_try_at__lte=Now()),
        batch__mail_account=OuterRef("pk"),
        batch__state=BatchState.RUNNING,
        state__in=DUE,
    )
    free = Q(stopped_reason="") | Q(stopped_until__lte=Now())
    accounts = MailAccount.objects.filter(free, Exists(due), use_for_sending=True)
    return list(accounts.order_by("pk").values_list("pk", flat=True))


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentMail:
    """The state of a document's last letter, None before the first, and how the account gets it."""

    document_id: int
    state: str | None
    method: str
    email: str


@dataclasses.dataclass(frozen=True, slots=True)
class LastLetter:
    """A letter and since when it is in its state."""

    row: JournalRow
    since: dt.datetime


def mail_of_documents(
    documents: QuerySet[IssuedDocument], ids: Collection[int]
) -> Iterator[DocumentMail]:
    """Those of the documents that have these ids, by one query."""
    state = Subquery(_letters().filter(document=OuterRef("pk")).values("state")[:1])
    found = documents.filter(pk__in=ids).order_by("pk")
    rows = found.values_list("pk", state, "account__delivery_method", "account__email")
    return (DocumentMail(*row) for row in rows)


def last_letter(document: IssuedDocument) -> LastLetter | None:
    """The document's latest letter, if any was ever queued."""
    since = Coalesce(Max("events__at"), "batch__started_at")
    row = _letters().filter(document=document).annotate(since=since).first()
    return LastLetter(row, row.since) if row else None


def _letters() -> QuerySet[JournalRow]:
    """The latest first; an account left out of a batch got no letter by it."""
    return JournalRow.objects.exclude(state=JournalState.SKIPPED).order_by("-id")
