"""Recalculation documents: drawn up, posted once, taken back by a storno."""

import dataclasses
import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction

from accounts_registry.ledger import periods, posting
from accounts_registry.ledger.posting import AdjustmentKind, AdjustmentToPost, HasPrimaryKey
from accounts_registry.ledger.statements import adjustments_with_keys
from accounts_registry.models import AccountService, Organisation, PersonalAccount
from charges.corrections.models import (
    STANDS_APART,
    CorrectionDocument,
    CorrectionLine,
    CorrectionRefusal,
    DocumentKind,
    DocumentState,
)
from charges.corrections.queries import already_corrected
from zhkh.kernel.money import ZERO, is_whole_kopecks
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

AT_ONCE = 5_000


class CorrectionsRefusal(Refusal):
    """The document is not drawn up or not posted."""


class NothingToPost(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("В документе нет ни одной суммы: проводить нечего, удалите черновик.")


class StillCounting(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Документ ещё считается: дождитесь окончания или остановите пересчёт.")


class CorrectedMeanwhile(CorrectionsRefusal):
    def __init__(self, line: CorrectionLine) -> None:
        super().__init__(
            f"Счёт {line.account}, {line.service}, {line.for_period.title}: пока документ был "
            "черновиком, этот месяц исправили другим документом. Удалите черновик и посчитайте "
            "заново."
        )


class DocumentChanged(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__(
            "Документ изменился или удалён, пока вы смотрели: проверьте его ещё раз в списке."
        )


class KeyUsedForOtherDocument(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Этот запрос уже записан другим документом: откройте страницу заново.")


class NotPostedYet(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Сторнируют проведённый документ, а черновик просто удаляют.")


class AlreadyTakenBack(CorrectionsRefusal):
    def __init__(self, storno: CorrectionDocument) -> None:
        super().__init__(f"Документ уже сторнирован документом {storno}.")


class StornoIsFinal(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Сторно не сторнируют: составьте новый документ перерасчёта.")


@dataclasses.dataclass(frozen=True, slots=True)
class Basis:
    """Why, and by which paper."""

    reason: str
    title: str
    number: str
    on: dt.date
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A signed sum (debt > 0) for a month; the rest is how it came about."""

    account_id: int
    service_id: int
    period: Period
    amount: Decimal
    volume: Decimal | None = None
    price: Decimal | None = None
    charged: Decimal | None = None
    corrected: Decimal | None = None
    counted: Decimal | None = None


@transaction.atomic
def draft_manual(
    *,
    account: PersonalAccount,
    rows: Sequence[Row],
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft for one account; the same key again gives the same draft.

    :raises KeyUsedForOtherDocument: the key belongs to a document of another kind or account.
    """
    document = CorrectionDocument(
        organisation=account.organisation,
        kind=DocumentKind.MANUAL,
        state=DocumentState.DRAFT,
        scope=f"Лицевой счёт {account.number}, {account.payer}"[:300],
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known is None:
        write_lines(document, rows)
    return known or document


def start_document(
    document: CorrectionDocument, *, basis: Basis, by: HasPrimaryKey | None, at: dt.datetime
) -> CorrectionDocument | None:
    """
    Number and keep a new document; None, or the one this request has made before.

    Must run inside a transaction; documents of an organisation are numbered one after another.

    :raises KeyUsedForOtherDocument: the key belongs to a document about something else.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=document.organisation_id)
    known = CorrectionDocument.objects.filter(key=document.key).first()
    if known:
        same = (known.organisation_id, known.kind, known.scope, known.reverses_id)
        if same != (
            document.organisation_id, document.kind, document.scope, document.reverses_id
        ):  # fmt: skip
            raise KeyUsedForOtherDocument
        return known
    ours = CorrectionDocument.objects.filter(organisation_id=document.organisation_id)
    last = ours.order_by("-number").values_list("number", flat=True).first()
    document.number = (last or 0) + 1
    document.reason = basis.reason
    document.note = basis.note
    document.basis_title = basis.title
    document.basis_number = basis.number
    document.basis_on = basis.on
    document.created_at = at
    document.created_by_id = by.pk if by else None
    document.save(force_insert=True)
    return None


def write_lines(document: CorrectionDocument, rows: Iterable[Row]) -> None:
    """Each line has the key its adjustment will have: a line posted twice is refused by the books."""
    lines = (_line(document, row) for row in rows)
    while batch := list(itertools.islice(lines, AT_ONCE)):
        CorrectionLine.objects.bulk_create(batch)


def write_refusals(document: CorrectionDocument, refused: Iterable[tuple[str, str]]) -> None:
    CorrectionRefusal.objects.bulk_create(
        [
            CorrectionRefusal(document=document, title=title[:300], wrong=wrong[:1000])
            for title, wrong in refused
        ],
        batch_size=AT_ONCE,
    )


@transaction.atomic(durable=True)
def post_document(
    *,
    document: CorrectionDocument,
    total: Decimal | None = None,
    today: dt.date,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    Make adjustments of the lines in the month in work; posting again changes nothing.

    `total` is the sum the accountant saw.

    :raises NothingToPost: no lines.
    :raises StillCounting: the recount has not ended.
    :raises DocumentChanged: thrown away, or another total than the one seen.
    :raises CorrectedMeanwhile: what a recount compared with has changed.
    """
    locked = _locked(document)
    if locked.is_posted:
        return locked
    if locked.state == DocumentState.COUNTING:
        raise StillCounting
    Organisation.objects.select_for_update(no_key=True).get(pk=locked.organisation_id)
    lines = list(locked.lines.select_related("account", "service").order_by("id"))
    if not lines:
        raise NothingToPost
    if total is not None and total != sum((line.amount for line in lines), ZERO):
        raise DocumentChanged
    if locked.kind == DocumentKind.RECOUNT:
        _refuse_outdated(lines)
    on = month_in_work(locked.organisation_id, today=today)
    month = periods.accounting_month(organisation_id=locked.organisation_id, on=on)
    for item in _adjustments(locked, lines, month.period):
        posting.post_adjustments(
            organisation_id=locked.organisation_id,
            on=month.month,
            adjustments=item,
            by=by,
            at=at,
        )
    locked.state = DocumentState.POSTED
    locked.month = month.month
    locked.posted_at = at
    locked.posted_by_id = by.pk if by else None
    locked.save(update_fields=["state", "month", "posted_at", "posted_by"])
    return locked


@transaction.atomic
def discard_document(*, document: CorrectionDocument) -> None:
    """
    Throw a draft away; one thrown away before is no matter.

    :raises DocumentChanged: it is posted.
    :raises StillCounting: a worker writes its lines.
    """
    known = CorrectionDocument.objects.select_for_update().filter(pk=document.pk).first()
    if known is None:
        return
    if known.is_posted:
        raise DocumentChanged
    if known.state == DocumentState.COUNTING:
        raise StillCounting
    known.delete()


@transaction.atomic
def draft_storno(
    *,
    document: CorrectionDocument,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft that takes every sum of a posted document back.

    :raises NotPostedYet: it is a draft.
    :raises StornoIsFinal: it is a storno itself.
    :raises AlreadyTakenBack: somebody did it before.
    """
    taken = _locked(document)
    if not taken.is_posted:
        raise NotPostedYet
    if taken.kind == DocumentKind.STORNO:
        raise StornoIsFinal
    storno = CorrectionDocument(
        organisation_id=taken.organisation_id,
        kind=DocumentKind.STORNO,
        state=DocumentState.DRAFT,
        scope=f"Документ {taken}: {taken.scope}"[:300],
        key=key,
        reverses=taken,
    )
    earlier = CorrectionDocument.objects.filter(reverses=taken).exclude(key=key).first()
    if earlier:
        raise AlreadyTakenBack(earlier)
    known = start_document(storno, basis=basis, by=by, at=at)
    if known is None:
        lines = taken.lines.order_by("id")
        rows = (
            Row(line.account_id, line.service_id, line.for_period, -line.amount) for line in lines
        )
        write_lines(storno, rows)
    return known or storno


def month_in_work(organisation_id: int, *, today: dt.date) -> dt.date:
    """The first day of the earliest month not posted; today when every month is posted."""
    months = periods.periods_of(organisation_id=organisation_id)
    unposted = [month.month for month in months if not month.is_posted]
    return min(unposted, default=today)


def _locked(document: CorrectionDocument) -> CorrectionDocument:
    """:raises DocumentChanged: it was thrown away."""
    found = CorrectionDocument.objects.select_for_update().filter(pk=document.pk).first()
    if found is None:
        raise DocumentChanged
    return found


def _line(document: CorrectionDocument, row: Row) -> CorrectionLine:
    assert is_whole_kopecks(row.amount), row
    assert row.amount, "a sum is not zero"
    place = f"{row.account_id}/{row.service_id}/{row.period}"
    return CorrectionLine(
        document=document,
        account_id=row.account_id,
        service_id=row.service_id,
        for_month=row.period.first_day,
        amount=row.amount,
        volume=row.volume,
        price=row.price,
        charged=row.charged,
        corrected=row.corrected,
        counted=row.counted,
        key=uuid.uuid5(document.key, place),
    )


def _refuse_outdated(lines: Iterable[CorrectionLine]) -> None:
    """:raises CorrectedMeanwhile: a month has been corrected since the recount looked."""
    by_month: defaultdict[Period, list[CorrectionLine]] = defaultdict(list)
    for line in lines:
        by_month[line.for_period].append(line)
    for period, about in by_month.items():
        now = already_corrected({line.account_id for line in about}, period=period)
        for line in about:
            if now[line.account_id, line.service_id] != line.corrected:
                raise CorrectedMeanwhile(line)


def _adjustments(
    document: CorrectionDocument, lines: Sequence[CorrectionLine], month: Period
) -> Iterable[list[AdjustmentToPost]]:
    """In batches. A service the account no longer has gets no line to print a recalculation in."""
    taken_back = _taken_back(document)
    reason = document.told_reason
    for start in range(0, len(lines), AT_ONCE):
        batch = lines[start : start + AT_ONCE]
        connected = _connected(batch, month)
        yield [
            AdjustmentToPost(
                account_id=line.account_id,
                service_id=line.service_id,
                kind=_kind(document, has_service=(line.account_id, line.service_id) in connected),
                amount=line.amount,
                for_period=line.for_period,
                reason=reason,
                basis=document.basis,
                key=line.key,
                reverses_id=taken_back.get((line.account_id, line.service_id, line.for_month)),
            )
            for line in batch
        ]


def _kind(document: CorrectionDocument, *, has_service: bool) -> AdjustmentKind:
    """A storno takes back by the kind of what it takes back."""
    own = (document.reverses or document).kind
    if own in STANDS_APART:
        return AdjustmentKind(own)
    return AdjustmentKind.RECALCULATION if has_service else AdjustmentKind.CORRECTION


def _connected(lines: Iterable[CorrectionLine], month: Period) -> set[tuple[int, int]]:
    rows = AccountService.objects.filter(
        account_id__in={line.account_id for line in lines},
        valid__overlap=(month.first_day, month.next_first_day),
    )
    return set(rows.values_list("account_id", "service_id"))


def _taken_back(document: CorrectionDocument) -> dict[tuple[int, int, dt.date], int]:
    """Ids of the adjustments a storno takes back, by what they are about."""
    if document.reverses is None:
        return {}
    lines = {line.key: line for line in document.reverses.lines.all()}
    posted = adjustments_with_keys(lines)
    return {
        (line.account_id, line.service_id, line.for_month): posted[key].adjustment_id
        for key, line in lines.items()
    }
