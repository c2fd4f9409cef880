import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.ledger.settle import Debt, Paid, is_time_barred, settle
from zhkh.kernel.period import Period

MAY, JUNE, JULY = Period(2013, 5), Period(2013, 6), Period(2013, 7)


def debt(period, amount, service=None, due=None):
    return Debt(period, service, Decimal(amount), due)


def paid(amount, on="2013-08-05", period=None, position=1, service=None):
    return Paid(position, dt.date.fromisoformat(on), Decimal(amount), period, service)


def told(debts, *payments):
    return [
        (row.payment, row.period and str(row.period), row.service, str(row.amount))
        for row in settle(debts, payments)
    ]


def test_oldest_month_first():
    debts = [debt(JULY, "10.00"), debt(MAY, "20.00")]

    assert told(debts, paid("25.00")) == [
        (1, "2013-05", None, "20.00"),
        (1, "2013-07", None, "5.00"),
    ]


def test_named_month_before_the_oldest():
    debts = [debt(MAY, "20.00"), debt(JULY, "10.00")]

    assert told(debts, paid("15.00", period=JULY)) == [
        (1, "2013-07", None, "10.00"),
        (1, "2013-05", None, "5.00"),
    ]


def test_named_month_without_a_debt_falls_back_to_the_oldest():
    assert told([debt(MAY, "20.00")], paid("15.00", period=JULY)) == [(1, "2013-05", None, "15.00")]


def test_rest_is_an_advance():
    assert told([debt(MAY, "20.00")], paid("25.00")) == [
        (1, "2013-05", None, "20.00"),
        (1, None, None, "5.00"),
    ]


def test_payments_go_by_date_and_then_as_given():
    debts = [debt(MAY, "20.00")]
    late = paid("15.00", on="2013-08-06", position=1)
    early = paid("15.00", on="2013-08-05", position=2)

    assert told(debts, late, early) == [
        (2, "2013-05", None, "15.00"),
        (1, "2013-05", None, "5.00"),
        (1, None, None, "10.00"),
    ]


def test_month_is_divided_in_proportion_and_ties_go_in_bill_order():
    debts = [debt(MAY, "10.00", service) for service in ("maintenance", "water", None)]

    assert told(debts, paid("10.01")) == [
        (1, "2013-05", "maintenance", "3.34"),
        (1, "2013-05", "water", "3.34"),
        (1, "2013-05", None, "3.33"),
    ]


def test_parts_of_nothing_are_not_told():
    debts = [debt(MAY, "1000.00", "heating"), debt(MAY, "0.01", "fee")]

    assert told(debts, paid("1.00")) == [(1, "2013-05", "heating", "1.00")]


def test_second_payment_is_divided_by_what_is_left():
    debts = [debt(MAY, "10.00", "a"), debt(MAY, "30.00", "b")]

    assert told(debts, paid("20.00"), paid("20.00", position=2)) == [
        (1, "2013-05", "a", "5.00"),
        (1, "2013-05", "b", "15.00"),
        (2, "2013-05", "a", "5.00"),
        (2, "2013-05", "b", "15.00"),
    ]


def test_payment_for_a_service_closes_only_its_debts():
    debts = [debt(MAY, "10.00", "a"), debt(MAY, "10.00", "b"), debt(JUNE, "10.00", "b")]

    assert told(debts, paid("25.00", service="b")) == [
        (1, "2013-05", "b", "10.00"),
        (1, "2013-06", "b", "10.00"),
        (1, None, "b", "5.00"),
    ]


@pytest.mark.parametrize(
    ("period", "expected"),
    [(None, (1, "2013-07", None, "5.00")), (MAY, (1, "2013-05", None, "5.00"))],
)
def test_time_barred_debt_is_closed_only_when_named(period, expected):
    debts = [debt(MAY, "20.00", due=dt.date(2010, 6, 10)), debt(JULY, "20.00")]

    assert told(debts, paid("5.00", period=period)) == [expected]


def test_time_barred_debt_is_passed_over_for_an_advance():
    debts = [debt(MAY, "20.00", due=dt.date(2010, 6, 10))]

    assert told(debts, paid("5.00")) == [(1, None, None, "5.00")]


