"""Opening, allocations and what is left to pay: a charge of 100.00 in 2024-03."""

import pytest

from tests.charges.calc.scenarios import account, account_of, house, scenario, service, tariff


def owing(*, payments=(), opening=(), **more):
    return account_of(
        scenario(
            [
                service("b", "per_account", order=2),
                service("a", "per_account", order=1),
            ],
            [tariff("a", "100"), tariff("b", "0")],
            house(account(opening=list(opening), payments=list(payments))),
            **more,
        )
    )


def owed(amount, period="2024-02", **more):
    return {"period": period, "amount": amount, **more}


def paid(amount, on="2024-03-10", **more):
    return {"on": on, "amount": amount, **more}


def sums(found):
    return tuple(found[key] for key in ("opening", "charged", "to_pay", "advance_left"))


@pytest.mark.parametrize(
    ("opening", "payments", "expected"),
    [
        ([], [], ("0.00", "100.00", "100.00", "0.00")),
        ([owed("30")], [], ("30.00", "100.00", "130.00", "0.00")),
        ([owed("-30")], [], ("-30.00", "100.00", "70.00", "0.00")),
        ([owed("-130")], [], ("-130.00", "100.00", "0.00", "30.00")),
        ([owed("30")], [paid("50")], ("-20.00", "100.00", "80.00", "0.00")),
        ([owed("-30")], [paid("70")], ("-100.00", "100.00", "0.00", "0.00")),
    ],
)
def test_sums(opening, payments, expected):
    assert sums(owing(opening=opening, payments=payments)) == expected


def test_later_payments_are_not_counted():
    found = owing(
        opening=[owed("30")],
        payments=[paid("10", on="2024-03-25"), paid("20", on="2024-03-26")],
        payments_counted_until="2024-03-25",
    )

    assert (found["opening"], len(found["allocations"])) == ("20.00", 1)


def told(found):
    return [tuple(row.values()) for row in found["allocations"]]


def test_parts_come_in_service_order_with_no_service_last():
    found = owing(
        opening=[owed("1"), owed("1", service="b"), owed("1", service="a")],
        payments=[paid("2")],
    )

    assert told(found) == [
        (1, "2024-02", "a", "0.67"),
        (1, "2024-02", "b", "0.67"),
        (1, "2024-02", None, "0.66"),
    ]


def test_debts_of_one_month_and_service_are_one():
    found = owing(opening=[owed("1"), owed("2")], payments=[paid("3")])

    assert told(found) == [(1, "2024-02", None, "3.00")]


def test_payment_is_called_by_its_place_in_the_file():
    found = owing(
        opening=[owed("5")],
        payments=[paid("4", on="2024-03-12"), paid("3", on="2024-03-11", period="2024-03")],
    )

    assert told(found) == [
        (2, "2024-02", None, "3.00"),
        (1, "2024-02", None, "2.00"),
        (1, None, None, "2.00"),
    ]


def test_advance_and_charges_of_the_month_are_not_allocated():
    assert told(owing(opening=[owed("-5")], payments=[paid("4", period="2024-03")])) == [
        (1, None, None, "4.00")
    ]
