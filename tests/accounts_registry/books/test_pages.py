"""Statement, payments, reports: what they show, count and export."""

import io
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.posting import LineToPost, PaymentSource, post_payment
from tests.accounts_registry.ledger.books import (
    MAY,
    adjust,
    charged,
    day,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, NOON, accountant_of, tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    okean = tihiy_okean()
    owe(okean.fet, okean.fee, "50.00", about=MAY)
    adjust(okean.fet, okean.fee, "-10.00")
    wrong = pay(okean.fet, line(okean.cold_water, "30.00"), on=day("07-20"))
    charged(okean, (okean.fet, okean.fee, "100.00"), (okean.tyutchev, okean.fee, "100.00"))
    take_back(wrong, on=day("08-01"))
    pay(okean.fet, line(okean.fee, "70.00", JULY), on=day("08-05"))
    return okean


@pytest.fixture
def office(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def sheet_of(answer):
    rows = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    return [list(row) for row in rows]


class TestStatement:
    def test_shows_months_and_why(self, office, okean):
        page = office.get(reverse("ledger:statement", args=[okean.fet.pk])).content.decode()

        assert page.index("Август 2013") < page.index("Июль 2013")
        assert "месяц назвал плательщик (ст. 319.1 ГК РФ)" in page
        assert "Отмена оплаты от 20.07.2013" in page

    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"first": "2013-13"}, "Месяца «2013-13» нет: граница не применена."),
            ({"day": "завтра"}, "Дата «завтра» не подходит: показан остаток на сегодня."),
            ({"day": "31.12.9999"}, "Дата «31.12.9999» не подходит: показан остаток на сегодня."),
        ],
    )
    def test_says_what_it_could_not_read(self, office, okean, asked, sentence):
        answer = office.get(reverse("ledger:statement", args=[okean.fet.pk]), asked)

        assert (answer.status_code, sentence in answer.content.decode()) == (200, True)

    def test_balance_of_a_day(self, office, okean):
        answer = office.get(reverse("ledger:statement", args=[okean.fet.pk]), {"day": "04.08.2013"})

        assert answer.context["on_day"]["total"] == Decimal("140.00")

    def test_is_empty_for_a_new_account(self, office, okean):
        page = office.get(reverse("ledger:statement", args=[okean.nekrasov.pk]))

        assert "Движений ещё не было" in page.content.decode()

    def test_pdf_carries_the_same_sums(self, office, okean):
        answer = office.get(reverse("ledger:statement-pdf", args=[okean.fet.pk]))
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)

        assert answer["Content-Type"] == "application/pdf"
        assert "Движение по лицевому счёту 000000001002" in text
        assert "140,00" in text

    def test_xlsx_ends_at_the_balance(self, office, okean):
        rows = sheet_of(office.get(reverse("ledger:statement-xlsx", args=[okean.fet.pk])))

        assert Decimal(str(rows[-1][9])) == balance_of(okean.fet) == Decimal("70.00")
        assert rows[-1][2] == "Оплата, банк"


class TestPayments:
    def test_total_is_the_ledgers(self, office, okean):
        answer = office.get(reverse("ledger:payment-list"))

        sums = answer.context["sums"]
        assert (sums.rows, sums.received, sums.taken_back, sums.kept) == (
            3,
            Decimal("100.00"),
            Decimal("-30.00"),
            Decimal("70.00"),
        )
        assert [(row.number, str(row.amount)) for row in answer.context["rows"]] == [
            ("000000001002", "70.00"),
            ("000000001002", "-30.00"),
            ("000000001002", "30.00"),
        ]

    @pytest.mark.parametrize(
        ("asked", "amounts"),
        [
            ({"since": "01.08.2013"}, ["70.00", "-30.00"]),
            ({"until": "31.07.2013"}, ["30.00"]),
            ({"source": "bank"}, ["70.00", "-30.00", "30.00"]),
            ({"source": "desk"}, []),
            ({"state": "in_force"}, ["70.00"]),
            ({"state": "reversed"}, ["-30.00", "30.00"]),
            ({"q": "Тютчев"}, []),
            ({"q": "1002"}, []),
            ({"q": "000000001002"}, ["70.00", "-30.00", "30.00"]),
            ({"house": "0"}, ["70.00", "-30.00", "30.00"]),
        ],
    )
    def test_filters(self, office, okean, asked, amounts):
        answer = office.get(reverse("ledger:payment-list"), asked)

        assert [str(row.amount) for row in answer.context["rows"]] == amounts

    @pytest.mark.parametrize("more", [0, 2])
    def test_takes_a_fixed_number_of_queries(
        self, office, okean, more, django_assert_max_num_queries
    ):
        for _ in range(more):
            pay(okean.fet, line(okean.fee, "1.00"), on=day("08-06"))

        with django_assert_max_num_queries(18):
            office.get(reverse("ledger:payment-list"))

    def test_exports_what_is_filtered(self, office, okean):
        answer = office.get(reverse("ledger:payment-export"), {"state": "in_force"})

        assert [row[6] for row in sheet_of(answer)] == ["Сумма, руб.", 70]

    def test_thousands_are_turned_over(self, office, okean):
        for number in range(60):
            post_payment(
                account=okean.tyutchev,
                lines=[LineToPost(okean.fee.pk, Decimal(number + 1))],
                paid_on=day("08-07"),
                key=uuid.uuid4(),
                source=PaymentSource.BANK,
                by=None,
                at=NOON,
            )

        answer = office.get(reverse("ledger:payment-list"), {"page": "2"})

        assert len(answer.context["rows"]) == 13
        assert answer.context["sums"].rows == 63


class TestReports:
    @pytest.mark.parametrize("by", ["account", "house", "service", "payee", "month"])
    def test_turnover_foots_to_the_ledger(self, office, okean, by):
        answer = office.get(
            reverse("ledger:turnover"), {"by": by, "first": "2013-07", "last": "2013-08"}
        )

        *_, paid, closing = (cell for cell, _ in answer.context["total"])
        assert (paid, closing) == ("70,00", "170,00")

    @pytest.mark.parametrize("name", ["debtors", "collection", "receipts", "adjustments"])
    def test_each_is_shown_and_exported(self, office, okean, name):
        span = {"first": "2013-07", "last": "2013-08"}

        shown = office.get(reverse("ledger:report", args=[name]), span)
        rows = sheet_of(office.get(reverse("ledger:report-export", args=[name]), span))

        assert len(rows) == shown.context["sheet"].count + 2
        assert [str(cell or "") for cell in rows[0]] == [
            column.label for column in shown.context["sheet"].columns
        ]

    def test_debtors(self, office, okean):
        answer = office.get(reverse("ledger:report", args=["debtors"]), {"debt": "80"})

        assert [row.shown[0][0] for row in answer.context["rows"]] == ["000000001003"]

    def test_an_unknown_report_is_absent(self, office, okean):
        assert office.get(reverse("ledger:report", args=["weather"])).status_code == 404

    def test_a_span_turned_round_shows_its_first_month(self, office, okean):
        answer = office.get(reverse("ledger:turnover"), {"first": "2013-08", "last": "2013-07"})

        assert answer.context["span"].mistake == (
            "Конец раньше начала: показан один месяц, август 2013."
        )
