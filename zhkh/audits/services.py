"""Proving the books of an organisation in the background, audit by audit."""

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, transaction

from accounts_registry.models import Organisation
from zhkh.audits.check import findings_by_code, titles
from zhkh.runs import services as runs
from zhkh.runs.models import Run
from zhkh.runs.services import HasPrimaryKey

KIND = "audit"
FINDINGS_KEPT = 200


def request_check(*, organisation: Organisation, by: HasPrimaryKey | None, at: dt.datetime) -> Run:
    """The check that goes on already, or a new one waiting for a worker."""
    subject = str(organisation.pk)
    working = runs.working_run(kind=KIND, subject=subject)
    if working:
        return working
    try:
        with transaction.atomic():
            return runs.start_run(
                kind=KIND,
                subject=subject,
                title=f"Сверка, {organisation}"[:200],
                items=titles(),
                by=by,
                at=at,
            )
    except IntegrityError:  # asked for at the same moment
        working = runs.working_run(kind=KIND, subject=subject)
        if working is None:
            raise
        return working


def work_on(*, run_id: int, clock: Callable[[], dt.datetime]) -> None:
    """
    Prove what is not proven yet; a killed worker's run goes on from there.

    :raises RunIsBusy: another worker has it.
    """
    run = Run.objects.get(pk=run_id, kind=KIND)
    with runs.alone_with(run):
        if run.finished_at is not None:
            return
        for code in runs.waiting_keys(run):
            _prove(run, code)
        runs.finish_run(run, at=clock())


def _prove(run: Run, code: str) -> None:
    findings = findings_by_code(code, organisation_id=int(run.subject))
    if not findings:
        runs.mark_done(run, code)
        return
    told = [finding.text for finding in findings[:FINDINGS_KEPT]]
    runs.mark_failed(run, code, "\n".join([str(len(findings)), *told]))
