"""
Small houses that together meet every kind of charge, method, recalculation, benefit and key.

What comes out of each, `why` too, is kept whole in tests/golden/whole_months; numbers are round.
"""

from typing import Any

from tests.charges.calc.scenarios import (
    Document,
    account,
    house,
    meter,
    norm,
    residents,
    scenario,
    service,
    tariff,
)

FEBRUARY, MARCH = "2024-02-25", "2024-03-25"
HALF_YEAR = (("2023-08-25", "10"), ("2024-02-25", "22"))


def tariffs(**prices: str) -> list[Document]:
    return [tariff(code, price) for code, price in prices.items()]


def water(*accounts: Document, code: str = "cold", **more: Any) -> Document:
    """Water at 10 roubles, norm 4 m³ a person with a coefficient of 1.5."""
    return scenario(
        [service(code, uplift=True)],
        [tariff(code, "10")],
        house(*accounts, **more),
        norms=[norm(code, per_person="4")],
        uplifts=[{"service": code, "coefficient": "1.5", "from": "2000-01-01"}],
    )


def meters_of_every_state() -> Document:
    read, silent = (FEBRUARY, "100"), (("2023-09-01", "1"), ("2023-10-25", "5"))
    meters = {
        "read": [meter("cold", read, (MARCH, "103.5"))],
        "past its last digit": [meter("cold", (FEBRUARY, "998"), (MARCH, "2"), digits=3)],
        "silent": [meter("cold", *HALF_YEAR)],
        "silent too long": [meter("cold", *silent)],
        "never read": [meter("cold")],
        "read only in the month": [meter("cold", (MARCH, "5"))],
        "short history": [meter("cold", (FEBRUARY, "22"))],
        "expired": [meter("cold", *HALF_YEAR, (MARCH, "99"), verified_until="2024-02-28")],
        "expired, short": [meter("cold", read, (MARCH, "103"), verified_until="2024-03-10")],
        "expired long ago": [meter("cold", read, (MARCH, "103"), verified_until="2023-12-30")],
        "access refused": [meter("cold", *HALF_YEAR, x_access_refused_on="2024-03-01")],
        "two": [meter("cold", read, (MARCH, "103")), meter("cold", *HALF_YEAR)],
        "removed": [meter("cold", read, ("2024-03-11", "105"), removed="2024-03-11")],
        "silent and removed": [meter("cold", *HALF_YEAR, removed="2024-03-11")],
        "replaced": [
            meter("cold", read, ("2024-03-11", "105"), removed="2024-03-11"),
            meter("cold", ("2024-03-11", "0"), ("2024-03-30", "2"), installed="2024-03-11"),
        ],
        "one of two is silent too long": [
            meter("cold", read, (MARCH, "103")),
            meter("cold", *silent, removed="2024-03-11"),
        ],
    }
    return water(
        account("none"),
        account("impossible", meter_impossible=["cold"]),
        *(account(number, meters=rows) for number, rows in meters.items()),
    )


def people_inside_the_month() -> Document:
    come = [residents(1, to="2024-03-11"), residents(2, "2024-03-11", to="2024-03-21")]
    return scenario(
        [service("waste", "per_person", unit="чел."), service("cold"), service("gas")],
        [
            tariff("waste", "93"),
            tariff("cold", "10", to="2024-03-16"),
            tariff("cold", "20", **{"from": "2024-03-16"}),
            tariff("gas", "7"),
        ],
        house(
            account("1", residents=come, owners=3),
            account("2", residents=[], owners=2, meters=[meter("gas")]),
        ),
        norms=[norm("cold", per_person="48", year=True)],
    )


def housing_and_voted_sums() -> Document:
    shop = account("3", area="30", kind="nonresidential", residents=[])
    return scenario(
        [
            service("upkeep", "per_area", unit="м2", group="housing", vat="0.2"),
            service("intercom", "per_account", unit="руб.", group="other"),
            service("warmth", "norm_area", unit="Гкал", uplift=True),
            service("roof", "apportioned", unit="руб.", group="other", vat="0.2", order=1),
        ],
        tariffs(upkeep="20", intercom="45.5", warmth="100"),
        house(
            account("1"),
            account("2", area="20", meter_impossible=["warmth"]),
            shop,
            voted=[{"service": "roof", "sum": "100"}],
        ),
        norms=[norm("warmth", per_m2="0.24", year=True)],
        uplifts=[{"service": "warmth", "coefficient": "1.5", "from": "2024-03-11"}],
    )


