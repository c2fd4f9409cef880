from django.db import transaction

from tests.audits.story import FEE
from tests.factories import make_organisation, make_service


class TestTurnover:
    def test_a_month_posted_before_its_turn(self, planted):
        assert planted(
            "months-in-turn",
            "UPDATE ledger_accountingperiod SET state = 'open', posted_at = NULL"
            " WHERE month = '2013-07-01'",
        ) == ["УК «Тихий океан», Август 2013: предыдущий месяц не проведён, должен быть проведён"]

    def test_a_month_missing(self, planted):
        assert planted(
            "months-in-turn",
            "UPDATE ledger_accountingperiod SET month = '2013-10-01' WHERE month = '2013-08-01'",
        ) == ["УК «Тихий океан», Октябрь 2013: предыдущий месяц 07.2013, должен быть 09.2013"]

    def test_turnover_of_an_open_month(self, planted):
        assert planted(
            "turnover-posted",
            "UPDATE ledger_accountingperiod SET state = 'open', posted_at = NULL"
            " WHERE month = '2013-08-01'",
        ) == [
            "УК «Тихий океан», Август 2013: строк оборота 9, у непроведённого месяца должно быть 0"
        ]

    def test_a_broken_chain(self, planted, story):
        assert planted(
            "turnover-chain",
            "UPDATE ledger_turnover SET opening = opening + 1, closing = closing + 1"
            " WHERE account_id = %s AND service_id = %s AND month = '2013-08-01'",
            story.okean.fet.pk,
            story.okean.fee.pk,
        ) == [
            (
                f"счёт 000000001002, {FEE}, Август 2013: входящее сальдо 1\xa0001,00, "
                "перенесено и введено 1\xa0000,00"
            )
        ]

    def test_a_link_missing(self, planted, story):
        assert planted(
            "turnover-chain",
            "DELETE FROM ledger_turnover WHERE account_id = %s AND service_id = %s"
            " AND month = '2013-07-01'",
            story.okean.lermontov.pk,
            story.okean.fee.pk,
        ) == [
            (
                f"счёт 000000001001, {FEE}, Август 2013: входящее сальдо 1\xa0113,00, "
                "перенесено и введено 0,00"
            )
        ]

    def test_an_opening_balance_out_of_nothing(self, planted):
        assert planted(
            "turnover-chain", "DELETE FROM ledger_adjustment WHERE kind = 'opening'"
        ) == [
            (
                "счёт 000000001002, Без разбивки по услугам, Июль 2013: входящее сальдо 50,00, "
                "перенесено и введено 0,00"
            )
        ]

    def test_other_charges(self, planted, story):
        assert planted(
            "turnover-charged",
            "UPDATE charges_chargeline SET charged = charged - 1, total = total - 1,"
            " individual_amount = individual_amount - 1"
            " WHERE account_id = %s AND service_id = %s AND month = '2013-07-01'",
            story.okean.fet.pk,
            story.okean.fee.pk,
        ) == [
            (
                f"счёт 000000001002, {FEE}, Июль 2013: начислено в обороте 1\xa0113,00, "
                "в строках начислений 1\xa0112,00"
            )
        ]

    def test_a_charge_lost(self, planted, story):
        assert planted(
            "turnover-charged",
            "DELETE FROM ledger_turnover WHERE account_id = %s AND service_id = %s"
            " AND month = '2013-08-01'",
            story.okean.fet.pk,
            story.okean.fee.pk,
        ) == [
            (
                f"счёт 000000001002, {FEE}, Август 2013: начислено в обороте 0,00, "
                "в строках начислений 1\xa0113,00"
            )
        ]

    def test_a_payment_lost(self, planted, story):
        assert planted(
            "turnover-paid", "DELETE FROM ledger_paymentline WHERE payment_id = %s", story.paid.pk
        ) == [
            (
                f"счёт 000000001002, {FEE}, Июль 2013: оплачено в обороте 100,00, "
                "в строках платежей 0,00"
            )
        ]

    def test_an_adjustment_changed(self, planted):
        assert planted(
            "turnover-adjusted",
            "UPDATE ledger_adjustment SET amount = -12 WHERE kind = 'recalculation'",
        ) == [
            (
                f"счёт 000000001002, {FEE}, Июль 2013: перерасчёты в обороте −13,00, "
                "в корректировках −12,00"
            )
        ]


