"""What stops a document, each with its sentence on the account; the others are issued."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.models import ChargeKind, Organisation, Person
from payment_docs.document import Requisites
from payment_docs.models import IssuedDocument
from payment_docs.problems import DocumentProblem, notes_about, refuse_what_is_wrong
from payment_docs.services import KIND
from tests.factories import connect, make_payee, make_service
from tests.payment_docs.full_bill import full_bill
from tests.priced import issued, posted, priced_tihiy_okean, set_price
from zhkh.runs.models import Run


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def account(okean):
    return okean.lermontov


def issue(okean):
    """What the journal says, by the last digit of the account."""
    posted(okean.organisation)
    issued(okean.organisation)
    run = Run.objects.get(kind=KIND)
    return {item.title.partition(",")[0][-1]: item.message for item in run.items.order_by("id")}


def problem_of(account, document):
    with pytest.raises(DocumentProblem) as refusal:
        refuse_what_is_wrong(account, document)
    return str(refusal.value)


class TestRequisites:
    def test_organisation_without_requisites_blocks_with_the_reason(self, okean):
        Organisation.objects.update(bic="", bank_name="")

        told = issue(okean)

        assert set(told.values()) == {
            (
                "Некому платить: услуга «Содержание и ремонт жилого помещения» идёт получателю "
                "«УК «Тихий океан»», у которого не заполнено: банк, БИК. Заполните: «Документы» → "
                "«Настройки» → «Реквизиты», или укажите другого получателя в карточке услуги."
            )
        }
        assert IssuedDocument.objects.count() == 0

    def test_payee_of_one_service_stops_only_who_has_it(self, okean):
        fund = make_payee(organisation=okean.organisation, name="Фонд")
        intercom = make_service(
            organisation=okean.organisation,
            code="intercom",
            name="Домофон",
            charge=ChargeKind.PER_ACCOUNT,
            payee=fund,
        )
        set_price(intercom, "50.00")
        connect(okean.fet, intercom)

        told = issue(okean)

        assert "«Фонд», у которого не заполнено: ИНН" in told["2"]
        assert [told[number] for number in "134"] == ["", "", ""]

    def test_wrong_key_is_named(self, account, sample_bill):
        bill = full_bill(sample_bill)
        payee = bill.payees[0]
        wrong = dataclasses.replace(payee.requisites, account="40702810500000001235")
        bill = dataclasses.replace(
            bill, payees=(dataclasses.replace(payee, requisites=wrong), bill.payees[1])
        )

        assert problem_of(account, bill) == (
            "Реквизиты получателя «УК «Тихий океан»»: Расчётный счёт не подходит к БИК: в одном "
            "из них опечатка. Исправьте: «Документы» → «Настройки» → «Реквизиты»."
        )

    def test_sample_bill_cannot_be_paid_to_nobody(self, account, sample_bill):
        assert sample_bill.payees[0].requisites == Requisites()
        assert "не заполнено: ИНН, расчётный счёт, банк, БИК" in problem_of(account, sample_bill)


class TestTexts:
    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("李明", "Знака «李» (U+674E) нет в шрифте документа"),
            ("Фе\u0301\u0301\u0301\u0301\u0301т", "больше 4 надстрочных знаков на одной букве"),
        ],
    )
    def test_name_nobody_can_print(self, okean, name, sentence):
        Person.objects.filter(pk=okean.fet.payer_id).update(full_name=name)

        told = issue(okean)

        assert sentence in told["2"]
        assert [told[number] for number in "134"] == ["", "", ""]

    def test_notice_with_markup(self, account, sample_bill):
        bill = dataclasses.replace(full_bill(sample_bill), notice="Срок <b>до 10-го</b>")

        assert problem_of(account, bill) == (
            "В уведомлении есть разметка «<b>»: печатается только текст. Исправьте уведомление "
            "в настройках документов."
        )

    @pytest.mark.parametrize("text", ["5 < 7 и 7 > 5", "Фе\u0301т Ї. Ґ.", "м² · ₽ · № 1 — «да»"])
    def test_usual_text_is_printed(self, account, sample_bill, text):
        bill = dataclasses.replace(full_bill(sample_bill), notice=text, payer=text)

        refuse_what_is_wrong(account, bill)

        assert (bill.notice, bill.payer) == (text, text)

    def test_long_name_is_printed_and_told(self, okean):
        Person.objects.filter(pk=okean.fet.payer_id).update(
            full_name="Константинополь " * 18 + "кн."
        )

        told = issue(okean)

        assert told["2"].startswith("имя плательщика длиннее 150 знаков")
        assert IssuedDocument.objects.count() == 4


class TestAccounts:
    def test_closed_account_with_charges(self, account, sample_bill):
        account.closed_on = dt.date(2013, 5, 31)

        assert problem_of(account, full_bill(sample_bill)) == (
            "Счёт закрыт 31.05.2013, а за Июль 2013 на нём есть начисления: исправьте дату "
            "закрытия или снимите начисления перерасчётом."
        )

    @pytest.mark.parametrize(
        ("recalculated", "note"),
        [
            ("0.00", ""),
            ("-2447.90", "итог за месяц нулевой"),
            ("-2500.00", "итог за месяц отрицательный: −52,10"),
        ],
    )
    def test_zero_and_negative_totals_are_told(self, sample_bill, recalculated, note):
        housing, *others = sample_bill.sections
        [row] = housing.rows
        lowered = Decimal(recalculated)
        row = dataclasses.replace(row, recalculated=lowered, total=row.total + lowered)
        to_pay = sample_bill.to_pay + lowered
        bill = dataclasses.replace(
            sample_bill,
            sections=(dataclasses.replace(housing, rows=(row,)), *others),
            to_pay=to_pay,
            to_pay_with_balance=max(Decimal("0.00"), to_pay + sample_bill.opening),
        )

        assert notes_about(bill) == note

    def test_account_without_charges_is_told(self, sample_bill):
        bill = dataclasses.replace(
            sample_bill,
            sections=(),
            to_pay=Decimal("0.00"),
            to_pay_with_balance=Decimal("0.00"),
        )

        assert notes_about(bill) == "начислений за месяц нет"
