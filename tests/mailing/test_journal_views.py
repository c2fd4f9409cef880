"""«Журнал отправки»: who sees it, what it shows, what a person decides."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts_registry.services import assign_role
from mailing.models import JournalRow, MailBatch
from mailing.services import journal
from tests.factories import make_organisation, make_user
from tests.mailing.office import (
    HTMX,
    end_leases,
    issue,
    question,
    row_of,
    send,
    signed_in,
    start,
    with_login,
)
from zhkh.web.roles import Role


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


def test_a_right_in_another_organisation_shows_no_addresses_here(house, idle_account):
    user = make_user(
        username="both", role=Role.SETTLEMENT_CENTRE, organisation=house.okean.organisation
    )
    assign_role(
        user=user, role=Role.ACCOUNTANT, organisation=make_organisation(name="ТСЖ «Соседи»")
    )
    client = Client()
    client.force_login(user)

    page = client.get(reverse("mailing:batch", args=[start(idle_account).pk]))

    assert page.context["lines"][0].address == "l•••@mail.ru"


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
