import csv
import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from mailing.models import JournalRow, MailAccount, MailBatch
from mailing.services import journal
from tests.factories import make_organisation, make_user
from tests.mailing.office import (
    end_leases,
    issue,
    make_mail_account,
    row_of,
    send,
    start,
    statuses,
    with_login,
)
from zhkh.web.roles import Role

HTMX = {"HX-Request": "true"}


@pytest.fixture
def idle_account(house):
    return make_mail_account(house.okean.organisation, port=9)


def signed_in(role: Role, organisation=None) -> Client:
    client = Client()
    client.force_login(make_user(username=role, role=role, organisation=organisation))
    return client


@pytest.fixture
def mailer(okean):
    return signed_in(Role.MAILING_OPERATOR, okean.organisation)


@pytest.fixture
def stranger(okean):
    return signed_in(Role.ADMINISTRATOR, make_organisation(name="ТСЖ «Соседи»"))


def question(house, **changes):
    """The hidden fields of the dialog, as the browser sends them back."""
    return {
        "organisation": house.okean.organisation.pk,
        "period": "2013-07",
        "accounts": "",
        "key": str(uuid.uuid4()),
        "mail_account": MailAccount.objects.get().pk,
        "password": "",
        "password_again": "",
        **changes,
    }


# Who may


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CASHIER])
def test_others_do_not_see_the_journal(house, idle_account, role):
    client = signed_in(role, house.okean.organisation)

    assert client.get(reverse("mailing:batch-list")).status_code == 403


def test_settlement_centre_sees_but_does_not_send(house, idle_account):
    batch = start(idle_account)
    client = signed_in(Role.SETTLEMENT_CENTRE)

    page = client.get(reverse("mailing:batch", args=[batch.pk]))

    assert (page.status_code, page.context["may_send"]) == (200, False)
    assert client.get(reverse("mailing:send"), {"period": "2013-07"}).status_code == 403
    assert client.post(reverse("mailing:stop", args=[batch.pk])).status_code == 403


def test_foreign_organisation_finds_nothing(house, idle_account, stranger):
    batch = start(idle_account)
    row = row_of(batch, "000000001001")
    organisation = house.okean.organisation.pk

    codes = [
        stranger.get(reverse("mailing:batch", args=[batch.pk])).status_code,
        stranger.get(reverse("mailing:export-xlsx", args=[batch.pk])).status_code,
        stranger.get(reverse("mailing:export-csv", args=[batch.pk])).status_code,
        stranger.post(reverse("mailing:stop", args=[batch.pk])).status_code,
        stranger.post(reverse("mailing:resume", args=[batch.pk])).status_code,
        stranger.post(reverse("mailing:decide", args=[row.pk, "cancel"])).status_code,
        stranger.get(
            reverse("mailing:send"), {"period": "2013-07", "organisation": organisation}
        ).status_code,
        stranger.post(reverse("mailing:send"), question(house)).status_code,
        stranger.get(reverse("mailing:account", args=[idle_account.pk])).status_code,
    ]

    assert codes == [404] * 9
    assert stranger.get(reverse("mailing:batch-list")).context["rows"] == []
    assert row_of(batch, "000000001001").state == "queued"


def test_addresses_are_masked_for_those_who_need_not_know(house, idle_account, mailer):
    page = reverse("mailing:batch", args=[start(idle_account).pk])
    centre = signed_in(Role.SETTLEMENT_CENTRE)

    shown = [
        [line.address for line in client.get(page).context["lines"]] for client in (mailer, centre)
    ]

    assert [addresses[0] for addresses in shown] == ["lermontov_mn@mail.ru", "l•••@mail.ru"]


# «Отправить по email»


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


# The journal


def test_list_asks_as_much_for_one_batch_as_for_three(
    house, idle_account, mailer, django_assert_num_queries
):
    start(idle_account)
    place = reverse("mailing:batch-list")
    mailer.get(place)
    with django_assert_num_queries(10, exact=False) as one:
        mailer.get(place)
    start(idle_account)
    start(idle_account)

    with django_assert_num_queries(len(one)):
        assert len(mailer.get(place).context["rows"]) == 3


def test_page_asks_as_much_for_one_letter_as_for_three(
    house, idle_account, mailer, django_assert_num_queries
):
    single = start(idle_account, account_ids=[house.okean.fet.pk])
    mailer.get(reverse("mailing:batch", args=[single.pk]))
    with django_assert_num_queries(20, exact=False) as one:
        mailer.get(reverse("mailing:batch", args=[single.pk]))
    issue(house.okean.fet, version=2)
    several = start(idle_account)

    with django_assert_num_queries(len(one)):
        page = mailer.get(reverse("mailing:batch", args=[several.pk]))
    assert len(list(page.context["page"].object_list)) == 4


def test_running_batch_asks_for_itself_again(house, mail_account, worker, mailer):
    place = reverse("mailing:batch", args=[start(mail_account).pk])
    running = mailer.get(place, headers=HTMX).content.decode()
    send(mail_account, worker)

    finished = mailer.get(place, headers=HTMX).content.decode()

    assert ('hx-trigger="every 2s"' in running, 'hx-trigger="every 2s"' in finished) == (
        True,
        False,
    )
    assert running.strip().startswith('<div id="run"')


