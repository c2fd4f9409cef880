"""Absences, interruptions and given recalculations: cold water at 10, norm 31 m³, month 2024-03."""

import pytest

from tests.charges.calc.scenarios import (
    account,
    cold_water,
    line_of,
    lines_of,
    meter,
    norm,
    part,
    problems_of,
    residents,
    service,
    tariff,
)


def away(left="2024-03-04", returned="2024-03-11", applied_on="2024-03-12", persons=1):
    return {"persons": persons, "left": left, "returned": returned, "applied_on": applied_on}


def flat(*absences, **more):
    return account(absences=list(absences), **{"meter_impossible": ["cold_water"]} | more)


def watered(*accounts, **more):
    document = cold_water(*accounts, **more)
    document["norms"] = [norm("cold_water", per_person="31")]
    return document


def recalculated(*absences, **more):
    return line_of(watered(flat(*absences, **more)))["recalculated"]


@pytest.mark.parametrize(
    ("absence", "amount"),
    [
        (away(), "-60.00"),
        (away(returned="2024-03-10"), "0.00"),
        (away(left="2024-02-20", returned="2024-03-05", applied_on="2024-02-01"), "-40.00"),
        (away(left="2024-03-25", returned="2024-04-20", applied_on="2024-05-20"), "-60.00"),
        (away(left="2024-03-25", returned="2024-04-20", applied_on="2024-05-21"), "0.00"),
        (away(left="2024-01-01", returned="2024-02-20", applied_on="2024-02-21"), "0.00"),
        (away(left="2024-02-29", returned="2024-04-01"), "-310.00"),
        (away(persons=3, left="2024-02-29", returned="2024-04-01"), "-310.00"),
    ],
)
def test_full_days_away_are_given_back(absence, amount):
    assert recalculated(absence) == amount


def test_one_of_three_away_gets_a_third():
    assert recalculated(away(), residents=[residents(3)]) == "-60.00"


def test_residents_of_the_days_away_count():
    people = [residents(1, to="2024-03-08"), residents(2, "2024-03-08")]

    assert recalculated(away(), residents=people) == "-79.84"


@pytest.mark.parametrize(
    "more",
    [
        {"meter_impossible": []},
        {"kind": "nonresidential"},
        {"meters": [meter("cold_water", ("2024-02-25", "0"), ("2024-03-25", "31"))]},
    ],
)
def test_absence_counts_only_by_the_norm_where_no_meter_can_be_put_in_a_flat(more):
    assert recalculated(away(), **more) == "0.00"


def test_common_part_is_not_given_back():
    volumes = [{"service": "cold_water", "volume": "200", "method": "house_meter"}]
    line = line_of(watered(flat(away()), common_volumes=volumes))

    assert (line["charged"], line["recalculated"]) == ("410.00", "-60.00")


@pytest.mark.parametrize(
    ("impossible", "amount"), [(["cold_water", "hot"], "-6.00"), (["cold_water"], "0.00")]
)
def test_drainage_follows_when_no_meter_can_be_put_for_any_source(impossible, amount):
    document = watered(flat(away(), meter_impossible=impossible))
    document["services"] += [
        service("hot"),
        service("drainage", "drainage", **{"from": ["cold_water", "hot"]}),
    ]
    document["tariffs"] += [tariff("hot", "1"), tariff("drainage", "1")]

    assert lines_of(document)[1]["recalculated"] == amount


def test_heating_is_never_given_back():
    document = watered(flat(away(), meter_impossible=["heating"], services=["heating"]))
    document["services"].append(service("heating", "heating"))
    document["tariffs"].append(tariff("heating", "1000"))
    document["norms"].append(norm("heating", per_m2="0.02"))
    document["houses"][0]["heating"] = {"season": "heating"}

    assert line_of(document)["recalculated"] == "0.00"


def waste(*absences, charge="per_person", **more):
    document = watered(flat(*absences, services=["waste"], **more))
    document["services"].append(service("waste", charge, x_absence=True))
    document["tariffs"].append(tariff("waste", "155"))
    return document