def zones_ranges_and_uses() -> Document:
    day = [meter("power", (FEBRUARY, "0"), (MARCH, "150"), zone="day")]
    night = [meter("power", (FEBRUARY, "0"), (MARCH, "60"), zone="night")]
    return scenario(
        [service("power", unit="кВт·ч"), service("gas", vat="0.2")],
        [
            tariff("power", "5", up_to="100", use="individual"),
            tariff("power", "7", use="individual"),
            tariff("power", "4", use="common"),
            tariff("power", "6", zone="day", up_to="100"),
            tariff("power", "8", zone="day"),
            tariff("power", "2", zone="night", to="2024-03-11"),
            tariff("power", "3", zone="night", **{"from": "2024-03-11"}),
            tariff("gas", "7"),
        ],
        house(
            account("1", meters=day + night, services=["power"]),
            account("2", residents=[residents(2)], services=["power"]),
            account("3", kind="nonresidential", meters=[meter("gas", *HALF_YEAR)]),
            house_meters=[
                {"service": "power", "volume": "600"},
                {"service": "power", "volume": "250", "zone": "day"},
            ],
        ),
        norms=[norm("power", per_person="60")],
    )


def hot_water_and_drainage() -> Document:
    read = [meter("cold", (FEBRUARY, "0"), (MARCH, "5"))]
    return scenario(
        [
            service("cold", minus=["hot"]),
            service("hot", "hot_water_two_part"),
            service("drainage", "drainage", **{"from": ["cold", "hot"]}),
        ],
        [
            tariff("cold", "10"),
            tariff("hot", "10", component="water"),
            tariff("hot", "1000", component="heat", to="2024-03-11"),
            tariff("hot", "2000", component="heat", **{"from": "2024-03-11"}),
            tariff("drainage", "20"),
        ],
        house(
            account("1", meters=read),
            account("2", area="100", residents=[residents(2, to="2024-03-21")]),
            house_meters=[{"service": "cold", "volume": "60"}, {"service": "hot", "volume": "30"}],
        ),
        norms=[
            norm("cold", per_person="4"),
            norm("hot", per_person="3"),
            norm("hot", heat_per_unit="0.05", to="2024-03-16"),
            norm("hot", heat_per_unit="0.06", **{"from": "2024-03-16"}),
        ],
    )


def common_of_every_way() -> Document:
    common = [
        {"service": "gas", "volume": "20", "method": "house_meter"},
        {"service": "power", "volume": "30", "method": "norm", "zone": "day"},
    ]
    return scenario(
        [
            service("cold"),
            service("hot"),
            service("gas"),
            service("power"),
            service("drainage", "drainage", **{"from": ["cold", "hot"]}),
            service("cold_upkeep", group="housing", x_common_of="cold"),
        ],
        [
            *tariffs(cold="10", hot="10", gas="10", drainage="10", cold_upkeep="10"),
            tariff("power", "10", zone="day"),
        ],
        house(
            account("1", meters=[meter("hot", (FEBRUARY, "0"), (MARCH, "9"))]),
            account("2", area="150", residents=[]),
            common_volumes=common,
            house_meters=[{"service": "hot", "volume": "5"}],
        ),
        norms=[
            norm("cold", per_common_m2="0.02", to="2024-03-16"),
            norm("cold", per_common_m2="0.04", **{"from": "2024-03-16"}),
        ],
        rounding={"common": "per_m2:3"},
    )


def limited(negative: str) -> Document:
    """Hot water 9 below zero; cold water of two zones above the norm; rests of earlier months."""
    return scenario(
        [service("cold"), service("hot"), service("gas")],
        [tariff(code, "10") for code in ("cold", "hot", "gas")]
        + [tariff("cold", "10", zone=zone) for zone in ("day", "night")],
        house(
            account("1", meters=[meter("hot", (FEBRUARY, "0"), (MARCH, "9"))]),
            house_meters=[
                {"service": "hot", "volume": "0"},
                {"service": "cold", "volume": "30", "zone": "day"},
                {"service": "cold", "volume": "15", "zone": "night"},
            ],
            x_carried_common=[
                {"service": "cold", "volume": "5", "zone": "day"},
                {"service": "gas", "volume": "2"},
            ],
        ),
        norms=[norm("cold", per_common_m2="0.2")],
        x_limit_common_to_norm=True,
        x_negative_common=negative,
    )


