"""What only a calculation finds missing, told whole: where, what is wrong, what was expected."""

from tests.charges.calc.scenarios import (
    account,
    house,
    norm,
    problems_of,
    residents,
    scenario,
    service,
    tariff,
)

APRIL = {"from": "2024-03-16"}


def test_tariff_that_begins_after_the_first_day():
    document = scenario(
        [service("cold")],
        [tariff("cold", "10", to="2024-03-11"), tariff("cold", "10", **APRIL)],
        house(
            account(),
            common_volumes=[
                {"service": "cold", "volume": "9", "method": "norm", "zone": "night"},
                {"service": "cold", "volume": "9", "method": "norm"},
            ],
        ),
        norms=[norm("cold", per_person="4")],
    )

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «cold» для индивидуального потребления с 2024-03-11 по "
            "2024-03-15: тариф на каждый день, за который есть объём"
        ),
        (
            "tariffs: нет тарифа услуги «cold» для общедомового потребления с 2024-03-11 по "
            "2024-03-15: тариф на каждый день, за который есть объём"
        ),
        (
            "tariffs: нет тарифа услуги «cold» (night) для общедомового потребления с 2024-03-01 по "
            "2024-03-31: тариф на каждый день, за который есть объём"
        ),
    ]


def test_heat_of_hot_water():
    document = scenario(
        [service("hot", "hot_water_two_part")],
        [tariff("hot", "10", component="water")],
        house(account(residents=[residents(1)])),
        norms=[norm("hot", per_person="3"), norm("hot", heat_per_unit="0.05", **APRIL)],
    )

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «hot» (heat) для индивидуального потребления с 2024-03-01 по "
            "2024-03-31: тариф на каждый день, за который есть объём"
        ),
        (
            "norms: нет норматива heat_per_unit услуги «hot» на весь месяц: Гкал на м3 горячей воды на "
            "каждый день"
        ),
    ]


def test_sums_norms_and_keys_of_the_house():
    document = scenario(
        [
            service("cold"),
            service("warmth", "norm_area"),
            service("heating", "heating"),
            service("roof", "apportioned"),
        ],
        [tariff("cold", "10"), tariff("warmth", "10"), tariff("heating", "10")],
        house(
            account(recalculations=[{"service": "roof", "amount": "1"}]),
            heating={"season": "year"},
        ),
        norms=[norm("cold", per_common_m2="0.1")],
    )
    del document["houses"][0]["common_area"]

    assert sorted(problems_of(document)) == [
        (
            "houses[0].accounts[0].recalculations[0].service: у счёта нет строки услуги «roof»: "
            "услуга, по которой есть начисление"
        ),
        "houses[0].common_area: нет ключа: площадь общего имущества для норматива",
        "houses[0].heating.months: нет ключа: месяцев отопительного периода, 1–12",
        "houses[0].voted: нет суммы услуги «roof»: сумма на весь дом",
        "norms: нет норматива per_m2 услуги «heating»: норматив на месяц расчёта",
        "norms: нет норматива per_m2 услуги «warmth»: норматив на месяц расчёта",
    ]


def test_data_of_heating():
    document = scenario([service("heating", "heating")], [tariff("heating", "1")], house(account()))

    assert problems_of(document) == ["houses[0].heating: нет ключа: данные для услуги «heating»"]


def test_price_of_the_first_day_for_the_heat_of_a_year():
    document = scenario(
        [service("heating", "heating")],
        [tariff("heating", "1", **APRIL)],
        house(
            account(heating_charged="1"),
            heating={"season": "year", "house_volume": "1", "year_volume": "1"},
        ),
    )

    assert problems_of(document) == [
        (
            "tariffs: нет тарифа услуги «heating» для индивидуального потребления с 2024-03-01 по "
            "2024-03-15: тариф на каждый день, за который есть объём"
        ),
        (
            "tariffs: нет тарифа услуги «heating» для корректировки за год на 2024-03-01: тариф на "
            "первый день месяца"
        ),
    ]


def test_rate_of_a_penalty():
    opening = [{"period": "2024-01", "amount": "10", "due": "2024-01-10"}]
    document = scenario(
        [service("gate", "per_account")],
        [tariff("gate", "5")],
        house(account(opening=opening)),
        penalty={
            "as_of": "2024-03-31",
            "rule": "ru155",
            "rates": [{"from": "2024-03-20", "rate": "13"}],
            "rate_mode": "stepwise",
        },
    )

    assert problems_of(document) == [
        "penalty.rates: нет ставки на 2024-02-10: ставка, которая действует в этот день"
    ]
