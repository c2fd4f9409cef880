from typing import Any

import pytest

from tests.charges.calc.scenarios import (
    account,
    house,
    line_of,
    lines_of,
    norm,
    part,
    problems_of,
    residents,
    scenario,
    service,
    slices_of,
    tariff,
)


def charged_by(charge: str, flat: dict[str, Any], **more: Any) -> dict[str, Any]:
    return scenario([service("x", charge)], [tariff("x", "10")], house(flat), **more)


@pytest.mark.parametrize(
    ("charge", "flat", "expected"),
    [
        ("per_area", account(area="50.5"), part("50.5", None, "505.00")),
        ("per_account", account(), part("1", None, "10.00")),
        ("per_person", account(residents=[residents(3)]), part("3", None, "30.00")),
        ("per_person", account(residents=[], owners=2), part("2", None, "20.00")),
        ("per_person", account(residents=[residents(0)], owners=2), part("2", None, "20.00")),
    ],
)
def test_fixed_volume(charge, flat, expected):
    line = line_of(charged_by(charge, flat))

    assert (line["individual"], line["common"], line["segments"]) == (expected, None, [])


def test_norm_of_area_is_a_norm():
    document = charged_by("norm_area", account(), norms=[norm("x", per_m2="0.12")])

    assert line_of(document)["individual"] == part("6", "norm", "60.00")


def test_norm_of_area_is_needed_where_used():
    document = charged_by("norm_area", account(services=[]), norms=[])
    document["houses"][0]["accounts"].append(account("2"))

    assert problems_of(document) == [
        "norms: нет норматива per_m2 услуги «x»: норматив на месяц расчёта"
    ]
    assert problems_of(charged_by("norm_area", account(services=[]), norms=[])) == []


def test_yearly_norm_gives_a_twelfth_without_rounding():
    document = charged_by("norm_area", account(), norms=[norm("x", per_m2="0.01", year=True)])

    assert line_of(document)["individual"] == part("0.0416667", "norm", "0.42")


def test_residents_count_by_days():
    flat = account(residents=[residents(1, to="2024-03-11"), residents(2, "2024-03-11")])

    assert slices_of(line_of(charged_by("per_person", flat))) == [
        ("individual", "2024-03-01", "2024-03-11", "0.3225806", "10.00", "3.23"),
        ("individual", "2024-03-11", "2024-04-01", "1.3548387", "10.00", "13.55"),
    ]


def test_owners_stand_in_on_days_nobody_is_registered():
    flat = account(residents=[residents(3, "2024-03-16")], owners=2)

    line = line_of(charged_by("per_person", flat))

    assert [segment[3] for segment in slices_of(line)] == ["0.9677419", "1.5483871"]


def test_change_to_the_same_number_is_no_change():
    flat = account(residents=[residents(2, to="2024-03-11"), residents(2, "2024-03-11")])

    assert line_of(charged_by("per_person", flat))["segments"] == []


def test_tariff_change_cuts_by_days():
    document = charged_by("per_area", account())
    document["tariffs"] = [
        tariff("x", "10", to="2024-03-16"),
        tariff("x", "12.5") | {"from": "2024-03-16"},
    ]

    line = line_of(document)

    assert slices_of(line) == [
        ("individual", "2024-03-01", "2024-03-16", "24.1935484", "10.00", "241.94"),
        ("individual", "2024-03-16", "2024-04-01", "25.8064516", "12.50", "322.58"),
    ]
    assert (line["price"], line["individual"]) == (None, part("50", None, "564.52"))


def test_tariff_of_the_same_price_is_no_change():
    document = charged_by("per_area", account())
    document["tariffs"] = [
        tariff("x", "10", to="2024-03-16"),
        tariff("x", "10.00") | {"from": "2024-03-16"},
    ]

    assert line_of(document)["segments"] == []


def test_norm_that_begins_inside_the_month_charges_its_days():
    document = charged_by("norm_area", account(), norms=[norm("x", per_m2="0.31")])
    document["norms"][0]["from"] = "2024-03-22"

    assert line_of(document)["individual"] == part("5", "norm", "50.00")


def test_half_kopeck_goes_up():
    document = scenario([service("x")], [tariff("x", "13.50")], house(account()))
    document["norms"] = [norm("x", per_person="5.55")]

    assert line_of(document)["individual"]["amount"] == "74.93"


def test_service_the_account_does_not_have_gives_no_line():
    document = charged_by("per_area", account(services=["y"]))
    document["services"].append(service("y", "per_account"))
    document["tariffs"].append(tariff("y", "7"))

    assert line_of(document)["service"] == "y"


def test_service_with_neither_meter_nor_norm_gives_no_line():
    document = charged_by("metered", account())

    assert lines_of(document) == []
