"""A row of a month's run is the line of a scenario, whichever way it was calculated."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from charges.calc.building import calculate_house
from charges.calc.columns import row_of, rows_of
from charges.calc.parse import parse_document
from charges.calc.problems import ScenarioProblems
from charges.calc.rows import MonthPlans, digest_of, house_rows
from charges.calc.tables import MonthTables
from tests.charges.calc import odd_months, whole_months
from tests.charges.calc.scenarios import account, house, meter, norm, residents, service, tariff

MONTHS = whole_months.MONTHS | odd_months.MONTHS
EVERYTHING = Path(__file__).with_name("everything.json")
FOLDER = Path(__file__).parents[2] / "golden" / "scenarios"


def generally(tables, house):
    """Rows and common volumes of the general way, or what it misses."""
    try:
        found = calculate_house(tables, house)
    except ScenarioProblems as refusal:
        return refusal.problems
    return found.house, [rows_of(one) for one in found.accounts]


def as_a_run(tables, house):
    try:
        found = house_rows(MonthPlans(tables), house)
    except ScenarioProblems as refusal:
        return refusal.problems
    return found.house, found.accounts


@pytest.mark.parametrize(
    "file", [EVERYTHING, *sorted(FOLDER.glob("*.json"))], ids=lambda file: file.stem
)
def test_every_example_gives_the_same_rows(file):
    scenario = parse_document(json.loads(file.read_text()))
    tables = MonthTables(scenario.terms)

    for one in scenario.houses:
        assert as_a_run(tables, one) == generally(tables, one)


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_every_kept_month_gives_the_same_rows(name):
    scenario = parse_document(MONTHS[name])
    tables = MonthTables(scenario.terms)

    for one in scenario.houses:
        assert as_a_run(tables, one) == generally(tables, one)


def test_a_row_is_the_text_of_its_columns():
    scenario = parse_document(MONTHS["zones_ranges_and_uses"])
    found = calculate_house(MonthTables(scenario.terms), scenario.houses[0]).accounts[0]

    assert [text.replace("\t", "|") for _, text in rows_of(found).rows] == [
        r"||common|кВт·ч|4|\N||\N|10.5000000|house_meter|42.00|1|0.00|0.00|42.00|0.00|0.00|42.00",
        (
            r"day|||кВт·ч|\N|150.0000000|meter|1000.00|5.0000000|house_meter|40.00"
            r"|1|0.00|0.00|1040.00|0.00|0.00|1040.00"
        ),
        r"night|||кВт·ч|\N|60.0000000|meter|160.65|\N||\N|1|0.00|0.00|160.65|0.00|0.00|160.65",
    ]


# --- made-up houses: ordinary accounts beside everything that is not

SERVICES = [
    service("fee", "per_area"),
    service("intercom", "per_account"),
    service("waste", "per_person"),
    service("cold", uplift=True, minus=["hot"]),
    service("hot", "hot_water_two_part"),
    service("drain", "drainage", **{"from": ["cold", "hot"]}),
    service("power", vat="0.2"),
    service("heat", "heating"),
    service("radio", "norm_area", uplift=True),
    service("roof", "apportioned"),
    service("common_cold", x_common_of="cold"),
]
CODES = [one["code"] for one in SERVICES if one["code"] != "common_cold"]
AREAS = st.integers(100, 9000).map(lambda area: f"{area / 100:.2f}")
SMALL = st.integers(0, 40)
HOURS = st.sampled_from([1, 30, 700])
HEATINGS = [
    {"season": "heating"},
    {"season": "heating", "house_volume": "12.5"},
    {"season": "year", "months": 7, "year_volume": "77.7"},
    {"season": "year", "previous_year_mean": "9.5", "year_volume": "0"},
]
DAYS = st.integers(2, 30).map(lambda day: f"2024-03-{day:02d}")


def a_share(of: int):
    """Something rare in a made-up town: in one of so many accounts."""
    return st.integers(1, of).map(lambda number: number == of)


@st.composite
def metered(draw, code):
    start, used = draw(st.integers(0, 99990)), draw(SMALL)
    readings = [("2023-10-20", str(max(0, start - 20))), ("2024-02-20", str(start))]
    if not draw(a_share(4)):
        readings.append((draw(DAYS), str((start + used) % 100000)))
    facts = {}
    if code == "power" and draw(a_share(2)):
        facts["zone"] = draw(st.sampled_from(["day", "night"]))
    if draw(a_share(6)):
        facts["verified_until"] = draw(st.sampled_from(["2024-03-10", "2023-09-01", "2030-01-01"]))
    if draw(a_share(6)):
        facts["removed"] = "2024-03-31"
    return meter(code, *readings, **facts)


@st.composite
def accounts(draw, number):
    facts = {
        "owners": draw(st.integers(1, 3)),
        "residents": [residents(draw(st.integers(0, 4)))],
        "meters": [
            draw(metered(code))
            for code in ("cold", "hot", "power", "heat")
            for _ in range(draw(st.integers(0, 2)))
        ],
        "meter_impossible": draw(st.lists(st.sampled_from(CODES), max_size=2, unique=True)),
        **draw(st.sampled_from([{}, {"heating_charged": "123.45"}])),
    }
    if draw(a_share(3)):
        facts["services"] = draw(st.lists(st.sampled_from(CODES), unique=True))
    if draw(a_share(4)):
        day = draw(DAYS)
        facts["residents"] = [residents(1, to=day), residents(3, since=day)]
    if draw(a_share(5)):
        facts["kind"] = "nonresidential"
    if draw(a_share(6)):
        facts["x_opened"] = draw(DAYS)
    if draw(a_share(6)):
        facts["benefits"] = [{"service": "cold", "share": "0.5"}]
    if draw(a_share(6)):
        facts |= {"premises": "shared", "x_share": "0.25"}
    if draw(a_share(8)):
        facts["absences"] = [
            {
                "persons": 1,
                "left": "2024-03-01",
                "returned": "2024-03-20",
                "applied_on": "2024-03-21",
            }
        ]
    return account(f"{number:03d}", draw(AREAS), **facts)


@st.composite
def documents(draw):
    price = st.sampled_from(["1.5", "13.37", "0.123456"])
    prices = [
        tariff(code, draw(price)) for code in CODES if code not in {"fee", "hot", "roof", "radio"}
    ]
    prices += [tariff("hot", "20", component=part) for part in ("water", "heat")]
    prices += [tariff("power", draw(price), zone=zone) for zone in ("day", "night")]
    if draw(a_share(2)):
        prices += [tariff("power", "9", up_to="20"), tariff("cold", "9.99", up_to="5.5")]
    if draw(a_share(4)):
        day = draw(DAYS)
        prices += [tariff("fee", "10", to=day), {**tariff("fee", "12"), "from": day}]
    else:
        prices.append(tariff("fee", draw(price)))
    if draw(a_share(4)):
        prices += [tariff("radio", "5", use="common"), tariff("radio", "3", use="individual")]
    else:
        prices.append(tariff("radio", draw(price)))
    with_common_line = draw(a_share(3))
    if with_common_line:
        prices.append(tariff("common_cold", "7"))
    facts = {}
    if draw(a_share(2)):
        facts["common_volumes"] = [
            {"service": code, "volume": str(draw(SMALL)), "method": "house_meter"}
            for code in draw(st.lists(st.sampled_from(["cold", "hot", "drain"]), unique=True))
        ]
    else:
        facts["house_meters"] = [{"service": "cold", "volume": str(draw(st.integers(0, 500)))}]
    if draw(a_share(2)):
        facts["interruptions"] = [
            {"service": code, "hours": hours, "allowed": 8}
            for code, hours in draw(st.lists(st.tuples(st.sampled_from(CODES), HOURS), max_size=3))
        ]
    return {
        "scenario": 1,
        "period": "2024-03",
        "rounding": {"common": draw(st.sampled_from(["volume:6", "per_m2:5", "volume:2"]))},
        "services": SERVICES if with_common_line else SERVICES[:-1],
        "tariffs": prices,
        "norms": [
            norm("cold", per_person="4.56", year=draw(st.booleans())),
            norm("hot", per_person="3.48", heat_per_unit="0.06"),
            norm("power", per_person="75"),
            norm("radio", per_m2="0.016", year=draw(st.booleans())),
            norm("heat", per_m2="0.02"),
        ],
        "uplifts": [{"service": "cold", "coefficient": "1.5", "from": "2000-01-01"}],
        "houses": [
            house(
                *(draw(accounts(number)) for number in range(draw(st.integers(1, 4)))),
                heating=draw(st.sampled_from(HEATINGS)),
                voted=[{"service": "roof", "sum": "1000.01"}],
                **facts,
            )
        ],
    }


@given(documents())
def test_made_up_houses_give_the_same_rows(document):
    try:
        scenario = parse_document(document)
    except ScenarioProblems:
        assume(False)
    tables = MonthTables(scenario.terms)

    assert as_a_run(tables, scenario.houses[0]) == generally(tables, scenario.houses[0])


def test_a_mean_that_drains_beside_a_norm_cut_by_days_gives_its_last_day_the_rest():
    """One more resident from the third day: cold water by the mean, hot water by two norms."""
    one = account(
        residents=[
            {"count": 1, "from": "2000-01-01", "to": "2024-03-03"},
            {"count": 3, "from": "2024-03-03"},
        ],
        meters=[meter("cold", ("2023-10-20", "0"), ("2024-02-20", "1"))],
    )
    document = {
        "scenario": 1,
        "period": "2024-03",
        "services": [
            service("cold"),
            service("hot"),
            service("drain", "drainage", **{"from": ["cold", "hot"]}),
        ],
        "tariffs": [tariff(code, "1.5") for code in ("cold", "hot", "drain")],
        "norms": [norm("cold", per_person="4.56"), norm("hot", per_person="3.48")],
        "houses": [house(one)],
    }
    scenario = parse_document(document)
    tables = MonthTables(scenario.terms)

    found = as_a_run(tables, scenario.houses[0])

    assert found == generally(tables, scenario.houses[0])
    assert dict(found[1][0][1])["drain"].split("\t")[5] == "10.2409677"


def test_the_digest_stands_for_every_figure_of_every_line():
    scenario = parse_document(json.loads(EVERYTHING.read_text()))
    found = calculate_house(MonthTables(scenario.terms), scenario.houses[0])
    accounts = [rows_of(one) for one in found.accounts]
    digest = digest_of([found.house], accounts)

    number, rows, _ = accounts[0]
    service, text = rows[0]
    accounts[0] = accounts[0]._replace(rows=[(service, text.replace("\t", " ", 1)), *rows[1:]])

    assert digest_of([found.house], accounts) != digest
    assert row_of(found.accounts[0].lines[0]) == rows[0]
    assert number == found.accounts[0].number
