from pathlib import Path

from django.db import transaction

from tests.audits.story import execute
from zhkh.audits.check import AUDITS, audit_books
from zhkh.audits.recomputation import recompute


def test_the_story_agrees(story):
    assert [title for title, findings in audit_books() if findings] == []
    assert recompute() == ("пересчёт сохранённых домов даёт те же суммы", [])


def test_every_audit_is_planted_here():
    tests = Path(__file__).parent.glob("test_*.py")
    source = "".join(test.read_text(encoding="utf-8") for test in tests)

    assert [audit.code for audit in AUDITS if f'"{audit.code}"' not in source] == []
    assert len({audit.code for audit in AUDITS}) == len(AUDITS)


def test_a_balance_its_payments_do_not_explain(story):
    with transaction.atomic():
        execute(
            "UPDATE ledger_turnover SET paid = paid - 7, closing = closing + 7"
            " WHERE account_id = %s AND service_id = %s AND month = '2013-08-01'",
            story.okean.fet.pk,
            story.okean.unsplit.pk,
        )
        title, findings = audit_books()[-1]
        transaction.set_rollback(True)

    assert title == "остаток счёта равен долгам за вычетом аванса"
    assert [finding.text for finding in findings] == [
        "счёт 000000001002: остаток 2\xa0319,86, долги за вычетом аванса 2\xa0312,86"
    ]
