"""Scenarios with whatever is easily lost on the way through rows."""

from tests.charges.calc.scenarios import (
    account,
    cold_water,
    house,
    meter,
    norm,
    residents,
    scenario,
    service,
    tariff,
)
from tests.commands.own_keys import OWN_KEYS

FEE = [service("fee", "per_area")]
FEE_PRICE = [tariff("fee", "15.90")]


def fees(*accounts, **more):
    return scenario(FEE, FEE_PRICE, house(*accounts), **more)


def two_houses():
    return scenario(
        FEE,
        FEE_PRICE,
        house(account("9"), account("10"), code="б"),
        house(account("2"), account("Ж-1"), code="a", premises_area="700"),
    )


def unused_services():
    document = fees(account("1", services=["fee"]), account("2", services=[]))
    more = [service("gas"), service("heating", "metered")]
    return document | {"services": [*document["services"], *more]}


def foreign_words():
    code = "вода «х» 'ї' €"
    return scenario(
        [service(code, name="", unit="м³ / 'ед'")],
        [tariff(code, "10.123456")],
        house(account("№ 1/а\n", payer="", premises="ё\\t"), code="дом «1»"),
        norms=[norm(code, per_person="4.1234")],
    )


def old_ranges():
    return scenario(
        [service("light")],
        [
            tariff("light", "1", up_to="3"),
            tariff("light", "2", to="2020-01-01"),
            tariff("light", "5", **{"from": "2020-01-01"}, to="2024-03-11"),
            tariff("light", "7", **{"from": "2024-03-11"}),
        ],
        house(account(meters=[meter("light", ("2024-02-20", "1"), ("2024-03-20", "11.5"))])),
    )


def mixed_uses():
    return scenario(
        [service("light")],
        [
            tariff("light", "3", up_to="2", use="individual"),
            tariff("light", "4"),
        ],
        house(account(), common_volumes=[{"service": "light", "volume": "7", "method": "norm"}]),
        norms=[norm("light", per_person="5")],
    )


def tied_services():
    services = [
        service("b", "per_account", order=2_000_000),
        service("a", "per_account", order=2_000_000),
    ]
    owed = [
        {"period": "2024-01", "service": "a", "amount": "1.00"},
        {"period": "2024-01", "amount": "1.00"},
        {"period": "2024-01", "service": "b", "amount": "1.00"},
    ]
    paid = [{"on": "2024-03-05", "amount": "0.02"}]
    prices = [tariff("a", "1"), tariff("b", "1")]
    return scenario(services, prices, house(account(opening=owed, payments=paid)))


def debts_and_payments():
    return fees(
        account(
            "1",
            opening=[
                {"period": "2020-01", "amount": "100", "due": "2020-02-10"},
                {"period": "2020-01", "amount": "10"},
                {"period": "2024-02", "service": "fee", "amount": "50"},
                {"period": "2024-03", "service": "fee", "amount": "5"},
                {"period": "2024-05", "amount": "0"},
            ],
            payments=[
                {"on": "2024-03-20", "amount": "40"},
                {"on": "2024-03-05", "amount": "1", "period": "2020-01"},
                {"on": "2024-03-05", "amount": "30"},
                {"on": "2023-01-05", "amount": "7"},
                {"on": "2024-07-01", "amount": "500"},
            ],
        ),
        account("2", opening=[{"period": "2024-02", "amount": "-70.50"}]),
        account(
            "3",
            opening=[{"period": "2024-02", "service": "fee", "amount": "-5"}],
            payments=[{"on": "2024-03-01", "amount": "3"}],
        ),
    )


def counted_until():
    return debts_and_payments() | {"payments_counted_until": "2024-03-05"}


def meters_come_and_go():
    return cold_water(
        account(
            "1",
            meters=[
                meter(
                    "cold_water",
                    ("2024-02-01", "7"),
                    ("2024-03-12", "9"),
                    removed="2024-03-12",
                ),
                meter(
                    "cold_water",
                    ("2024-03-12", "0.5"),
                    ("2024-03-31", "3"),
                    ("2024-04-10", "4"),
                    installed="2024-03-12",
                ),
            ],
        ),
        account("2", meters=[meter("cold_water", ("2024-03-12", "1"), installed="2024-03-12")]),
        account("3", meters=[meter("cold_water", installed="2024-05-01")]),
        account("4", meters=[meter("cold_water", ("2024-01-01", "5"), ("2024-06-01", "9"))]),
        account(
            "5",
            meters=[
                meter("cold_water", ("2024-02-01", "20"), ("2024-03-02", "21"), digits=9),
                meter("cold_water", ("2024-02-01", "99999"), ("2024-03-02", "3")),
            ],
        ),
        house_meters=[{"service": "cold_water", "volume": "12345678901.1234567"}],
    )