def heating(season: Document, *metered: str) -> Document:
    """Two accounts, the first of them with last year's charges; `metered` by their meters."""
    meters = [[meter("heating", (FEBRUARY, "0"), (MARCH, value))] for value in metered]
    one, other = (*meters, [], [])[:2]
    return scenario(
        [service("heating", "heating", unit="Гкал")],
        [tariff("heating", "1000")],
        house(
            account("1", meters=one, heating_charged="2400"),
            account("2", area="100", meters=other),
            account("3", services=[]),
            heating=season,
        ),
        norms=[norm("heating", per_m2="0.02")],
    )


def absences_and_interruptions() -> Document:
    away = {"persons": 1, "left": "2024-02-20", "returned": "2024-03-11"}
    near = {"persons": 5, "left": "2024-03-20", "returned": "2024-04-02"}
    applied = {"applied_on": "2024-04-10"}
    whole = [
        {"persons": 2, "left": "2024-02-20", "returned": "2024-04-05", **applied},
        {**near, **applied},
    ]
    short = {"persons": 1, "left": "2024-03-01", "returned": "2024-03-07", **applied}
    couple: Document = {"residents": [residents(2)], "meter_impossible": ["cold"]}
    document = water(
        account("1", absences=[{**away, **applied}], **couple),
        account("2", absences=whole, **couple),
        account("3", absences=[short], **couple),
        account("4", absences=[{**near, **applied}], residents=[residents(2)]),
        account("5", absences=[{**away, "applied_on": "2024-04-11"}], **couple),
        interruptions=[
            {"service": "cold", "hours": 18, "allowed": 8},
            {"service": "cold", "hours": 8, "allowed": 8},
            {"service": "waste", "hours": 1008, "allowed": 8, "rate": "0.1"},
        ],
    )
    document["services"].append(service("waste", "per_person", unit="чел.", x_absence=True))
    document["tariffs"].append(tariff("waste", "93"))
    return document


def recalculations_and_benefits() -> Document:
    given = [
        {"service": "cold", "amount": "-5", "for_period": "2024-01", "reason": "опечатка"},
        {"service": "cold", "amount": "7.5", "for_period": "2024-03", "basis": "акт № 1"},
        {"service": "cold", "amount": "1"},
    ]
    beyond = [{"service": "cold", "amount": "-100"}]
    couple = [residents(1, to="2024-03-11"), residents(4, "2024-03-11")]
    benefits = [
        {"service": "cold", "share": "0.5", "persons": 2},
        {"service": "cold", "share": "0.5", "area_norm": "33"},
        {"service": "cold", "share": "1"},
        {"service": "other", "share": "1"},
    ]
    document = water(
        account("1", recalculations=given),
        account("2", residents=couple, meter_impossible=["cold"], benefits=benefits),
        account("3", meter_impossible=["cold"], benefits=benefits[:1], recalculations=beyond),
    )
    document["services"].append(service("other", "per_account"))
    document["tariffs"].append(tariff("other", "11"))
    return document


def accounts_that_come_and_go() -> Document:
    """Every account lacks something on some days; the house shares by mean areas."""
    apart = [{"service": "cold", "from": "2024-03-11", "to": "2024-03-21"}]
    grown = [{"area": "81", "from": "2024-03-11"}]
    read = [meter("cold", (FEBRUARY, "0"), (MARCH, "5"))]
    return scenario(
        [
            service("upkeep", "per_area", unit="м2", group="housing"),
            service("waste", "per_person", unit="чел."),
            service("cold"),
            service("drainage", "drainage", **{"from": ["cold"]}),
            service("heating", "heating", unit="Гкал"),
            service("roof", "apportioned", unit="руб.", group="other"),
        ],
        tariffs(upkeep="31", waste="93", cold="10", drainage="20", heating="1000"),
        house(
            account("1", x_closed="2024-03-11"),
            account("2", x_opened="2024-03-11", x_connected=apart),
            account("3", x_areas=grown, meters=read, x_connected=apart),
            account("4", x_closed="2024-03-01"),
            heating={"season": "heating", "house_volume": "31"},
            common_volumes=[{"service": "cold", "volume": "31", "method": "house_meter"}],
            voted=[{"service": "roof", "sum": "310"}],
        ),
        norms=[norm("cold", per_person="6.2")],
    )


