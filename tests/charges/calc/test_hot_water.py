"""Hot water in two components: m³ at 50, Gcal at 2000, 0.06 Gcal per m³; month 2024-03."""

from tests.charges.calc.scenarios import (
    account,
    house,
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


def hot_water(flat, *, norms=None, **more):
    return scenario(
        [service("hot", "hot_water_two_part", uplift=True)],
        [tariff("hot", "50", component="water"), tariff("hot", "2000", component="heat")],
        house(flat, **more),
        norms=norms or [norm("hot", per_person="3", heat_per_unit="0.06")],
        uplifts=[{"service": "hot", "coefficient": "1.5", "from": "2000-01-01"}],
    )


def used(amount):
    return account(meters=[meter("hot", ("2024-02-25", "0"), ("2024-03-25", amount))])


def test_coefficient_is_for_the_water_only():
    water, heat = lines_of(hot_water(account()))

    assert (water["component"], water["unit"], water["individual"]) == (
        "water",
        "м3",
        part("3", "norm_uplifted", "225.00"),
    )
    assert water["uplift"] == {"coefficient": "1.5", "amount": "75.00"}
    assert (heat["component"], heat["unit"], heat["individual"]) == (
        "heat",
        "Гкал",
        part("0.18", "norm", "360.00"),
    )
    assert heat["uplift"] == {"coefficient": "1", "amount": "0.00"}


def test_change_of_the_coefficient_does_not_cut_the_heat():
    document = hot_water(account())
    document["uplifts"][0]["from"] = "2024-03-16"

    water, heat = lines_of(document)

    assert (len(water["segments"]), heat["segments"]) == (2, [])


def test_common_share_is_heated_too():
    volumes = [{"service": "hot", "volume": "40", "method": "house_meter"}]

    water, heat = lines_of(hot_water(used("5"), common_volumes=volumes))

    assert (water["common"], heat["common"]) == (
        part("2", "house_meter", "100.00"),
        part("0.12", "house_meter", "240.00"),
    )
    assert heat["individual"] == part("0.3", "meter", "600.00")


def test_heat_is_rounded_to_seven_places_from_the_exact_volume():
    norms = [norm("hot", per_person="3", heat_per_unit="0.061111", year=True)]

    _, heat = lines_of(hot_water(account(), norms=norms))

    assert heat["individual"]["volume"] == "0.0152778"


def test_norm_of_heat_that_changes_cuts_the_individual_heat_but_not_the_common():
    norms = [
        norm("hot", heat_per_unit="0.05", to="2024-03-11"),
        norm("hot", heat_per_unit="0.06") | {"from": "2024-03-11"},
    ]
    volumes = [{"service": "hot", "volume": "620", "method": "house_meter"}]

    water, heat = lines_of(hot_water(used("31"), norms=norms, common_volumes=volumes))

    assert water["segments"] == []
    assert slices_of(heat) == [
        ("individual", "2024-03-01", "2024-03-11", "0.5", "2000.00", "1000.00"),
        ("individual", "2024-03-11", "2024-04-01", "1.26", "2000.00", "2520.00"),
        ("common", "2024-03-01", "2024-04-01", "1.76", "2000.00", "3520.00"),
    ]


def test_tariff_of_heat_cuts_the_common_heat_by_its_days():
    norms = [
        norm("hot", heat_per_unit="0.05", to="2024-03-11"),
        norm("hot", heat_per_unit="0.06") | {"from": "2024-03-11"},
    ]
    document = hot_water(
        account(),
        norms=norms,
        common_volumes=[{"service": "hot", "volume": "620", "method": "house_meter"}],
    )
    document["tariffs"][1:] = [
        tariff("hot", "1000", component="heat", to="2024-03-11"),
        tariff("hot", "2000", component="heat") | {"from": "2024-03-11"},
    ]

    _, heat = lines_of(document)

    assert slices_of(heat) == [
        ("common", "2024-03-01", "2024-03-11", "0.5", "1000.00", "500.00"),
        ("common", "2024-03-11", "2024-04-01", "1.26", "2000.00", "2520.00"),
    ]


def test_missing_component_and_missing_norm_of_heat_are_both_told():
    document = hot_water(account(), norms=[norm("hot", per_person="3")])
    document["tariffs"].pop(0)

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «hot» (water) для индивидуального потребления "
            "с 2024-03-01 по 2024-03-31: тариф на каждый день, за который есть объём"
        ),
        (
            "norms: нет норматива heat_per_unit услуги «hot» на весь месяц: "
            "Гкал на м3 горячей воды на каждый день"
        ),
    ]
