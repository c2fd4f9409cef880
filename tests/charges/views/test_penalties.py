"""Penalties on screens: the tab of the account, the paper for a court, the list of a month."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.accounts_registry.ledger.books import SEPTEMBER
from tests.cast import accountant_of, tihiy_okean
from tests.charges.arrears import close, owes_for_july

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    made = tihiy_okean()
    owes_for_july(made)
    close(made, SEPTEMBER)
    close(made, SEPTEMBER.next())
    return made


@pytest.fixture
def office(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def page(client, name, *args, **query):
    return client.get(reverse(f"charges:{name}", args=args), query)


def words(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def test_the_tab_shows_every_span_and_how_it_was_counted(office, okean):
    answer = page(office, "account-penalties", okean.fet.pk)

    statement = answer.context["statement"]
    assert [(row.formula, str(row.amount)) for debt in statement.debts for row in debt.rows] == [
        ("1 000,00 × 50 дн. × 1/300 × 8,25 %", "13.75")
    ]
    assert [str(row.amount) for row in answer.context["months"]] == ["8.52", "5.23"]
    assert [item.words for item in statement.rates] == ["8,25 % с 14.09.2012"]
    assert "1 000,00 × 50 дн. × 1/300 × 8,25 %" in words(answer)


def test_an_account_without_penalties_is_told_so(office, okean):
    assert "Пеней нет" in words(page(office, "account-penalties", okean.lermontov.pk))
    assert page(office, "account-penalties-print", okean.lermontov.pk).status_code == 404


def test_the_paper_holds_debt_days_part_rate_formula_and_source(office, okean):
    answer = page(office, "account-penalties-print", okean.fet.pk)

    text = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    for told in (
        "Расчёт пеней",
        okean.fet.number,
        "до 12.08.2013",
        "12.09.2013",
        "31.10.2013",
        "1/300",
        "8,25",
        "13,75",
        "ставка рефинансирования",
    ):
        assert told in text


def test_the_month_lists_its_accounts(office, okean):
    answer = page(office, "penalties", period="2013-10")

    rows = [(row.number, str(row.amount), str(row.accrued)) for row in answer.context["rows"]]
    assert rows == [(okean.fet.number, "8.52", "13.75")]
    assert str(answer.context["total"]) == "8.52"
    assert "Ничего не нашлось" in words(page(office, "penalties", period="2013-10", q="Тютчев"))
    assert "Пеней за месяц нет" in words(page(office, "penalties", period="2013-07"))


def test_the_month_as_a_table(office, okean):
    answer = page(office, "penalties-export", period="2013-10")

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert (rows[0][0], rows[1][0], rows[1][4], rows[1][10], str(rows[1][13])) == (
        "Лицевой счёт",
        okean.fet.number,
        "2013-07",
        50,
        "13.75",
    )
