"""Penalties on debts that were due on 2024-01-10 (so day 31 is 2024-02-10, day 91 is 2024-04-10)."""

from typing import Any

import pytest

from tests.charges.calc.scenarios import (
    account,
    account_of,
    house,
    problems_of,
    scenario,
    service,
    tariff,
)


def late(*, opening=None, payments=(), **penalty: Any) -> dict[str, Any]:
    rows = opening or [debt("1000.00")]
    terms = {"as_of": "2024-03-31", "rule": "ru155", "rates": [rate("2000-01-01", "9.5")]}
    return scenario(
        [service("a", "per_account"), service("b", "per_account")],
        [tariff("a", "0"), tariff("b", "0")],
        house(account(opening=rows, payments=list(payments))),
        penalty=terms | penalty,
    )


def debt(amount, period="2023-12", due="2024-01-10", **more):
    return {"period": period, "amount": amount, "due": due, **more}


def rate(since, percent):
    return {"from": since, "rate": percent}


def paid(amount, on, **more):
    return {"on": on, "amount": amount, **more}


def spans(document):
    keys = ("debt", "from", "to", "days", "part", "rate", "amount")
    found = account_of(document)["penalty"]["spans"]
    return [tuple(span[key] for key in keys) for span in found]


def test_no_penalty_asked_for_no_penalty():
    document = late()
    del document["penalty"]

    assert account_of(document)["penalty"] == {"total": "0.00", "spans": []}


def test_thirty_free_days_then_a_three_hundredth_then_a_hundred_and_thirtieth():
    assert spans(late(as_of="2024-04-19")) == [
        ("1000.00", "2024-02-10", "2024-04-10", 60, "1/300", "9.5", "19.00"),
        ("1000.00", "2024-04-10", "2024-04-20", 10, "1/130", "9.5", "7.31"),
    ]


def test_capital_repair_never_passes_a_three_hundredth():
    assert spans(late(as_of="2024-04-19", rule="ru155_capital")) == [
        ("1000.00", "2024-02-10", "2024-04-20", 70, "1/300", "9.5", "22.17"),
    ]


@pytest.mark.parametrize(("as_of", "days"), [("2024-02-09", []), ("2024-02-10", [1])])
def test_day_31_is_the_first(as_of, days):
    assert [span[3] for span in spans(late(as_of=as_of))] == days


def test_ukraine_counts_from_the_first_day():
    document = late(as_of="2024-01-20", rule="ua", rates=[rate("2000-01-01", "0.01")])

    assert spans(document) == [("1000.00", "2024-01-11", "2024-01-21", 10, None, "0.01", "1.00")]


def test_ukraine_never_takes_more_than_the_debt():
    document = late(
        as_of="2024-01-31",
        rule="ua",
        rates=[rate("2000-01-01", "8"), rate("2024-01-21", "9"), rate("2024-01-25", "10")],
        rate_mode="stepwise",
    )

    assert [span[-1] for span in spans(document)] == ["800.00", "200.00"]


def test_russia_sets_no_bound_by_the_debt():
    """60 days of 1/300 and 10 of 1/130 at 1 000 % are more than twice the debt."""
    document = late(as_of="2024-04-19", rates=[rate("2000-01-01", "1000")])

    assert [span[-1] for span in spans(document)] == ["2000.00", "769.23"]


def test_penalty_is_added_to_what_is_to_pay():
    found = account_of(late())

    assert (found["penalty"]["total"], found["to_pay"]) == ("16.15", "1016.15")


