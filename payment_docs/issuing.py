"""A run of documents shared by workers: each claims shards of accounts, a killed one loses a portion."""

import dataclasses
import datetime as dt
import itertools
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator

from django.db import DatabaseError, transaction

from accounts_registry.models import PersonalAccount
from payment_docs.assemble import assemble_documents, counting_day
from payment_docs.document import PaymentDocument
from payment_docs.document_settings import printing_of
from payment_docs.models import DocumentFile, IssuedDocument
from payment_docs.press import Press
from payment_docs.problems import notes_about, refuse_what_is_wrong
from payment_docs.queries import accounts_in_order, current_documents
from payment_docs.render import template_version
from payment_docs.snapshot import from_snapshot, snapshot_digest, to_snapshot
from payment_docs.versions import note_form_version
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.runs.models import Run

ACCOUNTS_IN_A_SHARD = 200
ACCOUNTS_AT_ONCE = 50  # a transaction: their documents and marks stand or fall together
CHANGED = "Изменились данные документа"
UNCHANGED = "без изменений"
PROGRAM_FAILED = (
    "Ошибка программы: документ не сформирован. Повторите; если не поможет, "
    "сообщите администратору время и номер счёта."
)

Clock = Callable[[], dt.datetime]
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class _Work:
    """What every portion of a run has in common."""

    run: Run
    period: Period
    press: Press
    clock: Clock
    reason: str
    keeps_pdf: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    """A document ready to be written; `row` is None when the one in force says the same."""

    account: PersonalAccount
    row: IssuedDocument | None
    superseded: int | None = None
    message: str = ""
    kept: bytes = b""  # the PDF, where the organisation has its documents kept


def work_off(run: Run, *, clock: Clock, reason: str = "") -> None:
    """Issue what waits and nobody else has claimed, until nothing is left or stop is asked."""
    organisation, period = runs.month_of(run)
    printing = printing_of(organisation_id=organisation, period=period)
    note_form_version(at=clock())
    press = Press(lays_out_forms=True)
    work = _Work(run, period, press, clock, reason, printing.keeps_pdf)
    while _work_off_free_shards(work):
        pass


def _work_off_free_shards(work: _Work) -> bool:
    """Whether anything was done: what others claimed meanwhile may be free by now."""
    shards = runs.waiting_by_shard(work.run, size=ACCOUNTS_IN_A_SHARD)
    done = [_work_off_shard(work, shard, keys) for shard, keys in sorted(shards.items())]
    return any(done)


def _work_off_shard(work: _Work, shard: int, keys: list[str]) -> bool:
    """Whether anything of the shard was done here."""
    with runs.claimed(work.run, shard) as is_ours:
        if not is_ours:
            return False
        waiting = [int(key) for key in runs.still_waiting(work.run, keys)]
        for accounts in _portions(waiting):
            if runs.is_stop_requested(work.run):
                return False
            _issue(work, accounts)
        return bool(waiting)


def _portions(account_ids: list[int]) -> Iterator[list[PersonalAccount]]:
    """Accounts of one house: their documents share its facts."""
    accounts = accounts_in_order(PersonalAccount.objects.filter(pk__in=account_ids))
    for _, group in itertools.groupby(accounts, key=lambda account: account.premises.house_id):
        house = list(group)
        for start in range(0, len(house), ACCOUNTS_AT_ONCE):
            yield house[start : start + ACCOUNTS_AT_ONCE]


def _issue(work: _Work, accounts: list[PersonalAccount]) -> None:
    """One account that breaks us, in the assembling or in the printing, stops no other."""
    organisation_id = accounts[0].organisation_id
    found = current_documents(organisation_id=organisation_id, period=work.period)
    current = {row.account_id: row for row in found.filter(account__in=accounts)}
    made = []
    for account, document in _assembled(accounts, work.period):
        try:
            assert document is not None, "not assembled"
            made.append(_made(work, account, document, current.get(account.pk)))
        except Refusal as refusal:
            runs.mark_failed(work.run, str(account.pk), str(refusal))
        except Exception:
            logger.exception("document of %s, %s", account.number, work.period)
            runs.mark_failed(work.run, str(account.pk), PROGRAM_FAILED)
    _write_or_fail(work, made)


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


def _made(
    work: _Work,
    account: PersonalAccount,
    document: PaymentDocument,
    current: IssuedDocument | None,
) -> _Made:
    """
    The next version of the document, unless the one in force says the same.

    :raises DocumentProblem: something has to be put right first.
    """
    refuse_what_is_wrong(account, document)
    if current and _same(from_snapshot(current.snapshot), document):
        return _Made(account, None, message=UNCHANGED)
    version = current.version + 1 if current else 1
    numbered = dataclasses.replace(
        document, number=f"{document.period}/{account.number}", version=version
    )
    paper = work.press.paper(numbered)  # before any transaction: it takes its time
    snapshot = to_snapshot(numbered)
    row = IssuedDocument(
        account=account,
        month=document.period.first_day,
        version=version,
        number=numbered.number,
        charged=document.to_pay,
        opening=document.opening,
        to_pay=document.to_pay_with_balance,
        counted_until=document.counted_until,
        snapshot=snapshot,
        snapshot_sha256=snapshot_digest(snapshot),
        pdf_sha256=paper.sha256,
        template_version=template_version(),
        path=paper.path,
        shape_id=paper.shape or None,
        reason=(work.reason or CHANGED) if current else work.reason,
        issued_at=work.clock(),
        issued_by_id=work.run.started_by_id,
    )
    told = (notes_about(document), paper.reason.label if paper.reason else "")
    message = "; ".join(filter(None, told))
    kept = paper.pdf if work.keeps_pdf else b""
    return _Made(account, row, current.pk if current else None, message, kept)


def _write_or_fail(work: _Work, made: list[_Made]) -> None:
    """All in one transaction; where that breaks, one by one."""
    try:
        _write(work, made)
    except DatabaseError:
        if len(made) > 1:
            logger.exception("documents of accounts %s…", made[0].account.number)
            for one in made:
                _write_or_fail(work, [one])
        else:
            logger.exception("document of account %s", made[0].account.number)
            runs.mark_failed(work.run, str(made[0].account.pk), PROGRAM_FAILED)


@transaction.atomic
def _write(work: _Work, made: list[_Made]) -> None:
    """Documents and what the journal says of them stand together."""
    superseded, rows = [], []
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for item in made:
        keys[item.message].append(str(item.account.pk))
        if item.row is not None:
            rows.append(item.row)
        if item.superseded:
            superseded.append(item.superseded)
    if superseded:
        IssuedDocument.objects.filter(pk__in=superseded).update(superseded_at=work.clock())
    IssuedDocument.objects.bulk_create(rows)
    DocumentFile.objects.bulk_create(
        DocumentFile(document=item.row, content=item.kept)
        for item in made
        if item.row is not None and item.kept
    )
    for message, done in keys.items():
        runs.mark_all_done(work.run, done, message)


def _same(frozen: PaymentDocument, fresh: PaymentDocument) -> bool:
    return dataclasses.replace(frozen, number="", version=1) == fresh
