"""Accounts, services and areas that begin, end or change inside March 2024 (31 days)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.charges.calc.scenarios import (
    account,
    account_of,
    cold_water,
    house,
    line_of,
    lines_of,
    meter,
    norm,
    part,
    problems_of,
    result_of,
    scenario,
    service,
    slices_of,
    tariff,
)


def fee(*accounts, charge="per_area", price="10", **more):
    return scenario([service("fee", charge)], [tariff("fee", price)], house(*accounts, **more))


# --- charged by days


def test_account_is_billed_from_its_first_day_up_to_the_day_it_closes():
    document = fee(
        account("1", x_closed="2024-03-11"), account("2", x_opened="2024-03-11"), account("3")
    )

    lines = {number: line_of(document, number) for number in "123"}

    # 50 m² × 10/31 days and × 21/31 days
    assert lines["1"]["individual"] == part("16.1290323", None, "161.29")
    assert lines["2"]["individual"] == part("33.8709677", None, "338.71")
    assert lines["3"]["individual"] == part("50", None, "500.00")


def test_account_outside_the_month_has_no_lines():
    document = fee(account("1", x_opened="2024-04-01"), account("2", x_closed="2024-03-01"))

    assert [row["lines"] for row in result_of(document)["accounts"]] == [[], []]


def test_area_is_that_of_the_day():
    rows = [{"area": "40", "from": "2024-03-11", "to": "2024-03-21"}]

    line = line_of(fee(account(x_areas=rows)))

    assert slices_of(line) == [
        ("individual", "2024-03-01", "2024-03-11", "16.1290323", "10.00", "161.29"),
        ("individual", "2024-03-11", "2024-03-21", "12.9032258", "10.00", "129.03"),
        ("individual", "2024-03-21", "2024-04-01", "17.7419355", "10.00", "177.42"),
    ]


def test_area_does_not_cut_what_goes_by_people():
    rows = [{"area": "40", "from": "2024-03-11"}]

    assert line_of(cold_water(account(x_areas=rows)))["segments"] == []


def test_service_is_charged_on_the_days_it_is_connected():
    rows = [
        {"service": "cold_water", "from": "2024-01-01", "to": "2024-03-04"},
        {"service": "cold_water", "from": "2024-03-25"},
    ]

    line = line_of(cold_water(account(x_connected=rows)))

    # the norm of 4 m³ × 3/31 and × 7/31
    assert slices_of(line) == [
        ("individual", "2024-03-01", "2024-03-04", "0.3870968", "10.00", "3.87"),
        ("individual", "2024-03-25", "2024-04-01", "0.9032258", "10.00", "9.03"),
    ]


def test_service_connected_in_other_months_is_not_there():
    rows = [{"service": "cold_water", "from": "2024-04-01"}]

    assert lines_of(cold_water(account(x_connected=rows))) == []


def test_meter_turns_only_while_the_service_is_there():
    document = cold_water(
        account(
            meters=[meter("cold_water", ("2024-02-25", "1"), ("2024-03-25", "6"))],
            x_connected=[{"service": "cold_water", "from": "2024-03-11"}],
        )
    )

    assert line_of(document)["individual"] == part("5", "meter", "50.00")


def test_average_is_for_the_days_of_the_service():
    document = cold_water(
        account(
            meters=[meter("cold_water", ("2023-11-25", "0"), ("2024-02-25", "9.3"))],
            x_connected=[{"service": "cold_water", "from": "2024-03-11"}],
        )
    )

    assert line_of(document)["individual"] == part("2.1", "average", "21.00")


def test_drainage_stops_with_its_own_connection():
    document = cold_water(
        account(
            meters=[meter("cold_water", ("2024-02-25", "1"), ("2024-03-25", "4.1"))],
            x_connected=[{"service": "drain", "from": "2024-03-11"}],
        )
    )
    document["services"].append(service("drain", "drainage", **{"from": ["cold_water"]}))
    document["tariffs"].append(tariff("drain", "1"))

    assert lines_of(document)[1]["individual"] == part("2.1", "meter", "2.10")


# --- shared by area


def test_neighbours_of_one_flat_share_what_it_would_have():
    volumes = [{"service": "cold_water", "volume": "31", "method": "house_meter"}]
    together = cold_water(account("1"), common_volumes=volumes)
    apart = cold_water(
        account("1", x_closed="2024-03-11"),
        account("2", x_opened="2024-03-11"),
        common_volumes=volumes,
    )

    shares = [line_of(apart, number)["common"]["volume"] for number in "12"]

    assert line_of(together)["common"]["volume"] == "1.55"
    assert shares == ["0.5", "1.05"]


def test_share_of_a_service_connected_for_a_part_of_the_month():
    volumes = [{"service": "cold_water", "volume": "31", "method": "house_meter"}]
    rows = [{"service": "cold_water", "from": "2024-03-11"}]
    document = cold_water(account(x_connected=rows), common_volumes=volumes)

    assert line_of(document)["common"] == part("1.05", "house_meter", "10.50")


def test_share_goes_by_the_mean_area():
    volumes = [{"service": "cold_water", "volume": "1000", "method": "house_meter"}]
    rows = [{"area": "19", "from": "2024-03-01", "to": "2024-03-11"}]
    document = cold_water(account(x_areas=rows), common_volumes=volumes)

    # (19 × 10 + 50 × 21) / 31 = 40
    assert line_of(document)["common"]["volume"] == "40"


def test_heat_goes_by_the_mean_area():
    document = scenario(
        [service("heating", "heating", unit="Гкал")],
        [tariff("heating", "2000")],
        house(
            account("1", x_closed="2024-03-11"),
            account("2", x_opened="2024-03-11"),
            account("3"),
            heating={"season": "heating", "house_volume": "31"},
        ),
    )

    volumes = [line_of(document, number)["individual"]["volume"] for number in "123"]

    assert volumes == ["0.5", "1.05", "1.55"]


def test_voted_sum_goes_by_the_mean_area():
    document = scenario(
        [service("roof", "apportioned")],
        [],
        house(
            account("1", x_closed="2024-03-11"),
            account("2", x_opened="2024-03-11"),
            account("3"),
            account("4", x_closed="2024-03-01"),
            voted=[{"service": "roof", "sum": "62.01"}],
        ),
    )

    assert [account_of(document, number)["charged"] for number in "1234"] == [
        "10.00",
        "21.00",
        "31.01",
        "0.00",
    ]


def test_benefit_of_a_whole_area_is_not_lowered_by_days():
    benefit = {"service": "fee", "share": "0.5", "area_norm": "25"}
    document = fee(account(x_opened="2024-03-11", benefits=[benefit]))

    # 338.71 × 0.5 × 25/50
    assert line_of(document)["benefit"] == "84.68"


def test_norm_by_area_follows_the_area():
    document = fee(account(x_areas=[{"area": "40", "from": "2024-03-11"}]), charge="norm_area")
    document["norms"] = [norm("fee", per_m2="0.31")]

    assert [row[3] for row in slices_of(line_of(document))] == ["5", "8.4"]


@given(
    st.integers(2, 31),
    st.decimals(min_value="0.01", max_value=999, places=2).map(str),
    st.sampled_from(["volume:7", "per_m2:7"]),
)
def test_whoever_follows_in_a_flat_the_house_gets_the_same(day, area, rounding):
    turn = f"2024-03-{day:02d}"
    document = scenario(
        [
            service("fee", "per_area"),
            service("cold"),
            service("heating", "heating", unit="Гкал"),
            service("roof", "apportioned"),
        ],
        [tariff("fee", "10"), tariff("cold", "10"), tariff("heating", "1000")],
        house(
            common_volumes=[{"service": "cold", "volume": "123.4567", "method": "norm"}],
            heating={"season": "heating", "house_volume": "99.999"},
            voted=[{"service": "roof", "sum": "5000.01"}],
        ),
        rounding={"common": rounding},
    )
    one, two = dict(document), dict(document)
    for town, flats in (
        (one, [account("1", area)]),
        (two, [account("1", area, x_closed=turn), account("2", area, x_opened=turn)]),
    ):
        town["houses"] = [document["houses"][0] | {"accounts": flats}]

    whole = {line["service"]: line for line in lines_of(one)}
    parts = [line for number in "12" for line in lines_of(two, number)]

    assert len(parts) == 8
    for code, line in whole.items():
        own = [Decimal(part["charged"]) for part in parts if part["service"] == code]
        assert abs(sum(own) - Decimal(line["charged"])) <= Decimal("0.02"), code
    assert sum(Decimal(part["charged"]) for part in parts if part["service"] == "roof") == Decimal(
        "5000.01"
    )


# --- refused


def test_accounts_that_follow_each_other_are_not_too_large_for_the_house():
    follow = fee(
        account("1", "600", x_closed="2024-03-11"), account("2", "600", x_opened="2024-03-11")
    )
    overlap = fee(
        account("1", "600", x_closed="2024-03-12"), account("2", "600", x_opened="2024-03-11")
    )
    grown = fee(
        account("1", "300"), account("2", "600", x_areas=[{"area": "800", "from": "2024-03-11"}])
    )

    assert problems_of(follow) == []
    assert problems_of(overlap) == [
        (
            "houses[0].premises_area: сумма площадей лицевых счетов 1200 больше 1000: "
            "площадь всех помещений дома не меньше этой суммы"
        )
    ]
    assert problems_of(grown)[0].startswith("houses[0].premises_area: сумма площадей лицевых")


@pytest.mark.parametrize(
    ("dated", "path"),
    [
        ({"x_opened": "2024-03-32"}, "x_opened"),
        ({"x_closed": 5}, "x_closed"),
        ({"x_opened": "2024-03-02", "x_closed": "2024-03-02"}, "x_closed"),
        ({"x_areas": [{"area": "0", "from": "2024-03-01"}]}, "x_areas[0].area"),
        ({"x_areas": [{"area": "1.001", "from": "2024-03-01"}]}, "x_areas[0].area"),
        ({"x_areas": [{"area": "1001", "from": "2024-03-01"}]}, "x_areas[0].area"),
        ({"x_areas": [{"area": "1"}]}, "x_areas[0].from"),
        (
            {
                "x_areas": [
                    {"area": "1", "from": "2024-03-01"},
                    {"area": "2", "from": "2024-03-05"},
                ]
            },
            "x_areas[1]",
        ),
        ({"x_connected": [{"service": "gas", "from": "2024-03-01"}]}, "x_connected[0].service"),
        (
            {"x_connected": [{"service": "fee", "from": "2024-03-01", "to": "2024-03-01"}]},
            "x_connected[0].to",
        ),
        ({"x_connected": [{"service": "fee", "from": "2024-03-01"}] * 2}, "x_connected[1]"),
        ({"x_dated": []}, "x_dated"),
    ],
)
def test_what_is_dated_is_read_as_strictly_as_the_rest(dated, path):
    (problem,) = problems_of(fee(account(**dated)))

    assert problem.startswith(f"houses[0].accounts[0].{path}: ")
