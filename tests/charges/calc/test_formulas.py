"""Every printed formula, worked out again from its own text, gives the printed amount."""

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charges.calc.inputs import Charge
from charges.calc.parse import parse_document
from tests.charges.calc.formulas import clause_value, half_up, slice_of
from tests.charges.calc.scenarios import (
    account,
    house,
    meter,
    norm,
    residents,
    result_of,
    scenario,
    service,
    tariff,
)
from tests.charges.calc.test_properties import houses

FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"
GOLDEN = sorted(FOLDER.glob("*.json"))
EVERYTHING = Path(__file__).with_name("everything.json")

PARTS = ("Индивидуальное потребление", "Общедомовые нужды", "Начисление")
BENEFIT, VAT, UPLIFT = "Льгота", "НДС", "Из них"
NOTE_IS_PRINTED_TO = Fraction(1, 10**6)  # volumes inside a note are printed to seven places


def lines(document: Any) -> Iterator[Any]:
    for row in result_of(document)["accounts"]:
        yield from row["lines"]


def disproved(line: Any) -> list[str]:
    """What of the line its sentences alone do not give: nothing of a right one."""
    wrong: list[str] = []
    charged, changed, relieved = Fraction(0), Fraction(0), Fraction(0)
    for sentence in line["why"]:
        if sentence.startswith(PARTS):
            charged += worked_slice(sentence, wrong)
        elif sentence.startswith(UPLIFT):
            if clause_value(sentence) != Fraction(line["uplift"]["amount"]):
                wrong.append(sentence)
        elif sentence.startswith(VAT):
            charged += clause_value(sentence)
        elif sentence.startswith(BENEFIT):
            relieved += last_clause(sentence)
        else:
            changed += last_clause(sentence)
    found = {"charged": charged, "recalculated": changed, "benefit": relieved}
    return wrong + [
        f"{name} {line[name]}: {line['why']}"
        for name, amount in found.items()
        if amount != Fraction(line[name])
    ]


def worked_slice(sentence: str, wrong: list[str]) -> Fraction:
    """The amount of a slice; the sentence is wrong where its own numbers do not give it."""
    noted, volume, worked, amount = slice_of(sentence)
    if volume == worked:  # a sum of the house: its parts give the kopecks of each other
        is_right = abs(worked - Fraction(amount)) < Fraction(1, 100)
    else:
        is_right = half_up(worked, 2) == amount
    if not is_right or abs(noted - volume) > NOTE_IS_PRINTED_TO:
        wrong.append(sentence)
    return Fraction(amount)


def last_clause(sentence: str) -> Fraction:
    return [clause_value(clause) for clause in sentence.split("; ")][-1]


@pytest.mark.parametrize("file", [*GOLDEN, EVERYTHING], ids=lambda file: file.stem)
def test_formulas_of_the_examples(file):
    assert [
        wrong for line in lines(json.loads(file.read_text())) for wrong in disproved(line)
    ] == []


@given(houses())
def test_formulas_of_random_houses(document):
    assert [wrong for line in lines(document) for wrong in disproved(line)] == []


def month_of_every_kind(**own: Any) -> Any:
    """All ways of charging at once, with prices and norms that change on the 11th."""
    services = [
        service("area", "per_area"),
        service("account", "per_account"),
        service("person", "per_person"),
        service("cold", uplift=True, vat="0.2"),
        service("power"),
        service("norm_area", "norm_area"),
        service("hot", "hot_water_two_part"),
        service("drainage", "drainage", **{"from": ["cold", "hot"]}),
        service("heating", "heating", unit="Гкал"),
        service("roof", "apportioned", unit="руб."),
    ]
    halves = ({"to": "2024-03-11"}, {"from": "2024-03-11"})
    tariffs = [
        tariff(code, price) | half
        for code in ("area", "account", "person", "cold", "norm_area", "drainage", "heating")
        for price, half in zip(("7.35", "9.123456"), halves, strict=True)
    ]
    tariffs += [
        tariff("power", "2.5", zone="night"),
        tariff("power", "4", zone="day", up_to="30"),
        tariff("power", "6", zone="day"),
        tariff("power", "5", up_to="30"),
        tariff("power", "7"),
        tariff("hot", "45.6", component="water"),
        tariff("hot", "2371.72", component="heat"),
    ]
    flats = [account("1", "50.5", **own), account("2", "33.3", kind="nonresidential")]
    norms = [norm("cold", per_person="4.745") | half for half in halves[:1]]
    norms += [
        norm("cold", per_person="9.4", year=True) | halves[1],
        norm("hot", per_person="3.19", heat_per_unit="0.0611", per_common_m2="0.03"),
        norm("power", per_person="61"),
        norm("norm_area", per_m2="0.24", year=True),
        norm("heating", per_m2="0.0195"),
    ]
    return scenario(
        services,
        tariffs,
        house(
            *flats,
            premises_area="90.8",
            house_meters=[{"service": "cold", "volume": "77.77"}],
            heating={"season": "year", "months": 7},
            voted=[{"service": "roof", "sum": "1000.01"}],
            interruptions=[{"service": "hot", "hours": 21, "allowed": 8, "rate": "0.0015"}],
        ),
        norms=norms,
        uplifts=[{"service": "cold", "coefficient": "1.5", "from": "2024-03-05"}],
    )


