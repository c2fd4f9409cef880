"""Meters of one account, month 2024-03 (31 days), price 10, norm 4 m³ a person."""

from typing import Any

import pytest

from tests.charges.calc.scenarios import (
    account,
    cold_water,
    line_of,
    lines_of,
    meter,
    part,
    problems_of,
    residents,
    slices_of,
    tariff,
)

HISTORY = (
    ("2023-07-25", "0"),
    ("2023-08-25", "50"),
    ("2023-11-25", "59"),
    ("2024-02-25", "80"),
)  # average of the last six months: (80 − 50) / 6 = 5


def with_meters(*meters: dict[str, Any], uplift: bool = False, **flat: Any) -> dict[str, Any]:
    document = cold_water(account(meters=list(meters), **flat))
    document["services"][0]["uplift"] = uplift
    document["uplifts"] = [{"service": "cold_water", "coefficient": "1.5", "from": "2000-01-01"}]
    return document


def individual(*meters: dict[str, Any], **more: Any) -> Any:
    return line_of(with_meters(*meters, **more))["individual"]


def cold_meter(*readings: tuple[str, str], **more: Any) -> dict[str, Any]:
    return meter("cold_water", *readings, **more)


def test_month_is_last_reading_less_the_last_before_it():
    found = individual(
        cold_meter(("2024-01-10", "1"), ("2024-03-01", "2.5"), ("2024-03-31", "7.25"))
    )

    assert found == part("6.25", "meter", "62.50")


def test_reading_of_any_age_is_the_lower_bound():
    assert individual(cold_meter(("2016-01-10", "1"), ("2024-03-31", "7"))) == part(
        "6", "meter", "60.00"
    )


def test_meter_past_its_last_digit_starts_from_zero():
    found = individual(cold_meter(("2024-02-25", "998.5"), ("2024-03-25", "2.5"), digits=3))

    assert found == part("4", "meter", "40.00")


def test_every_turn_between_readings_counts():
    readings = (("2024-02-25", "8"), ("2024-03-05", "3"), ("2024-03-25", "1"))

    assert individual(cold_meter(*readings, digits=1)) == part("13", "meter", "130.00")


def test_reading_on_the_day_of_installation_is_the_first_bound():
    found = line_of(
        with_meters(
            cold_meter(("2024-03-11", "3"), ("2024-03-25", "8"), installed="2024-03-11"),
            uplift=True,
        )
    )

    assert slices_of(found) == [
        ("individual", "2024-03-01", "2024-03-11", "1.2903226", "10.00", "19.35"),
        ("individual", "2024-03-11", "2024-04-01", "5", "10.00", "50.00"),
    ]
    assert found["individual"] == part("6.2903226", "norm_uplifted", "69.35")
    assert found["uplift"] == {"coefficient": None, "amount": "6.45"}


def test_meter_without_a_lower_bound_goes_by_the_norm_without_uplift():
    found = individual(cold_meter(("2024-03-25", "8")), uplift=True)

    assert found == part("4", "norm", "40.00")


def test_meter_works_up_to_the_day_it_is_removed():
    found = line_of(
        with_meters(
            cold_meter(("2024-02-25", "3"), ("2024-03-22", "7"), removed="2024-03-22"),
            uplift=True,
        )
    )

    assert slices_of(found) == [
        ("individual", "2024-03-01", "2024-03-22", "4", "10.00", "40.00"),
        ("individual", "2024-03-22", "2024-04-01", "1.2903226", "10.00", "19.35"),
    ]


def test_replaced_meter_leaves_no_day_for_the_norm():
    found = line_of(
        with_meters(
            cold_meter(("2024-02-25", "3"), ("2024-03-22", "7"), removed="2024-03-22"),
            cold_meter(("2024-03-22", "0"), ("2024-03-31", "1.5"), installed="2024-03-22"),
        )
    )

    assert (found["individual"], found["segments"]) == (part("5.5", "meter", "55.00"), [])


@pytest.mark.parametrize("outside", [{"removed": "2024-03-01"}, {"installed": "2024-04-01"}])
def test_meter_of_other_months_is_no_meter(outside):
    assert individual(cold_meter(**outside)) == part("4", "norm", "40.00")


# --- several meters


def test_meters_of_one_service_are_added_up():
    kitchen = cold_meter(("2024-02-25", "1"), ("2024-03-25", "3"))
    bathroom = cold_meter(("2024-02-25", "10"), ("2024-03-25", "13"))

    assert individual(kitchen, bathroom) == part("5", "meter", "50.00")


def test_part_takes_the_weakest_method():
    read = cold_meter(("2024-02-25", "1"), ("2024-03-25", "3"))

    assert individual(read, cold_meter(*HISTORY)) == part("7", "average", "70.00")


def test_one_meter_without_a_volume_turns_the_whole_part_to_the_norm():
    read = cold_meter(("2024-02-25", "1"), ("2024-03-25", "3"))

    assert individual(read, cold_meter()) == part("4", "norm", "40.00")


