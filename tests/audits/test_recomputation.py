from django.db import transaction

from tests.audits.story import execute
from zhkh.audits.recomputation import recompute


class TestRecompute:
    WHERE = "Москва, Братиславская, дом № 1, Июль 2013"
    JULYS = "month = '2013-07-01'"

    def found(self, statement: str, *values: int) -> list[str]:
        with transaction.atomic():
            execute(statement, *values)
            _, findings = recompute()
            transaction.set_rollback(True)
        return [finding.text for finding in findings]

    def test_finds_a_changed_line(self, story):
        assert self.found(
            "UPDATE charges_chargeline SET individual_volume = 5 WHERE individual_volume = 5.55"
            " AND account_id = %s AND month = '2013-07-01'",
            story.okean.fet.pk,
        ) == [
            (
                f"{self.WHERE}: счёт 000000001002, cold_water, индивидуальный объём: "
                "в строке 5, должно быть 5,55"
            )
        ]

    def test_finds_a_lost_line_and_one_too_many(self, story):
        assert self.found(
            "UPDATE charges_chargeline SET zone = 'day' WHERE account_id = %s"
            " AND service_id = %s AND month = '2013-07-01'",
            story.okean.fet.pk,
            story.okean.cold_water.pk,
        ) == [
            f"{self.WHERE}: счёт 000000001002, cold_water: нет строки начислений",
            f"{self.WHERE}: счёт 000000001002, cold_water, day: лишняя строка начислений",
        ]

    def test_finds_another_digest_of_the_result(self, story):
        assert self.found(
            f"UPDATE charges_chargeinput SET result_digest = '' WHERE {self.JULYS}"
        ) == [f"{self.WHERE}: пересчёт даёт другой результат: отпечаток не совпадает"]

    def test_finds_another_digest_of_the_inputs(self, story):
        assert self.found(
            f"UPDATE charges_chargeinput SET input_digest = '' WHERE {self.JULYS}"
        ) == [f"{self.WHERE}: сохранённые исходные данные изменены: отпечаток не совпадает"]

    def test_finds_inputs_that_cannot_be_read(self, story):
        assert self.found(f"UPDATE charges_chargeinput SET document = 'x' WHERE {self.JULYS}") == [
            f"{self.WHERE}: сохранённые исходные данные не читаются"
        ]

    def test_finds_inputs_put_in_place_of_others(self, story):
        found = self.found(
            "UPDATE charges_chargeinput SET document ="
            " (SELECT document FROM charges_chargeinput WHERE month = '2013-08-01')"
            f" WHERE {self.JULYS}"
        )

        assert found[:2] == [
            f"{self.WHERE}: сохранённые исходные данные изменены: отпечаток не совпадает",
            f"{self.WHERE}: пересчёт даёт другой результат: отпечаток не совпадает",
        ]

    def test_does_not_recalculate_by_rules_that_were_not_there(self, story):
        assert (
            self.found(
                "UPDATE charges_chargeinput SET rules_version = '0', result_digest = ''"
                f" WHERE {self.JULYS}"
            )
            == []
        )
