"""The program's own keys of the common volume: 1000 m² of premises, 100 m² common, 50 m² a flat."""

import pytest

from tests.charges.calc.scenarios import (
    account,
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


def watered(house_volume, used="10", *, zone=None, **more):
    """Cold water at 10 roubles; the norm of the common property is 0.03 × 100 = 3 m³."""
    zones = {"zone": zone} if zone else {}
    flat = account(meters=[meter("cold", ("2024-02-25", "0"), ("2024-03-25", used))])
    volumes = [{"service": "cold", "volume": house_volume, **zones}] if house_volume else []
    built = house(flat, house_meters=volumes, **more.pop("house", {}))
    return scenario(
        [service("cold")],
        [tariff("cold", "10"), *([tariff("cold", "5", zone=zone)] if zone else [])],
        built,
        norms=[norm("cold", per_common_m2="0.03")],
        **more,
    )


def row(volume, undistributed="0", method="house_meter", **more):
    return {
        "service": "cold",
        "zone": None,
        "volume": volume,
        "method": method,
        "undistributed": undistributed,
        **more,
    }


# --- limited to the norm


@pytest.mark.parametrize(
    ("limit", "volume", "expected"),
    [
        ({}, "30", row("20")),
        ({"x_limit_common_to_norm": False}, "30", row("20")),
        ({"x_limit_common_to_norm": True}, "30", row("3", "17")),
        ({"x_limit_common_to_norm": True}, "13", row("3")),
        ({"x_limit_common_to_norm": True}, "12.5", row("2.5")),
        ({"x_limit_common_to_norm": True}, "7", row("0", "-3")),
        ({"x_limit_common_to_norm": True}, None, row("3", method="norm")),
    ],
)
def test_house_meter_shares_no_more_than_the_norm(limit, volume, expected):
    assert common_of(watered(volume, **limit)) == [expected]


def test_what_is_above_the_norm_is_told():
    line = line_of(watered("30", x_limit_common_to_norm=True))

    assert line["common"] == part("0.15", "house_meter", "1.50")
    assert line["why"][1] == (
        "Общедомовые нужды: общедомовой прибор 30 − 10 в помещениях = 20 (п. 44 Правил № 354, "
        "формула 12); не больше, чем норматив 0,03 × 100 м2 общего имущества = 3 (п. 44, 48 "
        "Правил № 354, формула 10): 17 сверх норматива оплачивает исполнитель (п. 44 Правил № 354)"
        "; доля 3 × 50 / 1\u00a0000 м2 (до 6 зн.); 0,15 м3 × 10,00 = 1,50 руб."
    )


def test_given_volume_of_a_house_meter_is_limited_too():
    given = [
        {"service": "cold", "volume": "8", "method": "house_meter", "zone": "day"},
        {"service": "cold", "volume": "2", "method": "house_meter", "zone": "night"},
    ]
    document = watered(None, house={"common_volumes": given}, x_limit_common_to_norm=True)
    document["tariffs"] += [tariff("cold", "5", zone=zone) for zone in ("day", "night")]

    assert common_of(document) == [
        row("2.4", "5.6", zone="day"),
        row("0.6", "1.4", zone="night"),
    ]


def test_without_a_norm_nothing_is_limited():
    document = watered("30", x_limit_common_to_norm=True) | {"norms": []}

    assert common_of(document) == [row("20")]


def test_drainage_takes_what_is_left_of_its_sources():
    document = watered("30", x_limit_common_to_norm=True)
    document["services"].append(service("drain", "drainage", **{"from": ["cold"]}))
    document["tariffs"].append(tariff("drain", "1"))

    assert common_of(document)[1] == row("3") | {"service": "drain"}


# --- a rest below zero


@pytest.mark.parametrize(
    ("negative", "rest"),
    [
        ({}, "-3"),
        ({"x_negative_common": "report"}, "-3"),
        ({"x_negative_common": "carry"}, "-3"),
        ({"x_negative_common": "ignore"}, "0"),
    ],
)
def test_rest_below_zero_is_reported_unless_ignored(negative, rest):
    document = watered("7", **negative)

    assert common_of(document) == [row("0", rest)]
    assert line_of(document)["common"] == part("0", "house_meter", "0.00")


def test_rest_to_be_carried_says_so():
    assert (
        "= −3 (п. 44 Правил № 354, формула 12); остаток меньше нуля, распределяется 0, "
        "переносится на следующий месяц; доля 0"
    ) in line_of(watered("7", x_negative_common="carry"))["why"][1]


@pytest.mark.parametrize(
    ("volume", "expected"),
    [("30", row("17")), ("12", row("0", "-1")), ("7", row("0", "-6")), (None, row("0", "0"))],
)
def test_carried_rest_is_taken_off(volume, expected):
    carried = [{"service": "cold", "volume": "3"}]
    document = watered(volume, house={"x_carried_common": carried})

    assert common_of(document) == [expected | ({"method": "norm"} if volume is None else {})]


def test_carried_rest_of_a_zone_without_a_volume_waits():
    carried = [{"service": "cold", "volume": "3", "zone": "day"}]
    document = watered("30", house={"x_carried_common": carried}, x_negative_common="carry")
    document["tariffs"].append(tariff("cold", "1", zone="day"))

    assert common_of(document) == [row("20"), row("0", "-3", zone="day")]


def test_carried_rest_of_nothing_changes_nothing():
    carried = [{"service": "cold", "volume": "0"}]

    assert common_of(watered("30", house={"x_carried_common": carried})) == [row("20")]


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([{"service": "gas", "volume": "1"}], "[0].service"),
        ([{"service": "cold", "volume": "-1"}], "[0].volume"),
        ([{"service": "cold"}], "[0].volume"),
        ([{"service": "cold", "volume": "1"}] * 2, "[1]"),
    ],
)
def test_carried_rest_is_one_volume_of_a_known_service(rows, path):
    (problem,) = problems_of(watered("30", house={"x_carried_common": rows}))

    assert problem.startswith(f"houses[0].x_carried_common{path}: ")


