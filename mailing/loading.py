"""Accounts, documents and the journal → who gets a letter in a batch and who does not."""

import dataclasses
from collections.abc import Collection, Iterator

from accounts_registry.models import DeliveryMethod, Organisation, PersonalAccount
from mailing.models import JournalRow, JournalState
from mailing.models.states import HOLDS_DOCUMENT, SENT
from mailing.rules import Candidate, Decision, decide
from payment_docs.queries import current_documents
from zhkh.kernel.period import Period

_CHUNK = 2000


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedDocument:
    """The version in force of an account's document; `failed_row_id` is its last lost letter."""

    pk: int
    version: int
    pdf_sha256: str
    failed_row_id: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the journal before it is written."""

    account_id: int
    account_number: str
    document: PlannedDocument | None
    decision: Decision


def plan_batch(
    *, organisation: Organisation, period: Period, account_ids: Collection[int] | None = None
) -> Iterator[PlannedRow]:
    """Every account open in the month (or the chosen ones) with its decision, by number."""
    documents = _documents(organisation, period)
    states = _journal_states(documents)
    accounts = PersonalAccount.objects.filter(
        organisation=organisation, opened_on__lt=period.next_first_day
    ).exclude(closed_on__lt=period.first_day)
    if account_ids is not None:
        accounts = accounts.filter(pk__in=account_ids)
    rows = accounts.order_by("number").values_list("pk", "number", "delivery_method", "email")
    for account_id, number, method, email in rows.iterator(chunk_size=_CHUNK):
        document = documents.get(account_id)
        state = states.get(document.pk) if document else None
        candidate = Candidate(
            by_email=method == DeliveryMethod.EMAIL,
            email=email,
            has_document=document is not None,
            was_sent=state in SENT,
            is_queued=state is not None and state not in SENT,
        )
        yield PlannedRow(account_id, number, document, decide(candidate))


def _documents(organisation: Organisation, period: Period) -> dict[int, PlannedDocument]:
    current = current_documents(organisation_id=organisation.pk, period=period).order_by()
    failed = dict(
        JournalRow.objects.filter(
            document__in=current.values("pk"),
            state__in=[JournalState.FAILED, JournalState.BOUNCED],
        )
        .order_by("id")
        .values_list("document_id", "id")
    )
    return {
        account_id: PlannedDocument(pk, version, sha256, failed.get(pk))
        for account_id, pk, version, sha256 in current.values_list(
            "account_id", "pk", "version", "pdf_sha256"
        ).iterator(chunk_size=_CHUNK)
    }


def _journal_states(documents: dict[int, PlannedDocument]) -> dict[int, str]:
    """The state of the row that holds a document, if any."""
    ids = [document.pk for document in documents.values()]
    held = JournalRow.objects.filter(document_id__in=ids, state__in=HOLDS_DOCUMENT)
    return dict(held.values_list("document_id", "state"))
