import datetime as dt

from django.db import transaction

from tests.audits.story import execute
from tests.factories import make_meter, make_organisation
from zhkh.audits.audit import findings_of
from zhkh.audits.check import AUDITS, findings_by_code, titles
from zhkh.audits.invariants import HELD, PROVEN, SUBJECT_OF


def found_by(code):
    (audit,) = (audit for audit in AUDITS if audit.code == code)
    return [finding.text for finding in findings_of(audit)]


def operation_of(organisation_id):
    execute(
        "INSERT INTO ledger_operation"
        " (organisation_id, kind, happened_on, basis, reason, key, recorded_at)"
        " VALUES (%s, 'transfer', '2013-08-01', 'заявление', '', gen_random_uuid(), now())",
        organisation_id,
    )


def moved(story, amount):
    execute(
        "INSERT INTO ledger_adjustment (account_id, service_id, month, for_month, kind, amount,"
        " reason, basis, key, recorded_at, operation_id)"
        " SELECT %s, %s, '2013-09-01', '2013-09-01', 'transfer', %s, '', '',"
        " gen_random_uuid(), now(), max(id) FROM ledger_operation",
        story.okean.fet.pk,
        story.okean.fee.pk,
        amount,
    )


def test_a_transfer_that_lost_money(story):
    with transaction.atomic():
        operation_of(story.okean.organisation.pk)
        moved(story, -7)
        found = found_by("transfer-whole")
        transaction.set_rollback(True)

    assert [text.partition(" от ")[2] for text in found] == [
        "01.08.2013, заявление: перенесено в сумме −7,00, должно быть 0,00"
    ]


def test_an_operation_of_another_organisation(story):
    with transaction.atomic():
        operation_of(make_organisation(name="ТСЖ «Сосна»").pk)
        moved(story, -7)
        found = found_by("operation-organisation")
        transaction.set_rollback(True)

    assert [text.partition(", ")[2] for text in found] == [
        ("счёт 000000001002: счёт организации УК «Тихий океан», операция организации ТСЖ «Сосна»")
    ]


def test_a_row_later_than_its_posting(planted, story):
    found = planted(
        "written-in-time",
        "UPDATE ledger_payment SET recorded_at = '2999-01-01' WHERE id = %s",
        story.paid.pk,
    )

    assert [text.partition(": записано ")[0] for text in found] == [
        f"счёт 000000001002, платёж {story.paid.pk}, Июль 2013"
    ]


def test_a_balance_that_is_not_the_sum_of_its_rows(planted, story):
    assert planted(
        "balance-adds-up",
        "UPDATE ledger_turnover SET opening = opening + 1, closing = closing + 1"
        " WHERE account_id = %s AND service_id = %s AND month = '2013-08-01'",
        story.okean.fet.pk,
        story.okean.fee.pk,
    ) == [
        (
            "счёт 000000001002, Содержание и ремонт жилого помещения: остаток 2\xa0114,00, "
            "начислено и изменено за вычетом оплат 2\xa0113,00"
        )
    ]


def test_a_benefit_larger_than_its_charge(planted, story):
    assert planted(
        "benefit-within-charge",
        "UPDATE charges_chargeline SET benefit = 2000, total = total - 2000"
        " WHERE account_id = %s AND service_id = %s AND month = '2013-07-01'",
        story.okean.fet.pk,
        story.okean.fee.pk,
    ) == [
        (
            "счёт 000000001002, Содержание и ремонт жилого помещения, Июль 2013: "
            "льгота 2\xa0000,00, начислено 1\xa0113,00"
        )
    ]


def test_a_reading_that_fell(story):
    with transaction.atomic():
        readings = [(dt.date(2013, 7, 1), "10.5"), (dt.date(2013, 8, 1), "10.75")]
        meter = make_meter(at=story.okean.fet, service=story.okean.cold_water, readings=readings)
        execute(
            "UPDATE accounts_registry_meterreading SET value = 10.25"
            " WHERE meter_id = %s AND read_on = '2013-08-01'",
            meter.pk,
        )
        found = found_by("readings-rise")
        transaction.set_rollback(True)

    assert [text.partition(", ")[2].partition(", ")[2] for text in found] == [
        "01.08.2013: показание 10,25, не меньше прежнего 10,5"
    ]


def test_a_column_that_is_not_exact(planted):
    assert planted("no-floats", "CREATE TABLE planted (amount double precision)") == [
        "таблица planted, столбец amount: вид столбца double precision, должен быть numeric"
    ]


def test_differences_of_others_are_not_told(story):
    statement = "UPDATE ledger_turnover SET paid = paid - 7, closing = closing + 7"
    with transaction.atomic():
        other = make_organisation(name="ТСЖ «Сосна»")
        execute(statement)
        ours = findings_by_code("turnover-paid", organisation_id=story.okean.organisation.pk)
        others = findings_by_code("turnover-paid", organisation_id=other.pk)
        settled = findings_by_code("balance-settles", organisation_id=other.pk)
        transaction.set_rollback(True)

    assert len(ours) > 0
    assert (others, settled) == ([], [])


def test_every_invariant_is_proven_or_held():
    assert {code for code, _ in titles()} | {"recompute"} == PROVEN.keys()
    proven = {invariant for invariants in PROVEN.values() for invariant in invariants}
    assert proven | HELD.keys() == {f"I-{number}" for number in range(1, 49)}
    assert not proven & HELD.keys()


def test_every_audit_says_what_it_is_about():
    assert SUBJECT_OF.keys() == PROVEN.keys()
