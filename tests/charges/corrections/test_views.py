"""Pages of recalculation documents: drawn up in the browser, seen, posted, taken back, printed."""

import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import AccountArea
from charges.corrections.models import CorrectionDocument, DocumentState
from charges.corrections.services.documents import draft_manual
from tests.cast import NOON, accountant_of
from tests.charges.corrections.conftest import BASIS, TODAY, count_now, new_key, sum_for
from tests.factories import make_organisation, make_user
from tests.priced import BILL, FEE
from zhkh.runs.doorbell import forget_broker
from zhkh.web.roles import Role

HALF = FEE / 2
NOT_POSTED = "Сентябрь 2013 ещё не проведён: процент берут от начисленного в проведённом месяце."


@pytest.fixture(autouse=True)
def august(settings):
    settings.TRAINING_DAY = TODAY


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


@pytest.fixture
def onlooker(okean):
    """May look at recalculations, may not make them."""
    client = Client()
    client.force_login(
        make_user(username="centre", role=Role.SETTLEMENT_CENTRE, organisation=okean.organisation)
    )
    return client


@pytest.fixture
def nobody_rings(settings):
    """A broker that does not answer: the worker is the test itself."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    forget_broker()
    yield
    forget_broker()


def basis_fields(**changed):
    return {
        "reason": "mistake",
        "note": "неверная площадь",
        "basis_title": "Акт",
        "basis_number": "12",
        "basis_on": "05.08.2013",
        "key": str(new_key()),
    } | changed


def row_fields(place, okean, changed):
    usual = {"service": okean.fee.pk, "month": "2013-07", "sign": "-1", "amount": "100,50"}
    typed = usual | changed
    return {f"row-{place}-{name}": value for name, value in typed.items()}


def signs():
    return {f"row-{place}-sign": "-1" for place in range(4)}


def manual(okean, *rows, **changed):
    fields = basis_fields(**changed) | signs()
    for place, row in enumerate(rows):
        fields |= row_fields(place, okean, row)
    return fields


def drafted(okean, amount="-100.00"):
    return draft_manual(
        account=okean.fet,
        rows=[sum_for(okean.fet, okean.fee, amount)],
        basis=BASIS,
        key=new_key(),
        by=None,
        at=NOON,
    )


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def errors_of(form):
    own = [str(error) for errors in form.errors.values() for error in errors]
    return own + [
        str(error)
        for row in getattr(form, "rows", [])
        for errors in row.errors.values()
        for error in errors
    ]


class TestManual:
    def send(self, client, okean, fields):
        return client.post(reverse("corrections:new-manual", args=[okean.fet.pk]), fields)

    def test_a_draft_is_drawn_up_and_shown(self, client, okean):
        answer = self.send(client, okean, manual(okean, {}))

        document = CorrectionDocument.objects.get()
        assert answer["Location"] == reverse("corrections:document", args=[document.pk])
        page = client.get(answer["Location"])
        assert page.context["total"] == Decimal("-100.50")
        assert "Акт № 12 от 05.08.2013" in text_of(page)
        assert balance_of(okean.fet) == BILL

    def test_a_volume_is_priced_and_rounded_once(self, client, okean):
        row = {"amount": "", "volume": "5,55", "price": "13,50", "sign": "1"}
        self.send(client, okean, manual(okean, row))

        line = CorrectionDocument.objects.get().lines.get()
        assert (line.amount, line.volume, line.price) == (
            Decimal("74.93"),
            Decimal("5.55"),
            Decimal("13.50"),
        )

    def test_sent_twice_it_is_one_document(self, client, okean):
        fields = manual(okean, {})
        first, second = (self.send(client, okean, fields) for _ in range(2))

        assert first["Location"] == second["Location"]
        assert CorrectionDocument.objects.count() == 1

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            ({"amount": "0"}, "Сумма больше нуля."),
            ({"amount": "-5"}, "Число не может быть отрицательным."),
            ({"amount": "1,005"}, "После запятой — не больше знаков, чем 2."),
            ({"amount": "99999999999"}, "Сумма слишком большая: проверьте цифры."),
            ({"amount": "сто"}, "Нужна сумма, например 150,50."),
            ({"service": ""}, "Выберите услугу."),
            ({"month": ""}, "Укажите месяц."),
            ({"month": "2013-13"}, "Месяц пишется так: 07.2013."),
            ({"volume": "5"}, "Впишите что-то одно: сумму, либо объём и цену."),
            ({"amount": "", "volume": "5"}, "Впишите сумму, либо объём и цену."),
        ],
    )
    def test_a_wrong_row_is_told_and_kept(self, client, okean, row, sentence):
        answer = self.send(client, okean, manual(okean, row))

        assert answer.status_code == 422
        assert sentence in errors_of(answer.context["form"])
        assert not CorrectionDocument.objects.exists()

    def test_no_row_and_a_row_twice_are_told(self, client, okean):
        empty = self.send(client, okean, manual(okean))
        twice = self.send(client, okean, manual(okean, {}, {}))

        assert errors_of(empty.context["form"]) == [
            "Заполните хотя бы одну строку: услугу, месяц и сумму."
        ]
        assert errors_of(twice.context["form"]) == [
            "Услуга и месяц повторяются: сложите эти суммы в одну строку."
        ]

    def test_a_service_of_another_organisation_is_not_taken(self, client, okean):
        other = make_organisation(name="ТСЖ «Соседи»")
        foreign = other.services.create(code="x", name="x", group="other", charge="none")

        answer = self.send(client, okean, manual(okean, {"service": foreign.pk}))

        assert answer.status_code == 422


class TestDocument:
    def test_is_posted_by_the_sum_that_was_seen(self, client, okean):
        document = drafted(okean)
        url = reverse("corrections:post", args=[document.pk])

        wrong = client.post(url, {"total": "-99"}, follow=True)
        right = client.post(url, {"total": "-100.00"}, follow=True)

        assert told(wrong) == [
            "Документ изменился или удалён, пока вы смотрели: проверьте его ещё раз в списке."
        ]
        assert told(right) == ["Документ № 1 проведён: Август 2013."]
        assert balance_of(okean.fet) == BILL - 100

    def test_is_thrown_away(self, client, okean):
        document = drafted(okean)

        answer = client.post(reverse("corrections:discard", args=[document.pk]), follow=True)

        assert told(answer) == ["Черновик № 1 удалён."]
        assert not CorrectionDocument.objects.exists()

    def test_is_taken_back(self, client, okean):
        document = drafted(okean)
        client.post(reverse("corrections:post", args=[document.pk]), {"total": "-100"})

        answer = client.post(reverse("corrections:storno", args=[document.pk]), basis_fields())

        storno = CorrectionDocument.objects.get(reverses=document)
        assert answer["Location"] == reverse("corrections:document", args=[storno.pk])
        page = client.get(reverse("corrections:document", args=[document.pk]))
        assert "Документ сторнирован: перерасчёт № 2" in text_of(page)

    def test_an_onlooker_sees_it_and_changes_nothing(self, onlooker, okean):
        document = drafted(okean)

        page = onlooker.get(reverse("corrections:document", args=[document.pk]))
        post = onlooker.post(reverse("corrections:post", args=[document.pk]), {"total": "-100"})

        assert (page.context["may_post"], page.context["may_add"]) == (False, False)
        assert post.status_code == 403

    def test_paper_and_sheet_say_the_same(self, client, okean):
        document = drafted(okean)

        paper = client.get(reverse("corrections:document-pdf", args=[document.pk]))
        sheet = client.get(reverse("corrections:document-export", args=[document.pk]))

        text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        assert "Акт перерасчёта № 1" in text
        assert "−100,00" in text
        rows = list(load_workbook(io.BytesIO(sheet.content)).worksheets[0].values)
        assert [(row[0], row[-1]) for row in rows[1:]] == [(okean.fet.number, -100)]


class TestList:
    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("", [2, 1]),
            ("q=1", [1]),
            ("q=000000001002", [2, 1]),
            ("q=нет", []),
            ("kind=mass", []),
            ("state=posted", [1]),
            ("month=2013-08", [1]),
            ("month=чепуха&kind=чепуха", [2, 1]),
        ],
    )
    def test_is_filtered(self, client, okean, query, numbers):
        first = drafted(okean)
        client.post(reverse("corrections:post", args=[first.pk]), {"total": "-100"})
        drafted(okean, "-5.00")

        rows = client.get(f"{reverse('corrections:document-list')}?{query}").context["rows"]

        assert [document.number for document, *_ in rows] == numbers

    def test_asks_as_many_queries_for_three_rows_as_for_one(self, client, okean):
        asked = []
        for _ in range(3):
            drafted(okean)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("corrections:document-list"))
            asked.append(len(queries))

        assert asked[0] == asked[-1]

    def test_the_sheet_has_a_row_for_each_sum(self, client, okean):
        drafted(okean)

        answer = client.get(reverse("corrections:export"))

        rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
        assert [(row[1], row[7], row[11]) for row in rows[1:]] == [(1, okean.fet.number, -100)]

    def test_the_account_lists_its_own(self, client, okean):
        drafted(okean)

        lines = client.get(reverse("corrections:account", args=[okean.fet.pk])).context["lines"]
        other = client.get(reverse("corrections:account", args=[okean.tyutchev.pk]))

        assert [line.amount for line in lines] == [Decimal("-100.00")]
        assert "Перерасчётов не было" in text_of(other)


class TestMass:
    def fields(self, okean, **changed):
        return (
            basis_fields()
            | {
                "house": okean.house.pk,
                "numbers": "",
                "service": okean.fee.pk,
                "month": "2013-07",
                "method": "percent",
                "sign": "-1",
                "rate": "10",
            }
            | changed
        )

    def test_a_draft_lists_every_sum(self, client, okean):
        answer = client.post(reverse("corrections:new-mass"), self.fields(okean), follow=True)

        assert answer.context["total"] == -4 * FEE / 10
        assert [line.amount for line in answer.context["lines"]] == [-FEE / 10] * 4

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"rate": "0"}, "Значение больше нуля."),
            ({"rate": "101"}, "Больше 100 % начисленного не снимают."),
            ({"month": "2013-09"}, NOT_POSTED),
            ({"basis_number": ""}, "Обязательное поле."),
            ({"basis_on": "5 августа"}, "Дата пишется так: 01.10.2012."),
        ],
    )  # fmt: skip
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        answer = client.post(reverse("corrections:new-mass"), self.fields(okean, **changed))

        assert answer.status_code == 422
        assert errors_of(answer.context["form"]) == [sentence]


@pytest.mark.usefixtures("nobody_rings")
class TestRecount:
    def fields(self, **changed):
        return basis_fields() | {"house": "", "service": "", "months": ["2013-07"]} | changed

    def test_months_are_counted_shown_and_posted(self, client, okean):
        AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("35.00"))
        asked = client.post(reverse("corrections:new-recount"), self.fields(), follow=True)
        document = CorrectionDocument.objects.get()
        assert "Пересчёт ждёт исполнителя" in text_of(asked)

        count_now(document)
        page = client.get(reverse("corrections:document", args=[document.pk]))
        client.post(reverse("corrections:post", args=[document.pk]), {"total": str(-HALF)})

        assert [line.amount for line in page.context["lines"]] == [-HALF]
        assert balance_of(okean.fet) == BILL - HALF

    def test_progress_shows_the_page_anew_at_the_end(self, client, okean):
        client.post(reverse("corrections:new-recount"), self.fields())
        document = CorrectionDocument.objects.get()
        url = reverse("corrections:progress", args=[document.pk])
        going = client.get(url, headers={"HX-Request": "true"})
        client.post(reverse("corrections:stop", args=[document.pk]))

        assert "домов и месяцев 0 из 1" in text_of(going)
        assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
        document.refresh_from_db()
        assert document.state == DocumentState.DRAFT

    def test_a_past_change_ticks_the_months_it_reaches(self, client, okean):
        url = reverse("corrections:new-recount")

        form = client.get(f"{url}?since=2013-01&house={okean.house.pk}").context["form"]
        later = client.get(f"{url}?since=2013-08").context["form"]

        assert form["months"].value() == ["2013-07"]
        assert later["months"].value() == []

    def test_a_month_that_is_not_posted_is_not_offered(self, client, okean):
        answer = client.post(reverse("corrections:new-recount"), self.fields(months=["2013-08"]))

        assert answer.status_code == 422
        assert not CorrectionDocument.objects.exists()

    def test_nothing_ticked_is_told(self, client, okean):
        answer = client.post(reverse("corrections:new-recount"), self.fields(months=[]))

        assert errors_of(answer.context["form"]) == ["Отметьте хотя бы один проведённый месяц."]
