"""Price ranges, tariffs by use, VAT: one service, month 2024-03 (31 days)."""

import pytest

from tests.charges.calc.scenarios import (
    account,
    house,
    line_of,
    lines_of,
    meter,
    norm,
    part,
    problems_of,
    residents,
    scenario,
    service,
    slices_of,
    tariff,
)

RANGES = [
    tariff("power", "5", up_to="100"),
    tariff("power", "7", up_to="150"),
    tariff("power", "10"),
]


def power(used: str, *, common: str | None = None, tariffs=RANGES, **more):
    """A flat of a tenth of the house by meter, beside a common volume of the house."""
    flat = account(area="100", meters=[meter("power", ("2024-02-25", "0"), ("2024-03-25", used))])
    volumes = [] if common is None else [{"service": "power", "volume": common}]
    rows = [volume | {"method": "house_meter"} for volume in volumes]
    return scenario([service("power")], tariffs, house(flat, common_volumes=rows), **more)


@pytest.mark.parametrize(
    ("used", "slices"),
    [
        ("99", []),
        ("100", []),
        ("100.5", [("100", "5.00", "500.00"), ("0.5", "7.00", "3.50")]),
        ("150", [("100", "5.00", "500.00"), ("50", "7.00", "350.00")]),
        ("160", [("100", "5.00", "500.00"), ("50", "7.00", "350.00"), ("10", "10.00", "100.00")]),
    ],
)
def test_volume_is_cut_at_the_bounds(used, slices):
    assert [row[3:] for row in slices_of(line_of(power(used)))] == slices


def test_first_price_is_the_price_of_nothing():
    line = line_of(power("0"))

    assert (line["price"], line["individual"]) == ("5.00", part("0", "meter", "0.00"))


@pytest.mark.parametrize(
    ("common", "slices"),
    [
        ("100", [("individual", "90", "450.00"), ("common", "10", "50.00")]),
        (
            "200",
            [
                ("individual", "90", "450.00"),
                ("common", "10", "50.00"),
                ("common", "10", "70.00"),
            ],
        ),
    ],
)
def test_common_volume_goes_on_where_the_individual_ended(common, slices):
    line = line_of(power("90", common=common))
    found = slices_of(line) or [
        (name, "", "", line[name]["volume"], "", line[name]["amount"])
        for name in ("individual", "common")
    ]

    assert [(row[0], row[3], row[5]) for row in found] == slices


def test_common_volume_after_a_full_range_takes_the_next_price():
    line = line_of(power("100", common="50"))

    assert (line["common"], line["price"]) == (part("5", "house_meter", "35.00"), None)


def test_bounds_of_a_part_of_the_month_are_its_part_of_the_bounds():
    tariffs = [
        row
        for price, dates in (("5", {"to": "2024-03-11"}), ("6", {"from": "2024-03-11"}))
        for row in (
            tariff("power", price, up_to="31") | dates,
            tariff("power", "10") | dates,
        )
    ]
    line = line_of(power("62", common="0", tariffs=tariffs))

    assert [row[:3] + row[3:] for row in slices_of(line)] == [
        ("individual", "2024-03-01", "2024-03-11", "10", "5.00", "50.00"),
        ("individual", "2024-03-01", "2024-03-11", "10", "10.00", "100.00"),
        ("individual", "2024-03-11", "2024-04-01", "21", "6.00", "126.00"),
        ("individual", "2024-03-11", "2024-04-01", "21", "10.00", "210.00"),
        ("common", "2024-03-01", "2024-03-11", "0", "10.00", "0.00"),
        ("common", "2024-03-11", "2024-04-01", "0", "10.00", "0.00"),
    ]


