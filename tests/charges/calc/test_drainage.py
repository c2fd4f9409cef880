"""Drainage of cold and hot water, month 2024-03, price 3."""

import pytest

from tests.charges.calc.scenarios import (
    account,
    common_of,
    house,
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


def waters(flat, *, norms=(), **more):
    return scenario(
        [
            service("drainage", "drainage", **{"from": ["cold", "hot"]}, order=9, uplift=True),
            service("cold", uplift=True),
            service("hot"),
        ],
        [tariff("cold", "1"), tariff("hot", "2"), tariff("drainage", "3")],
        house(flat, **more),
        norms=list(norms),
        uplifts=[
            {"service": code, "coefficient": "2", "from": "2000-01-01"}
            for code in ("cold", "drainage")
        ],
    )


def drained(document):
    (line,) = [line for line in lines_of(document) if line["service"] == "drainage"]
    return line


def read(code, used):
    return meter(code, ("2024-02-25", "0"), ("2024-03-25", used))


SILENT = (("2023-11-25", "0"), ("2024-02-25", "9"))  # an average of 3


@pytest.mark.parametrize(
    ("meters", "expected"),
    [
        ([read("cold", "5"), read("hot", "2")], part("7", "meter", "21.00")),
        ([read("cold", "5"), meter("hot", *SILENT)], part("8", "average", "24.00")),
        ([meter("hot", *SILENT)], part("7", "norm", "21.00")),
        ([read("hot", "2")], part("6", "norm", "18.00")),
    ],
)
def test_volume_is_the_sum_of_the_sources_with_their_weakest_method(meters, expected):
    document = waters(
        account(meters=meters), norms=[norm("cold", per_person="4"), norm("hot", per_person="3")]
    )

    line = drained(document)

    assert (line["individual"], line["uplift"]["coefficient"]) == (expected, "1")


def test_sum_is_of_exact_volumes():
    thirds = (("2023-11-25", "0"), ("2024-02-25", "10"))

    line = drained(waters(account(meters=[meter("cold", *thirds), meter("hot", *thirds)])))

    assert line["individual"]["volume"] == "6.6666667"


def test_no_source_no_line():
    assert lines_of(waters(account())) == []


def test_source_the_account_does_not_have_is_not_counted():
    flat = account(meters=[read("cold", "5"), read("hot", "2")], services=["cold", "drainage"])

    assert drained(waters(flat))["individual"]["volume"] == "5"


def test_residents_of_a_norm_source_cut_the_sum():
    flat = account(
        meters=[read("cold", "31")],
        residents=[residents(1, to="2024-03-11"), residents(2, "2024-03-11")],
    )

    line = drained(waters(flat, norms=[norm("hot", per_person="31")]))

    assert [row[1:4] for row in slices_of(line)] == [
        ("2024-03-01", "2024-03-11", "20"),
        ("2024-03-11", "2024-04-01", "63"),
    ]


def test_coefficient_of_a_source_does_not_cut_the_sum():
    document = waters(account(), norms=[norm("cold", per_person="4")])
    document["uplifts"][0]["from"] = "2024-03-16"

    assert drained(document)["segments"] == []


def test_norm_source_that_begins_later_is_added_from_its_day():
    document = waters(account(), norms=[norm("cold", per_person="31") | {"from": "2024-03-22"}])

    assert drained(document)["individual"] == part("10", "norm", "30.00")


def test_gap_between_sources_is_not_drained():
    document = waters(
        account(),
        norms=[
            norm("cold", per_person="31", to="2024-03-03"),
            norm("hot", per_person="31") | {"from": "2024-03-30"},
        ],
    )

    assert [row[1:4] for row in slices_of(drained(document))] == [
        ("2024-03-01", "2024-03-03", "2"),
        ("2024-03-30", "2024-04-01", "2"),
    ]


# --- common


def volume(code, amount, method="house_meter", **more):
    return {"service": code, "volume": amount, "method": method, **more}


@pytest.mark.parametrize(
    ("volumes", "expected"),
    [
        ([volume("cold", "20"), volume("hot", "40")], part("3", "house_meter", "9.00")),
        ([volume("cold", "20", "norm"), volume("hot", "40")], part("3", "norm", "9.00")),
        ([volume("cold", "20"), volume("drainage", "80")], part("4", "house_meter", "12.00")),
    ],
)
def test_common_volume_is_its_own_or_the_sum_of_the_sources(volumes, expected):
    document = waters(account(), common_volumes=volumes)

    assert drained(document)["common"] == expected


def test_summed_common_volume_is_listed():
    document = waters(account(), common_volumes=[volume("cold", "20"), volume("hot", "40")])

    assert [(row["service"], row["volume"]) for row in common_of(document)] == [
        ("cold", "20"),
        ("hot", "40"),
        ("drainage", "60"),
    ]


def test_zones_of_the_sources_are_added_up():
    document = waters(
        account(),
        common_volumes=[volume("cold", "20", zone="day"), volume("cold", "60", zone="night")],
    )
    document["tariffs"] += [tariff("cold", "1", zone=zone) for zone in ("day", "night")]

    assert drained(document)["common"]["volume"] == "4"


def test_rest_below_zero_of_a_source_adds_nothing():
    document = waters(
        account(meters=[read("cold", "50")]),
        house_meters=[{"service": "cold", "volume": "20"}, {"service": "hot", "volume": "40"}],
    )

    assert drained(document)["common"]["volume"] == "2"


def test_own_norm_goes_before_the_sum():
    document = waters(
        account(),
        common_volumes=[volume("cold", "20")],
        norms=[norm("drainage", per_common_m2="1")],
    )

    assert drained(document)["common"] == part("5", "norm", "15.00")


def test_drainage_without_a_tariff_is_refused():
    document = waters(account(meters=[read("cold", "5")]))
    document["tariffs"].pop()

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «drainage» для индивидуального потребления "
            "с 2024-03-01 по 2024-03-31: тариф на каждый день, за который есть объём"
        )
    ]
