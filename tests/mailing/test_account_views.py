"""«Учётные записи электронной почты»: the list and the card."""

import pytest
from django.urls import reverse

from mailing.models import MailAccount
from tests.factories import make_organisation
from tests.mailing.office import (
    make_mail_account,
    signed_in,
)
from zhkh.web.roles import Role


def card(**changes):
    return {
        "name": "Системная учётная запись",
        "address": "post@ocean.ru",
        "username": "post@ocean.ru",
        "password": "letters",
        "remember_password": "on",
        "pop3_host": "127.0.0.1",
        "pop3_port": "110",
        "smtp_host": "127.0.0.1",
        "smtp_port": "25",
        "same_as_incoming": "on",
        "use_for_sending": "on",
        "action": "save",
        **changes,
    }


def test_first_account_becomes_the_system_one(okean, mailer):
    mailer.post(reverse("mailing:account-new"), card())

    account = MailAccount.objects.get()
    assert (account.is_system, account.kept_password(), account.organisation) == (
        True,
        "letters",
        okean.organisation,
    )


def test_password_is_never_shown_and_stays_when_left_empty(okean, mailer):
    mailer.post(reverse("mailing:account-new"), card())
    place = reverse("mailing:account", args=[MailAccount.objects.get().pk])

    page = mailer.get(place).content.decode()
    mailer.post(place, card(password="", sender_name="УК"))

    account = MailAccount.objects.get()
    assert ("letters" in page, account.sender_name, account.kept_password()) == (
        False,
        "УК",
        "letters",
    )


def test_password_is_forgotten_when_not_to_be_remembered(okean, mailer):
    mailer.post(reverse("mailing:account-new"), card())
    form = card(password="")
    del form["remember_password"]

    mailer.post(reverse("mailing:account", args=[MailAccount.objects.get().pk]), form)

    assert MailAccount.objects.get().password_sealed == ""


@pytest.mark.parametrize(
    ("typed", "smtp", "pop3"),
    [
        ({}, 25, 110),
        ({"smtp_secure": "on", "pop3_secure": "on"}, 465, 995),
        ({"smtp_secure": "on", "smtp_starttls": "on"}, 587, 110),
    ],
)
def test_standard_ports_follow_the_protection(okean, mailer, typed, smtp, pop3):
    form = card(action="ports", smtp_port="1", pop3_port="1", **typed)

    answer = mailer.post(reverse("mailing:account-new"), form)

    shown = answer.context["form"]
    assert (shown["smtp_port"].value(), shown["pop3_port"].value()) == (smtp, pop3)
    assert shown["username"].value() == "post@ocean.ru"
    assert MailAccount.objects.count() == 0


def test_unprotected_server_elsewhere_is_refused_in_words(okean, mailer):
    answer = mailer.post(reverse("mailing:account-new"), card(smtp_host="smtp.mail.ru"))

    assert answer.status_code == 422
    [sentence] = answer.context["form"].non_field_errors()
    assert sentence == (
        "Без защиты письма и пароль уходят открыто: включите защищённую версию SMTP или укажите"
        " туннель на этом компьютере (127.0.0.1)."
    )


def test_second_account_of_the_same_name_is_refused(house, idle_account, mailer):
    answer = mailer.post(reverse("mailing:account-new"), card())

    assert answer.context["form"].errors["name"] == [
        "Учётная запись «Системная учётная запись» уже есть: дайте другое наименование."
    ]


def test_check_records_and_tells_each_step(okean, smtp, mailer):
    form = card(action="check", smtp_port=str(smtp.address[1]))

    answer = mailer.post(reverse("mailing:account-new"), form)

    assert (answer.context["passed"], len(answer.context["steps"])) == (True, 5)
    assert MailAccount.objects.get().check_passed is True


def test_check_tells_the_step_that_failed(okean, smtp, mailer):
    form = card(action="check", smtp_port=str(smtp.address[1]), password="wrong")

    answer = mailer.post(reverse("mailing:account-new"), form)

    assert [step.passed for step in answer.context["steps"]] == [True, True, False]


def test_close_returns_to_the_list(house, idle_account, mailer):
    answer = mailer.post(reverse("mailing:account", args=[idle_account.pk]), card(action="close"))

    assert answer.headers["Location"] == reverse("mailing:account-list")


def test_accountant_has_no_mail_accounts(house, idle_account):
    client = signed_in(Role.ACCOUNTANT, house.okean.organisation)

    assert client.get(reverse("mailing:account-list")).status_code == 403


def test_list_shows_own_accounts(house, idle_account, mailer):
    make_mail_account(make_organisation(name="ТСЖ «Соседи»"), port=25)

    page = mailer.get(reverse("mailing:account-list"))

    assert list(page.context["accounts"]) == [idle_account]
