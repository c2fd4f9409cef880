import datetime as dt
import hashlib
import io
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connections
from pypdf import PdfReader

from accounts_registry.ledger.posting import LineToPost, PaymentSource, post_payment
from payment_docs.issuing import CHANGED
from payment_docs.models import IssuedDocument
from payment_docs.services import (
    DocumentChanged,
    DocumentsAreBusy,
    Issued,
    MonthIsNotPosted,
    NobodyToBill,
    issued_data,
    issued_pdf,
    request_documents,
    stop_issuing,
    work_on,
)
from tests.cast import JULY, NOON
from tests.factories import make_house, make_organisation
from tests.priced import BILL, at_noon, calculated, issued, posted, priced_tihiy_okean
from zhkh.runs.models import RunState
from zhkh.runs.services import progress_of

LATER = NOON + dt.timedelta(days=1)


@pytest.fixture
def okean(db):
    """July is posted; nothing is issued."""
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean


def documents_of(account):
    return list(IssuedDocument.objects.filter(account=account).order_by("version"))


def pay(account, service, amount, *, on):
    post_payment(
        account=account,
        lines=[LineToPost(service_id=service.pk, amount=Decimal(amount))],
        paid_on=on,
        key=uuid.uuid4(),
        source=PaymentSource.ENTRY,
        by=None,
        at=NOON,
    )


class TestIssuing:
    def test_every_account_of_the_month_gets_a_document(self, okean):
        assert issued(okean.organisation) == Issued(made=4, unchanged=0)

    def test_document_says_the_bill(self, okean):
        issued(okean.organisation)

        [document] = documents_of(okean.lermontov)
        assert (document.number, document.version, document.charged, document.to_pay) == (
            "2013-07/000000001001",
            1,
            BILL,
            BILL,
        )

    @pytest.mark.parametrize("state", ["nothing", "draft"])
    def test_only_posted_months_have_documents(self, db, state):
        okean = priced_tihiy_okean()
        if state == "draft":
            calculated(okean.organisation)

        with pytest.raises(MonthIsNotPosted, match="Июль 2013 ещё не проведён"):
            issued(okean.organisation)

    def test_an_organisation_without_accounts_is_refused(self, db):
        organisation = make_organisation(name="ТСЖ «Новосёл»")
        make_house(organisation=organisation)
        posted(organisation)

        with pytest.raises(NobodyToBill):
            issued(organisation)

    def test_issuing_again_keeps_versions(self, okean):
        issued(okean.organisation)

        assert issued(okean.organisation, at=LATER) == Issued(made=0, unchanged=4)
        assert [row.issued_at for row in documents_of(okean.fet)] == [NOON]

    def test_payment_before_the_counting_day_is_in_the_balance(self, okean):
        pay(okean.fet, okean.fee, "100.00", on=dt.date(2013, 7, 25))

        issued(okean.organisation)

        [document] = documents_of(okean.fet)
        assert (document.opening, document.to_pay) == (Decimal("-100.00"), BILL - 100)


class TestNextVersion:
    @pytest.fixture
    def changed(self, okean):
        """Фет paid in time, but the payment was entered after the documents had been issued."""
        issued(okean.organisation)
        pay(okean.fet, okean.fee, "100.00", on=dt.date(2013, 7, 20))
        return okean

    def test_only_the_changed_document_is_made_anew(self, changed):
        assert issued(changed.organisation, at=LATER) == Issued(made=1, unchanged=3)

    def test_earlier_version_is_superseded_not_changed(self, changed):
        issued(changed.organisation, at=LATER)

        first, second = documents_of(changed.fet)
        assert (first.superseded_at, first.to_pay) == (LATER, BILL)
        assert (second.version, second.superseded_at, second.to_pay, second.reason) == (
            2,
            None,
            BILL - 100,
            CHANGED,
        )

    def test_earlier_version_downloads_byte_for_byte(self, changed):
        before = issued_pdf(documents_of(changed.fet)[0])

        issued(changed.organisation, at=LATER)

        first, _ = documents_of(changed.fet)
        assert issued_pdf(first) == before

    def test_next_version_says_on_paper_which_it_is(self, changed):
        issued(changed.organisation, at=LATER)

        _, second = documents_of(changed.fet)
        text = PdfReader(io.BytesIO(issued_pdf(second))).pages[0].extract_text()
        assert "Документ № 2013-07/000000001002, версия 2" in " ".join(text.split())


class TestPdf:
    def test_bytes_are_those_that_were_issued(self, okean):
        issued(okean.organisation)

        [document] = documents_of(okean.fet)
        assert hashlib.sha256(issued_pdf(document)).hexdigest() == document.pdf_sha256

    def test_other_bytes_are_refused(self, okean):
        issued(okean.organisation)
        [document] = documents_of(okean.fet)
        document.pdf_sha256 = "0" * 64

        with pytest.raises(DocumentChanged, match="№ 2013-07/000000001002"):
            issued_pdf(document)

    def test_data_for_the_screen_is_what_was_frozen(self, okean):
        issued(okean.organisation)

        [document] = documents_of(okean.fet)
        data = issued_data(document)
        assert (data.payer, data.to_pay, data.counted_until) == (
            "Фет Афанасий Афанасьевич",
            BILL,
            dt.date(2013, 7, 25),
        )


class TestRuns:
    def test_request_waits_for_any_worker(self, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        assert (run.state, progress_of(run).total, IssuedDocument.objects.count()) == (
            RunState.WORKING,
            4,
            0,
        )

    def test_a_worker_does_what_was_asked(self, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        assert work_on(run_id=run.pk, clock=at_noon).state == RunState.DONE
        assert IssuedDocument.objects.count() == 4

    def test_asking_twice_is_refused(self, okean):
        request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        with pytest.raises(DocumentsAreBusy):
            request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

    def test_a_late_ring_changes_nothing(self, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        work_on(run_id=run.pk, clock=at_noon)

        work_on(run_id=run.pk, clock=lambda: LATER)

        run.refresh_from_db()
        assert run.finished_at == NOON

    def test_stopped_at_once_when_no_worker_has_it(self, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        stop_issuing(organisation=okean.organisation, period=JULY, at=NOON)

        run.refresh_from_db()
        assert (run.state, IssuedDocument.objects.count()) == (RunState.STOPPED, 0)

    def test_one_account_that_cannot_be_printed_stops_no_other(self, okean):
        issued(okean.organisation)
        # No version in force, yet the number of the first one is taken.
        IssuedDocument.objects.filter(account=okean.fet).update(superseded_at=NOON)

        assert issued(okean.organisation) == Issued(made=0, unchanged=3, failed=1)


def test_two_workers_at_once_are_not_let_in(committed_db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)
    inside, leave = threading.Event(), threading.Event()

    def clock():  # first asked with the run already locked
        inside.set()
        assert leave.wait(30)
        return NOON

    worker = threading.Thread(target=work_and_disconnect, args=(run.pk, clock))
    worker.start()
    try:
        assert inside.wait(30)
        with pytest.raises(DocumentsAreBusy):
            work_on(run_id=run.pk, clock=at_noon)
    finally:
        leave.set()
        worker.join(60)

    run.refresh_from_db()
    assert (run.state, IssuedDocument.objects.count()) == (RunState.DONE, 4)


def work_and_disconnect(run_id, clock):
    try:
        work_on(run_id=run_id, clock=clock)
    finally:
        connections.close_all()