class TestPayments:
    def test_a_payment_that_differs_from_its_lines(self, planted, story):
        assert planted(
            "payment-lines", "UPDATE ledger_payment SET amount = 99 WHERE id = %s", story.paid.pk
        ) == [
            (
                f"счёт 000000001002, платёж {story.paid.pk} от 20.07.2013: платёж на 99,00, "
                "сумма строк 100,00"
            )
        ]

    def test_a_line_on_another_account(self, planted, story):
        assert planted(
            "payment-line-place",
            "UPDATE ledger_paymentline SET account_id = %s WHERE payment_id = %s",
            story.okean.nekrasov.pk,
            story.paid.pk,
        ) == [
            (
                f"платёж {story.paid.pk} от 20.07.2013: строка счёт 000000001004, 07.2013, 100,00, "
                "платёж счёт 000000001002, 07.2013, 100,00"
            )
        ]

    def test_a_payment_before_its_month(self, planted, story):
        assert planted(
            "payment-month",
            "UPDATE ledger_payment SET paid_on = '2013-08-03' WHERE id = %s",
            story.paid.pk,
        ) == [
            (
                f"счёт 000000001002, платёж {story.paid.pk}: учётный месяц начат 01.07.2013, "
                "оплачено 03.08.2013"
            )
        ]

    def test_a_reversal_of_another_sum(self, planted, story):
        assert planted(
            "reversal-mirrors",
            "UPDATE ledger_paymentline SET amount = -29 WHERE payment_id = %s",
            story.reversal.pk,
        ) == [
            (
                f"счёт 000000001004, отмена платежа {story.taken_back.pk}, {FEE}: "
                "отменено −29,00, должно быть −30,00"
            )
        ]

    def test_a_reversal_before_its_payment(self, planted, story):
        assert planted(
            "reversal-day",
            "UPDATE ledger_payment SET paid_on = '2013-07-19' WHERE id = %s",
            story.reversal.pk,
        ) == [
            (
                f"счёт 000000001004, отмена {story.reversal.pk}: отмена от 19.07.2013, "
                "отменяемое от 20.07.2013"
            )
        ]

    def test_an_adjustment_taken_back_by_another_sum(self, planted, story):
        found = planted(
            "adjustment-reversal",
            "UPDATE ledger_adjustment SET reverses_id = (SELECT min(id) FROM ledger_adjustment)"
            " WHERE kind = 'recalculation'",
        )

        assert [text.partition(": ")[2] for text in found] == [
            "отменено −13,00, должно быть −50,00"
        ]


class TestCharges:
    def test_a_service_of_another_organisation(self, planted, story):
        with transaction.atomic():
            other = make_organisation(name="ТСЖ «Сосна»")
            service = make_service(organisation=other, code="fee", name="Чужая")
            found = planted(
                "own-services",
                "UPDATE ledger_adjustment SET service_id = %s WHERE kind = 'recalculation'",
                service.pk,
            )
            transaction.set_rollback(True)

        assert found == [
            (
                "счёт 000000001002, Чужая, Июль 2013: услуга организации ТСЖ «Сосна», "
                "счёт организации УК «Тихий океан»"
            )
        ]

    def test_a_recalculation_not_printed(self, planted):
        assert planted(
            "recalculated-copies",
            "UPDATE charges_chargeline SET recalculated = 0, total = charged"
            " WHERE recalculated <> 0",
        ) == [
            (
                f"счёт 000000001002, {FEE}, Июль 2013: перерасчёт в строках 0,00, "
                "в корректировках −13,00"
            )
        ]

    def test_a_benefit_out_of_nothing(self, planted, story):
        assert planted(
            "benefit-copies",
            "UPDATE charges_chargeline SET benefit = 10, total = total - 10"
            " WHERE account_id = %s AND service_id = %s AND month = '2013-07-01'",
            story.okean.fet.pk,
            story.okean.fee.pk,
        ) == [f"счёт 000000001002, {FEE}, Июль 2013: льгота в строках 10,00, в корректировках 0,00"]

    def test_inputs_lost(self, planted):
        assert planted(
            "charge-inputs", "DELETE FROM charges_chargeinput WHERE month = '2013-07-01'"
        ) == [
            (
                "Москва, Братиславская, дом № 1, Июль 2013: строк начислений 8, "
                "сохранённых исходных данных 0"
            )
        ]
