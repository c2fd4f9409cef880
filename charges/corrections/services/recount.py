"""The wizard for an error found after posting: months counted again, the difference in one document."""

import dataclasses
import datetime as dt
import logging
import uuid
from collections.abc import Callable, Sequence

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import House, Organisation, Service
from charges.corrections.models import CorrectionDocument, DocumentKind, DocumentState
from charges.corrections.services.documents import (
    Basis,
    CorrectionsRefusal,
    Row,
    start_document,
    write_lines,
    write_refusals,
)
from charges.corrections.services.recounting import differences
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import Run, RunState

KIND = "recount"
PROGRAM_FAILED = (
    "Ошибка программы: месяц не пересчитан. Повторите; если не поможет, сообщите администратору "
    "время и адрес дома."
)

Clock = Callable[[], dt.datetime]
logger = logging.getLogger(__name__)


class MonthIsNotPosted(CorrectionsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} ещё не проведён: его рассчитывают заново на странице «Начисления»."
        )


class NoHouses(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Не выбран ни один дом: отметьте дома или весь город.")


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """What is counted again: houses and posted months, one service or all of them."""

    houses: Sequence[House]
    months: Sequence[Period]
    service: Service | None = None


@transaction.atomic(durable=True)
def request_recount(
    *,
    organisation: Organisation,
    past: Past,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A document whose sums a worker counts, house by house and month by month.

    The same key again gives the same document.

    :raises MonthIsNotPosted: one of the months can still be calculated the ordinary way.
    :raises NoHouses: nothing was chosen.
    """
    if not past.houses:
        raise NoHouses
    posted = {
        row.period for row in periods.periods_of(organisation_id=organisation.pk) if row.is_posted
    }
    for period in past.months:
        if period not in posted:
            raise MonthIsNotPosted(period)
    document = CorrectionDocument(
        organisation=organisation,
        kind=DocumentKind.RECOUNT,
        state=DocumentState.COUNTING,
        scope=_scope(past),
        service=past.service,
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known:
        return known
    runs.start_run(
        kind=KIND,
        subject=str(document.pk),
        title=f"Пересчёт прошлых месяцев, документ {document}, {organisation}"[:200],
        items=[
            (f"{house.pk}/{period}", f"{house.address}, {period.title}")
            for period in sorted(past.months)
            for house in past.houses
        ],
        by=by,
        at=at,
    )
    return document


def work_on(*, run_id: int, clock: Clock) -> Run:
    """
    Do what is left of a requested recount and end it; an ended one is left as it is.

    :raises RunIsBusy: another worker has it now.
    """
    run = Run.objects.get(pk=run_id, kind=KIND)
    with runs.alone_with(run):
        if run.state != RunState.WORKING:
            return run
        document = CorrectionDocument.objects.filter(pk=int(run.subject)).first()
        for key in runs.waiting_keys(run) if document else ():
            assert document is not None
            if runs.is_stop_requested(run):
                break
            _count(run, document, key)
        return _end(run, at=clock())


def run_of(document: CorrectionDocument) -> Run | None:
    return runs.latest_run(kind=KIND, subject=str(document.pk))


def stop_recount(*, document: CorrectionDocument, at: dt.datetime) -> None:
    """End the counting after the house in work; what was counted stays in the draft."""
    run = runs.working_run(kind=KIND, subject=str(document.pk))
    runs.stop(run, end=lambda run: _end(run, at=at))


def _count(run: Run, document: CorrectionDocument, key: str) -> None:
    """One house and month, or the sentences of why not."""
    house_id, _, month = key.partition("/")
    try:
        with transaction.atomic():
            house = House.objects.select_related("organisation").get(pk=int(house_id))
            period = Period.parse(month)
            found = differences(house, period=period, service=document.service)
            write_lines(
                document,
                [
                    Row(
                        account_id=row.account_id,
                        service_id=row.service_id,
                        period=period,
                        amount=row.amount,
                        charged=row.charged,
                        corrected=row.corrected,
                        counted=row.counted,
                    )
                    for row in found
                ],
            )
            runs.mark_done(run, key)
    except Refusal as refusal:
        runs.mark_failed(run, key, str(refusal))
    except Exception:  # the outermost loop: one house that breaks us does not stop the others
        logger.exception("recount %s, house and month %s", document.pk, key)
        runs.mark_failed(run, key, PROGRAM_FAILED)


@transaction.atomic
def _end(run: Run, *, at: dt.datetime) -> Run:
    """The document becomes a draft that says which houses and months are not in it."""
    run = runs.finish_run(run, at=at)
    document = (
        CorrectionDocument.objects.select_for_update()
        .filter(pk=int(run.subject), state=DocumentState.COUNTING)
        .first()
    )
    if document is None:
        return run
    write_refusals(
        document,
        [
            (item.title, item.message or "Не пересчитан: пересчёт остановили раньше.")
            for item in runs.unfinished_items(run)
        ],
    )
    document.state = DocumentState.DRAFT
    document.save(update_fields=["state"])
    return run


def _scope(past: Past) -> str:
    alone = len(past.houses) == 1
    where = past.houses[0].address if alone else f"домов: {len(past.houses)}"
    first, last = min(past.months), max(past.months)
    when = first.title if first == last else f"{first.title} — {last.title}"
    what = past.service.name if past.service else "все услуги"
    return f"{where}; {what}; {when}"[:300]
