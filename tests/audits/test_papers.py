from mailing.models import JournalRow


class TestDocuments:
    NAMED = "документ 2013-07/000000001002, версия 1"

    def plant(self, planted, story, code, change):
        statement = f"UPDATE payment_docs_issueddocument SET {change} WHERE id = %s"
        return planted(code, statement, story.document.pk)

    def test_of_a_month_not_posted(self, planted, story):
        assert self.plant(planted, story, "document-posted", "month = '2013-09-01'") == [
            "документ 2013-07/000000001002, Сентябрь 2013: месяц не открыт, должен быть проведён"
        ]

    def test_another_sum(self, planted, story):
        assert self.plant(planted, story, "document-charged", "charged = 1, to_pay = 0") == [
            f"{self.NAMED}: в документе 1,00, в обороте 1\xa0174,93"
        ]

    def test_another_opening(self, planted, story):
        assert self.plant(planted, story, "document-opening", "opening = 51, to_pay = 1225.93") == [
            f"{self.NAMED}: в документе 51,00, по книгам −50,00"
        ]

    def test_printed_lines_of_another_sum(self, planted, story):
        change = "snapshot = jsonb_set(snapshot, '{sections,0,rows,0,total,value}', '\"1000.00\"')"

        assert self.plant(planted, story, "document-lines", change) == [
            f"{self.NAMED}: сумма документа 1\xa0174,93, сумма напечатанных строк 1\xa0074,93"
        ]

    def test_another_figure_printed(self, planted, story):
        change = "snapshot = jsonb_set(snapshot, '{to_pay_with_balance,value}', '\"1.00\"')"

        assert self.plant(planted, story, "document-figures", change) == [
            f"{self.NAMED}, к оплате: записано 1\xa0124,93, напечатано 1,00"
        ]

    def test_another_last_payment(self, planted, story):
        change = "snapshot = jsonb_set(snapshot, '{last_payment}', 'null')"

        assert self.plant(planted, story, "document-last-payment", change) == [
            f"{self.NAMED}: в документе нет, по книгам 2013-07-20, 100.00"
        ]

    def test_a_version_missing(self, planted, story):
        assert self.plant(planted, story, "document-versions", "version = 3, reason = 'x'") == [
            "счёт 000000001002, Июль 2013: действует версия 3, последняя из выпущенных 1"
        ]

    def test_no_version_in_force(self, planted, story):
        assert self.plant(planted, story, "document-versions", "superseded_at = now()") == [
            "счёт 000000001002, Июль 2013: действует версия нет, последняя из выпущенных 1"
        ]


class TestDesk:
    def test_a_number_left_out(self, planted):
        assert planted("receipt-numbers", "UPDATE cashdesk_receipt SET number = 2") == [
            "касса № 3, АО «Приморский банк», 05.08.2013: последний номер 2, квитанций 1"
        ]

    def test_a_payment_without_receipt(self, planted, story):
        assert planted("receipt-payments", "DELETE FROM cashdesk_receipt") == [
            (
                f"счёт 000000001003, платёж {story.receipt.payment_id} от 05.08.2013: "
                "платёж на 1\xa0113,00, квитанция нет"
            )
        ]

    def test_a_receipt_of_another_day(self, planted):
        assert planted(
            "receipt-day", "UPDATE cashdesk_receipt SET business_date = '2013-08-06'"
        ) == [
            (
                "счёт 000000001003, квитанция № 1: квитанция: касса, 06.08.2013, "
                "платёж: касса, 05.08.2013"
            )
        ]

    def test_less_cash_than_paid(self, planted):
        assert planted("receipt-cash", "UPDATE cashdesk_receipt SET cash_received = 1000") == [
            (
                "счёт 000000001003, квитанция № 1 от 05.08.2013: получено 1\xa0000,00, "
                "оплачено 1\xa0113,00"
            )
        ]


class TestPost:
    def test_a_row_lost(self, planted, story):
        assert planted(
            "batch-rows",
            "DELETE FROM mailing_journalrow WHERE account_id = %s",
            story.okean.fet.pk,
        ) == [
            (
                f"рассылка № {story.batch.pk}, УК «Тихий океан», Июль 2013: строк 1 + 2, "
                "поставлено и пропущено 1 + 3"
            )
        ]

    def test_a_finished_batch_with_a_letter_waiting(self, planted, story):
        assert planted(
            "batch-finished",
            "UPDATE mailing_journalrow SET state = 'queued' WHERE id = %s",
            story.letter.pk,
        ) == [
            (
                f"рассылка № {story.batch.pk}, УК «Тихий океан», Июль 2013: "
                "ещё не отправлено 1, должно быть 0"
            )
        ]

    def test_a_letter_with_another_document(self, planted, story):
        assert planted(
            "letter-document",
            "UPDATE mailing_journalrow SET pdf_sha256 = repeat('0', 64) WHERE id = %s",
            story.letter.pk,
        ) == [
            (
                f"рассылка № {story.batch.pk}, счёт 000000001001, Июль 2013: "
                "в письме версия 1, 00000000…, документ 2013-07/000000001001, версия 1, "
                f"{story.letter.pdf_sha256[:8]}…"
            )
        ]

    def test_a_document_sent_twice(self, planted, story):
        columns = ", ".join(
            column
            for column in (field.column for field in JournalRow._meta.concrete_fields)
            if column and column not in {"id", "batch_id", "message_id", "document_id"}
        )

        assert planted(
            "letter-once",
            f"INSERT INTO mailing_journalrow (batch_id, message_id, document_id, {columns})"
            f" SELECT batch_id + 1, 'again', document_id + 1000, {columns}"
            " FROM mailing_journalrow WHERE id = %s",
            story.letter.pk,
        ) == [
            (
                "счёт 000000001001, версия 1, Июль 2013: принято сервером писем 2, "
                "должно быть не больше 1"
            )
        ]

    def test_a_state_without_history(self, planted, story):
        assert planted(
            "letter-history",
            "UPDATE mailing_journalrow SET state = 'delivered' WHERE id = %s",
            story.letter.pk,
        ) == [
            (
                f"рассылка № {story.batch.pk}, счёт 000000001001, Июль 2013: "
                "состояние «Доставлено», по истории «Отправлено»"
            )
        ]
