"""Penalties through rows, posting and ledger come out as the pure core counts them."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import PersonalAccount
from charges.calc.problems import ScenarioProblems
from charges.models import PenaltyAccrual
from tests.charges.calc.scenarios import account, house, scenario, service, tariff
from tests.commands.both_ways import by_core, by_database, in_fresh_clone
from tests.conftest import clone_template
from zhkh.audits.check import audit_books

pytestmark = pytest.mark.usefixtures("committed_db")

SERVICES = [service("fee", "per_area"), service("lift", "per_person")]
TARIFFS = [tariff("fee", "15.90", **{"from": "2000-01-01"}), tariff("lift", "3")]
MONTHS = ["2020-01", "2020-02", "2021-12", "2022-04", "2023-11"]
DUE = {month: f"{month[:4]}-{month[5:]}-{10 + place:02}" for place, month in enumerate(MONTHS)}
DAYS = st.dates(dt.date(2020, 1, 5), dt.date(2024, 6, 30)).map(str)


def money(most):
    return st.decimals("0.01", most, places=2).map(str)


def some(strategy, most=3):
    return st.lists(strategy, max_size=most)


@st.composite
def rows_of_rates(draw, least):
    days = sorted(set(draw(st.lists(DAYS, min_size=least, max_size=4))))
    first = ["2000-01-01"] if least else []
    return [
        {"from": day, "rate": draw(st.decimals(0, 30, places=2).map(str))}
        for day in [*first, *days]
    ]


@st.composite
def terms(draw):
    spans = draw(some(st.tuples(DAYS, DAYS).filter(lambda span: span[0] < span[1])))
    return {
        "as_of": draw(DAYS),
        "rule": draw(st.sampled_from(["ru155", "ru155_capital", "ua"])),
        "rates": draw(rows_of_rates(1)),
        "cap": draw(rows_of_rates(0)),
        "suspended": [{"from": since, "to": until} for since, until in spans],
        "rate_mode": draw(st.sampled_from(["payment_day", "stepwise"])),
        "working_days": draw(st.booleans()),
    }


@st.composite
def debtors(draw, number):
    opening = [
        {"period": month, "service": code, "amount": draw(money(5000)), "due": DUE[month]}
        for month in draw(st.lists(st.sampled_from(MONTHS), unique=True, max_size=4))
        for code in draw(st.lists(st.sampled_from(["fee", "lift"]), unique=True, min_size=1))
    ]
    payments = [
        {"on": on, "amount": draw(money(4000))}
        | draw(st.sampled_from([{}, *({"period": month} for month in MONTHS)]))
        for on in draw(some(DAYS, 4))
    ]
    return account(number, opening=opening, payments=payments)


@st.composite
def scenarios(draw):
    counted = draw(st.none() | DAYS)
    return scenario(
        SERVICES,
        TARIFFS,
        house(*(draw(debtors(str(number))) for number in range(draw(st.integers(1, 3))))),
        penalty=draw(terms()),
        **({"payments_counted_until": counted} if counted else {}),
    )


assert settings.default is not None, "conftest loads a profile"
EXAMPLES = settings.default.max_examples // 5  # each runs a month in the database


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(document=scenarios())
def test_any_penalty_comes_out_the_same_both_ways(cluster, database_name, document):
    try:
        expected = by_core(document)
    except ScenarioProblems:
        assume(False)

    got = in_fresh_clone(document, lambda: clone_template(cluster, database_name))

    assert got == expected


def debtor(**penalty):
    return scenario(
        SERVICES,
        TARIFFS,
        house(
            account(
                "1",
                opening=[
                    {
                        "period": "2020-01",
                        "service": "fee",
                        "amount": "700.00",
                        "due": DUE["2020-01"],
                    },
                    {
                        "period": "2020-01",
                        "service": "lift",
                        "amount": "300.00",
                        "due": DUE["2020-01"],
                    },
                ],
                payments=[{"on": "2020-07-01", "amount": "500.00"}],
            )
        ),
        penalty={
            "as_of": "2021-06-30",
            "rule": "ru155",
            "rates": [{"from": "2000-01-01", "rate": "9.5"}],
        }
        | penalty,
    )


def test_penalties_stand_in_the_books_apart_from_the_charges():
    document = debtor()
    expected = json.loads(by_core(document))["accounts"][0]

    assert by_database(document) == by_core(document)

    row = PersonalAccount.objects.get()
    assert float(expected["penalty"]["total"]) > 0
    assert f"{balance_of(row):.2f}" == expected["to_pay"]
    accrual = PenaltyAccrual.objects.get()
    assert f"{accrual.amount:.2f}" == expected["penalty"]["total"]
    assert sum(share.amount for share in accrual.shares.all()) == accrual.amount
    assert [(title, found) for title, found in audit_books() if found] == []


def test_without_terms_the_shipped_rates_do_not_leak_in():
    document = debtor()
    del document["penalty"]

    assert by_database(document) == by_core(document)
    assert not PenaltyAccrual.objects.exists()


def test_days_without_a_rate_before_any_penalty_need_none():
    document = debtor(
        rates=[{"from": "2021-06-30", "rate": "9.5"}], cap=[], rate_mode="payment_day"
    )
    document["houses"][0]["accounts"][0]["payments"] = []

    assert by_database(document) == by_core(document)
