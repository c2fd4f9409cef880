"""Broken connections, lost workers, wrong documents: what is in doubt is not sent by itself."""

import socket
import threading
from email import message_from_bytes, policy

import pytest

from mailing.models import JournalEvent, JournalRow
from mailing.services import (
    RowHasMoved,
    Worker,
    decide_row,
    journal,
    sweep,
)
from payment_docs.models import IssuedDocument
from payment_docs.services import DocumentChanged
from tests.cast import NOON, accountant_of
from tests.mailing.office import (
    QUICK,
    end_leases,
    make_mail_account,
    pdf_bytes,
    pdf_of,
    row_of,
    send,
    start,
    statuses,
)


class HangingServer:
    """Speaks SMTP up to a point, then hangs up."""

    def __init__(self, *, answers: int) -> None:
        self._answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._socket.close()
        self._thread.join(5)

    def _serve(self):
        lines = [b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"]
        try:
            client, _ = self._socket.accept()
        except OSError:
            return
        self._socket.close()  # who comes again finds nobody
        with client:
            client.settimeout(5)
            for answer in lines[: self._answers]:
                client.sendall(answer)
                client.recv(65536)


@pytest.mark.parametrize("answers", [0, 1, 2, 3, 4])
def test_server_that_dies_before_the_body_costs_nothing(house, worker, answers):
    with HangingServer(answers=answers) as server:
        account = make_mail_account(house.okean.organisation, port=server.port)
        batch = start(account)

        send(account, worker)

    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]
    assert set(batch.rows.values_list("attempts", flat=True)) == {0}


def test_server_that_dies_after_the_body_leaves_the_letter_uncertain(house, worker):
    with HangingServer(answers=5) as server:
        account = make_mail_account(house.okean.organisation, port=server.port)
        batch = start(account)

        send(account, worker)

    row = row_of(batch, "000000001001")
    assert (row.state, row.reason) == ("uncertain", "no_final_reply")
    assert statuses(batch)[1:] == ["queued", "queued", "skipped"]


def test_silence_after_the_body_is_uncertain_and_never_sent_by_itself(
    house, mail_account, post_office
):
    gate = threading.Event()
    post_office.before_answer = lambda: gate.wait(3) and None
    impatient = Worker(owner="worker-1", pdf_of=pdf_of, timeouts=type(QUICK)(connect=5, final=0.3))
    batch = start(mail_account, account_ids=[house.okean.fet.pk])

    send(mail_account, impatient)
    gate.set()
    send(mail_account, impatient)

    assert (statuses(batch), len(post_office.letters)) == (["uncertain"], 1)


@pytest.fixture
def uncertain(house, mail_account):
    """A letter whose worker vanished in the middle of it."""
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    [row_id] = journal.claim(batch=batch, owner="lost")
    journal.begin_body(row_id, owner="lost")
    end_leases()
    sweep()
    return row_of(batch, house.okean.fet.number)


def test_letter_begun_by_a_lost_worker_is_uncertain(uncertain, mail_account, worker, post_office):
    send(mail_account, worker)

    assert (uncertain.state, uncertain.reason, post_office.letters) == (
        "uncertain",
        "worker_lost",
        [],
    )


def test_person_sends_an_uncertain_letter_again_with_the_same_bytes(
    house, uncertain, mail_account, worker, post_office
):
    user = accountant_of(house.okean.organisation)

    decide_row(row_id=uncertain.pk, decision="send-again", by=user)
    send(mail_account, worker)

    sent = message_from_bytes(post_office.letters[0], policy=policy.default)
    assert row_of(uncertain.batch, "000000001002").state == "accepted"
    assert sent["Message-ID"] == uncertain.message_id


def test_person_considers_an_uncertain_letter_sent(
    house, uncertain, mail_account, worker, post_office
):
    user = accountant_of(house.okean.organisation)

    decide_row(row_id=uncertain.pk, decision="consider-sent", by=user)
    send(mail_account, worker)

    event = JournalEvent.objects.filter(row=uncertain).first()
    assert row_of(uncertain.batch, "000000001002").state == "accepted"
    assert event is not None
    assert (event.by_id, event.from_state, event.to_state) == (user.pk, "uncertain", "accepted")
    assert post_office.letters == []


