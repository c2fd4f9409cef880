"""Fines, fees, court costs and subsidies: documents of their own kinds in the books."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.statements import adjustments_about
from charges.corrections import rules
from charges.corrections.models import CorrectionDocument, DocumentKind
from charges.corrections.services.documents import draft_storno, post_document
from tests.cast import JULY, NOON, accountant_of
from tests.charges.corrections.conftest import BASIS, TODAY, new_key
from tests.priced import BILL, issued, posted
from zhkh.audits.check import audit_books

AUGUST = JULY.next()


@pytest.fixture(autouse=True)
def august(settings):
    settings.TRAINING_DAY = TODAY


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def basis_fields(**changed):
    return {
        "note": "",
        "basis_title": "Решение суда",
        "basis_number": "2-15/2013",
        "basis_on": "05.08.2013",
        "key": str(new_key()),
    } | changed


def posted_now(document):
    return post_document(document=document, today=TODAY, by=None, at=NOON)


def kinds_of(account, period=AUGUST):
    return [(row.kind, row.amount) for row in adjustments_about([account.pk], period=period)]


def errors_of(answer):
    assert answer.status_code == 422
    return [error for errors in answer.context["form"].errors.values() for error in errors]


class TestApart:
    def send(self, client, okean, **changed):
        fields = basis_fields() | {
            "kind": "state_fee",
            "service": okean.unsplit.pk,
            "month": "2013-08",
            "amount": "400",
        }
        url = reverse("corrections:new-apart", args=[okean.fet.pk])
        return client.post(url, fields | changed, follow=True)

    @pytest.mark.parametrize(
        ("kind", "amount", "signed"),
        [
            ("state_fee", "400", Decimal("400.00")),
            ("court_costs", "1500,50", Decimal("1500.50")),
            ("fine", "99,99", Decimal("-50.00")),  # half of 99,99 is 49,995
        ],
    )
    def test_stands_in_the_books_as_what_it_is(self, client, okean, kind, amount, signed):
        self.send(client, okean, kind=kind, amount=amount)
        posted_now(CorrectionDocument.objects.get())

        assert kinds_of(okean.fet) == [(kind, signed)]
        assert balance_of(okean.fet) == BILL + signed

    def test_a_storno_takes_it_back_as_what_it_was(self, client, okean):
        self.send(client, okean)
        document = posted_now(CorrectionDocument.objects.get())
        posted_now(draft_storno(document=document, basis=BASIS, key=new_key(), by=None, at=NOON))

        assert kinds_of(okean.fet) == [("state_fee", Decimal(400)), ("state_fee", Decimal(-400))]
        assert balance_of(okean.fet) == BILL

    def test_the_month_is_posted_and_its_documents_agree_with_the_books(self, client, okean):
        self.send(client, okean)
        posted_now(CorrectionDocument.objects.get())
        posted(okean.organisation, AUGUST)
        issued(okean.organisation, AUGUST)

        assert [found for found in audit_books() if found[1]] == []

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"amount": "0"}, "Сумма больше нуля."),
            ({"kind": "fine", "amount": "0,00"}, "Сумма больше нуля."),
            ({"service": ""}, "Обязательное поле."),
            ({"month": "август"}, "Месяц пишется так: 07.2013."),
        ],
    )
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        assert errors_of(self.send(client, okean, **changed)) == [sentence]

    def test_sent_twice_it_is_one(self, client, okean):
        key = str(new_key())
        self.send(client, okean, key=key)
        self.send(client, okean, key=key)

        assert CorrectionDocument.objects.count() == 1


def table(*rows, name="subsidies.xlsx"):
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile(name, file.getvalue())


class TestSubsidies:
    def send(self, client, okean, file, **changed):
        fields = basis_fields() | {"service": okean.unsplit.pk, "table": file} | changed
        return client.post(reverse("corrections:subsidies"), fields, follow=True)

    def test_a_table_becomes_a_draft_with_its_refusals(self, client, okean):
        file = table(
            ("Лицевой счёт", "Месяц", "Сумма"),
            ("000000001002", "07.2013", 150.25),
            ("000000001003", dt.date(2013, 8, 1), "1 200,50"),
            ("000000001002", "2013-07", 10),
            ("77", "07.2013", 1),
            ("000000001001", "июль", 1),
            ("000000001001", "07.2013", "много"),
            ("000000001001", "07.2013", -5),
            (None, None, None),
        )

        answer = self.send(client, okean, file)

        lines = [(line.account.number[-1], line.amount) for line in answer.context["lines"]]
        assert lines == [("2", Decimal("-150.25")), ("3", Decimal("-1200.50"))]
        assert [(row.title, row.wrong) for row in answer.context["refusals"]] == [
            ("Строка 4, счёт «000000001002»",
             "Этот счёт и месяц в таблице уже были: сложите суммы в одну строку."),
            ("Строка 5, счёт «77»", "Такого счёта в организации нет: проверьте номер."),
            ("Строка 6, счёт «000000001001»",
             "Месяц не прочитан («июль»): нужно 07.2013 или 2013-07."),
            ("Строка 7, счёт «000000001001»",
             "Сумма не прочитана («много»): нужно число больше нуля."),
            ("Строка 8, счёт «000000001001»",
             "Сумма не прочитана («-5»): нужно число больше нуля."),
        ]  # fmt: skip

    def test_posted_they_lower_debts_and_are_no_recalculation(self, client, okean):
        self.send(client, okean, table(("000000001002", "07.2013", 100)))
        posted_now(CorrectionDocument.objects.get())

        assert kinds_of(okean.fet, JULY) == [("subsidy", Decimal("-100.00"))]
        assert balance_of(okean.fet) == BILL - 100

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (SimpleUploadedFile("x.xlsx", b"not a table"),
             "Файл не читается: нужна таблица Excel (.xlsx) без пароля."),
            (table(), "В таблице нет строк: нужны столбцы «счёт», «месяц», «сумма»."),
            (table(("счёт", "месяц", "сумма")),
             "В таблице нет строк: нужны столбцы «счёт», «месяц», «сумма»."),
        ],
    )  # fmt: skip
    def test_what_is_no_table_is_told(self, client, okean, file, sentence):
        file.seek(0)

        assert errors_of(self.send(client, okean, file)) == [sentence]
        assert not CorrectionDocument.objects.exists()


def test_the_page_of_a_document_names_its_kind(client, okean):
    TestApart().send(client, okean)
    document = CorrectionDocument.objects.get()

    answer = client.get(reverse("corrections:document", args=[document.pk]))

    assert document.kind == DocumentKind.STATE_FEE
    told = re.sub(r"\s+", " ", strip_tags(answer.content.decode()))
    assert "Государственная пошлина" in told


@given(st.decimals("0.01", "1000000", places=2))
def test_a_fine_is_half_of_the_overcharge_to_a_kopeck(overcharged):
    fine = rules.fine_for(overcharged)

    assert 0 <= 2 * fine - overcharged <= Decimal("0.01")