@pytest.mark.parametrize(
    ("due", "on", "barred"),
    [
        (dt.date(2010, 8, 5), dt.date(2013, 8, 5), False),
        (dt.date(2010, 8, 5), dt.date(2013, 8, 6), True),
        (dt.date(2012, 2, 29), dt.date(2015, 2, 28), False),
        (dt.date(2012, 2, 29), dt.date(2015, 3, 1), True),
        (None, dt.date(2013, 8, 5), False),
        (dt.date(9997, 1, 1), dt.date(9999, 12, 31), False),
    ],
)
def test_three_years_after_the_due_day(due, on, barred):
    assert is_time_barred(due, on=on) is barred


money = st.decimals(min_value="0.01", max_value="99999.99", places=2)
debts_of = st.lists(
    st.builds(Debt, st.sampled_from([MAY, JUNE, JULY]), st.sampled_from(["a", "b", None]), money),
    max_size=6,
    unique_by=lambda row: (row.period, row.service),
)
payments_of = st.lists(
    st.builds(
        Paid,
        st.integers(1, 9),
        st.dates(dt.date(2013, 1, 1), dt.date(2013, 12, 31)),
        money,
        st.sampled_from([None, MAY, JULY]),
    ),
    max_size=5,
    unique_by=lambda row: row.position,
)


@given(debts_of, payments_of)
def test_nothing_is_lost_and_no_debt_is_overpaid(debts, payments):
    rows = settle(debts, payments)

    for payment in payments:
        parts = [row.amount for row in rows if row.payment == payment.position]
        assert sum(parts) == payment.amount
    for owed in debts:
        closed = sum(r.amount for r in rows if (r.period, r.service) == (owed.period, owed.service))
        assert 0 <= closed <= owed.amount


@given(debts_of, payments_of)
def test_money_is_left_over_only_when_every_debt_is_closed(debts, payments):
    rows = settle(debts, payments)

    advance = sum(row.amount for row in rows if row.period is None)
    owed = sum(debt.amount for debt in debts)
    assert advance == max(Decimal(0), sum(row.amount for row in payments) - owed)


def reasons(debts, *payments):
    return [
        (str(row.amount), str(row.rule), row.shared and str(row.shared))
        for row in settle(debts, payments)
    ]


def test_each_part_says_why_it_went_there():
    debts = [debt(MAY, "20.00", "a"), debt(JULY, "10.00", "a"), debt(JULY, "5.00", "b")]

    assert reasons(debts, paid("45.00", period=JULY)) == [
        ("10.00", "named", "15.00"),
        ("5.00", "named", "15.00"),
        ("20.00", "oldest", None),
        ("10.00", "advance", None),
    ]


def test_payees_are_apart():
    debts = [
        Debt(MAY, "repair", Decimal("50.00"), payee=2),
        Debt(MAY, "fee", Decimal("10.00"), payee=1),
    ]
    unsplit = Paid(1, dt.date(2013, 8, 5), Decimal("30.00"), payee=1)

    assert [(row.period, row.service, str(row.amount)) for row in settle(debts, [unsplit])] == [
        (MAY, "fee", "10.00"),
        (None, None, "20.00"),
    ]


def test_debt_closed_only_by_who_names_its_month():
    apart = [dataclasses.replace(debt(MAY, "20.00"), only_named=True)]

    assert told(apart, paid("5.00")) == [(1, None, None, "5.00")]
    assert told(apart, paid("5.00", period=JUNE)) == [(1, None, None, "5.00")]
    assert told(apart, paid("5.00", period=MAY)) == [(1, "2013-05", None, "5.00")]


def test_penalties_come_after_every_debt_and_an_advance_keeps_its_day():
    debts = [dataclasses.replace(debt(MAY, "3.00"), is_penalty=True), debt(JULY, "10.00")]

    parts = settle(debts, [paid("15.00")])

    assert [(str(row.amount), row.is_penalty, row.on) for row in parts] == [
        ("10.00", False, dt.date(2013, 8, 5)),
        ("3.00", True, dt.date(2013, 8, 5)),
        ("2.00", False, dt.date(2013, 8, 5)),
    ]


def test_debt_of_nothing_is_a_mistake_of_the_caller():
    with pytest.raises(AssertionError):
        settle([debt(MAY, "0.00")], [])


def test_limitation_that_ends_in_the_last_year_there_is():
    assert is_time_barred(dt.date(9996, 5, 10), on=dt.date(9999, 5, 11))
    assert not is_time_barred(dt.date(9997, 5, 10), on=dt.date(9999, 12, 31))
