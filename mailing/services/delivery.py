"""One connection and the letters of one batch that go through it."""

import dataclasses
import datetime as dt
import hashlib
import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.db.models import F
from django.db.models.functions import Now

from mailing.letter import LetterFacts, build_letter
from mailing.models import JournalRow, JournalState, MailBatch
from mailing.models.secret import SecretLost
from mailing.outcome.answer import Answer
from mailing.outcome.verdict import Kind, Verdict, judge
from mailing.outcome.wording import happened
from mailing.services import journal
from mailing.services.accounts import account_recovered
from mailing.transport import MailConnection, MailServer, NotDone, Timeouts
from mailing.transport.server import PATIENT
from payment_docs.models import IssuedDocument
from payment_docs.services import issued_pdf
from zhkh.kernel.refusal import Refusal

log = logging.getLogger("mailing")


@dataclasses.dataclass(frozen=True, slots=True)
class Worker:
    """Who sends; `pdf_of` gives the bytes of an issued document."""

    owner: str
    pdf_of: Callable[[IssuedDocument], bytes] = issued_pdf
    timeouts: Timeouts = PATIENT


class AccountTrouble(Exception):
    """The account cannot send now: nothing is wrong with the letter."""

    def __init__(self, verdict: Verdict, reply: str) -> None:
        super().__init__(verdict.reason)
        self.verdict, self.reply = verdict, reply