def test_residents_cut_only_the_individual_part_and_its_bounds():
    document = power("0", common="310", norms=[norm("power", per_person="62")])
    flat = document["houses"][0]["accounts"][0]
    flat["meters"] = []
    flat["residents"] = [residents(1, to="2024-03-11"), residents(2, "2024-03-11")]

    assert slices_of(line_of(document)) == [
        ("individual", "2024-03-01", "2024-03-11", "20", "5.00", "100.00"),
        ("individual", "2024-03-11", "2024-04-01", "67.7419355", "5.00", "338.71"),
        ("individual", "2024-03-11", "2024-04-01", "16.2580645", "7.00", "113.81"),
        ("common", "2024-03-01", "2024-04-01", "31", "7.00", "217.00"),
    ]


# --- tariffs by use


BY_USE = [tariff("power", "5", use="individual"), tariff("power", "3", use="common")]


def test_prices_that_differ_by_use_make_two_lines():
    individual, common = lines_of(power("10", common="20", tariffs=BY_USE))

    assert (individual["use"], individual["price"]) == ("individual", "5.00")
    assert (individual["individual"], individual["common"]) == (part("10", "meter", "50.00"), None)
    assert (common["use"], common["price"]) == ("common", "3.00")
    assert (common["individual"], common["common"]) == (None, part("2", "house_meter", "6.00"))
    assert common["uplift"] == {"coefficient": "1", "amount": "0.00"}


def test_line_says_its_use_also_where_the_other_has_no_volume():
    assert line_of(power("10", tariffs=BY_USE))["use"] == "individual"


def test_use_of_the_only_tariff_is_not_printed():
    assert line_of(power("10", tariffs=BY_USE[:1]))["use"] is None


def test_use_of_another_month_does_not_divide_the_line():
    tariffs = [tariff("power", "5"), tariff("power", "3", use="common", to="2000-01-02")]
    tariffs[0]["from"] = "2000-01-02"

    assert line_of(power("10", common="20", tariffs=tariffs))["use"] is None


def test_individual_volume_needs_a_tariff_that_is_not_for_common_use():
    assert problems_of(power("10", common="20", tariffs=BY_USE[1:])) == [
        (
            "tariffs: нет тарифа услуги «power» для индивидуального потребления с 2024-03-01 по "
            "2024-03-31: тариф на каждый день, за который есть объём"
        )
    ]


def test_tariff_for_common_use_alone_prices_a_service_without_individual_volumes():
    document = power("10", common="20", tariffs=BY_USE[1:])
    document["houses"][0]["accounts"][0]["meters"] = []

    line = line_of(document)

    assert (line["use"], line["individual"]) == (None, None)
    assert line["common"] == part("2", "house_meter", "6.00")


# --- VAT


@pytest.mark.parametrize(("kind", "vat"), [("nonresidential", "11.20"), ("residential", "0.00")])
def test_vat_is_for_premises_that_are_no_flat(kind, vat):
    document = power("10", common="20", tariffs=BY_USE[:1])
    document["tariffs"] = [tariff("power", "4.666667")]
    document["services"][0]["vat"] = "0.20"
    document["houses"][0]["accounts"][0]["kind"] = kind

    line = line_of(document)

    assert (line["vat"], line["charged"]) == (
        vat,
        "67.20" if kind == "nonresidential" else "56.00",
    )


def test_vat_is_rounded_by_line():
    document = power("1", tariffs=[tariff("power", "0.03")])
    document["services"][0]["vat"] = "0.2"
    document["houses"][0]["accounts"][0]["kind"] = "nonresidential"

    assert line_of(document)["vat"] == "0.01"


def test_volume_is_rounded_to_seven_places_before_its_price():
    document = power("1", common="1", tariffs=[tariff("power", "999999")])
    document["rounding"] = {"common": "per_m2:7"}
    document["houses"][0]["accounts"][0]["area"] = "33.33"
    document["houses"][0]["premises_area"] = "999.99"

    assert line_of(document)["common"] == part("0.0333300", "house_meter", "33329.97") | {
        "volume": "0.03333"
    }


def test_largest_numbers_do_not_lose_a_kopeck():
    document = scenario(
        [service("fee", "per_area")],
        [tariff("fee", "999999999999999.999999")],
        house(account(area="999999999999999.99"), premises_area="999999999999999.99"),
    )

    assert line_of(document)["total"] == "999999999999999989999000000000.00"
