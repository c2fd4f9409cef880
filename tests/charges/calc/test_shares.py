"""Accounts with shares of one flat, month 2024-03 (31 days)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.charges.calc.scenarios import (
    account,
    account_of,
    cold_water,
    line_of,
    lines_of,
    meter,
    norm,
    part,
    problems_of,
    residents,
    service,
    tariff,
)


def share(number, part_of_flat, area="25", **more):
    plain = {"premises": "12", "residents": []}
    return account(number, area, x_share=part_of_flat, **(plain | more))


def watered(*accounts, **more):
    """Cold water at 10 by meter or 4 m³ a person, and a fee of 3.333333 a m²."""
    document = cold_water(*accounts, **more)
    document["services"].append(service("fee", "per_area"))
    document["tariffs"].append(tariff("fee", "3.333333"))
    return document


def test_flat_is_charged_once_and_divided_by_share():
    read = meter("cold_water", ("2024-02-25", "1"), ("2024-03-25", "6"))
    document = watered(share("1", "0.4", meters=[read]), share("2", "0.6"))

    assert [lines_of(document, number)[0]["individual"] for number in "12"] == [
        part("2", "meter", "20.00"),
        part("3", "meter", "30.00"),
    ]


def test_everybody_in_the_flat_counts():
    people = [residents(1)]
    document = watered(
        share("1", "0.5", residents=people),
        share("2", "0.5", residents=[residents(2)]),
    )

    # 3 × 4 m³, half each
    assert [lines_of(document, number)[0]["individual"]["volume"] for number in "12"] == ["6", "6"]


def test_owners_together_stand_for_nobody_registered():
    document = watered(share("1", "0.5", owners=2), share("2", "0.5", owners=1))

    assert lines_of(document)[0]["individual"]["volume"] == "6"


def test_odd_kopeck_goes_to_the_largest_remainder_and_says_how():
    document = watered(*(share(number, "0.3333", "10.00") for number in "123"))

    fees = [lines_of(document, number)[1] for number in "123"]

    # 30 m² × 3.333333 = 100.00; 0.0001 of the flat is nobody's
    assert [line["charged"] for line in fees] == ["33.33", "33.33", "33.33"]
    assert [line["individual"]["volume"] for line in fees] == ["9.999", "9.999", "9.999"]


def test_thirds_of_a_kopeck_are_not_lost():
    document = watered(share("1", "0.5", "0.01"), share("2", "0.5", "0.02"))

    fees = [lines_of(document, number)[1]["charged"] for number in "12"]

    # 0.03 m² × 3.333333 = 0.10
    assert fees == ["0.05", "0.05"]
    assert lines_of(document)[1]["why"] == [
        (
            "Начисление: площадь 0,03 м2 (ст. 154, 156 ЖК РФ); за всё помещение 0,03 × 3,333333 = "
            "0,10 руб.; доля в праве 0,5, делится между долями без остатка (ст. 249 ГК РФ); доля "
            "счёта = 0,05 руб."
        )
    ]


def test_whole_share_is_the_whole_flat():
    assert lines_of(watered(share("1", "1"))) != []
    assert [line["charged"] for line in lines_of(watered(share("1", "1")))] == [
        line["charged"] for line in lines_of(watered(account("1", "25", residents=[])))
    ]


def test_account_alone_with_half_a_flat_pays_half():
    assert lines_of(watered(share("1", "0.5")))[0]["individual"] == part("2", "norm", "20.00")


def test_common_volume_of_the_flat_is_divided_too():
    volumes = [{"service": "cold_water", "volume": "100", "method": "house_meter"}]
    document = watered(share("1", "0.25"), share("2", "0.75"), common_volumes=volumes)

    # 100 × 50 / 1000 = 5
    assert [lines_of(document, number)[0]["common"] for number in "12"] == [
        part("1.25", "house_meter", "12.50"),
        part("3.75", "house_meter", "37.50"),
    ]


def test_who_lacks_the_service_pays_nothing_for_it_and_nobody_else_does():
    document = watered(share("1", "0.25", services=["fee"]), share("2", "0.75"))

    assert [line["service"] for line in lines_of(document)] == ["fee"]
    assert lines_of(document, "2")[0]["individual"] == part("6", "norm", "60.00")


def test_excess_of_the_coefficient_is_divided_without_a_rest():
    document = watered(share("1", "0.5"), share("2", "0.5", owners=2))
    document["services"][0]["uplift"] = True
    document["uplifts"] = [{"service": "cold_water", "coefficient": "1.5", "from": "2000-01-01"}]
    document["norms"] = [norm("cold_water", per_person="0.111")]

    lines = [lines_of(document, number)[0] for number in "12"]

    # 0.333 m³: 3.33 without the coefficient, 5.00 with it
    assert [line["charged"] for line in lines] == ["2.51", "2.49"]
    assert [line["uplift"]["amount"] for line in lines] == ["0.84", "0.83"]
    assert [line["individual"]["method"] for line in lines] == ["norm_uplifted"] * 2


def test_payments_debts_and_given_recalculations_stay_with_their_payer():
    given_back = [{"service": "fee", "amount": "-1.00"}]
    document = watered(
        share("1", "0.5", opening=[{"period": "2024-01", "amount": "9"}]),
        share("2", "0.5", recalculations=given_back),
    )

    assert [account_of(document, number)["opening"] for number in "12"] == ["9.00", "0.00"]
    assert [lines_of(document, number)[1]["recalculated"] for number in "12"] == ["0.00", "-1.00"]


def test_absence_of_one_lowers_what_all_of_the_flat_pay():
    away = {
        "persons": 1,
        "left": "2024-02-28",
        "returned": "2024-04-05",
        "applied_on": "2024-03-01",
    }
    more = {"meter_impossible": ["cold_water"], "residents": [residents(2)]}
    document = watered(share("1", "0.25", absences=[away], **more), share("2", "0.75", **more))

    # 4 people × 4 m³ = 160.00, a quarter of the people is away all month
    assert [lines_of(document, number)[0]["recalculated"] for number in "12"] == [
        "-10.00",
        "-30.00",
    ]


def test_share_sold_inside_the_month_is_paid_by_days():
    document = watered(
        share("1", "0.5", "20", x_closed="2024-03-11"),
        share("2", "0.5", "20", x_opened="2024-03-11"),
        share("3", "0.5", "20", owners=1),
    )
    document["services"] = document["services"][1:]
    document["tariffs"] = [tariff("fee", "31")]
    document["norms"] = []

    # 40 m² on any day: 1240.00 in all
    assert [account_of(document, number)["charged"] for number in "123"] == [
        "200.00",
        "420.00",
        "620.00",
    ]


def test_shares_of_different_premises_have_nothing_in_common():
    document = watered(
        share("1", "0.5"), share("2", "0.5", premises="13"), share("3", "1", kind="nonresidential")
    )

    assert [lines_of(document, number)[0]["individual"]["volume"] for number in "123"] == [
        "2",
        "2",
        "4",
    ]


@pytest.mark.parametrize("value", ["0", "-0.5", "1.00001", "0.333333", 1])
def test_share_is_a_part_of_one(value):
    (problem,) = problems_of(watered(share("1", value)))

    assert problem.startswith("houses[0].accounts[0].x_share: ")


def test_shares_of_a_flat_are_no_more_than_the_flat():
    document = watered(share("1", "0.5"), share("2", "0.6"), share("3", "0.9", premises="13"))

    assert problems_of(document) == [
        (
            "houses[0].accounts[1].x_share: доли помещения вместе 1.1: "
            "вместе не больше 1 в каждый день"
        )
    ]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.decimals(min_value=0, max_value=99, places=3).map(str),
    st.decimals(min_value="0.01", max_value=99, places=6).map(str),
)
def test_parts_of_a_flat_sum_to_the_flat(weights, used, price):
    whole = sum(weights)
    parts = [f"{Decimal(weight) / whole:.5f}" for weight in weights]
    parts[-1] = str(1 - sum(map(Decimal, parts[:-1])))
    read = meter("cold_water", ("2024-02-25", "0"), ("2024-03-25", used))
    document = cold_water(
        *(
            share(str(place), one, "20", meters=[read] if place == 0 else [])
            for place, one in enumerate(parts)
        ),
        common_volumes=[{"service": "cold_water", "volume": "77.77", "method": "norm"}],
    )
    alone = cold_water(
        account("0", str(20 * len(parts)), meters=[read]),
        common_volumes=[{"service": "cold_water", "volume": "77.77", "method": "norm"}],
    )
    for one in (document, alone):
        one["tariffs"] = [tariff("cold_water", price)]

    lines = [line_of(document, str(place)) for place in range(len(parts))]
    flat = line_of(alone, "0")

    for name in ("individual", "common"):
        for key in ("volume", "amount"):
            assert sum(Decimal(line[name][key]) for line in lines) == Decimal(flat[name][key])