@pytest.mark.parametrize("value", ["off", True, None])
def test_only_three_things_become_of_a_rest_below_zero(value):
    (problem,) = problems_of(watered("30", x_negative_common=value))

    assert problem.startswith("x_negative_common: неизвестное значение ")
    assert problem.endswith(": одно из report, carry, ignore")


# --- resources for common property as part of housing


def housed(**more):
    """The common water is charged in a housing line at 7 roubles."""
    document = watered("30", **more)
    document["services"].append(service("soi", group="housing", x_common_of="cold"))
    document["tariffs"].append(tariff("soi", "7"))
    return document


def test_common_volume_is_charged_in_a_line_of_its_own():
    water, property_water = lines_of(housed())

    assert (water["individual"], water["common"]) == (part("10", "meter", "100.00"), None)
    assert property_water["individual"] is None
    assert property_water["common"] == part("1", "house_meter", "7.00")
    assert common_of(housed()) == [row("20") | {"service": "soi"}]


def test_drainage_still_adds_up_the_common_water():
    document = housed()
    document["services"].insert(0, service("drain", "drainage", **{"from": ["cold"]}))
    document["tariffs"].append(tariff("drain", "1"))

    assert common_of(document)[0] == row("20") | {"service": "drain"}


def test_common_volume_has_one_line():
    document = housed()
    document["services"] += [
        service("again", x_common_of="cold"),
        service("chain", x_common_of="soi"),
        service("fee", "per_area", x_common_of="cold"),
        service("fees", x_common_of="fee"),
        service("unknown", x_common_of="gas"),
    ]
    document["houses"][0]["common_volumes"] = [
        {"service": "soi", "volume": "1", "method": "norm"},
    ]

    assert problems_of(document) == [
        (
            "services[2].x_common_of: её общедомовой объём уже начисляет другая услуга: "
            "одна строка на услугу"
        ),
        (
            "services[3].x_common_of: у этой услуги нет своего общедомового объёма: "
            "услуга с общедомовым объёмом"
        ),
        "services[4].x_common_of: услуга вида per_area: услуга вида metered или hot_water_two_part",
        (
            "services[5].x_common_of: у этой услуги нет своего общедомового объёма: "
            "услуга с общедомовым объёмом"
        ),
        'services[6].x_common_of: неизвестная услуга "gas": код из services',
        (
            "houses[0].common_volumes[0].service: общедомовой объём этой услуги берётся у другой "
            "(x_common_of): та, у которой он берётся"
        ),
    ]
