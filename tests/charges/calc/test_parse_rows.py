"""Rows of a document that clash with each other."""

import copy
from typing import Any

import pytest

from tests.charges.calc.everything import VALID, A, H, bracketed, changed
from tests.charges.calc.scenarios import paths_of, problems_of


def cold(price="10", **more):
    return {"service": "cold", "price": price, "from": "2024-01-01", **more}


@pytest.mark.parametrize(
    "rows",
    [
        [cold(), cold()],
        [cold(), cold(use="common")],
        [cold(to="2024-03-02"), cold(**{"from": "2024-03-01"})],
        [cold(up_to="5"), cold(up_to="5"), cold()],
    ],
)
def test_tariffs_that_overlap(rows):
    assert paths_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == ["tariffs[1]"]


@pytest.mark.parametrize(
    "rows", [[cold(up_to="6"), cold(up_to="5"), cold()], [cold(), cold(up_to="5")]]
)
def test_bounds_that_do_not_ascend(rows):
    assert problems_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == [
        (
            "tariffs[1].up_to: границы диапазонов цен идут не по возрастанию: "
            "up_to по возрастанию, последняя строка без up_to"
        )
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [cold(up_to="5")],
        [cold(up_to="5"), cold(to="2024-06-01")],
        [cold(up_to="5"), cold(**{"from": "2024-02-01"})],
        [cold(up_to="5"), cold(use="individual")],
        [cold(up_to="5"), cold(to="2024-06-01"), cold(**{"from": "2024-06-02"})],
    ],
)
def test_ranges_without_an_open_end(rows):
    assert "tariffs[0].up_to" in paths_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]]))


@pytest.mark.parametrize(
    "rows",
    [
        [cold(to="2024-03-01"), cold(**{"from": "2024-03-01"})],
        [cold(use="individual"), cold(use="common")],
        [cold(), cold(zone="night")],
        [cold(up_to="5"), cold(up_to="6"), cold()],
        [cold(up_to="5"), cold(use="individual"), cold(use="common")],
        [cold(up_to="5"), cold(to="2024-06-01"), cold(**{"from": "2024-06-01"})],
    ],
)
def test_tariffs_that_do_not_clash(rows):
    assert problems_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == []


@pytest.mark.parametrize(
    ("path", "row", "clash"),
    [
        ("norms", {"service": "cold", "from": "2024-05-01", "per_person": "1"}, True),
        ("norms", {"service": "cold", "from": "2024-05-01", "per_m2": "1"}, False),
        ("norms", {"service": "hot", "from": "2024-05-01", "per_person": "1"}, False),
        ("uplifts", {"service": "cold", "coefficient": "2", "from": "2024-05-01"}, True),
        ("uplifts", {"service": "hot", "coefficient": "2", "from": "2024-05-01"}, False),
        (f"{A}.residents", {"count": 1, "from": "2024-05-01"}, True),
        (f"{A}.residents", {"count": 1, "from": "1990-01-01", "to": "2000-01-01"}, False),
        ("penalty.rates", {"from": "2000-01-01", "rate": "1"}, True),
        ("penalty.rates", {"from": "2000-01-02", "rate": "1"}, False),
        ("penalty.cap", {"from": "2000-01-01", "rate": "1"}, True),
        (f"{H}.common_volumes", {"service": "cold", "volume": "1", "method": "norm"}, True),
        (f"{H}.house_meters", {"service": "hot", "volume": "1"}, True),
        (f"{H}.house_meters", {"service": "cold", "zone": "day", "volume": "1"}, True),
        (f"{H}.voted", {"service": "roof", "sum": "1"}, True),
    ],
)
def test_one_row_too_many(path, row, clash):
    document = changed(path, row)
    place: Any = VALID
    for step in path.split("."):
        place = place[int(step) if step.isdecimal() else step]
    document = changed(f"{path}.{len(place)}", row)

    expected = [f"{bracketed(path)}[{len(place)}]"] if clash else []

    assert paths_of(document) == expected


def test_debt_beside_an_advance():
    row = {"period": "2024-01", "amount": "-1"}

    assert paths_of(changed(f"{A}.opening.1", row)) == ["houses[0].accounts[0].opening[1].amount"]


@pytest.mark.parametrize("row", [{"amount": "0"}, {"amount": "5", "due": "2024-02-10"}])
def test_debts_that_agree(row):
    assert problems_of(changed(f"{A}.opening.1", {"period": "2024-01", **row})) == []


def test_debts_of_one_month_with_two_due_days():
    row = {"period": "2024-01", "amount": "5", "due": "2024-02-11"}

    assert paths_of(changed(f"{A}.opening.1", row)) == ["houses[0].accounts[0].opening[1].due"]


def test_due_day_is_not_needed_without_penalties():
    document = changed(f"{A}.opening.0.due", remove=True)
    del document["penalty"]

    assert problems_of(document) == []


def test_numbers_and_codes_are_unique_over_all_houses():
    document = copy.deepcopy(VALID)
    document["houses"].append(copy.deepcopy(document["houses"][0]))

    assert paths_of(document) == [
        "houses[1].code",
        *(f"houses[1].accounts[{number}].number" for number in range(2)),
    ]


def test_areas_together_may_not_pass_the_house():
    assert problems_of(changed(f"{H}.premises_area", "149.99")) == [
        (
            "houses[0].premises_area: сумма площадей лицевых счетов 150 больше 149.99: "
            "площадь всех помещений дома не меньше этой суммы"
        )
    ]
