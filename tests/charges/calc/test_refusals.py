"""
Every refusal as a whole: where, what is wrong, what was expected.

A scenario with every key is spoiled in one place at a time; what a reader is told of each is kept
in tests/golden/refusals.json by place.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from charges.calc.parse.json_text import walk
from tests.charges.calc.scenarios import Document, problems_of

_EVERYTHING = Path(__file__).parent / "everything.json"
_KEPT = Path(__file__).parents[2] / "golden" / "refusals.json"
_SPOILED: tuple[object, ...] = (None, -1, "?", "-1", "0.00000001")


Told = dict[str, list[str]]


def _places(document: Document) -> list[tuple[Any, ...]]:
    """Of the rows of a list, the first that has the key."""
    first: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for place, _ in walk(document):
        shape = tuple(0 if isinstance(key, int) else key for key in place)
        first.setdefault(shape, place)
    return [place for place in first.values() if place and place[0] not in {"expect", "title"}]


def _with_every_key() -> Document:
    document: Document = json.loads(_EVERYTHING.read_text("utf-8"))
    document |= {"x_limit_common_to_norm": True, "x_negative_common": "carry"}
    document["services"] += [
        {"code": "gas", "name": "Газ", "unit": "м3", "group": "other", "charge": "metered"},
        {
            "code": "gas_upkeep",
            "name": "Газ на общее имущество",
            "unit": "м3",
            "group": "housing",
            "charge": "metered",
            "x_common_of": "gas",
        },
        {
            "code": "waste",
            "name": "ТКО",
            "unit": "чел.",
            "group": "communal",
            "charge": "per_person",
            "x_absence": True,
        },
    ]
    document["tariffs"] += [
        {"service": "gas", "price": "7", "from": "2000-01-01", "up_to": "10", "use": "individual"},
        {"service": "gas", "price": "7", "from": "2000-01-01", "use": "individual"},
        {
            "service": "gas_upkeep",
            "price": "7",
            "from": "2000-01-01",
            "to": "2030-01-01",
            "zone": "day",
        },
        {"service": "waste", "price": "93", "from": "2000-01-01"},
    ]
    house = document["houses"][0]
    house["x_carried_common"] = [{"service": "gas", "volume": "2", "zone": "day"}]
    account = house["accounts"][0]
    account |= {
        "x_opened": "2020-01-01",
        "x_closed": "2030-01-01",
        "x_areas": [{"area": "51", "from": "2024-03-11", "to": "2024-03-21"}],
        "x_connected": [{"service": "cold", "from": "2024-03-11", "to": "2024-03-21"}],
        "x_share": "0.5",
    }
    account["meters"][0]["x_access_refused_on"] = "2024-02-01"
    assert problems_of(document) == []
    return document


def _holder(document: Document, place: tuple[Any, ...]) -> Any:
    for key in place[:-1]:
        document = document[key]
    return document


def _without(document: Document, place: tuple[Any, ...]) -> Document:
    changed = copy.deepcopy(document)
    del _holder(changed, place)[place[-1]]
    return changed


def _with(document: Document, place: tuple[Any, ...], value: object) -> Document:
    changed = copy.deepcopy(document)
    _holder(changed, place)[place[-1]] = copy.deepcopy(value)
    return changed


def _twice(document: Document, place: tuple[Any, ...]) -> Document:
    """A row of a list said again; anything else as it is."""
    if not isinstance(place[-1], int):
        return document
    changed = copy.deepcopy(document)
    rows = _holder(changed, place)
    rows.insert(place[-1] + 1, copy.deepcopy(rows[place[-1]]))
    return changed


_DOCUMENT = _with_every_key()
_PLACES = {".".join(map(str, place)): place for place in _places(_DOCUMENT)}
_WORDS: dict[str, Told] = json.loads(_KEPT.read_text("utf-8"))


def test_every_place_is_kept():
    assert sorted(_WORDS) == sorted(_PLACES)


@pytest.mark.parametrize("path", _PLACES)
def test_spoiled_place_is_refused_in_the_kept_words(path):
    assert _told(_PLACES[path]) == _WORDS[path]


def _told(place: tuple[Any, ...]) -> Told:
    """Only what was refused: a key that may be absent, or may hold the value, says nothing."""
    spoiled = {
        "нет": _without(_DOCUMENT, place),
        "дважды": _twice(_DOCUMENT, place),
        **{
            json.dumps(value, ensure_ascii=False): _with(_DOCUMENT, place, value)
            for value in _SPOILED
        },
    }
    told = {what: problems_of(document) for what, document in spoiled.items()}
    return {what: problems for what, problems in told.items() if problems}


@pytest.mark.parametrize(
    ("path", "last", "beyond"),
    [
        ("houses.0.interruptions.0.hours", 0, -1),
        ("houses.0.interruptions.0.allowed", 0, -1),
        ("houses.0.interruptions.0.rate", "0.000001", "0.0000001"),
        ("houses.0.heating.months", 1, 0),
        ("houses.0.heating.months", 12, 13),
        ("houses.0.heating.house_volume", "0.0000001", "0.00000001"),
        ("houses.0.common_volumes.0.premises_volume", "0.0000001", "0.00000001"),
        ("houses.0.voted.0.sum", "0.01", "0.001"),
        ("houses.0.residents", 0, -1),
        ("houses.0.accounts.0.residents.0.count", 0, -1),
        ("houses.0.accounts.0.owners", 1, 0),
        ("houses.0.accounts.0.absences.0.persons", 1, 0),
        ("houses.0.accounts.0.benefits.0.persons", 1, 0),
        ("houses.0.accounts.0.benefits.0.area_norm", "0.01", "0.001"),
        ("houses.0.accounts.0.living_area", "0.01", "0.001"),
        ("houses.0.accounts.0.heating_charged", "-0.01", "0.001"),
        ("houses.0.accounts.0.recalculations.0.amount", "-0.01", "0.001"),
        ("houses.0.accounts.0.payments.0.amount", "0.01", "0.001"),
        ("houses.0.accounts.0.x_share", "0.00001", "0.000001"),
        ("houses.0.accounts.0.x_share", "1", "1.00001"),
        ("tariffs.0.price", "0.000001", "0.0000001"),
        ("norms.0.per_person", "0.000001", "0.0000001"),
        ("uplifts.0.coefficient", "1.000001", "0.999999"),
        ("penalty.rates.0.rate", "0.000001", "0.0000001"),
        ("penalty.as_of", "9998-12-31", "9999-01-01"),
        ("rounding.common", "volume:7", "volume:8"),
        ("x_negative_common", "ignore", "forget"),
    ],
)
def test_bound_itself_is_allowed(path, last, beyond):
    allowed = problems_of(_with(_DOCUMENT, _PLACES[path], last))
    refused = problems_of(_with(_DOCUMENT, _PLACES[path], beyond))

    assert (allowed, len(refused)) == ([], 1)
