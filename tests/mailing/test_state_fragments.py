"""The post inside pages of others: the states of listed documents, the account's last document."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts_registry.services import assign_role
from mailing.models import JournalEvent, JournalRow, JournalState
from mailing.services import decide_row, journal
from mailing.views.states import OF_LETTER, MailState
from payment_docs.models import IssuedDocument
from tests.cast import JULY
from tests.factories import make_organisation, make_user
from tests.mailing.office import HTMX, end_leases, issue, row_of, send, signed_in, start
from zhkh.web.roles import Role


def words_of(client, documents):
    """Words by the last digit of the account's number."""
    asked = {"doc": [document.pk for document in documents]}
    answer = client.get(reverse("mailing:document-states"), asked)
    numbers = dict(IssuedDocument.objects.values_list("pk", "account__number"))
    return {numbers[pk][-1]: state.words for pk, state in answer.context["states"]}


def card_of(client, account):
    return client.get(reverse("mailing:account-state", args=[account.pk]))


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode())).strip()


def begun(account, mail_account):
    """A letter whose body has gone out without an answer yet."""
    batch = start(mail_account, account_ids=[account.pk])
    [row_id] = journal.claim(batch=batch, owner="lost")
    journal.begin_body(row_id, owner="lost")
    return row_id


def test_before_any_batch_each_document_tells_what_would_happen(house, mailer):
    house.okean.fet.email = "fеt@mail.ru"
    house.okean.fet.save()

    words = words_of(mailer, house.documents.values())

    assert words == {
        "1": "к отправке",
        "2": "неверный адрес",
        "3": "к отправке",
        "4": "на бумаге",
    }


def test_list_tells_how_a_batch_ended(house, mail_account, worker, post_office, mailer):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    post_office.at_recipient["tyutchev@mail.ru"] = "450 4.2.1 try later"
    send_to = start(mail_account)
    queued = words_of(mailer, house.documents.values())

    send(send_to.mail_account, worker)

    ended = words_of(mailer, house.documents.values())
    assert queued == {"1": "в очереди", "2": "в очереди", "3": "в очереди", "4": "на бумаге"}
    assert ended == {"1": "отправлен", "2": "ошибка", "3": "отложен", "4": "на бумаге"}


def test_letter_without_an_answer_has_an_unknown_end(house, idle_account, mailer):
    begun(house.okean.fet, idle_account)
    end_leases()
    journal.sweep()

    assert words_of(mailer, [house.documents["000000001002"]]) == {"2": "исход неизвестен"}


def test_cancelled_letter_is_not_to_be_sent(house, idle_account, mailer):
    batch = start(idle_account, account_ids=[house.okean.fet.pk])
    person = make_user(username="decides")

    decide_row(row_id=row_of(batch, "000000001002").pk, decision="cancel", by=person)

    assert words_of(mailer, [house.documents["000000001002"]]) == {"2": "отменён"}


def test_being_left_out_of_a_later_batch_hides_no_letter(house, mail_account, worker, mailer):
    send(start(mail_account).mail_account, worker)
    start(mail_account)

    assert JournalRow.objects.filter(account=house.okean.fet).count() == 2
    assert words_of(mailer, [house.documents["000000001002"]]) == {"2": "отправлен"}


def test_new_version_is_not_sent_because_the_old_one_was(house, mail_account, worker, mailer):
    send(start(mail_account).mail_account, worker)

    assert words_of(mailer, [issue(house.okean.fet, version=2)]) == {"2": "к отправке"}


def test_letter_on_its_way_is_in_the_queue(house, idle_account, mailer):
    begun(house.okean.fet, idle_account)

    assert words_of(mailer, [house.documents["000000001002"]]) == {"2": "в очереди"}


def test_every_state_of_a_letter_has_its_word():
    assert set(OF_LETTER) == set(JournalState) - {JournalState.SKIPPED}


def test_fragment_replaces_the_states_of_the_rows(house, mailer):
    document = house.documents["000000001001"]

    answer = mailer.get(reverse("mailing:document-states"), {"doc": [document.pk]})

    [span] = re.findall(r"<span[^>]*>", answer.content.decode())
    assert re.sub(r"\s+", " ", span) == (
        f'<span class="status status--none" id="mail-state-{document.pk}" hx-swap-oob="true">'
    )
    assert answer.context["states"] == [
        (document.pk, MailState(words="к отправке", kind="none", icon="mail"))
    ]
    assert text_of(answer) == "к отправке"


def test_list_of_documents_asks_for_the_states_of_its_rows(house, mailer):
    rows = mailer.get(
        reverse("payment_docs:document-list"), {"period": "2013-07"}, headers=HTMX
    ).content.decode()

    [asks] = re.findall(r'<form hidden hx-get="([^"]*)"', rows)
    ours = [str(document.pk) for document in house.documents.values()]
    assert asks == reverse("mailing:document-states")
    assert re.findall(r'name="doc" value="(\d+)"', rows) == ours
    assert re.findall(r'id="mail-state-(\d+)"', rows) == ours


def test_list_without_documents_asks_for_nothing(okean, mailer):
    place = reverse("payment_docs:document-list")

    rows = mailer.get(place, {"period": "2013-07", "q": "Я"}, headers=HTMX).content.decode()

    assert re.findall(r"<form[^>]*>", rows) == []


