"""Common volumes: a house of 1000 m², flat 1 of 50 m² and flat 2 of 150 m², month 2024-03."""

import pytest

from tests.charges.calc.scenarios import (
    account,
    account_of,
    cold_water,
    common_of,
    house,
    line_of,
    lines_of,
    meter,
    norm,
    part,
    problems_of,
    scenario,
    service,
    tariff,
)


def metered(number: str, area: str, used: str, **more):
    return account(
        number,
        area,
        meters=[meter("cold_water", ("2024-02-25", "0"), ("2024-03-25", used))],
        **more,
    )


def common(volume: str, **more):
    return {"service": "cold_water", "volume": volume, "method": "house_meter", **more}


def house_meter(volume: str, code: str = "cold_water", **more):
    return {"service": code, "volume": volume, **more}


def row(volume: str, method: str, undistributed: str = "0", zone: str | None = None, code=None):
    return {
        "service": code or "cold_water",
        "zone": zone,
        "volume": volume,
        "method": method,
        "undistributed": undistributed,
    }


@pytest.mark.parametrize(
    ("rounding", "volume"),
    [
        (None, "0.016667"),
        ("volume:0", "0"),
        ("volume:3", "0.017"),
        ("volume:7", "0.0166667"),
        ("per_m2:5", "0.0165"),
        ("per_m2:7", "0.016665"),
    ],
)
def test_share_is_rounded_as_the_scenario_says(rounding, volume):
    document = cold_water(account(), common_volumes=[common("0.333334")])
    if rounding:
        document["rounding"] = {"common": rounding}

    assert line_of(document)["common"]["volume"] == volume


def test_given_volume_keeps_its_method():
    document = cold_water(account(), common_volumes=[common("20", method="norm")])

    assert line_of(document)["common"] == part("1", "norm", "10.00")
    assert common_of(document) == [row("20", "norm")]


def test_house_meter_shares_what_the_premises_did_not_use():
    document = cold_water(
        metered("1", "50", "5"), metered("2", "150", "75"), house_meters=[house_meter("100")]
    )

    assert common_of(document) == [row("20", "house_meter")]
    assert line_of(document)["common"] == part("1", "house_meter", "10.00")
    assert line_of(document, "2")["common"] == part("3", "house_meter", "30.00")


def test_rest_below_zero_is_reported_and_nothing_is_shared():
    document = cold_water(metered("1", "50", "105"), house_meters=[house_meter("100")])

    assert common_of(document) == [row("0", "house_meter", undistributed="-5")]
    assert line_of(document)["common"] == part("0", "house_meter", "0.00")


def test_account_without_the_service_takes_no_share_and_nobody_takes_it_instead():
    document = cold_water(
        metered("1", "50", "5"),
        metered("2", "150", "75", services=[]),
        house_meters=[house_meter("105")],
    )

    assert common_of(document) == [row("100", "house_meter")]
    assert line_of(document)["common"]["volume"] == "5"
    assert account_of(document, "2")["lines"] == []


def test_exact_individual_volumes_are_taken_off_the_house_meter():
    thirds = [
        account(
            str(number),
            meters=[
                meter("cold_water", ("2023-11-25", "0"), ("2024-02-25", "10")),
            ],
        )
        for number in (1, 2, 3)
    ]

    assert common_of(cold_water(*thirds, house_meters=[house_meter("10")])) == [
        row("0", "house_meter")
    ]


def test_norm_is_used_where_no_volume_is_given():
    document = cold_water(account())
    document["norms"].append(norm("cold_water", per_common_m2="0.15"))

    assert common_of(document) == [row("15", "norm")]
    assert line_of(document)["common"] == part("0.75", "norm", "7.50")


@pytest.mark.parametrize("given", ["common_volumes", "house_meters"])
def test_norm_yields_to_a_volume_in_any_zone(given):
    volume = (
        common("20", zone="day") if given == "common_volumes" else house_meter("20", zone="day")
    )
    document = cold_water(account(), **{given: [volume]})
    document["norms"].append(norm("cold_water", per_common_m2="0.15"))
    document["tariffs"].append(tariff("cold_water", "5", zone="day"))

    assert common_of(document) == [row("20", "house_meter", zone="day")]
    assert [line["zone"] for line in lines_of(document)] == [None, "day"]