OWN = {
    "by norm": {},
    "nobody lives there": {"residents": [residents(0)], "owners": 3},
    "people come and go": {
        "residents": [residents(3, to="2024-03-20"), residents(1, "2024-03-20")],
        "meter_impossible": ["cold", "hot"],
        "absences": [
            {"persons": 1, "left": "2024-03-01", "returned": "2024-03-18",
             "applied_on": "2024-03-20"}
        ],
        "benefits": [{"service": "cold", "share": "0.5", "persons": 1, "area_norm": "33"}],
        "recalculations": [{"service": "area", "amount": "-15.07", "for_period": "2024-01"}],
    },
    "meters": {
        "meters": [
            meter("cold", ("2024-02-25", "99990.5"), ("2024-03-25", "4.125")),
            meter("hot", ("2024-02-25", "10"), ("2024-03-25", "13.333")),
            meter("power", ("2024-02-25", "100"), ("2024-03-25", "177"), zone="day"),
            meter("power", ("2024-02-25", "50"), ("2024-03-25", "61"), zone="night"),
            meter("heating", ("2024-02-25", "1"), ("2024-03-25", "1.777")),
        ]
    },
    "two meters, one of them replaced": {
        "meters": [
            meter("cold", ("2024-02-25", "10"), ("2024-03-14", "12.1"), removed="2024-03-14"),
            meter("cold", ("2024-03-14", "0"), ("2024-03-25", "1.03"), installed="2024-03-14"),
            meter("cold", ("2024-02-25", "5"), ("2024-03-25", "7.7")),
        ]
    },
    "a meter of a part of the month": {
        "meters": [
            meter("cold", ("2024-03-14", "0"), ("2024-03-25", "1.03"), installed="2024-03-14")
        ]
    },
    "silent meters": {
        "meters": [
            meter("cold", ("2023-09-25", "1"), ("2024-01-25", "23.7")),
            meter("power", ("2023-01-25", "1"), ("2023-02-25", "80")),
            meter("hot", ("2023-09-25", "1"), ("2024-02-25", "20"), verified_until="2024-02-20"),
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("rounding", ["volume:6", "per_m2:5"])
@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_formulas_of_every_way_of_charging(own, rounding):
    document = month_of_every_kind(**own) | {"rounding": {"common": rounding}}
    found = list(lines(document))
    charges = {one.code: one.charge for one in parse_document(document).terms.services}

    assert {charges[line["service"]] for line in found} == set(Charge)
    assert [wrong for line in found for wrong in disproved(line)] == []


@given(
    st.sampled_from(list(OWN.values())),
    st.decimals(min_value="0.01", max_value="500", places=3),
    st.integers(0, 7),
    st.sampled_from(["heating", "year"]),
    st.none() | st.decimals(min_value=0, max_value=9, places=4),
)
def test_formulas_of_random_months(own, volume, places, season, heat):
    document = month_of_every_kind(**own) | {"rounding": {"common": f"volume:{places}"}}
    (one,) = document["houses"]
    one["house_meters"][0]["volume"] = str(volume)
    one["heating"] |= {"season": season, "year_volume": "12.5"}
    if heat is not None:
        one["heating"]["house_volume"] = str(heat)
    one["accounts"][0]["heating_charged"] = "300.00"

    assert [wrong for line in lines(document) for wrong in disproved(line)] == []


def test_a_wrong_amount_is_noticed():
    line = {
        "why": ["Начисление: площадь 50 м2 (ст. 154 ЖК РФ); 50 м2 × 20,00 = 1 000,01 руб."],
        "charged": "1000.01",
        "recalculated": "0.00",
        "benefit": "0.00",
    }

    assert disproved(line) == [*line["why"], f"charged 1000.01: {line['why']}"]


def test_half_a_kopeck_goes_up():
    assert half_up(Fraction(74925, 1000), 2) == Decimal("74.93")
