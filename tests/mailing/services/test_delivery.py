"""Letters on their way: what the server says and what the journal makes of it."""

import datetime as dt
import socket
from email import message_from_bytes, policy

from django.db.models.functions import Now

from mailing.models import JournalEvent, JournalRow, MailAccount
from mailing.queries import counts_of
from mailing.services import (
    Worker,
    decide_row,
    pump,
    resume_batch,
    stop_batch,
)
from payment_docs.models import IssuedDocument
from tests.cast import accountant_of
from tests.mailing.office import (
    QUICK,
    make_mail_account,
    pdf_bytes,
    pdf_of,
    row_of,
    send,
    start,
    statuses,
    with_login,
)


def let_account_try(account: MailAccount) -> None:
    """As if the pause were over."""
    MailAccount.objects.filter(pk=account.pk).update(stopped_until=Now())


def test_every_letter_arrives_with_its_own_document(house, mail_account, worker, post_office):
    batch = start(mail_account)

    send(mail_account, worker)

    received = {
        recipient: next(
            message_from_bytes(letter, policy=policy.default).iter_attachments()
        ).get_content()
        for recipient, letter in zip(post_office.recipients, post_office.letters, strict=True)
    }
    assert received == {
        "lermontov_mn@mail.ru": pdf_bytes("000000001001"),
        "fet@mail.ru": pdf_bytes("000000001002"),
        "tyutchev@mail.ru": pdf_bytes("000000001003"),
    }
    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]
    assert post_office.connections == 1


def test_accepted_row_keeps_the_words_of_the_server(house, mail_account, worker):
    batch = start(mail_account)

    send(mail_account, worker)

    row = row_of(batch, "000000001001")
    assert (row.last_reply, row.attempts, row.owner, row.lease_until) == (
        "250 2.0.0 queued as 1",
        1,
        "",
        None,
    )


def test_history_of_a_letter_names_every_state(house, mail_account, worker):
    batch = start(mail_account)

    send(mail_account, worker)

    events = JournalEvent.objects.filter(row=row_of(batch, "000000001001")).order_by("id")
    assert list(events.values_list("from_state", "to_state", "worker")) == [
        ("queued", "claimed", "worker-1"),
        ("claimed", "in_data", "worker-1"),
        ("in_data", "accepted", "worker-1"),
    ]


def test_refused_recipient_fails_with_the_words_and_stops_nobody(
    house, mail_account, worker, post_office
):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 No such user"
    batch = start(mail_account)

    send(mail_account, worker)

    row = row_of(batch, "000000001002")
    assert statuses(batch) == ["accepted", "failed", "accepted", "skipped"]
    assert (row.reason, row.last_reply, row.explanation) == (
        "no_such_address",
        "550 5.1.1 No such user",
        "Адрес получателя не существует.",
    )
    assert post_office.connections == 1


def test_greylisted_letter_waits_and_goes_later(house, mail_account, worker, post_office):
    post_office.at_recipient["fet@mail.ru"] = "451 4.7.1 Greylisted, come in 300 seconds"
    batch = start(mail_account)
    send(mail_account, worker)
    waits = row_of(batch, "000000001002")
    post_office.at_recipient.clear()

    send(mail_account, worker)
    still_waits = row_of(batch, "000000001002").state
    JournalRow.objects.filter(pk=waits.pk).update(next_try_at=Now())
    send(mail_account, worker)

    assert waits.next_try_at is not None
    assert (waits.state, still_waits) == ("deferred", "deferred")
    assert row_of(batch, "000000001002").state == "accepted"
    assert row_of(batch, "000000001002").attempts == 2


def test_refusal_after_the_body_is_a_refusal(house, mail_account, worker, post_office):
    post_office.at_end["fet@mail.ru"] = "554 5.7.1 looks like spam"
    batch = start(mail_account)

    send(mail_account, worker)

    row = row_of(batch, "000000001002")
    assert (row.state, row.reason) == ("failed", "policy")
    assert statuses(batch) == ["accepted", "failed", "accepted", "skipped"]


def test_wrong_password_stops_the_account_and_touches_no_letter(
    house, mail_account, worker, post_office
):
    with_login(mail_account, password="wrong")
    batch = start(mail_account)

    send(mail_account, worker)
    send(mail_account, worker)

    mail_account.refresh_from_db()
    assert (mail_account.stopped_reason, mail_account.stopped_until) == ("auth_535", None)
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]
    assert set(batch.rows.values_list("attempts", flat=True)) == {0}
    assert post_office.connections == 1


def test_right_password_lets_the_batch_go_on(house, mail_account, worker, post_office):
    with_login(mail_account, password="wrong")
    batch = start(mail_account)
    send(mail_account, worker)
    with_login(mail_account)

    resume_batch(batch_id=batch.pk, by=accountant_of(house.okean.organisation))
    send(mail_account, worker)

    assert (len(post_office.letters), batch.rows.filter(state="accepted").count()) == (3, 3)


def test_sender_that_is_not_owned_stops_the_account(house, mail_account, worker, post_office):
    post_office.at_sender = "550 5.7.1 sender address not owned"
    batch = start(mail_account)

    send(mail_account, worker)

    mail_account.refresh_from_db()
    assert mail_account.stopped_reason == "sender_not_owned"
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_quota_is_not_touched_for_a_day(house, mail_account, worker, post_office):
    post_office.at_sender = "550 5.4.5 daily sending quota exceeded"
    batch = start(mail_account)

    for _ in range(3):
        send(mail_account, worker)

    mail_account.refresh_from_db()
    assert (mail_account.stopped_reason, post_office.connections) == ("quota", 1)
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_account_busy_after_the_body_puts_the_letter_off(house, mail_account, worker, post_office):
    post_office.at_end["fet@mail.ru"] = "421 4.3.2 shutting down"
    batch = start(mail_account)

    send(mail_account, worker)
    post_office.at_end.clear()
    let_account_try(mail_account)
    send(mail_account, worker)

    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]
    assert post_office.recipients.count("fet@mail.ru") == 1


