"""Issuing documents, and giving back exactly what was issued."""

import dataclasses
import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import Organisation, PersonalAccount
from payment_docs.assemble import assemble_documents, counting_day
from payment_docs.document import PaymentDocument
from payment_docs.models import IssuedDocument
from payment_docs.queries import current_documents
from payment_docs.render import document_pdf, template_version
from payment_docs.snapshot import from_snapshot, to_snapshot
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal


class DocumentsRefusal(Refusal):
    """The documents cannot be issued or given back."""


class MonthIsNotPosted(DocumentsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} ещё не проведён: платёжные документы выпускаются "
            "после подтверждения начислений."
        )


class DocumentChanged(DocumentsRefusal):
    def __init__(self, document: IssuedDocument) -> None:
        super().__init__(
            f"Документ № {document.number} построен заново и отличается от выпущенного: "
            "изменилась форма или шрифты. Отправка остановлена, обратитесь к администратору."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """How many documents were made anew and how many were left as they were."""

    made: int
    unchanged: int


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
    """
    month = periods.find_period(organisation_id=organisation.pk, period=period)
    if month is None or not month.is_posted:
        raise MonthIsNotPosted(period)
    made = unchanged = 0
    for accounts in _houses(organisation, period):
        documents = assemble_documents(
            accounts, period=period, counted_until=counting_day(organisation, period)
        )
        for account, document in zip(accounts, documents, strict=True):
            if _issue(account, document, by=by, at=at, reason=reason):
                made += 1
            else:
                unchanged += 1
    return Issued(made=made, unchanged=unchanged)


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


def _houses(organisation: Organisation, period: Period) -> Iterator[list[PersonalAccount]]:
    accounts = (
        PersonalAccount.objects.filter(
            organisation=organisation, opened_on__lt=period.next_first_day
        )
        .exclude(closed_on__lt=period.first_day)
        .select_related("organisation", "payer", "premises__house")
        .order_by("premises__house_id", "number")
    )
    for _, group in itertools.groupby(
        accounts.iterator(chunk_size=2000), key=lambda account: account.premises.house_id
    ):
        yield list(group)


def _issue(
    account: PersonalAccount,
    document: PaymentDocument,
    *,
    by: HasPrimaryKey | None,
    at: dt.datetime,
    reason: str,
) -> bool:
    """Freeze the document as the next version; False when the one in force says the same."""
    current = (
        current_documents(organisation_id=account.organisation_id, period=document.period)
        .filter(account=account)
        .first()
    )
    version = current.version + 1 if current else 1
    if current and _same(from_snapshot(current.snapshot), document):
        return False
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
            reason=reason or ("Изменились данные документа" if current else ""),
            issued_at=at,
            issued_by_id=by.pk if by else None,
        )
    return True


def _same(frozen: PaymentDocument, fresh: PaymentDocument) -> bool:
    return dataclasses.replace(frozen, number="", version=1) == fresh
