import hashlib
import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts_registry.models import DeliveryMethod
from payment_docs.assemble import assemble_documents, counting_day
from payment_docs.models import IssuedDocument
from payment_docs.queries import billed_accounts
from payment_docs.services import request_documents, stop_issuing
from payment_docs.snapshot import to_snapshot
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_house, make_organisation, make_premises, make_user
from tests.priced import BILL, calculated, issued, posted, priced_tihiy_okean
from zhkh.runs.models import Run, RunState
from zhkh.web.roles import Role

HTMX = {"HX-Request": "true"}
MONTH = "/docs/?period=2013-07"


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


@pytest.fixture
def documents(okean):
    """
    The documents of the four accounts by the last digit of their number.

    Frozen without laying out their PDFs: pages read the data only.
    """
    accounts = billed_accounts(organisation=okean.organisation, period=JULY)
    day = counting_day(okean.organisation, JULY)
    assembled = assemble_documents(accounts, period=JULY, counted_until=day)
    return {
        account.number[-1]: IssuedDocument.objects.create(
            account=account,
            month=JULY.first_day,
            number=f"{JULY}/{account.number}",
            charged=document.to_pay,
            opening=document.opening,
            to_pay=document.to_pay_with_balance,
            counted_until=day,
            snapshot=to_snapshot(document),
            pdf_sha256="0" * 64,
            template_version="none",
            issued_at=NOON,
        )
        for account, document in zip(accounts, assembled, strict=True)
    }


@pytest.fixture
def stranger(okean):
    client = Client()
    other = make_organisation(name="ТСЖ «Чужое»")
    client.force_login(accountant_of(other, username="stranger"))
    return client


def form_of(organisation, **fields):
    return {"organisation": organisation.pk, "period": "2013-07", **fields}


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def told(answer):
    return [str(message) for message in answer.context["messages"]]


class TestEmptyMonth:
    def test_month_without_charges_leads_to_charges(self, client):
        answer = client.get("/docs/?period=2013-08")

        assert "За август 2013 нет начислений" in text_of(answer)
        assert b'href="/charges/?period=2013-08"' in answer.content

    def test_draft_leads_to_its_confirmation(self, db):
        okean = priced_tihiy_okean()
        calculated(okean.organisation)
        client = Client()
        client.force_login(accountant_of(okean.organisation))

        assert "Июль 2013 рассчитан, но не проведён" in text_of(client.get(MONTH))

    def test_posted_month_offers_to_issue(self, client):
        answer = client.get(MONTH)

        assert "Документов за июль 2013 ещё нет" in text_of(answer)
        assert b'action="/docs/issue/"' in answer.content

    def test_user_without_organisations_is_told_so(self, db):
        client = Client()
        client.force_login(make_user(username="nobody", is_superuser=True))

        assert client.get("/docs/").templates[0].name == "payment_docs/nobody.html"


