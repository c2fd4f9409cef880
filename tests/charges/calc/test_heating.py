"""Heating of a house of 1000 m² at 2000 a Gcal, month 2024-01."""

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
    slices_of,
    tariff,
)


def heated(*accounts, heating, **more):
    return scenario(
        [service("heating", "heating", uplift=True)],
        [tariff("heating", "2000")],
        house(*accounts, heating=heating),
        **{"period": "2024-01", "norms": [norm("heating", per_m2="0.02")]} | more,
    )


def heat_meter(used, **more):
    return meter("heating", ("2023-12-25", "0"), ("2024-01-25", used), **more)


@pytest.mark.parametrize(
    ("heating", "expected"),
    [
        ({"season": "heating"}, part("1", "norm", "2000.00")),
        ({"season": "year", "months": 7}, part("0.583333", "norm", "1166.67")),
        (
            {"season": "year", "months": 7, "house_volume": "40"},
            part("2", "house_meter", "4000.00"),
        ),
        (
            {"season": "year", "house_volume": "40", "previous_year_mean": "30"},
            part("1.5", "house_meter", "3000.00"),
        ),
        (
            {"season": "heating", "house_volume": "40", "previous_year_mean": "30"},
            part("2", "house_meter", "4000.00"),
        ),
    ],
)
def test_house_volume_or_else_the_norm(heating, expected):
    line = line_of(heated(account(), heating=heating))

    assert (line["individual"], line["common"]) == (expected, None)


def test_heating_is_no_common_volume_of_the_house():
    assert common_of(heated(account(), heating={"season": "heating", "house_volume": "40"})) == []


def test_metered_premises_pay_their_volume_and_their_share_of_the_rest():
    document = heated(
        account("1", "400", meters=[heat_meter("10")]),
        account("2", "600", meters=[heat_meter("18")]),
        heating={"season": "heating", "house_volume": "40"},
    )

    assert line_of(document)["individual"] == part("14.8", "meter", "29600.00")
    assert line_of(document, "2")["individual"] == part("25.2", "meter", "50400.00")


def test_unmetered_premises_are_taken_at_the_mean_of_the_metered():
    document = heated(
        account("1", "100", meters=[heat_meter("3")]),
        account("2", "300"),
        heating={"season": "heating", "house_volume": "40"},
    )

    assert line_of(document)["individual"] == part("4", "meter", "8000.00")
    assert line_of(document, "2")["individual"] == part("12", "house_meter", "24000.00")


def test_volume_is_never_below_zero():
    document = heated(
        account("1", "500", meters=[heat_meter("0")]),
        account("2", "500", meters=[heat_meter("60")]),
        heating={"season": "heating", "house_volume": "30"},
    )

    assert line_of(document)["individual"] == part("0", "meter", "0.00")
    assert line_of(document, "2")["individual"]["volume"] == "45"


@pytest.mark.parametrize(
    "meters",
    [
        [meter("heating")],
        [heat_meter("5", removed="2024-01-26")],
        [meter("heating", ("2024-01-05", "0"), ("2024-01-25", "5"), installed="2024-01-05")],
        [heat_meter("5") | {"installed": "2024-02-01", "readings": []}],
    ],
)
def test_meter_without_a_volume_of_the_whole_month_leaves_premises_unmetered(meters):
    document = heated(account(meters=meters), heating={"season": "heating", "house_volume": "40"})

    assert line_of(document)["individual"] == part("2", "house_meter", "4000.00")


def test_replaced_meter_measures_the_whole_month():
    meters = [
        meter("heating", ("2023-12-25", "0"), ("2024-01-11", "1"), removed="2024-01-11"),
        meter("heating", ("2024-01-11", "0"), ("2024-01-25", "2"), installed="2024-01-11"),
    ]
    document = heated(
        account(area="1000", meters=meters), heating={"season": "heating", "house_volume": "40"}
    )

    assert line_of(document)["individual"] == part("40", "meter", "80000.00")


def test_average_of_the_meter_is_an_average():
    readings = (("2023-09-25", "0"), ("2023-12-25", "9"))
    document = heated(
        account(area="1000", meters=[meter("heating", *readings)]),
        heating={"season": "heating", "house_volume": "40"},
    )

    assert line_of(document)["individual"]["method"] == "average"


def test_house_volume_is_cut_by_days():
    document = heated(account(), heating={"season": "heating", "house_volume": "31"})
    document["tariffs"] = [
        tariff("heating", "2000", to="2024-01-11"),
        tariff("heating", "3000") | {"from": "2024-01-11"},
    ]

    assert [row[3] for row in slices_of(line_of(document))] == ["0.5", "1.05"]


