"""«Отправить по email»: the question and the start."""

import pytest
from django.urls import reverse

from mailing.models import JournalRow, MailBatch
from tests.mailing.office import (
    HTMX,
    question,
    send,
    start,
    statuses,
    with_login,
)


def test_dialog_tells_the_counts_before_anything_starts(house, idle_account, mailer):
    answer = mailer.get(reverse("mailing:send"), {"period": "2013-07"}, headers=HTMX)

    assert answer.context["preview"].to_send == 3
    assert answer.context["skipped"] == [("на бумаге", 1)]
    assert answer.content.decode().strip().startswith("<dialog")
    assert MailBatch.objects.count() == 0


def test_start_leads_to_the_journal(house, idle_account, mailer):
    answer = mailer.post(reverse("mailing:send"), question(house))

    batch = MailBatch.objects.get()
    assert answer.headers["Location"] == reverse("mailing:batch", args=[batch.pk])
    assert statuses(batch) == ["queued", "queued", "queued", "skipped"]
    assert batch.started_by is not None


def test_start_from_the_dialog_leads_to_the_journal(house, idle_account, mailer):
    answer = mailer.post(reverse("mailing:send"), question(house), headers=HTMX)

    batch = MailBatch.objects.get()
    assert answer.headers["HX-Redirect"] == reverse("mailing:batch", args=[batch.pk])


def test_double_click_starts_one_batch(house, idle_account, mailer):
    form = question(house)

    places = {mailer.post(reverse("mailing:send"), form).headers["Location"] for _ in range(2)}

    assert (len(places), MailBatch.objects.count()) == (1, 1)


def test_chosen_accounts_only(house, idle_account, mailer):
    mailer.post(reverse("mailing:send"), question(house, accounts=str(house.okean.fet.pk)))

    assert [row.account_number for row in JournalRow.objects.all()] == ["000000001002"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (
            {"password": "letters", "password_again": "letter"},
            "password_again",
            "Пароль и подтверждение не совпали: введите оба ещё раз.",
        ),
        ({}, "password", "Введите пароль: учётная запись его не помнит."),
    ],
)
def test_password_typed_wrongly_starts_nothing(house, idle_account, mailer, typed, field, sentence):
    with_login(idle_account, remember=False)

    answer = mailer.post(reverse("mailing:send"), question(house, **typed), headers=HTMX)

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    assert MailBatch.objects.count() == 0


def test_asked_password_reaches_the_worker_and_not_the_page(
    house, mail_account, mailer, worker, post_office
):
    with_login(mail_account, remember=False)
    form = question(house, password="letters", password_again="letters")

    place = mailer.post(reverse("mailing:send"), form).headers["Location"]
    page = mailer.get(place).content.decode()
    send(mail_account, worker)

    assert (len(post_office.letters), 'value="letters"' in page) == (3, False)


def test_without_an_account_nothing_can_be_sent(house, mailer):
    answer = mailer.get(reverse("mailing:send"), {"period": "2013-07"})

    assert (answer.context["has_account"], answer.context["may_send"]) == (False, False)


@pytest.mark.parametrize(
    "query",
    [
        {"period": "July"},
        {},
        {"period": "2013-07", "accounts": "1,x"},
        {"retry": "x"},
        {"retry": "0"},
        {"period": "2013-07", "organisation": "0"},
        {"period": "2013-07", "organisation": "x"},
    ],
)
def test_senseless_question_is_not_found(house, idle_account, mailer, query):
    assert mailer.get(reverse("mailing:send"), query).status_code == 404


def test_failed_letters_go_to_a_new_question(house, mail_account, worker, post_office, mailer):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    batch = start(mail_account)
    send(mail_account, worker)

    answer = mailer.get(reverse("mailing:send"), {"retry": batch.pk})

    assert answer.context["form"].initial["accounts"] == str(house.okean.fet.pk)
    assert answer.context["preview"].to_send == 1


def test_retry_of_a_batch_without_failures_does_not_mean_everybody(house, idle_account, mailer):
    batch = start(idle_account)

    assert mailer.get(reverse("mailing:send"), {"retry": batch.pk}).status_code == 404
