"""Penalties from month to month: what accrued less what was posted, apart from the debts."""

from decimal import Decimal

import pytest
from django.db import connection, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.models import Adjustment
from accounts_registry.ledger.open_items import open_items
from accounts_registry.ledger.posting import AdjustmentKind
from accounts_registry.models import (
    OrganisationSetting,
    PenaltySuspension,
    SettingName,
)
from accounts_registry.services import store_settings
from charges.models import PenaltyAccrual
from charges.penalties.posting import PenaltyRateIsMissing, post_penalties
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    SEPTEMBER,
    day,
    drafted,
    line,
    owe,
    pay,
)
from tests.cast import JULY, NOON, tihiy_okean
from tests.charges.arrears import close, owes_for_july

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = SEPTEMBER.next(), SEPTEMBER.shifted(2)


@pytest.fixture
def okean():
    return tihiy_okean()


def posted(account):
    rows = PenaltyAccrual.objects.filter(account=account).order_by("month", "for_month")
    return [
        (row.month.month, row.for_month.month, str(row.accrued), str(row.amount)) for row in rows
    ]


def in_books(account):
    rows = Adjustment.objects.filter(account=account, kind=AdjustmentKind.PENALTY)
    return [(row.month.month, str(row.amount)) for row in rows.order_by("pk")]


def spans(account, period):
    row = PenaltyAccrual.objects.get(account=account, month=period.first_day)
    return [
        (str(s.debt), s.since.isoformat(), s.until.isoformat(), s.days, s.part, str(s.amount))
        for s in row.spans.all()
    ]


def test_a_month_adds_what_accrued_since_the_one_before(okean):
    owes_for_july(okean)
    close(okean, SEPTEMBER)
    close(okean, OCTOBER)

    assert posted(okean.fet) == [(9, 7, "5.23", "5.23"), (10, 7, "13.75", "8.52")]
    assert in_books(okean.fet) == [(9, "5.23"), (10, "8.52")]
    assert spans(okean.fet, OCTOBER) == [
        ("1000.00", "2013-09-12", "2013-11-01", 50, "1/300", "13.75")
    ]
    assert balance_of(okean.fet) == Decimal("1013.75")


def test_from_the_91st_day_the_part_is_larger(okean):
    owes_for_july(okean)
    for period in (SEPTEMBER, OCTOBER, NOVEMBER):
        close(okean, period)

    assert spans(okean.fet, NOVEMBER) == [
        ("1000.00", "2013-09-12", "2013-11-11", 60, "1/300", "16.50"),
        ("1000.00", "2013-11-11", "2013-12-01", 20, "1/130", "12.69"),
    ]


def test_a_payment_found_late_takes_back_what_was_too_much(okean):
    owes_for_july(okean)
    close(okean, SEPTEMBER)
    close(okean, OCTOBER)
    pay(okean.fet, line(okean.fee, "1000.00"), on=day("09-20"))
    close(okean, NOVEMBER)

    assert posted(okean.fet)[-1] == (11, 7, "2.48", "-11.27")
    assert balance_of(okean.fet) == Decimal("2.48")


def test_a_payment_in_time_found_late_takes_back_all_of_it(okean):
    owes_for_july(okean)
    close(okean, SEPTEMBER)
    pay(okean.fet, line(okean.fee, "1000.00"), on=day("08-12"))
    close(okean, OCTOBER)
    close(okean, NOVEMBER)

    assert posted(okean.fet) == [(9, 7, "5.23", "5.23"), (10, 7, "0.00", "-5.23")]
    assert balance_of(okean.fet) == 0


def test_a_debt_paid_is_posted_once_more_and_never_again(okean):
    owes_for_july(okean)
    pay(okean.fet, line(okean.fee, "1000.00"), on=day("09-20"))
    for period in (SEPTEMBER, OCTOBER, NOVEMBER):
        close(okean, period)

    assert posted(okean.fet) == [(9, 7, "2.48", "2.48")]


def test_penalties_are_no_debt_to_charge_penalties_on_and_come_last(okean):
    owes_for_july(okean)
    close(okean, SEPTEMBER, (okean.fet, okean.fee, "10.00"))
    pay(okean.fet, line(okean.fee, "1012.00"), on=day("10-05"))

    assert [(item.period, str(item.amount), item.is_penalty) for item in open_items(okean.fet)] == [
        (SEPTEMBER, "3.23", True)
    ]


def test_penalties_wait_for_who_names_their_month_where_decided_so(okean):
    store_settings(
        organisation=okean.organisation,
        values={SettingName.PENALTY_ORDER: "named_only"},
        since=JULY,
    )
    owes_for_july(okean)
    close(okean, SEPTEMBER)
    pay(okean.fet, line(okean.fee, "1100.00"), on=day("10-05"))
    left = [str(item.amount) for item in open_items(okean.fet)]
    pay(okean.fet, line(okean.fee, "5.00", SEPTEMBER), on=day("10-06"))

    assert (left, [str(item.amount) for item in open_items(okean.fet)]) == (["5.23"], ["0.23"])