def residents_of_all_times():
    return cold_water(
        account("1", residents=[residents(3, "0001-01-01", to="9999-12-31")]),
        account("2", residents=[], owners=4),
        account("3", residents=[residents(0)]),
        account("4", residents=[residents(2, to="2024-03-10"), residents(1, "2024-03-20")]),
    )


def shared_premises():
    return fees(
        account("1", premises="1"),
        account("2", premises="1"),
        account("3", premises="1", kind="nonresidential"),
        account("4", premises="1", kind="nonresidential"),
    )


def entered_recalculations():
    return fees(
        account(
            "1",
            recalculations=[
                {"service": "fee", "amount": "-10.01", "for_period": "2023-12"},
                {"service": "fee", "amount": "3", "reason": "по заявлению", "basis": "акт 1"},
                {"service": "fee", "amount": "0", "reason": "нечего менять"},
                {"service": "fee", "amount": "1", "for_period": "2024-03"},
            ],
            benefits=[{"service": "fee", "share": "0.3333"}],
        )
    ) | {"payments_counted_until": "2024-03-31"}


def away_and_interrupted():
    document = cold_water(
        account(
            "1",
            meter_impossible=["cold_water"],
            residents=[residents(2)],
            absences=[
                {
                    "persons": 1,
                    "left": "2024-02-20",
                    "returned": "2024-03-20",
                    "applied_on": "2024-03-21",
                },
                {
                    "persons": 2,
                    "left": "2023-02-20",
                    "returned": "2023-03-20",
                    "applied_on": "2023-03-21",
                },
            ],
            recalculations=[{"service": "cold_water", "amount": "-1"}],
            benefits=[
                {"service": "cold_water", "share": "0.5", "persons": 1, "area_norm": "33"},
                {"service": "cold_water", "share": "0.25"},
            ],
        ),
        account("2", kind="nonresidential"),
        interruptions=[
            {"service": "cold_water", "hours": 30, "allowed": 8},
            {"service": "cold_water", "hours": 9, "allowed": 8, "rate": "0.003125"},
        ],
    )
    document["services"][0]["vat"] = "0.2"
    return document


def act_about_a_service_of_others():
    """Drainage asks for an act on every source, also on one the account does not have."""
    away = {
        "persons": 1,
        "left": "2024-03-01",
        "returned": "2024-03-20",
        "applied_on": "2024-03-21",
    }
    document = cold_water(
        *(
            account(
                number,
                services=["cold_water", "drain"],
                meter_impossible=impossible,
                absences=[away],
            )
            for number, impossible in (("1", ["cold_water", "hot"]), ("2", ["cold_water"]))
        )
    )
    document["services"] += [
        service("hot"),
        service("drain", "drainage", **{"from": ["cold_water", "hot", "cold_water"]}),
        service("nothing", "drainage", **{"from": []}),
    ]
    document["tariffs"] += [tariff("drain", "1"), tariff("nothing", "1")]
    return document


def year_of_heating():
    return scenario(
        [service("heating", "heating", unit="Гкал")],
        [tariff("heating", "1800.05")],
        house(
            account("1", heating_charged="1000.00"),
            account("2", heating_charged="0", area="70.5"),
            account("3"),
            heating={"season": "year", "months": 7, "house_volume": "9", "year_volume": "500.1"},
        ),
        house(account("4"), code="h2", heating={"season": "heating", "house_volume": "9.5"}),
    )


def voted_and_zones():
    return scenario(
        [service("roof", "apportioned", order=5), service("light", order=-3)],
        [
            tariff("light", "5"),
            tariff("light", "3", zone="day"),
            tariff("light", "1", zone="night"),
        ],
        house(
            account(
                "b",
                meters=[
                    meter("light", ("2024-02-20", "1"), ("2024-03-20", "11"), zone="night"),
                    meter("light", ("2024-02-20", "1"), ("2024-03-20", "21"), zone="day"),
                ],
            ),
            account("a"),
            account("Б"),
            voted=[{"service": "roof", "sum": "100.00"}],
            house_meters=[
                {"service": "light", "volume": "5", "zone": "night"},
                {"service": "light", "volume": "55", "zone": "day"},
            ],
        ),
        norms=[norm("light", per_person="5")],
        rounding={"common": "per_m2:3"},
    )


CASES = [
    two_houses,
    unused_services,
    foreign_words,
    old_ranges,
    mixed_uses,
    tied_services,
    debts_and_payments,
    counted_until,
    meters_come_and_go,
    residents_of_all_times,
    shared_premises,
    entered_recalculations,
    away_and_interrupted,
    act_about_a_service_of_others,
    *OWN_KEYS,
    year_of_heating,
    voted_and_zones,
]