class TestList:
    def test_documents_stand_in_delivery_order_with_the_first_one_open(
        self, client, okean, documents
    ):
        context = client.get(MONTH).context

        assert [row.pk for row in context["rows"]] == [documents[n].pk for n in "1234"]
        assert (context["issued"].pk, context["paper"].payer[0].text) == (
            documents["1"].pk,
            "Лермонтов Михаил Николаевич",
        )

    def test_footer_adds_up(self, client, documents):
        totals = client.get(MONTH).context["totals"]

        assert (totals.documents, totals.by_email, totals.without_address, totals.charged) == (
            4,
            1,
            3,
            4 * BILL,
        )

    def test_latest_posted_month_is_shown_by_itself(self, client, okean, documents):
        calculated(okean.organisation, JULY.next())

        assert client.get("/docs/").context["month"].period == JULY

    def test_address_names_the_document(self, client, documents):
        context = client.get(f"{MONTH}&doc={documents['3'].pk}").context

        assert context["paper"].payer[0].text == "Тютчев Фёдор Иванович"

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("delivery=email", "1"),
            ("delivery=paper", "234"),
            ("delivery=no_address", "234"),
            ("delivery=nonsense", "1234"),
            ("house=nonsense", "1234"),
            ("q=фет", "2"),
            ("q=000000001004", "4"),
            ("q=никого", ""),
            ("delivery=email&q=фет", ""),
        ],
    )
    def test_list_is_filtered_and_searched(self, client, documents, query, numbers):
        context = client.get(f"{MONTH}&{query}").context

        assert [row.pk for row in context["rows"]] == [documents[n].pk for n in numbers]
        assert context["totals"].documents == len(numbers)

    def test_list_is_filtered_by_house(self, client, okean, documents):
        other = make_house(organisation=okean.organisation, code="7", number="7")
        okean.fet.premises = make_premises(house=other)
        okean.fet.save()

        rows = client.get(f"{MONTH}&house={other.pk}").context["rows"]

        assert [row.pk for row in rows] == [documents["2"].pk]

    def test_search_sends_only_the_list(self, client, documents):
        answer = client.get(f"{MONTH}&q=фет", headers=HTMX)

        assert answer.content.strip().startswith(b'<div class="split__found" id="rows">')

    def test_month_not_understood_is_said(self, client, documents):
        assert "Месяца «июль» нет" in text_of(client.get("/docs/?period=июль"))

    def test_query_count_does_not_depend_on_rows(
        self, client, okean, documents, django_assert_max_num_queries
    ):
        url = f"{MONTH}&doc={documents['1'].pk}"
        others = IssuedDocument.objects.exclude(pk=documents["1"].pk)
        with django_assert_max_num_queries(100) as four_rows:
            client.get(url)
        others.update(superseded_at=NOON)

        with django_assert_max_num_queries(100) as one_row:
            answer = client.get(url)

        assert len(answer.context["rows"]) == 1
        assert len(one_row) == len(four_rows)


class TestDocument:
    def test_htmx_gets_the_right_half_and_its_buttons(self, client, documents):
        answer = client.get(f"/docs/{documents['2'].pk}/", headers=HTMX)

        page = answer.content.decode()
        assert answer.context["paper"].payer[0].text == "Фет Афанасий Афанасьевич"
        assert re.findall(r'id="(document|document-actions)"', page) == [
            "document",
            "document-actions",
        ]
        assert 'hx-swap-oob="true"' in page
        assert f'href="/docs/{documents["2"].pk}/pdf/"' in page

    def test_its_own_address_leads_to_the_list(self, client, okean, documents):
        answer = client.get(f"/docs/{documents['2'].pk}/")

        assert answer.headers["Location"] == (
            f"/docs/?organisation={okean.organisation.pk}&period=2013-07&doc={documents['2'].pk}"
        )

    def test_superseded_version_says_so(self, client, okean, documents):
        IssuedDocument.objects.filter(pk=documents["2"].pk).update(superseded_at=NOON)

        answer = client.get(f"{MONTH}&doc={documents['2'].pk}")

        assert "Это версия 1, заменённая" in text_of(answer)

    def test_foreign_documents_are_absent(self, stranger, documents):
        pk = documents["2"].pk
        addresses = [f"/docs/{pk}/", f"/docs/{pk}/pdf/", f"{MONTH}&doc={pk}"]

        assert [stranger.get(address).status_code for address in addresses] == [404, 404, 404]

    @pytest.mark.parametrize("asked", ["none", "-1", "99999999999999999999999"])
    def test_document_that_is_not_there_is_absent(self, client, documents, asked):
        assert client.get(f"{MONTH}&doc={asked}").status_code == 404


class TestPdf:
    def test_file_is_what_was_issued_under_a_telling_name(self, client, okean):
        issued(okean.organisation)
        document = IssuedDocument.objects.get(account=okean.fet)

        answer = client.get(f"/docs/{document.pk}/pdf/")

        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == (
            'inline; filename="kvitanciya_000000001002_2013-07.pdf"'
        )
        assert hashlib.sha256(answer.content).hexdigest() == document.pdf_sha256

    def test_other_bytes_are_refused_in_words(self, client, documents):
        answer = client.get(f"/docs/{documents['2'].pk}/pdf/")

        assert answer.status_code == 409
        assert "отличается от выпущенного" in answer.context["sentence"]


