"""Issuing documents, and giving back exactly what was issued."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import Organisation
from payment_docs.document import PaymentDocument
from payment_docs.document_settings import signatures_missing
from payment_docs.issuing import UNCHANGED, work_off
from payment_docs.models import DocumentFile, IssuedDocument, ReleaseSignature
from payment_docs.press import form_with, refilled
from payment_docs.queries import EVERYBODY, Selection, billed_accounts
from payment_docs.render import document_pdf
from payment_docs.snapshot import from_snapshot
from payment_docs.stamp.refusals import Misfit
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import Run, RunState

KIND = "documents"

Clock = Callable[[], dt.datetime]


class DocumentsRefusal(Refusal):
    """The documents cannot be issued or given back."""


class MonthIsNotPosted(DocumentsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} ещё не проведён: платёжные документы выпускаются "
            "после подтверждения начислений."
        )


class DocumentsAreBusy(DocumentsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"Документы за {period.title} уже формируются: дождитесь окончания или остановите."
        )


class NotSigned(DocumentsRefusal):
    def __init__(self, period: Period, missing: int) -> None:
        words = "одной подписи" if missing == 1 else "двух подписей"
        super().__init__(
            f"Выпуск документов за {period.title} не подписан: не хватает {words}. Просмотрите "
            "замечания месяца и нажмите «Подписать выпуск»."
        )


class SignedAlready(DocumentsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"Вы уже подписали выпуск за {period.title}: вторую подпись ставит другой человек."
        )


class NobodyToBill(DocumentsRefusal):
    def __init__(self, organisation: Organisation, period: Period) -> None:
        super().__init__(f"У организации {organisation} за {period.title} нет лицевых счетов.")


class DocumentChanged(DocumentsRefusal):
    def __init__(self, document: IssuedDocument) -> None:
        super().__init__(
            f"Документ № {document.number} построен заново и отличается от выпущенного: "
            "изменилась форма или шрифты. Отправка остановлена, обратитесь к администратору."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """How many documents were made anew, left as they were, and could not be made."""

    made: int
    unchanged: int
    failed: int = 0


def issue_documents(
    *,
    organisation: Organisation,
    period: Period,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    reason: str = "",
    chosen: Selection = EVERYBODY,
) -> Issued:
    """
    Issue the documents of a posted month; what has not changed keeps its version.

    :raises MonthIsNotPosted: the month can still move.
    :raises DocumentsAreBusy: somebody issues them now.
    """
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))
    if run is None:
        run = request_documents(
            organisation=organisation, period=period, by=by, at=at, chosen=chosen
        )
    work_on(run_id=run.pk, clock=lambda: at, reason=reason)
    return issued_by(run)


@transaction.atomic(durable=True)
def request_documents(
    *,
    organisation: Organisation,
    period: Period,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    chosen: Selection = EVERYBODY,
) -> Run:
    """
    The run with the chosen accounts of the month waiting; any worker may take it from now on.

    :raises MonthIsNotPosted: the month can still move.
    :raises NotSigned: the organisation wants more signatures.
    :raises NobodyToBill: there are no accounts.
    :raises DocumentsAreBusy: they are being issued.
    """
    month = periods.find_period(organisation_id=organisation.pk, period=period)
    if month is None or not month.is_posted:
        raise MonthIsNotPosted(period)
    missing = signatures_missing(organisation_id=organisation.pk, period=period)
    if missing:
        raise NotSigned(period, missing)
    accounts = billed_accounts(organisation=organisation, period=period, chosen=chosen)
    if not accounts:
        raise NobodyToBill(organisation, period)
    subject = runs.subject_of(organisation, period)
    # two tabs ask one after the other
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if runs.working_run(kind=KIND, subject=subject):
        raise DocumentsAreBusy(period)
    return runs.start_run(
        kind=KIND,
        subject=subject,
        title=f"Документы за {period.title}, {organisation}",
        items=[(str(account.pk), f"{account.number}, {account.payer}") for account in accounts],
        by=by,
        at=at,
    )


@transaction.atomic
def sign_release(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey, at: dt.datetime
) -> None:
    """
    Somebody lets the documents of a posted month out.

    :raises MonthIsNotPosted: the month can still move.
    :raises SignedAlready: the same person signed it.
    """
    month = periods.find_period(organisation_id=organisation.pk, period=period)
    if month is None or not month.is_posted:
        raise MonthIsNotPosted(period)
    _, is_new = ReleaseSignature.objects.get_or_create(
        organisation=organisation,
        month=period.first_day,
        signed_by_id=by.pk,
        defaults={"signed_at": at},
    )
    if not is_new:
        raise SignedAlready(period)


def work_on(*, run_id: int, clock: Clock, reason: str = "") -> Run:
    """
    Issue what is left of the asked documents and end the run; an ended run is left as it is.

    :raises DocumentsAreBusy: another worker has it now.
    """
    run = Run.objects.get(pk=run_id, kind=KIND)
    _, period = runs.month_of(run)
    try:
        with runs.alone_with(run):
            while run.state == RunState.WORKING:
                work_off(run, clock=clock, reason=reason)
                with runs.without_hands(run):
                    if runs.is_stop_requested(run) or not runs.has_waiting(run):
                        runs.finish_run(run, at=clock())
            return run
    except runs.RunIsBusy as busy:
        raise DocumentsAreBusy(period) from busy


def help_with(*, run_id: int, clock: Clock) -> None:
    """Take a part of the documents beside the worker that will end the run."""
    run = Run.objects.get(pk=run_id, kind=KIND)
    with runs.lending_a_hand(run):
        if run.state == RunState.WORKING:
            work_off(run, clock=clock)


def stop_issuing(*, organisation: Organisation, period: Period, at: dt.datetime) -> None:
    """End after the documents in work, at once when no worker has them yet."""
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))
    runs.stop(run, end=lambda run: runs.finish_run(run, at=at))


def issued_by(run: Run) -> Issued:
    """What came of a run."""
    progress = runs.progress_of(run)
    unchanged = run.items.filter(message=UNCHANGED).count()
    return Issued(made=progress.done - unchanged, unchanged=unchanged, failed=progress.failed)


def issued_pdf(document: IssuedDocument) -> bytes:
    """
    The bytes of a document as issued: kept ones, or rebuilt from its frozen data.

    :raises DocumentChanged: what comes out is not what was issued.
    """
    kept = DocumentFile.objects.filter(document=document).first()
    try:
        pdf = bytes(kept.content) if kept else _rebuilt(document)
    except Misfit as misfit:
        raise DocumentChanged(document) from misfit
    if hashlib.sha256(pdf).hexdigest() != document.pdf_sha256:
        raise DocumentChanged(document)
    return pdf


def _rebuilt(document: IssuedDocument) -> bytes:
    """As it was made: stamped documents from the shape they were stamped with."""
    data = from_snapshot(document.snapshot)
    if document.shape_id:
        return refilled(data, form_with(document.shape_id))
    return document_pdf(data)


def issued_data(document: IssuedDocument) -> PaymentDocument:
    """The document as plain data, for the screen."""
    return from_snapshot(document.snapshot)
