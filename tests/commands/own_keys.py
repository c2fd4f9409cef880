"""Scenarios with the program's own keys, the same by the core and through the database."""

from tests.charges.calc.scenarios import (
    account,
    house,
    meter,
    norm,
    residents,
    scenario,
    service,
    tariff,
)


def common_water_by_our_own_rules():
    """Limited to the norm, a rest carried over and on, the water of the house in a housing line."""
    metered = [meter("cold", ("2024-02-20", "0"), ("2024-03-20", "10"))]
    return scenario(
        [
            service("cold"),
            service("light"),
            service("soi", group="housing", x_common_of="cold"),
        ],
        [tariff("cold", "10"), tariff("soi", "7.5"), tariff("light", "5", zone="day")],
        *(
            house(
                account(number, meters=metered),
                code=number,
                house_meters=[
                    {"service": "cold", "volume": volume},
                    {"service": "light", "zone": "day", "volume": "1.5"},
                ],
                x_carried_common=[
                    {"service": "cold", "volume": "2.1234567"},
                    {"service": "light", "zone": "day", "volume": "3"},
                ],
            )
            for number, volume in (("1", "100"), ("2", "11"), ("3", "8"))
        ),
        norms=[norm("cold", per_common_m2="0.03")],
        x_limit_common_to_norm=True,
        x_negative_common="carry",
    )


def ignored_rest():
    document = common_water_by_our_own_rules()
    return document | {"x_limit_common_to_norm": False, "x_negative_common": "ignore"}


def _services():
    return [
        service("fee", "per_area"),
        service("cold", uplift=True),
        service("drain", "drainage", **{"from": ["cold"]}),
        service("heat", "heating", unit="Гкал"),
        service("roof", "apportioned"),
        service("lift", "per_person", x_absence=True),
    ]


def _town(*accounts, **more):
    return scenario(
        _services(),
        [tariff(code, price) for code, price in PRICES.items()],
        house(
            *accounts,
            common_volumes=[{"service": "cold", "volume": "77", "method": "house_meter"}],
            heating={"season": "heating", "house_volume": "19.123"},
            voted=[{"service": "roof", "sum": "1000.01"}],
            **more,
        ),
        norms=[norm("cold", per_person="4.745")],
        uplifts=[{"service": "cold", "coefficient": "1.5", "from": "2024-01-01"}],
    )


PRICES = {"fee": "15.9", "cold": "13.5", "drain": "9.68", "heat": "1800.05", "lift": "33.333333"}


def everything_begins_and_ends():
    codes = [*PRICES, "roof"]
    return _town(
        account("1", x_closed="2024-03-11"),
        account("2", x_opened="2024-03-11", x_closed="2024-03-30"),
        account("3", x_closed="2024-03-01"),
        account("4", x_opened="2024-04-02"),
        account("5", x_closed="2023-12-10", opening=[{"period": "2023-11", "amount": "7"}]),
        account(
            "6",
            x_areas=[
                {"area": "33.3", "from": "2024-01-01", "to": "2024-03-09"},
                {"area": "66.6", "from": "2024-03-20"},
            ],
            benefits=[{"service": "fee", "share": "0.5", "area_norm": "33"}],
        ),
        account(
            "7",
            x_areas=[
                {"area": "10", "from": "2024-03-31", "to": "2024-04-01"},
                {"area": "11", "from": "2023-03-01", "to": "2023-04-01"},
                {"area": "12", "from": "2025-03-01"},
            ],
        ),
        account(
            "8",
            services=codes,
            meter_impossible=["cold", "lift"],
            x_connected=[
                {"service": "cold", "from": "2024-03-05", "to": "2024-03-10"},
                {"service": "cold", "from": "2024-03-10", "to": "2024-03-12"},
                {"service": "cold", "from": "2024-03-20"},
                {"service": "heat", "from": "2020-01-01", "to": "2024-03-15"},
                {"service": "lift", "from": "2024-05-15"},
                {"service": "roof", "from": "2024-01-15", "to": "2024-02-01"},
            ],
        ),
        account(
            "9",
            services=["drain", "cold"],
            meters=[meter("cold", ("2024-02-20", "1"), ("2024-03-20", "8.5"))],
            x_connected=[
                {"service": "drain", "from": "2024-03-05"},
                {"service": "fee", "from": "2024-03-05"},
            ],
        ),
        account("a", meters=[meter("cold", ("2024-02-20", "1"), x_access_refused_on="2024-02-20")]),
    )


def flats_with_several_owners():
    away = {
        "persons": 1,
        "left": "2024-02-28",
        "returned": "2024-03-15",
        "applied_on": "2024-03-01",
    }
    more = {"premises": "12", "meter_impossible": ["cold"]}
    return _town(
        account("1", "20", x_share="0.33333", absences=[away], **more),
        account("2", "20", x_share="0.33333", x_closed="2024-03-10", **more),
        account("4", "20", x_share="0.33333", x_opened="2024-03-10", **more),
        account("3", "30", x_share="0.33334", residents=[residents(2, to="2024-03-20")], **more),
        account("5", "44", x_share="0.5", premises="13", services=["fee", "cold"]),
        account("6", "44", x_share="1", premises="14"),
        account("7", "44", x_share="0.75", premises="13", kind="nonresidential"),
        account("8", "44", x_share="0.25", premises="13", kind="nonresidential", owners=3),
        interruptions=[{"service": "heat", "hours": 99, "allowed": 24}],
    )


OWN_KEYS = [
    common_water_by_our_own_rules,
    ignored_rest,
    everything_begins_and_ends,
    flats_with_several_owners,
]