def test_meter_beside_a_silent_one_counts_for_the_days_it_is_alone():
    read = cold_meter(("2024-02-25", "0"), ("2024-03-25", "31"))
    silent = cold_meter(installed="2024-03-22")

    assert slices_of(line_of(with_meters(read, silent))) == [
        ("individual", "2024-03-01", "2024-03-22", "21", "10.00", "210.00"),
        ("individual", "2024-03-22", "2024-04-01", "1.2903226", "10.00", "12.90"),
    ]


# --- no reading in the month


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2024-03", part("5", "average", "50.00")),
        ("2024-05", part("5", "average", "50.00")),
        ("2024-06", part("4", "norm", "40.00")),
    ],
)
def test_average_stands_in_for_three_months(period, expected):
    document = with_meters(cold_meter(*HISTORY), uplift=True) | {"period": period}

    assert line_of(document)["individual"] == expected


def test_average_needs_three_months_of_history():
    assert individual(cold_meter(("2023-12-31", "0"), ("2024-02-01", "6")), uplift=True) == part(
        "4", "norm", "40.00"
    )


def test_average_of_three_months_is_enough():
    assert individual(cold_meter(("2023-11-30", "0"), ("2024-02-01", "10"))) == part(
        "3.3333333", "average", "33.33"
    )


def test_meter_with_no_reading_at_all_goes_by_the_norm():
    assert individual(cold_meter(), uplift=True) == part("4", "norm", "40.00")


def test_silent_meter_without_any_norm_counts_as_zero():
    document = with_meters(cold_meter())
    document["norms"] = []

    assert line_of(document)["individual"] == part("0", "norm", "0.00")


def test_average_of_a_meter_removed_inside_the_month_counts_for_its_days():
    assert slices_of(line_of(with_meters(cold_meter(*HISTORY, removed="2024-03-22")))) == [
        ("individual", "2024-03-01", "2024-03-22", "3.3870968", "10.00", "33.87"),
        ("individual", "2024-03-22", "2024-04-01", "1.2903226", "10.00", "12.90"),
    ]


# --- verification


@pytest.mark.parametrize(
    ("verified_until", "expected"),
    [
        ("2024-03-31", part("3", "meter", "30.00")),
        ("2024-03-30", part("5", "average", "50.00")),
        ("2024-02-29", part("5", "average", "50.00")),
        ("2024-02-28", part("5", "average", "50.00")),
        ("2023-12-31", part("14.75", "average", "147.50")),
        ("2023-12-30", part("4", "norm_uplifted", "60.00")),
        ("9999-12-31", part("3", "meter", "30.00")),
    ],
)
def test_expired_meter_averages_for_three_months_and_then_costs_the_coefficient(
    verified_until, expected
):
    readings = (*HISTORY, ("2024-03-25", "83"))
    found = individual(cold_meter(*readings, verified_until=verified_until), uplift=True)

    assert found == expected


def test_expired_meter_without_history_goes_by_the_norm_without_uplift():
    found = individual(cold_meter(("2024-03-25", "83"), verified_until="2024-02-29"), uplift=True)

    assert found == part("4", "norm", "40.00")


# --- the coefficient


def test_no_meter_costs_the_coefficient():
    line = line_of(with_meters(uplift=True))

    assert line["individual"] == part("4", "norm_uplifted", "60.00")
    assert line["uplift"] == {"coefficient": "1.5", "amount": "20.00"}


def test_act_that_no_meter_can_be_put_spares_the_coefficient():
    line = line_of(with_meters(uplift=True, meter_impossible=["cold_water"]))

    assert line["individual"] == part("4", "norm", "40.00")
    assert line["uplift"] == {"coefficient": "1", "amount": "0.00"}


def test_excess_is_a_difference_of_two_rounded_amounts():
    document = with_meters(uplift=True)
    document["tariffs"] = [tariff("cold_water", "0.333333")]

    line = line_of(document)

    assert (line["individual"]["amount"], line["uplift"]["amount"]) == ("2.00", "0.67")


def test_coefficient_that_changes_inside_the_month_cuts_it():
    document = with_meters(uplift=True)
    document["uplifts"] = [
        {"service": "cold_water", "coefficient": "1.5", "from": "2000-01-01", "to": "2024-03-16"},
        {"service": "cold_water", "coefficient": "3", "from": "2024-03-16"},
    ]

    line = line_of(document)

    assert slices_of(line) == [
        ("individual", "2024-03-01", "2024-03-16", "1.9354839", "10.00", "29.03"),
        ("individual", "2024-03-16", "2024-04-01", "2.0645161", "10.00", "61.94"),
    ]
    assert line["uplift"] == {"coefficient": None, "amount": "50.97"}


# --- cuts