def test_solid_waste_is_given_back_without_any_act():
    document = waste(away(), meter_impossible=[], residents=[residents(2)])

    # 310.00 × 1/2 × 6/31
    assert line_of(document)["recalculated"] == "-30.00"
    assert line_of(waste(away(), kind="nonresidential"))["recalculated"] == "0.00"


def test_only_a_charge_by_people_is_given_back_so():
    assert problems_of(waste(charge="per_account")) == [
        "services[1].x_absence: услуга вида per_account: услуга вида per_person"
    ]


# --- interruptions


def broken(hours, allowed=8, **more):
    return {"service": "cold_water", "hours": hours, "allowed": allowed, **more}


@pytest.mark.parametrize(
    ("interruptions", "amount"),
    [
        ([broken(20)], "-5.58"),
        ([broken(8)], "0.00"),
        ([broken(7)], "0.00"),
        ([broken(20, rate="0.01")], "-37.20"),
        ([broken(20), broken(10)], "-6.51"),
        ([broken(2000, rate="0.5")], "-310.00"),
        ([broken(20) | {"service": "other"}], "0.00"),
    ],
)
def test_every_hour_over_the_allowed_lowers_the_charge(interruptions, amount):
    document = watered(account(), interruptions=interruptions)
    document["services"].append(service("other", "per_account"))
    document["tariffs"].append(tariff("other", "0"))

    assert lines_of(document)[0]["recalculated"] == amount


def test_interruption_lowers_both_parts_and_the_tax():
    volumes = [{"service": "cold_water", "volume": "200", "method": "house_meter"}]
    document = watered(
        account(kind="nonresidential"), common_volumes=volumes, interruptions=[broken(108)]
    )
    document["services"][0]["vat"] = "0.20"

    line = line_of(document)

    assert (line["charged"], line["recalculated"]) == ("492.00", "-73.80")


def test_absence_and_interruption_together_never_pass_the_charge():
    absent = away(left="2024-02-29", returned="2024-03-31")
    line = line_of(watered(flat(absent), interruptions=[broken(400)]))

    assert (line["recalculated"], line["total"]) == ("-310.00", "0.00")
    assert line["why"][-1].endswith("; не больше начисленного: −10,00 руб.")


# --- given recalculations


def given(amount, code="cold_water", **more):
    return {"service": code, "amount": amount, **more}


def test_recalculations_go_to_the_first_line_of_the_service():
    document = watered(account(recalculations=[given("-500.00"), given("1.50")]))
    document["tariffs"].append(tariff("cold_water", "5", zone="day"))
    document["houses"][0]["common_volumes"] = [
        {"service": "cold_water", "zone": "day", "volume": "20", "method": "norm"}
    ]

    lines = lines_of(document)

    assert [(line["recalculated"], line["total"]) for line in lines] == [
        ("-498.50", "-188.50"),
        ("0.00", "5.00"),
    ]


def test_recalculation_tells_its_period_reason_and_basis():
    row = given("-5.00", for_period="2024-01", reason="замена прибора", basis="акт № 7")

    assert line_of(watered(account(recalculations=[row])))["why"][-1] == (
        "Перерасчёт за 2024-01: замена прибора, основание: акт № 7; сумма: −5,00 руб."
    )


def test_recalculation_for_the_month_itself_names_no_month():
    row = given("0.00", for_period="2024-03")

    assert line_of(watered(account(recalculations=[row])))["why"][-1] == (
        "Перерасчёт, основание: п. 61, 69 Правил № 354; сумма: 0,00 руб."
    )


def test_recalculation_of_a_service_without_a_line_is_refused():
    document = watered(account(), account("2", recalculations=[given("1"), given("1", "other")]))
    document["services"].append(service("other"))

    assert problems_of(document) == [
        (
            "houses[0].accounts[1].recalculations[1].service: у счёта нет строки услуги «other»: "
            "услуга, по которой есть начисление"
        )
    ]


def test_total_may_fall_below_zero_by_a_given_recalculation():
    document = watered(account(recalculations=[given("-400.00")]))

    assert line_of(document)["individual"] == part("31", "norm", "310.00")
    assert line_of(document)["total"] == "-90.00"