def test_counters_of_the_page_add_up(house, mail_account, worker, post_office, mailer):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    batch = start(mail_account)
    send(mail_account, worker)

    page = mailer.get(reverse("mailing:batch", args=[batch.pk]))

    tabs = {key: count for key, _, count, _ in page.context["tabs"]}
    assert tabs == {"attention": 1, "sent": 2, "waiting": 0, "skipped": 1, "all": 4}
    [line] = page.context["lines"]
    assert (line.state, line.happened, line.to_do) == (
        "Ошибка",
        "Адрес получателя не существует.",
        "Исправьте адрес в карточке счёта и повторите.",
    )


def test_stopped_account_is_told_on_the_page(house, mail_account, worker, mailer):
    with_login(mail_account, password="wrong")
    batch = start(mail_account)
    send(mail_account, worker)

    page = mailer.get(reverse("mailing:batch", args=[batch.pk]))

    assert page.context["account_waits"] == "Неверный логин или пароль. Отправка остановлена."


def test_stop_and_go_on(house, idle_account, mailer):
    batch = start(idle_account)

    mailer.post(reverse("mailing:stop", args=[batch.pk]))
    stopped = MailBatch.objects.get().state
    mailer.post(reverse("mailing:resume", args=[batch.pk]))

    assert (stopped, MailBatch.objects.get().state) == ("stopped", "running")


def test_stopping_twice_says_so(house, idle_account, mailer):
    batch = start(idle_account)
    mailer.post(reverse("mailing:stop", args=[batch.pk]))

    page = mailer.post(reverse("mailing:stop", args=[batch.pk]), follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "Рассылка завершена: останавливать нечего."
    ]


def test_going_on_without_the_password_asks_for_it(house, idle_account, mailer):
    with_login(idle_account, remember=False)
    batch = start(idle_account, password="letters")
    mailer.post(reverse("mailing:stop", args=[batch.pk]))

    answer = mailer.post(reverse("mailing:resume", args=[batch.pk]))

    assert answer.status_code == 422
    assert answer.context["form"].errors["password"] == [
        "Введите пароль: учётная запись его не помнит."
    ]


def test_wrong_typed_password_is_asked_for_anew(house, mail_account, worker, post_office, mailer):
    with_login(mail_account, remember=False)
    batch = start(mail_account, password="wrong")
    send(mail_account, worker)

    page = mailer.get(reverse("mailing:batch", args=[batch.pk]))
    mailer.post(
        reverse("mailing:resume", args=[batch.pk]),
        {"password": "letters", "password_again": "letters"},
    )
    send(mail_account, worker)

    assert (page.context["form"] is None, page.context["is_live"]) == (False, False)
    assert len(post_office.letters) == 3


@pytest.fixture
def uncertain(house, idle_account):
    batch = start(idle_account, account_ids=[house.okean.fet.pk])
    [row_id] = journal.claim(batch=batch, owner="lost")
    journal.begin_body(row_id, owner="lost")
    end_leases()
    journal.sweep()
    return row_of(batch, "000000001002")


def test_second_copy_is_asked_about_first(uncertain, mailer):
    place = reverse("mailing:decide", args=[uncertain.pk, "send-again"])

    asked = mailer.get(place, headers=HTMX)
    before = JournalRow.objects.get().state
    mailer.post(place)

    assert asked.content.decode().strip().startswith("<dialog")
    assert (before, JournalRow.objects.get().state) == ("uncertain", "queued")


def test_second_copy_wants_the_password_nobody_remembers(uncertain, idle_account, mailer):
    with_login(idle_account, remember=False)
    MailBatch.objects.update(state="stopped")
    place = reverse("mailing:decide", args=[uncertain.pk, "send-again"])

    refused = mailer.post(place)
    mailer.post(place, {"password": "letters", "password_again": "letters"})

    assert refused.status_code == 422
    assert (JournalRow.objects.get().state, MailBatch.objects.get().state) == ("queued", "running")


def test_decision_that_came_too_late_says_so(uncertain, mailer):
    mailer.post(reverse("mailing:decide", args=[uncertain.pk, "consider-sent"]))

    page = mailer.post(reverse("mailing:decide", args=[uncertain.pk, "consider-sent"]), follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "Состояние письма уже изменилось: обновите страницу и решите ещё раз."
    ]


def test_unknown_decision_is_not_found(uncertain, mailer):
    assert mailer.post(reverse("mailing:decide", args=[uncertain.pk, "burn"])).status_code == 404


def test_journal_as_a_spreadsheet(house, mail_account, worker, mailer):
    batch = start(mail_account)
    send(mail_account, worker)

    answer = mailer.get(reverse("mailing:export-xlsx", args=[batch.pk]))

    [sheet] = load_workbook(io.BytesIO(answer.content)).worksheets
    rows = [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=2)]
    assert rows == [
        ["000000001001", "Лермонтов Михаил Николаевич", "lermontov_mn@mail.ru", "Отправлено"],
        ["000000001002", "Фет Афанасий Афанасьевич", "fet@mail.ru", "Отправлено"],
        ["000000001003", "Тютчев Фёдор Иванович", "tyutchev@mail.ru", "Отправлено"],
        ["000000001004", "Некрасов Николай Алексеевич", None, "Пропущено"],
    ]


def test_journal_as_text_runs_no_formulas(house, mail_account, worker, post_office, mailer):
    post_office.at_recipient["fet@mail.ru"] = "550 =1+1"
    batch = start(mail_account, account_ids=[house.okean.fet.pk])
    send(mail_account, worker)
    JournalRow.objects.update(explanation="=1+1")

    answer = mailer.get(reverse("mailing:export-csv", args=[batch.pk]))

    text = answer.content.decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(text), delimiter=";")
    assert row[3:5] == ["Ошибка", "'=1+1"]


# Mail accounts


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
