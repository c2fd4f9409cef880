"""Who gets into a batch, what starts it, what ends it."""

import uuid

import pytest

from mailing.models import BatchState, JournalEvent, JournalRow, MailBatch
from mailing.rules import Skip
from mailing.services import (
    AccountCannotSend,
    BatchIsFinished,
    PasswordNeeded,
    Preview,
    preview_batch,
    resume_batch,
    stop_batch,
)
from tests.cast import JULY, accountant_of
from tests.mailing.office import (
    by_email,
    issue,
    make_mail_account,
    row_of,
    send,
    start,
    states,
    with_login,
)


@pytest.fixture
def idle_account(house):
    """Nobody listens behind it: for what happens before anything is sent."""
    return make_mail_account(house.okean.organisation, port=9)


def test_batch_has_a_row_for_every_account(house, idle_account):
    batch = start(idle_account)

    assert states(batch) == {
        "000000001001": "queued",
        "000000001002": "queued",
        "000000001003": "queued",
        "000000001004": "skipped",
    }


def test_address_alone_is_not_enough(house, idle_account):
    nekrasov = house.okean.nekrasov
    nekrasov.email = "nekrasov@mail.ru"
    nekrasov.save()

    row = row_of(start(idle_account), nekrasov.number)

    assert (row.state, row.skip_reason, row.address, row.explanation) == (
        "skipped",
        "address_alone",
        "",
        Skip.ADDRESS_ALONE.sentence,
    )


def test_account_without_document_is_skipped(okean):
    row = row_of(start(make_mail_account(okean.organisation, port=9)), okean.lermontov.number)

    assert (row.state, row.skip_reason) == ("skipped", "no_document")


def test_wrong_address_is_skipped_and_told(house, idle_account):
    by_email(house.okean.fet, "fet@mаil.ru")  # Cyrillic «а»

    row = row_of(start(idle_account), house.okean.fet.number)

    assert (row.skip_reason, row.explanation) == (
        "bad_address",
        "В адресе «fet@mаil.ru» смешаны русские и латинские буквы.",
    )


def test_preview_counts_before_anything_is_started(house):
    preview = preview_batch(organisation=house.okean.organisation, period=JULY)

    assert preview == Preview(to_send=3, skipped={Skip.PAPER: 1})
    assert MailBatch.objects.count() == 0


def test_chosen_accounts_only(house, idle_account):
    batch = start(idle_account, account_ids=[house.okean.fet.pk])

    assert states(batch) == {"000000001002": "queued"}


def test_same_key_gives_the_same_batch(house, idle_account):
    key = uuid.uuid4()

    assert start(idle_account, key=key) == start(idle_account, key=key)
    assert JournalRow.objects.count() == 4


def test_second_batch_leaves_what_the_first_holds(house, idle_account):
    first, second = start(idle_account), start(idle_account)

    assert set(states(first).values()) == {"queued", "skipped"}
    assert row_of(second, "000000001001").skip_reason == "already_queued"
    assert (second.state, second.finished_at is not None) == (BatchState.FINISHED, True)


def test_sent_document_is_not_sent_again(house, mail_account, worker, post_office):
    start(mail_account)
    send(mail_account, worker)

    again = start(mail_account)
    send(mail_account, worker)

    assert row_of(again, "000000001001").skip_reason == "already_sent"
    assert len(post_office.letters) == 3


def test_new_version_of_a_document_is_sent(house, mail_account, worker, post_office):
    start(mail_account)
    send(mail_account, worker)
    issue(house.okean.fet, version=2)

    again = start(mail_account)
    send(mail_account, worker)

    assert (row_of(again, "000000001002").state, len(post_office.letters)) == ("accepted", 4)


def test_failed_letter_goes_again_in_a_new_batch_to_the_corrected_address(
    house, mail_account, worker, post_office
):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    first = start(mail_account)
    send(mail_account, worker)
    by_email(house.okean.fet, "afanasy@mail.ru")

    second = start(mail_account)
    send(mail_account, worker)

    lost, found = row_of(first, "000000001002"), row_of(second, "000000001002")
    assert (lost.state, found.state, found.retry_of_id) == ("failed", "accepted", lost.pk)
    assert lost.message_id != found.message_id


def test_account_not_for_sending_is_refused(house, idle_account):
    idle_account.use_for_sending = False
    idle_account.save()

    with pytest.raises(AccountCannotSend):
        start(idle_account)

    assert MailBatch.objects.count() == 0


def test_password_that_nobody_remembers_is_asked(house, idle_account):
    with_login(idle_account, remember=False)

    with pytest.raises(PasswordNeeded):
        start(idle_account)


def test_asked_password_is_sealed_and_wiped_at_the_end(house, mail_account, worker):
    with_login(mail_account, remember=False)
    batch = start(mail_account, password="letters")
    sealed = batch.password_sealed

    send(mail_account, worker)

    batch.refresh_from_db()
    assert (batch.state, batch.password_sealed) == (BatchState.FINISHED, "")
    assert sealed not in {"", "letters"}
    assert set(states(batch).values()) == {"accepted", "skipped"}


def test_stopped_batch_sends_nothing_and_forgets_the_password(
    house, mail_account, worker, post_office
):
    with_login(mail_account, remember=False)
    batch = start(mail_account, password="letters")

    stop_batch(batch_id=batch.pk, by=accountant_of(house.okean.organisation))
    send(mail_account, worker)

    batch.refresh_from_db()
    assert (batch.state, batch.password_sealed, post_office.letters) == ("stopped", "", [])


def test_stopped_batch_goes_on_with_the_password(house, mail_account, worker, post_office):
    with_login(mail_account, remember=False)
    user = accountant_of(house.okean.organisation)
    batch = start(mail_account, password="letters")
    stop_batch(batch_id=batch.pk, by=user)

    with pytest.raises(PasswordNeeded):
        resume_batch(batch_id=batch.pk, by=user)
    resume_batch(batch_id=batch.pk, by=user, password="letters")
    send(mail_account, worker)

    assert len(post_office.letters) == 3


def test_finished_batch_cannot_be_stopped(okean):
    batch = start(make_mail_account(okean.organisation, port=9))

    with pytest.raises(BatchIsFinished):
        stop_batch(batch_id=batch.pk, by=accountant_of(okean.organisation))


def test_history_begins_with_what_was_queued(house, idle_account):
    batch = start(idle_account)

    texts = JournalEvent.objects.filter(batch=batch).values_list("text", flat=True)
    assert list(texts) == ["Поставлено в очередь: 3, пропущено: 1."]