def test_norm_that_changes_inside_the_month_counts_by_days_and_does_not_cut():
    document = cold_water(account())
    document["norms"] += [
        norm("cold_water", per_common_m2="0.31", to="2024-03-11"),
        norm("cold_water", per_common_m2="0.62") | {"from": "2024-03-11"},
    ]

    assert common_of(document) == [row("52", "norm")]
    assert line_of(document)["segments"] == []


def test_norm_needs_the_common_area():
    document = cold_water(account())
    document["norms"].append(norm("cold_water", per_common_m2="0.15"))
    del document["houses"][0]["common_area"]

    assert problems_of(document) == [
        "houses[0].common_area: нет ключа: площадь общего имущества для норматива"
    ]


def test_house_volume_of_what_is_made_of_the_water_is_taken_off():
    document = scenario(
        [service("cold_water", minus=["hot_water"]), service("hot_water")],
        [tariff("cold_water", "10"), tariff("hot_water", "100")],
        house(
            metered("1", "50", "5"),
            house_meters=[house_meter("100"), house_meter("30", "hot_water")],
        ),
    )

    assert common_of(document) == [
        row("65", "house_meter"),
        row("30", "house_meter", code="hot_water"),
    ]


def test_house_without_a_meter_of_what_is_made_of_the_water_makes_none_of_it():
    document = scenario(
        [service("cold_water", minus=["hot_water"]), service("hot_water")],
        [tariff("cold_water", "10"), tariff("hot_water", "100")],
        house(metered("1", "50", "5"), house_meters=[house_meter("100")]),
    )

    assert common_of(document) == [row("95", "house_meter")]


def test_what_is_named_twice_in_minus_is_taken_off_once():
    document = scenario(
        [service("cold_water", minus=["hot_water", "hot_water"]), service("hot_water")],
        [tariff("cold_water", "10"), tariff("hot_water", "100")],
        house(house_meters=[house_meter("100"), house_meter("30", "hot_water")]),
    )

    assert common_of(document)[0] == row("70", "house_meter")


def test_house_meter_of_a_zone_shares_what_that_zone_left():
    zones = [
        meter("cold_water", ("2024-02-25", "0"), ("2024-03-25", used), zone=zone)
        for zone, used in (("day", "10"), ("night", "4"))
    ]
    document = cold_water(
        account(meters=zones),
        house_meters=[house_meter("30", zone="day"), house_meter("24", zone="night")],
    )
    document["tariffs"] = [tariff("cold_water", "10", zone=zone) for zone in ("day", "night")]

    assert common_of(document) == [
        row("20", "house_meter", zone="day"),
        row("20", "house_meter", zone="night"),
    ]
    assert [
        (line["individual"]["volume"], line["common"]["volume"]) for line in lines_of(document)
    ] == [
        ("10", "1"),
        ("4", "1"),
    ]


def test_house_meter_without_zones_measures_all_of_them():
    zones = [
        meter("cold_water", ("2024-02-25", "0"), ("2024-03-25", used), zone=zone)
        for zone, used in (("day", "10"), ("night", "4"))
    ]
    document = cold_water(account(meters=zones), house_meters=[house_meter("34")])
    document["tariffs"] += [tariff("cold_water", "10", zone=zone) for zone in ("day", "night")]

    assert common_of(document) == [row("20", "house_meter")]
    assert [line["zone"] for line in lines_of(document)] == [None, "day", "night"]


def test_common_part_is_cut_by_days_and_the_last_slice_is_the_rest():
    document = cold_water(account(services=["cold_water"]), common_volumes=[common("1")])
    document["norms"] = []
    document["tariffs"] = [
        tariff("cold_water", "10", to="2024-03-11"),
        tariff("cold_water", "20") | {"from": "2024-03-11"},
    ]

    (line,) = lines_of(document)

    assert [segment["volume"] for segment in line["segments"]] == ["0.016129", "0.033871"]
    assert line["common"]["volume"] == "0.05"
