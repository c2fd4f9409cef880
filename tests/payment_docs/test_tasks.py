"""Doorbell and sweeper of documents."""

import logging

import pytest

from payment_docs.models import IssuedDocument
from payment_docs.services import request_documents
from payment_docs.tasks import issue, sweep
from tests.cast import JULY, NOON
from tests.priced import posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)


def test_ring_issues_the_documents_once(run):
    issue(run_id=run.pk, priority="high")
    issue(run_id=run.pk)

    assert list(IssuedDocument.objects.values_list("version", flat=True)) == [1, 1, 1, 1]


def test_sweeper_takes_what_was_never_rung(run):
    sweep(of_the_next_release=True)

    assert IssuedDocument.objects.count() == 4


def test_ring_for_a_run_that_is_not_there_is_logged(db, caplog):
    with caplog.at_level(logging.WARNING):
        issue(run_id=10**9)

    assert caplog.messages == ["run 1000000000 is not there: the ring came from another database"]