def owners_of_one_flat() -> Document:
    return scenario(
        [
            service("upkeep", "per_area", unit="м2", group="housing", vat="0.2"),
            service("cold", uplift=True),
            service("gas"),
            service("roof", "apportioned", unit="руб.", group="other"),
        ],
        tariffs(upkeep="10.01", cold="10", gas="7"),
        house(
            account("1", premises="7", x_share="0.33333", services=["upkeep", "cold", "roof"]),
            account("2", premises="7", x_share="0.33333", residents=[], owners=1),
            account("3", premises="7", x_share="0.33333", x_opened="2024-03-16"),
            account("4", premises="8", x_share="0.5", kind="nonresidential"),
            common_volumes=[{"service": "cold", "volume": "10", "method": "norm"}],
            voted=[{"service": "roof", "sum": "100"}],
        ),
        norms=[norm("cold", per_person="4"), norm("gas", per_person="1")],
        uplifts=[{"service": "cold", "coefficient": "1.5", "from": "2000-01-01"}],
    )


def debts_and_penalties(rule: str, **terms: Any) -> Document:
    """A debt due on a Saturday, one paid in parts, an advance, a payment counted too late."""
    opening = [
        {"period": "2023-11", "service": "intercom", "amount": "3000", "due": "2023-12-10"},
        {"period": "2023-11", "amount": "1000", "due": "2023-12-10"},
        {"period": "2024-01", "service": "gate", "amount": "1300", "due": "2024-02-10"},
        {"period": "2024-01", "service": "gate", "amount": "700", "due": "2024-02-10"},
    ]
    payments = [
        {"on": "2024-02-10", "amount": "1000"},
        {"on": "2024-03-05", "amount": "500", "period": "2024-01"},
        {"on": "2024-03-26", "amount": "9"},
    ]
    return scenario(
        [service("intercom", "per_account"), service("gate", "per_account")],
        tariffs(intercom="45", gate="5"),
        house(
            account("1", opening=opening, payments=payments),
            account("2", opening=[{"period": "2024-02", "amount": "-70"}]),
        ),
        payments_counted_until="2024-03-25",
        penalty={
            "as_of": "2024-03-31",
            "rule": rule,
            "rates": [{"from": "2023-01-01", "rate": "13"}, {"from": "2024-03-11", "rate": "26"}],
            **terms,
        },
    )


_YEARS_MEAN = {"season": "year", "months": 7, "previous_year_mean": "20", "year_volume": "60"}
_STEPS = {
    "rate_mode": "stepwise",
    "cap": [{"from": "2023-01-01", "rate": "19.5"}],
    "suspended": [{"from": "2024-01-10", "to": "2024-01-20"}, {"from": "2024-03-21"}],
}

MONTHS: dict[str, Document] = {
    "absences_and_interruptions": absences_and_interruptions(),
    "accounts_that_come_and_go": accounts_that_come_and_go(),
    "common_of_every_way": common_of_every_way(),
    "heating_below_zero": heating({"season": "heating", "house_volume": "10"}, "0.1", "5.9"),
    "heating_by_norm": heating({"season": "heating"}),
    "heating_by_norm_over_the_year": heating({"season": "year", "months": 7}),
    "heating_by_years_mean": heating(_YEARS_MEAN, "1"),
    "hot_water_and_drainage": hot_water_and_drainage(),
    "housing_and_voted_sums": housing_and_voted_sums(),
    "limited_and_carried": limited("carry"),
    "limited_and_ignored": limited("ignore"),
    "meters_of_every_state": meters_of_every_state(),
    "owners_of_one_flat": owners_of_one_flat(),
    "penalty_capital": debts_and_penalties("ru155_capital", working_days=True),
    "penalty_stepwise": debts_and_penalties("ru155", **_STEPS),
    "penalty_ua": debts_and_penalties("ua"),
    "people_inside_the_month": people_inside_the_month(),
    "recalculations_and_benefits": recalculations_and_benefits(),
    "zones_ranges_and_uses": zones_ranges_and_uses(),
}