def test_payment_day_still_counts_on_the_old_balance():
    document = late(payments=[paid("400.00", "2024-02-20")])

    assert spans(document) == [
        ("1000.00", "2024-02-10", "2024-02-21", 11, "1/300", "9.5", "3.48"),
        ("600.00", "2024-02-21", "2024-04-01", 40, "1/300", "9.5", "7.60"),
    ]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ([paid("1000.00", "2024-01-10")], []),
        ([paid("1000.00", "2024-02-11")], [("1000.00", 2)]),
        ([paid("300.00", "2024-01-05")], [("700.00", 51)]),
        ([paid("300.00", "2024-04-05")], [("1000.00", 51)]),
        (
            [paid("100.00", "2024-02-11"), paid("200.00", "2024-02-11")],
            [("1000.00", 2), ("700.00", 49)],
        ),
    ],
)
def test_balance_between_payments(payments, expected):
    found = [(span[0], span[3]) for span in spans(late(payments=payments))]

    assert found == expected


def test_services_of_a_month_are_one_debt_and_months_go_in_order():
    document = late(
        opening=[
            debt("50.00", period="2024-01", due="2024-02-10"),
            debt("300.00", service="b"),
            debt("700.00", service="a"),
        ]
    )
    found = account_of(document)["penalty"]["spans"]

    assert [(span["period"], span["debt"]) for span in found] == [
        ("2023-12", "1000.00"),
        ("2024-01", "50.00"),
    ]


# --- the rate


RATES = [rate("2024-03-01", "12"), rate("2000-01-01", "6"), rate("2024-02-21", "9")]


def test_one_rate_for_the_balance_is_that_of_the_day_it_ended():
    document = late(rates=RATES, payments=[paid("400.00", "2024-02-20")])

    assert [(span[3], span[5]) for span in spans(document)] == [(11, "6"), (40, "12")]


def test_stepwise_takes_the_rate_of_each_day():
    document = late(rates=RATES, rate_mode="stepwise")

    assert [(span[1], span[3], span[5]) for span in spans(document)] == [
        ("2024-02-10", 11, "6"),
        ("2024-02-21", 9, "9"),
        ("2024-03-01", 31, "12"),
    ]


def test_cap_of_the_same_day_holds_the_rate_down():
    document = late(
        rates=RATES, cap=[rate("2024-02-25", "9"), rate("2024-03-11", "9.5")], rate_mode="stepwise"
    )

    assert [(span[1], span[3], span[5]) for span in spans(document)] == [
        ("2024-02-10", 11, "6"),
        ("2024-02-21", 19, "9"),
        ("2024-03-11", 21, "9.5"),
    ]


@pytest.mark.parametrize(
    ("penalty", "day"),
    [({}, "2024-03-31"), ({"rate_mode": "stepwise"}, "2024-02-10")],
)
def test_missing_rate_is_refused(penalty, day):
    document = late(rates=[rate("2025-01-01", "9.5")], **penalty)

    assert problems_of(document)[:1] == [
        f"penalty.rates: нет ставки на {day}: ставка, которая действует в этот день"
    ]


def test_rate_of_a_day_without_penalty_is_not_needed():
    assert problems_of(late(rates=[rate("2024-02-10", "9.5")], rate_mode="stepwise")) == []


# --- suspensions and weekends


def test_days_keep_their_numbers_during_a_suspension():
    document = late(as_of="2024-04-19", suspended=[{"from": "2024-03-01", "to": "2024-04-12"}])

    assert [(span[1], span[2], span[4]) for span in spans(document)] == [
        ("2024-02-10", "2024-03-01", "1/300"),
        ("2024-04-12", "2024-04-20", "1/130"),
    ]


def test_suspension_without_an_end_stops_everything_after():
    document = late(suspended=[{"from": "2024-02-11"}])

    assert [span[3] for span in spans(document)] == [1]


@pytest.mark.parametrize(
    ("due", "working_days", "first"),
    [
        ("2024-01-12", True, "2024-02-12"),
        ("2024-01-13", True, "2024-02-15"),
        ("2024-01-14", True, "2024-02-15"),
        ("2024-01-13", False, "2024-02-13"),
    ],
)
def test_due_day_on_a_weekend_moves_to_monday(due, working_days, first):
    document = late(opening=[debt("1000.00", due=due)], working_days=working_days)

    assert spans(document)[0][1] == first