def test_decision_about_a_letter_that_moved_is_refused(house, uncertain):
    user = accountant_of(house.okean.organisation)
    decide_row(row_id=uncertain.pk, decision="consider-sent", by=user)

    with pytest.raises(RowHasMoved):
        decide_row(row_id=uncertain.pk, decision="send-again", by=user)


def test_claim_of_a_lost_worker_returns_to_the_queue(house, mail_account, worker, post_office):
    batch = start(mail_account)
    journal.claim(batch=batch, owner="lost")
    end_leases()

    send(mail_account, worker)

    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]
    assert set(batch.rows.exclude(state="skipped").values_list("attempts", flat=True)) == {1}


def test_claim_of_a_living_worker_is_left_alone(house, mail_account, worker, post_office):
    batch = start(mail_account)
    journal.claim(batch=batch, owner="other")

    send(mail_account, worker)

    assert (statuses(batch)[0], post_office.letters) == ("claimed", [])


def test_worker_whose_row_was_taken_sends_not_a_byte(house, mail_account, post_office):
    def lose_the_row(document: IssuedDocument) -> bytes:
        JournalRow.objects.filter(document=document).update(owner="thief")
        return pdf_of(document)

    worker = Worker(owner="worker-1", pdf_of=lose_the_row, timeouts=QUICK)
    batch = start(mail_account)

    send(mail_account, worker)

    assert (post_office.letters, set(statuses(batch))) == ([], {"claimed", "skipped"})


def test_document_of_somebody_else_is_held_back(house, mail_account, post_office):
    worker = Worker(owner="worker-1", pdf_of=lambda _: pdf_bytes("000000001001"), timeouts=QUICK)
    batch = start(mail_account)

    send(mail_account, worker)

    assert statuses(batch) == ["accepted", "held", "held", "skipped"]
    assert post_office.recipients == ["lermontov_mn@mail.ru"]
    assert row_of(batch, "000000001002").reason == "other_document"


def test_document_that_cannot_be_rebuilt_is_held_with_the_reason(house, mail_account):
    def changed(document: IssuedDocument) -> bytes:
        raise DocumentChanged(document)

    batch = start(mail_account, account_ids=[house.okean.fet.pk])

    send(mail_account, Worker(owner="worker-1", pdf_of=changed, timeouts=QUICK))

    row = row_of(batch, "000000001002")
    assert (row.state, row.reason) == ("held", "no_pdf")
    assert row.explanation == str(DocumentChanged(house.documents["000000001002"]))


def test_one_bad_row_does_not_stop_the_batch(house, mail_account, caplog):
    def explode(document: IssuedDocument) -> bytes:
        if document.account.number == "000000001002":
            raise ZeroDivisionError
        return pdf_of(document)

    batch = start(mail_account)

    send(mail_account, Worker(owner="worker-1", pdf_of=explode, timeouts=QUICK))

    assert statuses(batch) == ["accepted", "held", "accepted", "skipped"]
    assert [record.levelname for record in caplog.records if record.name == "mailing"] == ["ERROR"]


def test_held_letter_is_released_by_a_person(house, mail_account, worker):
    bad = Worker(owner="worker-1", pdf_of=lambda _: b"other\r\n", timeouts=QUICK)
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    send(mail_account, bad)
    row = row_of(batch, "000000001002")

    decide_row(row_id=row.pk, decision="release", by=accountant_of(house.okean.organisation))
    send(mail_account, worker)

    assert statuses(batch) == ["accepted"]


def test_document_issued_anew_meanwhile_is_not_sent(house, mail_account, worker, post_office):
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    IssuedDocument.objects.filter(account=house.okean.fet).update(superseded_at=NOON)

    send(mail_account, worker)

    assert (statuses(batch), post_office.letters) == (["cancelled"], [])
