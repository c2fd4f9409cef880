"""What holds for every scenario, whatever is in it."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from charges.calc.calculation import calculate
from charges.calc.parse import parse_document, parse_text
from charges.calc.problems import ScenarioProblems
from charges.calc.result import result_json
from tests.charges.calc.scenarios import (
    account,
    cold_water,
    meter,
    norm,
    residents,
    result_of,
    service,
    tariff,
)

FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"
GOLDEN = [json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))]


# --- the reader refuses, it never breaks


def outcome(data: bytes) -> bytes | list[str]:
    """The printed result, or the problems of the document."""
    try:
        return result_json(calculate(parse_text(data))).encode()
    except ScenarioProblems as refusal:
        return [str(problem) for problem in refusal.problems]


def is_told(found: bytes | list[str]) -> bool:
    """Whether a refusal says, by lines, where, what and what instead."""
    if isinstance(found, bytes):
        return found != b""
    return found != [] and all(
        problem.count(": ") >= 2 and "\n" not in problem for problem in found
    )


SOME_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["1", "-5", "0", "999999999999999", "2024-03-10", "9999-12-31", "2024-03"])
    | st.sampled_from(["cold_water", "drainage", "heating", "metered", "day", "norm", "year"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.binary(max_size=200))
def test_reader_survives_any_bytes(data):
    assert is_told(outcome(data))


@given(SOME_JSON)
def test_reader_survives_any_json(document):
    assert is_told(outcome(json.dumps(document).encode()))


def places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    if isinstance(document, dict):
        found += [place for key in document for place in places(document[key], (*way, key))]
    if isinstance(document, list):
        found += [place for i, value in enumerate(document) for place in places(value, (*way, i))]
    return found


def parent_of(document: Any, way: tuple[Any, ...]) -> Any:
    for step in way[:-1]:
        document = document[step]
    return document


KEYS = sorted(
    {step for row in GOLDEN for way in places(row) for step in way if isinstance(step, str)}
)


@given(st.sampled_from(GOLDEN), st.data())
def test_reader_survives_spoiled_examples(document, data):
    document = copy.deepcopy(document)
    document.pop("expect", None)
    for _ in range(data.draw(st.integers(1, 3))):
        ways = places(document)
        way = data.draw(st.sampled_from(ways))
        parent = parent_of(document, way)
        spoil = data.draw(st.sampled_from(["replace", "remove", "double", "move"]))
        if spoil == "replace":
            parent[way[-1]] = data.draw(SOME_JSON)
        elif spoil == "remove":
            del parent[way[-1]]
        elif spoil == "double" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[way[-1]]))
        elif spoil == "move" and isinstance(parent, dict):
            parent[data.draw(st.sampled_from(KEYS))] = parent[way[-1]]

    assert is_told(outcome(json.dumps(document).encode()))


# --- a house of metered and unmetered flats


decimals = st.decimals(min_value=0, max_value=500, places=3).map(str)


@st.composite
def flats(draw: st.DrawFn, number: int) -> Any:
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["meters"] = [
            meter(
                "cold_water",
                ("2024-02-25", draw(decimals)),
                ("2024-03-25", draw(decimals)),
                installed=draw(st.sampled_from(["2015-01-01", "2024-02-20"])),
                verified_until=draw(st.sampled_from(["2030-01-01", "2024-02-29"])),
                digits=3,
            )
        ]
    changed = f"2024-03-{draw(st.integers(2, 31)):02d}"
    more["residents"] = [
        residents(draw(st.integers(0, 3)), to=changed),
        residents(draw(st.integers(0, 3)), changed),
    ]
    more["kind"] = draw(st.sampled_from(["residential", "nonresidential"]))
    more["benefits"] = [
        {"service": "cold_water", "share": draw(st.sampled_from(["0", "0.5", "1"])), "persons": 1}
    ]
    more["payments"] = [{"on": "2024-03-05", "amount": draw(st.sampled_from(["0.01", "77.77"]))}]
    more["opening"] = [
        {"period": "2024-01", "service": "cold_water", "amount": "33.33"},
        {"period": "2024-01", "amount": draw(st.sampled_from(["0.01", "50"]))},
    ]
    area = draw(st.decimals(min_value="1.01", max_value="90", places=2))
    return account(str(number), str(area), **more)


@st.composite
def houses(draw: st.DrawFn) -> Any:
    count = draw(st.integers(1, 5))
    document = cold_water(*[draw(flats(number)) for number in range(count)])
    document["services"][0] |= {"uplift": True, "vat": "0.20"}
    document["services"].append(service("drainage", "drainage", **{"from": ["cold_water"]}))
    document["uplifts"] = [{"service": "cold_water", "coefficient": "1.5", "from": "2024-03-09"}]
    document["tariffs"] = [
        tariff("cold_water", "10.123456", up_to="4", to="2024-03-17"),
        tariff("cold_water", "12.5", to="2024-03-17"),
        tariff("cold_water", "11.333333") | {"from": "2024-03-17"},
        tariff("drainage", "7.77"),
    ]
    document["norms"] = [norm("cold_water", per_person="4.745")]
    document["houses"][0]["house_meters"] = [{"service": "cold_water", "volume": draw(decimals)}]
    places_kept = draw(st.integers(0, 7))
    document["rounding"] = {
        "common": f"{draw(st.sampled_from(['per_m2', 'volume']))}:{places_kept}"
    }
    return document


@given(houses(), st.randoms(use_true_random=False))
def test_order_of_accounts_changes_nothing(document, random):
    shuffled = copy.deepcopy(document)
    random.shuffle(shuffled["houses"][0]["accounts"])

    printed = [result_json(calculate(parse_document(one))) for one in (document, shuffled)]

    assert printed[0] == printed[1]


@given(houses())
def test_every_total_is_a_sum(document):
    for flat in result_of(document)["accounts"]:
        assert money(flat["charged"]) == sum(money(line["total"]) for line in flat["lines"])
        balance = money(flat["opening"]) + money(flat["charged"])
        assert money(flat["to_pay"]) - money(flat["advance_left"]) == balance
        for line in flat["lines"]:
            parts = [part for part in (line["individual"], line["common"]) if part]
            net = sum(money(part["amount"]) for part in parts)
            assert money(line["charged"]) == net + money(line["vat"])
            assert money(line["total"]) == (
                money(line["charged"]) + money(line["recalculated"]) - money(line["benefit"])
            )


@given(houses())
def test_segments_add_up_to_their_part(document):
    for flat in result_of(document)["accounts"]:
        for line in flat["lines"]:
            for name in ("individual", "common"):
                own = [segment for segment in line["segments"] if segment["part"] == name]
                for key in ("volume", "amount") if own else ():
                    assert sum(money(row[key]) for row in own) == money(line[name][key])


@given(houses())
def test_every_part_segment_and_benefit_has_its_sentence(document):
    for flat in result_of(document)["accounts"]:
        for line in flat["lines"]:
            parts = [part for part in (line["individual"], line["common"]) if part]
            slices = line["segments"] or parts
            benefit = 1 if line["service"] == "cold_water" else 0
            assert len(line["why"]) >= len(slices) + benefit


@given(houses())
def test_shared_volume_strays_from_the_rest_by_half_a_rounding_unit_an_account(document):
    basis, _, digits = document["rounding"]["common"].partition(":")
    result = result_of(document)
    (common, _) = result["houses"][0]["common"]
    area = sum(money(flat["area"]) for flat in document["houses"][0]["accounts"])
    exact = money(common["volume"]) * area / 1000
    shared = sum(
        money(line["common"]["volume"])
        for flat in result["accounts"]
        for line in flat["lines"]
        if line["service"] == "cold_water"
    )

    half = Decimal(1).scaleb(-int(digits)) / 2
    limit = half * (area if basis == "per_m2" else len(document["houses"][0]["accounts"]))
    seven_places = Decimal("0.0000001") * (len(document["houses"][0]["accounts"]) + 1)
    assert abs(shared - exact) <= limit + seven_places


def money(text: str) -> Decimal:
    return Decimal(text)
