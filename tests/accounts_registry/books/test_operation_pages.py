"""Operations by hand in the browser: typed, looked at, confirmed; refused with everything kept."""

import base64
import io
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from accounts_registry.books.opening_file import HEAD
from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.models import Adjustment, Operation, Payment
from accounts_registry.ledger.open_items import open_items
from tests.accounts_registry.ledger.books import MAY, charged, day, line, owe, pay
from tests.cast import accountant_of, tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def typed(**fields):
    return {
        "key": str(uuid.uuid4()),
        "on": "25.07.2013",
        "basis": "заявление № 7",
        "reason": "",
        **fields,
    }


def sheet(*rows):
    book = Workbook()
    book.worksheets[0].append(HEAD)
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(content):
    return SimpleUploadedFile("ostatki.xlsx", content)


class TestPayment:
    def test_nothing_is_written_until_confirmed(self, office, okean):
        url = reverse("ledger:enter-payment", args=[okean.fet.pk])
        fields = typed(source="bank", named="07.2013", **{f"amount-{okean.fee.pk}": "100,50"})

        looked_at = office.post(url, fields)
        assert (looked_at.status_code, Payment.objects.count(), Operation.objects.count()) == (
            200,
            0,
            0,
        )
        for _ in range(2):  # a double press
            done = office.post(url, fields | {"step": "confirmed"})

        assert done["Location"] == reverse("ledger:statement", args=[okean.fet.pk])
        (payment,) = Payment.objects.all()
        (part,) = payment.lines.all()
        assert (payment.amount, str(part.named_month)) == (Decimal("100.50"), "2013-07-01")
        assert str(payment.operation and payment.operation.recorded_by) == "Леонтьева И."

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({}, "Укажите сумму хотя бы по одной услуге."),
            ({"amount": "сто"}, "Нужна сумма в рублях, например 100,50."),
            ({"amount": "0"}, "Сумма должна быть больше нуля."),
            ({"amount": "1,234"}, "В сумме не больше двух знаков после запятой."),
            ({"amount": "9999999999"}, "Сумма слишком велика: проверьте, нет ли лишних цифр."),
            ({"amount": "1", "named": "13.2013"}, "Месяц пишется так: 07.2013."),
            ({"amount": "1", "on": "31.12.2999"}, "Дата операции 31.12.2999 ещё не наступила"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, office, okean, fields, sentence):
        asked = typed(source="bank", **fields)
        if "amount" in fields:
            asked[f"amount-{okean.fee.pk}"] = asked.pop("amount")

        answer = office.post(reverse("ledger:enter-payment", args=[okean.fet.pk]), asked)

        page = answer.content.decode()
        assert (answer.status_code, sentence in page, "заявление № 7" in page) == (422, True, True)
        assert Payment.objects.count() == 0

    def test_is_cancelled_with_a_reason(self, office, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
        url = reverse("ledger:cancel-payment", args=[payment.pk])

        without = office.post(url, typed(step="confirmed"))
        done = office.post(url, typed(reason="не тот счёт", step="confirmed"))

        assert (without.status_code, done.status_code) == (422, 302)
        assert Operation.objects.get().reason == "не тот счёт"
        assert balance_of(okean.fet) == Decimal("0.00")


class TestTransferAndWriteOff:
    def test_an_overpayment_is_moved(self, office, okean):
        pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
        fields = typed(
            source=okean.fee.pk,
            target_account=okean.fet.pk,
            target=okean.cold_water.pk,
            amount="40",
        )
        url = reverse("ledger:transfer", args=[okean.fet.pk])

        refused = office.post(url, fields | {"amount": "100,01"})
        done = office.post(url, fields | {"step": "confirmed"})

        assert "переплачено 100,00" in refused.content.decode()
        assert done.status_code == 302
        assert sorted(Adjustment.objects.values_list("amount", flat=True)) == [-40, 40]

    def test_a_debt_is_written_off(self, office, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY, due_on=day("06-10"))
        fields = typed(basis="приказ № 3", step="confirmed")
        fields[f"item-{okean.fee.pk}-{MAY}"] = "60"

        office.post(reverse("ledger:write-off", args=[okean.fet.pk]), fields)

        assert open_items(okean.fet) == []

    def test_nothing_chosen_is_told(self, office, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)

        answer = office.post(reverse("ledger:write-off", args=[okean.fet.pk]), typed())

        assert "Укажите, сколько списать, хотя бы по одному долгу." in answer.content.decode()

    def test_back_to_the_form_keeps_what_was_typed(self, office, okean):
        owe(okean.fet, okean.fee, "60.00", about=MAY)
        fields = typed(step="change")
        fields[f"item-{okean.fee.pk}-{MAY}"] = "12,34"

        page = office.post(reverse("ledger:write-off", args=[okean.fet.pk]), fields)

        assert 'value="12,34"' in page.content.decode()


class TestOpenings:
    def test_one_account(self, office, okean):
        fields = typed(service=okean.fee.pk, month="05.2013", amount="-50", step="confirmed")
        url = reverse("ledger:opening", args=[okean.fet.pk])

        office.post(url, fields)
        again = office.post(url, fields | {"key": str(uuid.uuid4())})

        assert balance_of(okean.fet) == Decimal("-50.00")
        assert "уже введено, −50,00" in again.content.decode().replace("\xa0", " ")

    def test_a_file_is_looked_at_then_written_once(self, office, okean):
        content = sheet(
            [okean.fet.number, "", "05.2013", 100.5, "10.06.2013"],
            [okean.tyutchev.number, okean.fee.name, "06.2013", "-7,25", None],
        )
        fields = typed(organisation=okean.organisation.pk)
        url = reverse("ledger:openings")

        looked_at = office.post(url, fields | {"file": upload(content)})
        assert (looked_at.context["checked"].debts, Adjustment.objects.count()) == (
            Decimal("100.50"),
            0,
        )
        carried = {"content": base64.b64encode(content).decode(), "step": "confirmed"}
        office.post(url, fields | carried)
        again = office.post(url, fields | carried | {"key": str(uuid.uuid4())})

        assert (balance_of(okean.fet), balance_of(okean.tyutchev)) == (
            Decimal("100.50"),
            Decimal("-7.25"),
        )
        assert [problem.row for problem in again.context["problems"]] == [2, 3]
        assert Adjustment.objects.count() == 2

    def test_bad_rows_are_told_by_number_and_nothing_is_saved(self, office, okean):
        number = okean.fet.number
        content = sheet(
            [number, "", "05.2013", 1, None],
            ["нет такого", "", "05.2013", 1, None],
            [number, "газ", "05.2013", 1, None],
            [number, "", "мая", 1, None],
            [number, "", "05.2013", "сто", None],
            [number, "", "05.2013", 2, None],
            [number, "", "06.2013", 0, None],
            [number, "", "06.2013", 1.005, None],
            [number, "", "06.2013", 1, "32.13.2013"],
        )
        fields = typed(organisation=okean.organisation.pk, file=upload(content), step="confirmed")

        answer = office.post(reverse("ledger:openings"), fields)

        assert [(p.row, p.sentence) for p in answer.context["problems"]] == [
            (3, "Счёта «нет такого» нет: проверьте номер."),
            (4, f"Счёт {number}: услуги «газ» нет, укажите её код или название."),
            (5, f"Счёт {number}: Месяц пишется так: 07.2013."),
            (6, f"Счёт {number}: сумма «сто» не читается, нужна такая: 1234,56."),
            (7, f"Счёт {number}: та же услуга и месяц уже есть в строке 2."),
            (8, f"Счёт {number}: нулевое сальдо вводить не нужно, уберите строку."),
            (
                9,
                f"Счёт {number}: сумма пишется в рублях с копейками, не больше 999 999 999,99.",
            ),
            (10, f"Счёт {number}: Дата пишется так: 01.10.2012."),
        ]
        assert (answer.status_code, Adjustment.objects.count()) == (422, 0)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "Выберите файл с остатками."),
            (b"not a book", "Файл не читается как XLSX"),
            (b"PK\x03\x04" + b"\0" * 100, "Файл не читается как XLSX"),
            (b"x" * 1_500_001, "Файл больше 1,5 МБ"),
        ],
    )
    def test_a_file_that_is_no_book(self, office, okean, content, sentence):
        fields = typed(organisation=okean.organisation.pk, file=upload(content))

        answer = office.post(reverse("ledger:openings"), fields)

        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)

    def test_columns_in_another_order(self, office, okean):
        book = Workbook()
        book.worksheets[0].append(["Сумма", "Счёт"])
        file = io.BytesIO()
        book.save(file)
        fields = typed(organisation=okean.organisation.pk, file=upload(file.getvalue()))

        answer = office.post(reverse("ledger:openings"), fields)

        assert "Первая строка первого листа — заголовки" in answer.content.decode()


def test_the_journal_names_who_and_by_what_paper(office, okean):
    charged(okean, (okean.fet, okean.fee, "10.00"))
    fields = typed(source="entry", step="confirmed", **{f"amount-{okean.fee.pk}": "10"})
    office.post(reverse("ledger:enter-payment", args=[okean.fet.pk]), fields)

    (row,) = office.get(reverse("ledger:operations")).context["rows"]

    assert (row.kind, row.basis, row.recorded_by, row.account, row.moved) == (
        "ввод оплаты",
        "заявление № 7",
        "Леонтьева И.",
        okean.fet,
        Decimal("10.00"),
    )
