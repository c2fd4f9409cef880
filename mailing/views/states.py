"""What became of a document's letter, told inside pages that know nothing of the post."""

import dataclasses
import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts_registry.models import DeliveryMethod, PersonalAccount
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import account_or_404
from mailing.models import JournalRow, JournalState
from mailing.models.states import SENT
from mailing.queries import LastLetter, last_letter, mail_of_documents
from mailing.rules import Candidate, Skip, decide
from mailing.views.batches import VIEW
from payment_docs.models import IssuedDocument
from payment_docs.queries import documents_of
from zhkh.kernel.period import Period
from zhkh.web.permissions import require

_LONGEST_ID = 18  # digits that surely fit a key of the database


@dataclasses.dataclass(frozen=True, slots=True)
class MailState:
    """A word about a document with its drawing; `kind` is the tone of `<c-status>`."""

    words: str
    kind: str
    icon: str


_WAITS = MailState("в очереди", "none", "mail")
OF_LETTER = {
    JournalState.QUEUED: _WAITS,
    JournalState.CLAIMED: _WAITS,
    JournalState.IN_DATA: _WAITS,
    JournalState.ACCEPTED: MailState("отправлен", "ok", "mail"),
    JournalState.DELIVERED: MailState("доставлен", "ok", "mail"),
    JournalState.DEFERRED: MailState("отложен", "info", "clock"),
    JournalState.FAILED: MailState("ошибка", "bad", "alert"),
    JournalState.BOUNCED: MailState("возврат", "bad", "alert"),
    JournalState.UNCERTAIN: MailState("исход неизвестен", "warn", "warning"),
    JournalState.HELD: MailState("задержан", "warn", "warning"),
    JournalState.CANCELLED: MailState("отменён", "none", "ban"),
}
_TO_SEND = MailState("к отправке", "none", "mail")
_ON_PAPER = MailState(Skip.PAPER.words, "none", "printer")
_BAD_ADDRESS = MailState(Skip.BAD_ADDRESS.words, "warn", "warning")


@require_GET
@require(VIEW)
@never_cache
def document_states(request: HttpRequest) -> HttpResponse:
    """Of the documents `doc` names, those whose post the user may see; the rest stay as drawn."""
    named = [int(pk[:_LONGEST_ID]) for pk in request.GET.getlist("doc") if pk.isdecimal()]
    ours = organisations_of(request.user, VIEW)
    mails = mail_of_documents(IssuedDocument.objects.filter(account__organisation__in=ours), named)
    states = [(mail.document_id, _state(mail.state, mail.method, mail.email)) for mail in mails]
    return render(request, "mailing/document_states.html", {"states": states})


@require_GET
@require(VIEW)
@never_cache
def account_state(request: HttpRequest, pk: int) -> HttpResponse:
    """
    The account's latest document in force; no content where its card is open to the user and its
    post is not.
    """
    account = account_or_404(request, pk)
    if not organisations_of(request.user, VIEW).filter(pk=account.organisation_id).exists():
        return HttpResponse(status=204)
    document = documents_of(account).filter(superseded_at=None).defer("snapshot").first()
    letter = last_letter(document) if document else None
    context = {
        "document": document,
        "state": _state_of_account(account, letter),
        "row": letter.row if letter else None,
        "since": _moment(letter, document.period) if letter and document else "",
    }
    return render(request, "mailing/account_mail.html", context)


def _state_of_account(account: PersonalAccount, letter: LastLetter | None) -> MailState:
    state = letter.row.state if letter else None
    return _state(state, account.delivery_method, account.email)


def _state(letter_state: str | None, method: str, email: str) -> MailState:
    """Without a letter: what would happen to the document if a batch started now."""
    if letter_state is not None:
        return OF_LETTER[JournalState(letter_state)]
    unsent = Candidate(
        by_email=method == DeliveryMethod.EMAIL,
        email=email,
        has_document=True,
        was_sent=False,
        is_queued=False,
    )
    skip = decide(unsent).skip
    if skip is None:
        return _TO_SEND
    return _BAD_ADDRESS if skip is Skip.BAD_ADDRESS else _ON_PAPER


def _moment(letter: LastLetter, month: Period) -> str:
    """«26.07, 10:14»; with the year when it is not the document's."""
    row: JournalRow = letter.row
    known = row.accepted_at if JournalState(row.state) in SENT else None
    moment: dt.datetime = timezone.localtime(known or letter.since)
    day = f"{moment:%d.%m}" if moment.year == month.year else f"{moment:%d.%m.%Y}"
    return f"{day}, {moment:%H:%M}"