class TestIssuing:
    def test_issue_is_asked_for_and_waits(self, client, okean):
        answer = client.post("/docs/issue/", form_of(okean.organisation))

        assert answer.headers["Location"] == (
            f"/docs/?organisation={okean.organisation.pk}&period=2013-07"
        )
        assert (Run.objects.get(kind="documents").state, IssuedDocument.objects.count()) == (
            RunState.WORKING,
            0,
        )

    def test_page_asks_for_progress_meanwhile(self, client, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        page = client.get(MONTH).content.decode()
        answer = client.get(f"/docs/runs/{run.pk}/", headers=HTMX)

        assert f'hx-get="/docs/runs/{run.pk}/"' in page
        assert answer.context["progress"].total == 4

    def test_end_of_the_run_ends_the_asking(self, client, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        stop_issuing(organisation=okean.organisation, period=JULY, at=NOON)

        answer = client.get(f"/docs/runs/{run.pk}/", headers=HTMX)

        assert answer.headers["HX-Refresh"] == "true"

    def test_waiting_issue_stops(self, client, okean):
        client.post("/docs/issue/", form_of(okean.organisation))

        answer = client.post("/docs/stop/", form_of(okean.organisation), follow=True)

        assert Run.objects.get(kind="documents").state == RunState.STOPPED
        assert "Формирование остановлено: пройдено счетов 0 из 4." in text_of(answer)

    def test_month_that_is_not_posted_is_refused_in_words(self, client, okean):
        form = form_of(okean.organisation, period="2013-08")

        answer = client.post("/docs/issue/", form, follow=True)

        [refusal] = told(answer)
        assert refusal.startswith("Август 2013 ещё не проведён")

    def test_accounts_that_failed_are_listed_others_are_there(self, client, okean, documents):
        IssuedDocument.objects.filter(pk=documents["2"].pk).update(superseded_at=NOON)
        issued(okean.organisation)  # version 1 is taken and not in force: it fails

        answer = client.get(MONTH)

        [problem] = answer.context["problems"]
        assert problem.title == "000000001002, Фет Афанасий Афанасьевич"
        assert len(answer.context["rows"]) == 3

    @pytest.mark.parametrize("action", ["issue", "stop"])
    def test_who_may_only_look_gets_no_actions(self, okean, action):
        client = Client()
        client.force_login(
            make_user(username="operator", role=Role.OPERATOR, organisation=okean.organisation)
        )

        answer = client.post(f"/docs/{action}/", form_of(okean.organisation))

        assert answer.status_code == 403

    @pytest.mark.parametrize("action", ["issue", "stop"])
    def test_another_organisation_is_absent(self, stranger, okean, action):
        answer = stranger.post(f"/docs/{action}/", form_of(okean.organisation))

        assert answer.status_code == 404

    def test_run_of_another_organisation_is_absent(self, stranger, okean):
        run = request_documents(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        assert stranger.get(f"/docs/runs/{run.pk}/").status_code == 404


class TestAccount:
    def test_every_version_is_there_with_its_pdf(self, client, okean, documents):
        answer = client.get(f"/accounts/{okean.fet.pk}/documents/")

        assert [row.pk for row in answer.context["documents"]] == [documents["2"].pk]
        assert f'href="/docs/{documents["2"].pk}/pdf/"'.encode() in answer.content

    def test_query_count_does_not_depend_on_versions(
        self, client, okean, documents, django_assert_max_num_queries
    ):
        url = f"/accounts/{okean.fet.pk}/documents/"
        with django_assert_max_num_queries(100) as one_row:
            client.get(url)
        document = documents["2"]
        for version in (2, 3, 4):
            document.pk, document.version = None, version
            document.superseded_at, document.reason = NOON, "Для проверки"
            document.save(force_insert=True)

        with django_assert_max_num_queries(100) as four_rows:
            answer = client.get(url)

        assert len(answer.context["documents"]) == 4
        assert len(four_rows) == len(one_row)

    def test_account_without_documents_is_told_when_they_come(self, client, okean):
        answer = client.get(f"/accounts/{okean.fet.pk}/documents/")

        assert "Документов ещё не выпускали" in text_of(answer)

    def test_foreign_account_is_absent(self, stranger, okean):
        assert stranger.get(f"/accounts/{okean.fet.pk}/documents/").status_code == 404


def test_delivery_is_said_with_icon_and_word(client, okean, documents):
    assert okean.lermontov.delivery_method == DeliveryMethod.EMAIL

    text = text_of(client.get(MONTH))

    assert (text.count("по e-mail"), text.count("на бумаге")) == (1, 3)
