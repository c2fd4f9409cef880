"""The page «Сверка» and the run behind it."""

import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.audits.story import execute
from tests.cast import JULY, NOON, accountant_of
from zhkh.audits.check import titles
from zhkh.audits.month import papers_of_month
from zhkh.audits.services import request_check, work_on
from zhkh.runs.models import Run, RunState


@pytest.fixture
def office(story):
    """Signed in inside a transaction that leaves nothing behind."""
    with transaction.atomic():
        client = Client()
        name = f"accountant-{uuid.uuid4()}"
        client.force_login(accountant_of(story.okean.organisation, username=name))
        yield client
        transaction.set_rollback(True)


def checked(organisation):
    run = request_check(organisation=organisation, by=None, at=NOON)
    work_on(run_id=run.pk, clock=lambda: NOON)
    return Run.objects.get(pk=run.pk)


def page(office, story):
    chosen = {"organisation": story.okean.organisation.pk, "period": "2013-07"}
    return office.get(reverse("audits:books"), chosen)


def test_books_that_agree_are_green(office, story):
    run = checked(story.okean.organisation)

    shown = page(office, story).context
    assert (run.state, run.finished_at) == (RunState.DONE, NOON)
    assert [(audit.title, audit.state) for audit in shown["audits"]] == [
        (title, "done") for _, title in titles()
    ]
    assert shown["papers"].difference == Decimal("0.00")


def test_a_difference_is_counted_and_leads_to_its_account(office, story):
    execute(
        "UPDATE ledger_turnover SET paid = paid - 7, closing = closing + 7"
        " WHERE account_id = %s AND service_id = %s AND month = '2013-08-01'",
        story.okean.fet.pk,
        story.okean.unsplit.pk,
    )

    run = checked(story.okean.organisation)

    red = [audit for audit in page(office, story).context["audits"] if audit.count]
    assert run.state == RunState.FAILED
    assert {(audit.count, audit.findings[0].account) for audit in red} == {(1, "000000001002")}
    assert "оплачено в оборотах равно строкам платежей" in {audit.title for audit in red}


def test_the_button_starts_one_run(office, story):
    chosen = {"organisation": story.okean.organisation.pk}

    for _ in range(2):
        assert office.post(reverse("audits:check"), chosen).status_code == 302

    assert Run.objects.filter(kind="audit", state=RunState.WORKING).count() == 1
    assert page(office, story).context["is_working"] is True


def test_houses_foot_to_the_total(office, story):
    shown = page(office, story).context

    assert sum(house.closing for house in shown["houses"]) == shown["total"].closing


def test_documents_are_explained_by_later_payments(story):
    """Тютчев заплатил 05.08, раньше выпуска документов июля, и документ это учёл."""
    papers = papers_of_month(organisation_id=story.okean.organisation.pk, period=JULY)

    assert (papers.documents, papers.without, papers.difference) == (4, 0, Decimal("0.00"))
    assert papers.later == papers.closing - papers.printed