def test_states_of_foreign_documents_are_absent(house, stranger):
    assert words_of(stranger, house.documents.values()) == {}


@pytest.mark.parametrize("doc", ["", "x", "-1", "0", "9" * 40])
def test_address_that_names_no_document_gets_nothing(house, mailer, doc):
    answer = mailer.get(reverse("mailing:document-states"), {"doc": doc})

    assert (answer.status_code, answer.content.decode().strip()) == (200, "")


def test_states_ask_as_much_for_one_row_as_for_three(
    house, idle_account, mailer, django_assert_num_queries
):
    start(idle_account)
    documents = list(house.documents.values())
    with django_assert_num_queries(10, exact=False) as one:
        words_of(mailer, documents[:1])

    with django_assert_num_queries(len(one)):
        assert len(words_of(mailer, documents[:3])) == 3


def test_card_tells_when_the_letter_was_sent(house, mail_account, worker, mailer):
    batch = start(mail_account)
    send(mail_account, worker)
    sent_at = dt.datetime(2013, 7, 26, 6, 14, tzinfo=dt.UTC)
    JournalRow.objects.filter(batch=batch, account=house.okean.fet).update(accepted_at=sent_at)

    card = card_of(mailer, house.okean.fet)

    assert text_of(card) == "Платёжный документ за июль 2013 Отправлен 26.07, 10:14"
    assert re.findall(r'href="([^"]*)"[^/]', card.content.decode()) == [
        reverse("mailing:batch", args=[batch.pk])
    ]
    assert card.context["state"] == MailState(words="отправлен", kind="ok", icon="mail")


def test_card_names_another_year(house, mail_account, worker, mailer):
    batch = start(mail_account)
    send(mail_account, worker)
    sent_at = dt.datetime(2013, 12, 31, 21, 0, tzinfo=dt.UTC)
    JournalRow.objects.filter(batch=batch, account=house.okean.fet).update(accepted_at=sent_at)

    card = card_of(mailer, house.okean.fet)

    assert text_of(card) == "Платёжный документ за июль 2013 Отправлен 01.01.2014, 01:00"


def test_card_tells_since_when_the_letter_has_failed(
    house, mail_account, worker, post_office, mailer
):
    post_office.at_recipient["fet@mail.ru"] = "550 5.1.1 no such user"
    start(mail_account)
    send(mail_account, worker)
    failed = JournalEvent.objects.get(row__account=house.okean.fet, to_state="failed")

    card = card_of(mailer, house.okean.fet)

    moment = timezone.localtime(failed.at)
    assert text_of(card) == (
        f"Платёжный документ за июль 2013 Ошибка {moment:%d.%m.%Y}, {moment:%H:%M}"
    )


def test_card_tells_since_when_the_letter_waits(house, idle_account, mailer):
    began = timezone.localtime(start(idle_account).started_at)

    card = card_of(mailer, house.okean.fet)

    assert text_of(card) == (
        f"Платёжный документ за июль 2013 В очереди {began:%d.%m.%Y}, {began:%H:%M}"
    )


def test_card_is_about_the_latest_month(house, mail_account, worker, mailer):
    send(start(mail_account).mail_account, worker)
    issue(house.okean.fet, period=JULY.next())

    assert text_of(card_of(mailer, house.okean.fet)) == (
        "Платёжный документ за август 2013 К отправке"
    )


def test_card_of_an_account_on_paper(house, mailer):
    assert text_of(card_of(mailer, house.okean.nekrasov)) == (
        "Платёжный документ за июль 2013 На бумаге"
    )


def test_card_without_documents(okean, mailer):
    assert text_of(card_of(mailer, okean.fet)) == "Платёжный документ ещё не выпускался"


def test_page_of_an_account_asks_for_the_state(house, mailer):
    place = reverse("accounts_registry:account", args=[house.okean.fet.pk])
    operator = signed_in(Role.OPERATOR, house.okean.organisation)

    asked = [
        re.findall(r'hx-get="([^"]*/mail-state/)"', client.get(place).content.decode())
        for client in (mailer, operator)
    ]

    assert asked == [[reverse("mailing:account-state", args=[house.okean.fet.pk])], []]


def test_foreign_account_is_absent(house, stranger):
    assert card_of(stranger, house.okean.fet).status_code == 404


def test_card_open_without_its_post_stays_as_drawn(house):
    user = make_user(username="o", role=Role.OPERATOR, organisation=house.okean.organisation)
    assign_role(user=user, role=Role.ACCOUNTANT, organisation=make_organisation(name="ТСЖ «Юг»"))
    client = Client()
    client.force_login(user)

    answer = card_of(client, house.okean.fet)

    assert (answer.status_code, answer.content) == (204, b"")
    assert words_of(client, house.documents.values()) == {}


def test_guests_and_others_are_not_let_in(house):
    places = [
        reverse("mailing:document-states"),
        reverse("mailing:account-state", args=[house.okean.fet.pk]),
    ]
    operator = signed_in(Role.OPERATOR, house.okean.organisation)

    assert [Client().get(place).status_code for place in places] == [302, 302]
    assert [operator.get(place).status_code for place in places] == [403, 403]