def test_nobody_listens_and_the_letters_wait(house, worker):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        account = make_mail_account(house.okean.organisation, port=nobody.getsockname()[1])
        batch = start(account)

        send(account, worker)

    account.refresh_from_db()
    assert account.stopped_reason == "tunnel_down"
    assert account.stopped_until is not None
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_recovery_is_told_and_shortens_the_next_pause(house, mail_account, worker, post_office):
    MailAccount.objects.filter(pk=mail_account.pk).update(
        troubles=5, stopped_reason="refused", stopped_explanation="Нет связи.", stopped_until=Now()
    )
    batch = start(mail_account)
    MailAccount.objects.filter(pk=mail_account.pk).update(troubles=5)

    send(mail_account, worker)

    mail_account.refresh_from_db()
    assert mail_account.troubles == 0
    assert JournalEvent.objects.filter(
        batch=batch, text="Соединение с сервером восстановлено, отправка продолжена."
    ).exists()


def test_stop_takes_effect_before_the_next_letter(house, mail_account, post_office):
    user = accountant_of(house.okean.organisation)
    batch = start(mail_account)

    def stop_then_give(document: IssuedDocument) -> bytes:
        if document.account.number == "000000001001":
            stop_batch(batch_id=batch.pk, by=user)
        return pdf_of(document)

    send(mail_account, Worker(owner="worker-1", pdf_of=stop_then_give, timeouts=QUICK))

    assert statuses(batch) == ["accepted", "queued", "queued", "skipped"]
    assert len(post_office.letters) == 1


def test_worker_that_is_told_to_end_gives_its_rows_back(house, mail_account, worker, post_office):
    asked = iter([False, False, True])
    batch = start(mail_account)

    pump(mail_account.pk, worker=worker, should_stop=lambda: next(asked, True))

    assert statuses(batch) == ["accepted", "queued", "queued", "skipped"]


def test_limit_of_letters_per_minute_is_kept(house, mail_account, worker, post_office):
    mail_account.per_minute = 2
    mail_account.save()
    batch = start(mail_account)

    send(mail_account, worker)
    send(mail_account, worker)
    held_by_limit = statuses(batch)
    JournalRow.objects.filter(state="accepted").update(body_at=Now() - dt.timedelta(minutes=2))
    send(mail_account, worker)

    assert held_by_limit == ["accepted", "accepted", "queued", "skipped"]
    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]


def test_counts_always_add_up(house, mail_account, worker, post_office):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    post_office.at_recipient["tyutchev@mail.ru"] = "451 later"
    batch = start(mail_account)
    totals = [counts_of([batch.pk])[batch.pk].total]

    send(mail_account, worker)
    counts = counts_of([batch.pk])[batch.pk]

    assert [*totals, counts.total] == [4, 4]
    assert (counts.sent, counts.failed, counts.deferred, counts.skips) == (
        1,
        1,
        1,
        [("на бумаге", 1)],
    )
    assert (counts.letters, counts.settled, counts.percent) == (3, 2, 66)


def test_deferred_letter_is_given_up_after_two_days(house, mail_account, worker, post_office):
    post_office.at_recipient["fet@mail.ru"] = "451 later"
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    send(mail_account, worker)
    JournalRow.objects.update(next_try_at=Now(), deferred_since=Now() - dt.timedelta(hours=48))

    send(mail_account, worker)

    row = row_of(batch, "000000001002")
    assert (row.state, row.reason) == ("failed", "horizon")


def test_connection_that_takes_no_more_is_replaced_by_a_fresh_one(
    house, mail_account, worker, post_office
):
    post_office.letters_per_connection = 1
    batch = start(mail_account)

    send(mail_account, worker)

    assert statuses(batch) == ["accepted", "accepted", "accepted", "skipped"]
    assert (post_office.connections, len(post_office.letters)) == (3, 3)


def test_missing_password_stops_the_account_before_anything(
    house, mail_account, worker, post_office
):
    batch = start(mail_account)
    with_login(mail_account, remember=False)

    send(mail_account, worker)

    mail_account.refresh_from_db()
    assert (mail_account.stopped_reason, post_office.connections) == ("password_needed", 0)
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_password_sealed_with_a_lost_key_stops_the_account(house, mail_account, worker, settings):
    with_login(mail_account)
    batch = start(mail_account)
    settings.FIELD_KEYS = ["bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleSE="]

    send(mail_account, worker)

    mail_account.refresh_from_db()
    assert mail_account.stopped_explanation == (
        "Сохранённый пароль нельзя прочитать: ключ шифрования другой. Введите пароль заново."
    )
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]


def test_person_cancels_a_letter_that_waits(house, mail_account, worker, post_office):
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    user = accountant_of(house.okean.organisation)

    decide_row(row_id=row_of(batch, "000000001002").pk, decision="cancel", by=user)
    send(mail_account, worker)

    batch.refresh_from_db()
    assert (statuses(batch), batch.state, post_office.letters) == (["cancelled"], "finished", [])


def test_person_need_not_wait_for_a_deferred_letter(house, mail_account, worker, post_office):
    post_office.at_recipient["fet@mail.ru"] = "451 later"
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    send(mail_account, worker)
    post_office.at_recipient.clear()
    user = accountant_of(house.okean.organisation)

    decide_row(row_id=row_of(batch, "000000001002").pk, decision="try-now", by=user)
    send(mail_account, worker)

    assert statuses(batch) == ["accepted"]
