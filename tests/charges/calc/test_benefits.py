"""Benefits on a charge of 1000.00: 50 m² at 20 a m², month 2024-03."""

import pytest

from tests.charges.calc.scenarios import (
    account,
    house,
    line_of,
    residents,
    scenario,
    service,
    tariff,
)


def relieved(*benefits, **flat):
    rows = [{"service": "m", **benefit} for benefit in benefits]
    return line_of(
        scenario(
            [service("m", "per_area"), service("other", "per_account")],
            [tariff("m", "20"), tariff("other", "1")],
            house(account(benefits=rows, services=["m"], **{"residents": [residents(3)]} | flat)),
        )
    )


@pytest.mark.parametrize(
    ("benefits", "amount"),
    [
        ([], "0.00"),
        ([{"share": "0.5"}], "500.00"),
        ([{"share": "0.5", "persons": 1}], "166.67"),
        ([{"share": "0.5", "persons": 4}], "500.00"),
        ([{"share": "0.5", "area_norm": "33.33"}], "333.30"),
        ([{"share": "0.5", "area_norm": "60"}], "500.00"),
        ([{"share": "0.3333", "persons": 1}, {"share": "0.3333", "persons": 1}], "222.20"),
        ([{"share": "0.6"}, {"share": "0.6"}], "1000.00"),
        ([{"share": "0.5", "service": "other"}], "0.00"),
    ],
)
def test_share_of_the_charge(benefits, amount):
    assert relieved(*benefits)["benefit"] == amount


def test_residents_count_by_days():
    people = [residents(1, to="2024-03-11"), residents(2, "2024-03-11")]

    assert relieved({"share": "0.5", "persons": 1}, residents=people)["benefit"] == "330.65"


@pytest.mark.parametrize(
    ("recalculation", "benefit", "total"),
    [
        ("-200.00", "800.00", "0.00"),
        ("-1200.00", "0.00", "-200.00"),
        ("100.00", "1000.00", "100.00"),
    ],
)
def test_benefit_never_passes_what_is_left_of_the_charge(recalculation, benefit, total):
    line = relieved({"share": "1"}, recalculations=[{"service": "m", "amount": recalculation}])

    assert (line["benefit"], line["total"]) == (benefit, total)


def test_limited_benefit_says_so():
    line = relieved({"share": "1"}, recalculations=[{"service": "m", "amount": "-200.00"}])

    assert line["why"][-1] == (
        "Льгота: 1\u00a0000,00 руб. × 1 × доля льготников 1 × доля площади 1 = 1\u00a0000,00 руб. "
        "(ст. 159–160 ЖК РФ); не больше 800,00 руб."
    )
