"""Issuing documents, and giving back exactly what was issued."""

import dataclasses
import datetime as dt
import hashlib
import itertools
import logging
from collections.abc import Callable, Iterator

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import Organisation, PersonalAccount
from payment_docs.assemble import assemble_documents, counting_day
from payment_docs.document import PaymentDocument
from payment_docs.models import IssuedDocument
from payment_docs.queries import billed_accounts, current_documents
from payment_docs.render import document_pdf, template_version
from payment_docs.snapshot import from_snapshot, to_snapshot
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import Run, RunState

KIND = "documents"
ACCOUNTS_AT_ONCE = 50
CHANGED = "Изменились данные документа"
PROGRAM_FAILED = (
    "Ошибка программы: документ не сформирован. Повторите; если не поможет, "
    "сообщите администратору время и номер счёта."
)

Clock = Callable[[], dt.datetime]
logger = logging.getLogger(__name__)


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
) -> Issued:
    """
    Issue the documents of a posted month; what has not changed keeps its version.

    :raises MonthIsNotPosted: the month can still move.
    :raises DocumentsAreBusy: somebody issues them now.
    """
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))
    if run is None:
        run = request_documents(organisation=organisation, period=period, by=by, at=at)
    work_on(run_id=run.pk, clock=lambda: at, reason=reason)
    return issued_by(run)


@transaction.atomic(durable=True)
def request_documents(
    *, organisation: Organisation, period: Period, by: HasPrimaryKey | None, at: dt.datetime
) -> Run:
    """
    The run with every account of the month waiting; any worker may take it from now on.

    :raises MonthIsNotPosted: the month can still move.
    :raises NobodyToBill: there are no accounts.
    :raises DocumentsAreBusy: they are being issued.
    """
    month = periods.find_period(organisation_id=organisation.pk, period=period)
    if month is None or not month.is_posted:
        raise MonthIsNotPosted(period)
    accounts = billed_accounts(organisation=organisation, period=period)
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


def work_on(*, run_id: int, clock: Clock, reason: str = "") -> Run:
    """
    Issue what is left of the asked documents and end the run; an ended run is left as it is.

    :raises DocumentsAreBusy: another worker has it now.
    """
    run = Run.objects.get(pk=run_id, kind=KIND)
    organisation, period = _subject(run)
    try:
        with runs.alone_with(run):
            if run.state != RunState.WORKING:
                return run
            for accounts in _waiting(run, organisation, period):
                if runs.is_stop_requested(run):
                    break
                _issue_house(run, accounts, period=period, at=clock(), reason=reason)
            return runs.finish_run(run, at=clock())
    except runs.RunIsBusy as busy:
        raise DocumentsAreBusy(period) from busy


def stop_issuing(*, organisation: Organisation, period: Period, at: dt.datetime) -> None:
    """End after the documents in work, at once when no worker has them yet."""
    run = runs.working_run(kind=KIND, subject=runs.subject_of(organisation, period))
    runs.stop(run, end=lambda run: runs.finish_run(run, at=at))


def issued_by(run: Run) -> Issued:
    """What came of a run."""
    progress = runs.progress_of(run)
    unchanged = run.items.filter(message=_UNCHANGED).count()
    return Issued(made=progress.done - unchanged, unchanged=unchanged, failed=progress.failed)


def issued_pdf(document: IssuedDocument) -> bytes:
    """
    The bytes of a document as issued, rebuilt from its frozen data.

    :raises DocumentChanged: what comes out is not what was issued.
    """
    pdf = document_pdf(from_snapshot(document.snapshot))
    if hashlib.sha256(pdf).hexdigest() != document.pdf_sha256:
        raise DocumentChanged(document)
    return pdf


def issued_data(document: IssuedDocument) -> PaymentDocument:
    """The document as plain data, for the screen."""
    return from_snapshot(document.snapshot)


_UNCHANGED = "без изменений"


def _subject(run: Run) -> tuple[Organisation, Period]:
    organisation_id, period = runs.month_of(run)
    return Organisation.objects.get(pk=organisation_id), period


def _waiting(
    run: Run, organisation: Organisation, period: Period
) -> Iterator[list[PersonalAccount]]:
    """Accounts not done yet in portions of one house: their documents share its facts."""
    keys = set(runs.waiting_keys(run))
    accounts = billed_accounts(organisation=organisation, period=period)
    waiting = [account for account in accounts if str(account.pk) in keys]
    for _, group in itertools.groupby(waiting, key=lambda account: account.premises.house_id):
        house = list(group)
        for start in range(0, len(house), ACCOUNTS_AT_ONCE):
            yield house[start : start + ACCOUNTS_AT_ONCE]


def _issue_house(
    run: Run, accounts: list[PersonalAccount], *, period: Period, at: dt.datetime, reason: str
) -> None:
    """One account that breaks us, in the assembling or in the printing, stops no other."""
    organisation = accounts[0].organisation
    found = current_documents(organisation_id=organisation.pk, period=period)
    current = {row.account_id: row for row in found.filter(account__in=accounts)}
    for account, document in _assembled(accounts, period):
        try:
            assert document is not None, "not assembled"
            _issue(run, account, document, current.get(account.pk), at=at, reason=reason)
        except Exception:
            logger.exception("document of account %s, %s", account.number, period)
            runs.mark_failed(run, str(account.pk), PROGRAM_FAILED)


def _assembled(
    accounts: list[PersonalAccount], period: Period
) -> list[tuple[PersonalAccount, PaymentDocument | None]]:
    """All at once; where that breaks, one by one, with None for who breaks it."""
    counted_until = counting_day(accounts[0].organisation, period)
    try:
        documents = assemble_documents(accounts, period=period, counted_until=counted_until)
    except Exception:
        logger.exception("documents of accounts %s…, %s", accounts[0].number, period)
        if len(accounts) == 1:
            return [(accounts[0], None)]
        return [pair for account in accounts for pair in _assembled([account], period)]
    return list(zip(accounts, documents, strict=True))


def _issue(
    run: Run,
    account: PersonalAccount,
    document: PaymentDocument,
    current: IssuedDocument | None,
    *,
    at: dt.datetime,
    reason: str,
) -> None:
    """Freeze the document as the next version, unless the one in force says the same."""
    if current and _same(from_snapshot(current.snapshot), document):
        runs.mark_done(run, str(account.pk), _UNCHANGED)
        return
    version = current.version + 1 if current else 1
    numbered = dataclasses.replace(
        document, number=f"{document.period}/{account.number}", version=version
    )
    pdf = document_pdf(numbered)  # before the transaction: laying out takes its time
    with transaction.atomic():
        if current:
            IssuedDocument.objects.filter(pk=current.pk).update(superseded_at=at)
        IssuedDocument.objects.create(
            account=account,
            month=document.period.first_day,
            version=version,
            number=numbered.number,
            charged=document.to_pay,
            opening=document.opening,
            to_pay=document.to_pay_with_balance,
            counted_until=document.counted_until,
            snapshot=to_snapshot(numbered),
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            template_version=template_version(),
            reason=(reason or CHANGED) if current else reason,
            issued_at=at,
            issued_by_id=run.started_by_id,
        )
        runs.mark_done(run, str(account.pk))


def _same(frozen: PaymentDocument, fresh: PaymentDocument) -> bool:
    return dataclasses.replace(frozen, number="", version=1) == fresh
