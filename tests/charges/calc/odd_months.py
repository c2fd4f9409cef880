"""Small houses of rarer things; with whole_months.py they make what is kept whole."""

from typing import Any

from tests.charges.calc.scenarios import (
    Document,
    account,
    house,
    meter,
    norm,
    scenario,
    service,
    tariff,
)

FEBRUARY, MARCH = "2024-02-25", "2024-03-25"
HALF_YEAR = (("2023-08-25", "10"), ("2023-11-25", "19"), ("2024-02-25", "22"))


def thrice(code: str, price: int, **more: Any) -> list[Document]:
    """A price that doubles on the 11th and on the 21st: parts of a volume do not round evenly."""
    days = ("2000-01-01", "2024-03-11", "2024-03-21", "2100-01-01")
    return [
        {
            **tariff(code, str(price * 2**place)),
            "from": days[place],
            "to": days[place + 1],
            **more,
        }
        for place in range(3)
    ]


def prices_that_change_twice() -> Document:
    heat = [meter("cold", (FEBRUARY, "0")), meter("heating", (FEBRUARY, "0"), (MARCH, "0.4"))]
    both = [*heat, meter("heating", (FEBRUARY, "0"), (MARCH, "0.6"))]
    begun = [meter("heating", (FEBRUARY, "0"), ("2024-03-01", "9"), removed="2024-03-01")]
    return scenario(
        [
            service("cold"),
            service("hot", "hot_water_two_part", uplift=True),
            service("heating", "heating", unit="Гкал"),
        ],
        [
            *thrice("cold", 100000),
            *thrice("hot", 10, component="water"),
            *thrice("hot", 100000, component="heat"),
            *thrice("heating", 1000000),
        ],
        house(
            account("1", meters=both),
            account("2", area="20", meters=begun),
            account("3", services=["cold"], meters=heat),
            heating={"season": "heating", "house_volume": "25"},
            common_volumes=[
                {"service": "cold", "volume": "20", "method": "house_meter"},
                {"service": "hot", "volume": "20", "method": "house_meter"},
            ],
        ),
        norms=[
            norm("cold", per_person="1"),
            norm("hot", per_person="1", heat_per_unit="1"),
            norm("heating", per_m2="0.02"),
        ],
        uplifts=[{"service": "hot", "coefficient": "1.5", "from": "2000-01-01"}],
    )


def heat_by_norm_under_prices_that_change_twice() -> Document:
    return scenario(
        [service("heating", "heating", unit="Гкал")],
        thrice("heating", 1000000),
        house(
            account("1"),
            account("2", x_connected=[{"service": "heating", "from": "2024-03-11"}]),
            heating={"season": "heating"},
        ),
        norms=[norm("heating", per_m2="0.02")],
    )


def absence_and_drainage() -> Document:
    away = {"persons": 1, "left": "2024-02-20", "returned": "2024-03-11"}
    short = {"persons": 1, "left": "2024-03-12", "returned": "2024-03-14"}
    absences = [{**row, "applied_on": "2024-04-10"} for row in (short, away)]
    no_meter: Document = {"absences": absences, "meter_impossible": ["cold"]}
    return scenario(
        [
            service("cold"),
            service("drainage", "drainage", **{"from": ["cold"]}),
            service("heating", "heating", unit="Гкал"),
        ],
        [tariff("cold", "10"), tariff("drainage", "20"), tariff("heating", "1000")],
        house(
            account("1", **no_meter),
            account("2", absences=absences),
            account("3", kind="nonresidential", **no_meter),
            account("4", meter_impossible=["cold", "heating"], absences=absences),
            heating={"season": "heating"},
        ),
        norms=[norm("cold", per_person="3.1"), norm("heating", per_m2="0.02")],
    )


def meters_that_stop_inside_the_month() -> Document:
    silent = meter("cold", installed="2024-03-11", removed="2024-03-21")
    day = meter("cold", (FEBRUARY, "0"), (MARCH, "31"), zone="day")
    late = (*HALF_YEAR, ("2024-03-01", "99"))
    return scenario(
        [service("cold", uplift=True)],
        [tariff("cold", "10"), tariff("cold", "30", zone="day")],
        house(
            account("1", meters=[meter("cold", (FEBRUARY, "0"), (MARCH, "31")), silent]),
            account("2", meters=[day, silent]),
            account("3", meters=[meter("cold", *HALF_YEAR)]),
            account("4", meters=[meter("cold", *late, verified_until="2024-03-10")]),
            account("5", meters=[meter("cold", *late, verified_until="2024-02-25")]),
            account("6", meters=[meter("cold", zone="day")]),
        ),
        norms=[norm("cold", per_person="4")],
        uplifts=[{"service": "cold", "coefficient": "1.5", "from": "2000-01-01"}],
    )


def a_little_common_volume() -> Document:
    return scenario(
        [service("cold"), service("gas")],
        [tariff("cold", "10"), tariff("cold", "10", zone="day"), tariff("gas", "10")],
        house(
            account("1"),
            common_volumes=[
                {"service": "cold", "volume": "30", "method": "house_meter"},
                {"service": "cold", "volume": "10", "method": "norm", "zone": "day"},
            ],
            house_meters=[{"service": "gas", "volume": "0.5"}],
        ),
        norms=[norm("cold", per_common_m2="0.2")],
        x_limit_common_to_norm=True,
    )


MONTHS: dict[str, Document] = {
    "a_little_common_volume": a_little_common_volume(),
    "absence_and_drainage": absence_and_drainage(),
    "heat_by_norm_under_prices_that_change_twice": heat_by_norm_under_prices_that_change_twice(),
    "meters_that_stop_inside_the_month": meters_that_stop_inside_the_month(),
    "prices_that_change_twice": prices_that_change_twice(),
}