class Delivery:
    """Delivers claimed rows of a batch; the connection is opened for the first and reused."""

    def __init__(self, batch: MailBatch, worker: Worker) -> None:
        self._batch, self._worker = batch, worker
        self._connection: MailConnection | None = None
        self._letters = 0  # that went through the present connection

    def deliver(self, row_id: int) -> None:
        """
        Send one claimed letter and record what became of it; no transaction is open meanwhile.

        :raises AccountTrouble: the whole account has to wait.
        """
        try:
            self._deliver(row_id)
        except (AccountTrouble, DatabaseError):
            raise
        except Exception:
            log.exception("journal row %s", row_id)
            self._set_aside(row_id)

    def close(self) -> None:
        if self._connection:
            self._connection.close(politely=True)
        self._connection = None

    def _deliver(self, row_id: int) -> None:
        journal.renew(batch_id=self._batch.pk, owner=self._worker.owner)
        row = JournalRow.objects.select_related("document__account").get(pk=row_id)
        letter = self._letter(row)
        if letter is None:
            return
        try:
            self._offer(row, letter)
        except NotDone as refusal:
            self._record(row, refusal.answer, source=JournalState.CLAIMED)
            self._forget_letter()
            return
        if not journal.begin_body(row.pk, owner=self._worker.owner):
            self._drop()  # the lease went to somebody else: not a byte of the letter leaves
            return
        self._record(row, self._hand_over(letter), source=JournalState.IN_DATA)

    def _letter(self, row: JournalRow) -> bytes | None:
        """The bytes to send; None when the row was set aside instead."""
        document = row.document
        assert document is not None, row.pk
        owner = self._worker.owner
        if document.superseded_at is not None:
            journal.withdraw(row.pk, owner=owner, reason="superseded")
            return None
        try:
            pdf = self._worker.pdf_of(document)
        except Refusal as refusal:
            journal.hold(row.pk, owner=owner, reason="no_pdf", explanation=str(refusal))
            return None
        if not is_the_document_of(row, document, pdf):
            reason = "other_document"
            log.error("journal row %s: the PDF is not the row's document", row.pk)
            journal.hold(row.pk, owner=owner, reason=reason, explanation=happened(reason))
            return None
        return build_letter(letter_facts(self._batch, row, pdf))

    def _offer(self, row: JournalRow, letter: bytes) -> None:
        """A connection that served before may have been closed meanwhile: one fresh try then."""
        words = {"sender": self._batch.sender_address, "recipient": row.address}
        was_used = self._letters > 0
        try:
            self._ready().offer(**words, size=len(letter))
        except NotDone as refusal:
            if not was_used or refusal.answer.code not in {0, 421}:
                raise
            self._drop()
            self._ready().offer(**words, size=len(letter))

    def _ready(self) -> MailConnection:
        if self._connection is None:
            server = self._server()
            try:
                self._connection = MailConnection.ready(server, self._worker.timeouts)
            except NotDone as refusal:
                verdict = judge(refusal.answer, attempt=1, age=dt.timedelta())
                raise AccountTrouble(verdict, refusal.answer.words) from None
        return self._connection

    def _server(self) -> MailServer:
        account = self._batch.mail_account
        try:
            password = self._batch.login_password() if account.logs_in else ""
        except SecretLost as lost:
            verdict = Verdict(Kind.STOP, "password_needed", str(lost))
            raise AccountTrouble(verdict, "") from None
        if account.logs_in and not password:
            verdict = Verdict(Kind.STOP, "password_needed", happened("password_needed"))
            raise AccountTrouble(verdict, "")
        return MailServer(
            host=account.smtp_host,
            port=account.smtp_port,
            secure=account.smtp_secure,
            starttls=account.smtp_starttls,
            username=account.username if account.logs_in else "",
            password=password,
        )

    def _hand_over(self, letter: bytes) -> Answer:
        assert self._connection is not None
        try:
            return self._connection.hand_over(letter)
        except NotDone as silence:
            self._drop()
            return silence.answer

    def _record(self, row: JournalRow, answer: Answer, *, source: JournalState) -> None:
        owner = self._worker.owner
        verdict = judge(answer, attempt=max(row.attempts, 1), age=self._age(row))
        if verdict.kind is Kind.ACCEPTED:
            self._letters += 1
            journal.accept(row.pk, owner=owner, reply=answer.words)
            account_recovered(batch=self._batch)
        elif verdict.kind in {Kind.PAUSE, Kind.STOP}:
            if source is JournalState.IN_DATA:
                journal.put_off(row.pk, owner=owner, verdict=verdict, reply=answer.words)
            raise AccountTrouble(verdict, answer.words)
        else:
            journal.refuse(row.pk, source=source, owner=owner, verdict=verdict, reply=answer.words)

    def _age(self, row: JournalRow) -> dt.timedelta:
        """How long servers have been putting the letter off, by the database's clock."""
        if row.deferred_since is None:
            return dt.timedelta()
        waiting = JournalRow.objects.filter(pk=row.pk).annotate(age=Now() - F("deferred_since"))
        age = waiting.values_list("age", flat=True).get()
        assert isinstance(age, dt.timedelta)
        return age

    def _forget_letter(self) -> None:
        try:
            if self._connection:
                self._connection.reset()
        except NotDone:
            self._drop()

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection, self._letters = None, 0

    def _set_aside(self, row_id: int) -> None:
        self._drop()
        owner, words = self._worker.owner, happened("internal")
        if journal.hold(row_id, owner=owner, reason="internal", explanation=words):
            return
        verdict = Verdict(Kind.UNCERTAIN, "worker_lost", happened("worker_lost"))
        journal.refuse(row_id, source=JournalState.IN_DATA, owner=owner, verdict=verdict, reply="")


def is_the_document_of(row: JournalRow, document: IssuedDocument, pdf: bytes) -> bool:
    """The guard against a stranger's bill: row, document and bytes must name the same thing."""
    return (
        row.account_number == document.account.number
        and row.account_id == document.account_id
        and row.month == document.month
        and row.document_version == document.version
        and row.pdf_sha256 == document.pdf_sha256 == hashlib.sha256(pdf).hexdigest()
    )


def letter_facts(batch: MailBatch, row: JournalRow, pdf: bytes) -> LetterFacts:
    return LetterFacts(
        account_number=row.account_number,
        period=row.period,
        organisation=batch.organisation_name,
        sender_name=batch.sender_name,
        sender_address=batch.sender_address,
        recipient=row.address,
        message_id=row.message_id,
        dated_at=row.dated_at,
        pdf=pdf,
    )