def test_metered_volume_is_cut_by_days_and_the_last_slice_is_the_rest():
    document = with_meters(cold_meter(("2024-02-25", "1"), ("2024-03-25", "2")))
    document["tariffs"] = [
        tariff("cold_water", "10", to="2024-03-11"),
        tariff("cold_water", "11", to="2024-03-21") | {"from": "2024-03-11"},
        tariff("cold_water", "12") | {"from": "2024-03-21"},
    ]

    assert slices_of(line_of(document)) == [
        ("individual", "2024-03-01", "2024-03-11", "0.3225806", "10.00", "3.23"),
        ("individual", "2024-03-11", "2024-03-21", "0.3225806", "11.00", "3.55"),
        ("individual", "2024-03-21", "2024-04-01", "0.3548388", "12.00", "4.26"),
    ]


def test_residents_do_not_cut_a_metered_month():
    document = with_meters(
        cold_meter(("2024-02-25", "1"), ("2024-03-25", "2")),
        residents=[residents(1, to="2024-03-11"), residents(2, "2024-03-11")],
    )

    assert line_of(document)["segments"] == []


# --- zones


def zoned(zone: str, *readings: tuple[str, str], **more: Any) -> dict[str, Any]:
    return cold_meter(*readings, zone=zone, **more)


def with_zones(*meters: dict[str, Any]) -> dict[str, Any]:
    document = with_meters(*meters)
    document["tariffs"] += [
        tariff("cold_water", "7", zone="night"),
        tariff("cold_water", "9", zone="halfpeak"),
        tariff("cold_water", "11", zone="day"),
    ]
    return document


def test_zone_meters_give_a_line_a_zone_in_the_order_of_the_bill():
    lines = lines_of(
        with_zones(
            zoned("night", ("2024-02-25", "0"), ("2024-03-25", "3")),
            zoned("halfpeak", ("2024-02-25", "0"), ("2024-03-25", "2")),
            zoned("day", ("2024-02-25", "0"), ("2024-03-25", "1")),
        )
    )

    assert [(line["zone"], line["price"], line["individual"]["amount"]) for line in lines] == [
        ("day", "11.00", "11.00"),
        ("halfpeak", "9.00", "18.00"),
        ("night", "7.00", "21.00"),
    ]


def test_days_before_zone_meters_go_by_the_norm_without_a_zone():
    lines = lines_of(
        with_zones(
            zoned("day", ("2024-03-11", "0"), ("2024-03-25", "1"), installed="2024-03-11"),
            zoned("night", ("2024-03-11", "0"), ("2024-03-25", "3"), installed="2024-03-11"),
        )
    )

    assert [(line["zone"], line["individual"]) for line in lines] == [
        (None, part("1.2903226", "norm", "12.90")),
        ("day", part("1", "meter", "11.00")),
        ("night", part("3", "meter", "21.00")),
    ]


def test_silent_zone_meter_turns_the_service_to_one_norm_without_a_zone():
    lines = lines_of(
        with_zones(zoned("day"), zoned("night", ("2024-02-25", "0"), ("2024-03-25", "3")))
    )

    assert [(line["zone"], line["individual"]) for line in lines] == [
        (None, part("4", "norm", "40.00"))
    ]


def test_zone_without_a_tariff_is_refused():
    document = with_meters(zoned("day", ("2024-02-25", "0"), ("2024-03-25", "1")))

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «cold_water» (day) для индивидуального потребления "
            "с 2024-03-01 по 2024-03-31: тариф на каждый день, за который есть объём"
        )
    ]


# --- access refused (a key of our own)


REFUSED = {"x_access_refused_on": "2024-02-20"}


def test_refused_access_costs_the_norm_with_the_coefficient():
    found = line_of(with_meters(cold_meter(*HISTORY[:-1], **REFUSED), uplift=True))

    assert found["individual"] == part("4", "norm_uplifted", "60.00")
    assert "акт от 20.02.2024" in found["why"][0]


@pytest.mark.parametrize(
    ("meter_", "method"),
    [
        (cold_meter(("2024-01-25", "1"), ("2024-03-25", "9"), **REFUSED), "meter"),
        (cold_meter(*HISTORY, **REFUSED), "average"),
        (cold_meter(("2024-01-25", "1"), ("2024-02-20", "2"), **REFUSED), "norm_uplifted"),
        (cold_meter(*HISTORY, x_access_refused_on="2024-04-01"), "average"),
        (cold_meter(*HISTORY[:-1], x_access_refused_on="2024-03-31"), "norm_uplifted"),
    ],
)
def test_refusal_lasts_from_the_month_of_the_act_to_the_next_reading(meter_, method):
    assert individual(meter_, uplift=True)["method"] == method


def test_day_of_the_act_is_a_date():
    document = with_meters(cold_meter(*HISTORY, x_access_refused_on="вчера"))

    assert problems_of(document) == [
        ('houses[0].accounts[0].meters[0].x_access_refused_on: "вчера" не дата: дата ГГГГ-ММ-ДД')
    ]