def test_norm_of_heating_takes_the_coefficient_of_its_service():
    document = heated(
        account(),
        heating={"season": "heating"},
        uplifts=[{"service": "heating", "coefficient": "1.5", "from": "2000-01-01"}],
    )

    assert line_of(document)["individual"] == part("1", "norm_uplifted", "3000.00")


def test_account_without_heating_pays_none():
    document = heated(
        account(services=[]), account("2"), heating={"season": "heating", "house_volume": "40"}
    )

    assert (lines_of(document), len(lines_of(document, "2"))) == ([], 1)


@pytest.mark.parametrize(
    ("heating", "norms", "problem"),
    [
        (None, [], "houses[0].heating: нет ключа: данные для услуги «heating»"),
        (
            {"season": "heating"},
            [],
            "norms: нет норматива per_m2 услуги «heating»: норматив на месяц расчёта",
        ),
        (
            {"season": "year"},
            [norm("heating", per_m2="0.02")],
            "houses[0].heating.months: нет ключа: месяцев отопительного периода, 1–12",
        ),
    ],
)
def test_missing_where_used(heating, norms, problem):
    document = heated(account(), heating=heating, norms=norms)
    if heating is None:
        del document["houses"][0]["heating"]

    assert problems_of(document) == [problem]


def test_nothing_is_missing_where_nobody_has_heating():
    document = heated(account(services=[]), heating={"season": "heating"}, norms=[])
    del document["houses"][0]["heating"]

    assert problems_of(document) == []


# --- the year's correction


def corrected(charged, **heating):
    flat = account() | ({"heating_charged": charged} if charged else {})
    return line_of(heated(flat, heating={"season": "year", "house_volume": "40", **heating}))


def test_year_is_corrected_by_what_was_really_used():
    line = corrected("20000.00", year_volume="180.123457")

    assert (line["recalculated"], line["total"]) == ("-1987.65", "2012.35")


@pytest.mark.parametrize(("charged", "heating"), [(None, {"year_volume": "180"}), ("20000.00", {})])
def test_correction_needs_both_the_year_and_what_was_charged(charged, heating):
    assert corrected(charged, **heating)["recalculated"] == "0.00"


def test_correction_takes_the_price_of_the_first_day():
    flat = account(heating_charged="0.00")
    document = heated(flat, heating={"season": "year", "house_volume": "40", "year_volume": "20"})
    document["tariffs"] = [
        tariff("heating", "1000", to="2024-01-02"),
        tariff("heating", "2000") | {"from": "2024-01-02"},
    ]

    assert line_of(document)["recalculated"] == "1000.00"


def test_correction_without_a_price_is_refused_with_the_rest():
    document = heated(
        account(heating_charged="1.00"),
        heating={"season": "year", "house_volume": "40", "year_volume": "20"},
    )
    document["tariffs"] = []

    assert [problem.partition(":")[0] for problem in problems_of(document)] == ["tariffs"] * 2


def test_correction_of_an_account_without_heating_is_refused():
    document = heated(
        account(),
        account("2", services=[], heating_charged="1.00"),
        heating={"season": "year", "house_volume": "40", "year_volume": "20"},
    )

    assert problems_of(document) == [
        ("houses[0].accounts[1].heating_charged: у счёта нет строки отопления: счёт с отоплением")
    ]


def test_heat_by_the_norm_is_a_volume_of_the_month_when_prices_change():
    document = heated(account(area="33.33"), heating={"season": "year", "months": 7})
    document["tariffs"] = [
        tariff("heating", "1000", to="2024-01-11"),
        tariff("heating", "1001", **{"from": "2024-01-11"}),
    ]

    volumes = [row[3] for row in slices_of(line_of(document))]

    # 33.33 × 0.02 × 0.583333 = 0.3888497778; 10/31 of it, then the rest
    assert volumes == ["0.1254354", "0.2634144"]


def test_heat_meter_of_an_account_without_heating_measures_no_premises():
    document = heated(
        account(),
        account(
            "2",
            services=[],
            meters=[meter("heating", ("2023-12-31", "0"), ("2024-01-31", "9"))],
        ),
        heating={"season": "heating", "house_volume": "40"},
    )

    assert lines_of(document)[0]["individual"]["method"] == "house_meter"
    assert lines_of(document)[0]["individual"]["volume"] == "2"
