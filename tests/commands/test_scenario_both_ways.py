"""Whatever a scenario holds, rows, run, posting and ledger add nothing to its arithmetic."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from charges.calc.problems import ScenarioProblems
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
from tests.commands.both_ways import by_core, in_fresh_clone
from tests.conftest import clone_template

SERVICES = [
    service("fee", "per_area", vat="0.2"),
    service("cold", uplift=True, minus=["hot"]),
    service("hot", "hot_water_two_part"),
    service("drain", "drainage", **{"from": ["hot", "cold"]}),
    service("heat", "heating", unit="Гкал"),
    service("light"),
    service("lift", "per_person"),
    service("roof", "apportioned"),
    service("garden", "norm_area"),
    service("soi", group="housing", x_common_of="cold"),
]
CODES = [row["code"] for row in SERVICES]
PRICED = ["fee", "cold", "drain", "heat", "lift", "garden", "soi"]
DAYS = st.dates(
    min_value=dt.date(2024, 2, 25),
    max_value=dt.date(2024, 4, 5),
).map(str)


def amounts(most, places=2, least=0):
    return st.decimals(least, most, places=places).map("{:f}".format)


def some(strategy, most=2):
    return st.lists(strategy, max_size=most)


@st.composite
def prices(draw):
    rows = []
    for code in PRICED:
        changed = draw(st.none() | st.sampled_from(["2024-03-01", "2024-03-17"]))
        rows.append(tariff(code, draw(amounts(100, 4)), **({"to": changed} if changed else {})))
        if changed:
            rows.append(tariff(code, draw(amounts(100, 4)), **{"from": changed}))
    rows += [tariff("hot", draw(amounts(50)), component=part) for part in ("water", "heat")]
    rows += [
        tariff("light", draw(amounts(9)), up_to="50"),
        tariff("light", draw(amounts(9))),
        tariff("light", draw(amounts(9)), zone="day", use="individual"),
        tariff("light", draw(amounts(9)), zone="day", use="common"),
    ]
    return rows


NORMS = [
    norm("cold", per_person="4.745", per_common_m2="0.03"),
    norm("hot", per_person="3.2", heat_per_unit="0.0613"),
    norm("light", per_person="50", per_common_m2="1.7"),
    norm("heat", per_m2="0.24", year=True),
    norm("garden", per_m2="0.0111", to="2024-03-20"),
]


@st.composite
def meters(draw):
    first, last = sorted(draw(st.lists(amounts(99999, 3), min_size=2, max_size=2)), key=float)
    rows = [("2024-02-20", first), ("2024-03-20", draw(st.sampled_from([last, "0.5"])))]
    if draw(st.booleans()):
        rows.append(("2024-04-02", last))
    code, zone = draw(
        st.sampled_from([("cold", None), ("hot", None), ("light", "day"), ("heat", None)])
    )
    more = {"zone": zone} if zone else {}
    if draw(st.booleans()):
        more["verified_until"] = draw(DAYS)
    return meter(code, *rows[draw(st.integers(0, 1)) :], **more)


@st.composite
def begun_and_ended(draw):
    """What of an account holds on some days of the month only, and its share of a flat."""
    days = sorted(draw(st.lists(DAYS, min_size=4, max_size=4, unique=True)))
    whole = {
        "x_opened": days[0],
        "x_closed": days[3],
        "x_areas": [
            {"area": draw(amounts(90, 2, least=1)), "from": days[0], "to": days[1]},
            {"area": draw(amounts(90, 2, least=1)), "from": days[2]},
        ],
        "x_connected": [
            {"service": draw(st.sampled_from(CODES)), "from": days[1], "to": days[2]},
        ],
        "x_share": draw(st.sampled_from(["0.5", "0.33333", "0.00001"])),
    }
    kept = draw(st.sets(st.sampled_from(sorted(whole)), max_size=3))
    return {key: whole[key] for key in kept}


@st.composite
def absences(draw):
    left, returned = sorted(draw(st.lists(DAYS, min_size=2, max_size=2, unique=True)))
    return {
        "persons": draw(st.integers(1, 3)),
        "left": left,
        "returned": returned,
        "applied_on": draw(DAYS),
    }


@st.composite
def accounts(draw, number):
    moved = f"2024-03-{draw(st.integers(2, 31)):02d}"
    debts = draw(st.booleans())
    served = sorted(draw(st.sets(st.sampled_from(CODES), min_size=4)) | {"fee"})
    return account(
        number,
        draw(amounts(90, 2, least=1)),
        kind=draw(st.sampled_from(["residential", "nonresidential"])),
        owners=draw(st.integers(1, 3)),
        residents=[
            residents(draw(st.integers(0, 3)), to=moved),
            *draw(some(st.just(residents(2, moved)), most=1)),
        ],
        premises=draw(st.sampled_from(["1", "2", number])),
        services=served,
        meters=draw(some(meters())),
        benefits=draw(
            some(
                st.fixed_dictionaries(
                    {"service": st.sampled_from(CODES), "share": amounts(1, 4)},
                    optional={"persons": st.integers(1, 2), "area_norm": st.just("33")},
                )
            )
        ),
        opening=draw(
            some(
                st.fixed_dictionaries(
                    {
                        "period": st.sampled_from(["2023-12", "2024-01", "2024-02"]),
                        "amount": amounts(500).map(
                            lambda amount: amount if debts else f"-{amount}"
                        ),
                    },
                    optional={"service": st.sampled_from(CODES)},
                ),
                most=4,
            )
        ),
        payments=draw(
            some(
                st.fixed_dictionaries(
                    {"on": DAYS, "amount": amounts(300, least="0.01")},
                    optional={"period": st.sampled_from(["2023-12", "2024-02"])},
                )
            )
        ),
        absences=draw(some(absences())),
        meter_impossible=sorted(draw(st.sets(st.sampled_from(CODES), max_size=4))),
        **draw(begun_and_ended()),
        **draw(charged_for_a_year(served)),
        recalculations=draw(
            some(
                st.fixed_dictionaries(
                    {"service": st.just("fee"), "amount": amounts(50, least=-50)},
                    optional={"for_period": st.sampled_from(["2023-12", "2024-03"])},
                )
            )
        ),
    )


@st.composite
def charged_for_a_year(draw, served):
    return {"heating_charged": draw(amounts(3000))} if "heat" in served else {}


@st.composite
def houses(draw, number):
    names = draw(st.lists(st.sampled_from("абвxyz"), unique=True, max_size=3))
    return house(
        *(draw(accounts(f"{name}-{number}")) for name in names),
        code=f"дом {number}",
        house_meters=[
            {"service": "hot", "volume": draw(amounts(200, 5))},
            {"service": "cold", "volume": draw(amounts(300, 5))},
        ],
        heating={
            "season": draw(st.sampled_from(["year", "heating"])),
            "months": 7,
            **draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "house_volume": amounts(40, 4),
                        "previous_year_mean": amounts(40, 4),
                        "year_volume": amounts(400, 4),
                    },
                )
            ),
        },
        voted=[{"service": "roof", "sum": draw(amounts(1000))}],
        x_carried_common=[
            {"service": "cold", "volume": draw(amounts(9, 7))},
            {"service": "light", "zone": "day", "volume": draw(amounts(9, 7))},
        ],
        interruptions=draw(
            some(
                st.fixed_dictionaries(
                    {
                        "service": st.sampled_from(CODES),
                        "hours": st.integers(0, 100),
                        "allowed": st.integers(0, 20),
                    }
                )
            )
        ),
    )


@st.composite
def scenarios(draw):
    return scenario(
        SERVICES,
        draw(prices()),
        *(draw(houses(number)) for number in range(draw(st.integers(1, 2)))),
        norms=NORMS,
        uplifts=[{"service": "cold", "coefficient": "1.5", "from": "2024-03-10"}],
        rounding={"common": draw(st.sampled_from(["per_m2:5", "volume:6", "volume:0"]))},
        x_limit_common_to_norm=draw(st.booleans()),
        x_negative_common=draw(st.sampled_from(["report", "carry", "ignore"])),
    )


assert settings.default is not None, "conftest loads a profile"
EXAMPLES = settings.default.max_examples // 5  # each runs a month in the database


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(document=scenarios())
@pytest.mark.usefixtures("committed_db")
def test_any_scenario_comes_out_the_same_both_ways(cluster, database_name, document):
    try:
        expected = by_core(document)
    except ScenarioProblems:
        assume(False)

    got = in_fresh_clone(document, lambda: clone_template(cluster, database_name))

    assert got == expected