def test_in_credit_nothing_accrues(okean):
    owes_for_july(okean)
    pay(okean.fet, line(okean.cold_water, "1000.00"), on=day("08-20"))
    close(okean, SEPTEMBER)
    close(okean, OCTOBER)

    assert posted(okean.fet) == []
    assert balance_of(okean.fet) == 0


def test_credit_that_is_too_small_stops_nothing(okean):
    owes_for_july(okean)
    pay(okean.fet, line(okean.cold_water, "999.99"), on=day("08-20"))
    close(okean, SEPTEMBER)

    assert posted(okean.fet) == [(9, 7, "5.23", "5.23")]


def test_capital_repair_is_apart(okean):
    okean.cold_water.is_capital_repair = True
    okean.cold_water.save()
    close(okean, JULY, (okean.fet, okean.fee, "1000.00"), (okean.fet, okean.cold_water, "1000.00"))
    for period in (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER):
        close(okean, period)

    rows = PenaltyAccrual.objects.filter(month=NOVEMBER.first_day).order_by("rule")
    assert [(row.rule, str(row.accrued)) for row in rows] == [
        ("ru155", "29.19"),
        ("ru155_capital", "22.00"),
    ]
    shares = [(s.service_id, str(s.accrued)) for row in rows for s in row.shares.all()]
    assert shares == [(okean.fee.pk, "29.19"), (okean.cold_water.pk, "22.00")]


def test_a_penalty_is_shared_by_the_debts_of_the_month(okean):
    close(okean, JULY, (okean.fet, okean.fee, "700.00"), (okean.fet, okean.cold_water, "300.00"))
    close(okean, AUGUST)
    close(okean, SEPTEMBER)

    rows = Adjustment.objects.filter(kind=AdjustmentKind.PENALTY).order_by("amount")
    assert [(row.service_id, str(row.amount), row.for_month) for row in rows] == [
        (okean.cold_water.pk, "1.57", JULY.first_day),
        (okean.fee.pk, "3.66", JULY.first_day),
    ]


def test_an_account_may_be_spared(okean):
    PenaltySuspension.objects.create(
        account=okean.fet, valid=(day("09-15"), day("09-21")), source="определение суда"
    )
    owes_for_july(okean)
    close(okean, SEPTEMBER)

    assert spans(okean.fet, SEPTEMBER) == [
        ("1000.00", "2013-09-12", "2013-09-15", 3, "1/300", "0.83"),
        ("1000.00", "2013-09-21", "2013-10-01", 10, "1/300", "2.75"),
    ]


def test_months_without_penalties_are_never_made_up_for(okean):
    OrganisationSetting.objects.create(
        organisation=okean.organisation,
        name=SettingName.PENALTY_RULE,
        value="none",
        valid=(JULY.first_day, OCTOBER.first_day),
    )
    owes_for_july(okean)
    close(okean, SEPTEMBER)
    close(okean, OCTOBER)

    assert spans(okean.fet, OCTOBER) == [
        ("1000.00", "2013-10-01", "2013-11-01", 31, "1/300", "8.53")
    ]


def test_a_debt_brought_in_has_its_own_due_day(okean):
    owe(okean.fet, okean.fee, "1000.00", about=JUNE, due_on=day("06-01"))
    close(okean, JULY)

    assert spans(okean.fet, JULY) == [("1000.00", "2013-07-04", "2013-08-01", 28, "1/300", "7.70")]


def test_a_day_without_a_rate_is_told_and_nothing_is_posted(okean):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_registry_referencerate WHERE kind = 'key'")
    owes_for_july(okean)
    drafted(okean, SEPTEMBER)

    with pytest.raises(PenaltyRateIsMissing) as refusal, transaction.atomic():
        post_penalties(organisation_id=okean.organisation.pk, period=SEPTEMBER, by=None, at=NOON)

    assert str(refusal.value) == (
        "Пени за Сентябрь 2013 не рассчитаны: нет ставки на 2013-09-30. "
        "Внесите ставку в справочник «Ставки» и подтвердите месяц ещё раз."
    )
    assert not PenaltyAccrual.objects.exists()


def test_accounts_that_owe_nothing_cost_no_queries(okean, django_assert_max_num_queries):
    owes_for_july(okean)
    pay(okean.fet, line(okean.fee, "1000.00"), on=day("08-09"))
    drafted(okean, SEPTEMBER)

    with django_assert_max_num_queries(16), transaction.atomic():
        post_penalties(organisation_id=okean.organisation.pk, period=SEPTEMBER, by=None, at=NOON)

    assert not PenaltyAccrual.objects.exists()
