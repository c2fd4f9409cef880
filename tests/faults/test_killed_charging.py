"""A month calculated and posted by processes that are killed comes to the same to the last row."""

import dataclasses

import pytest
from django.db import connections

from tests.conftest import clone_template
from zhkh.bench.faults import Kills, calculate_among_kills, calculate_in_peace
from zhkh.commands.scratch import in_database
from zhkh.kernel.period import Period
from zhkh.town.plan import Plan, Profile

pytestmark = pytest.mark.usefixtures("committed_db")

PLAN = Plan(
    accounts=300,
    months=1,
    seed=3,
    profile=Profile.FULL,
    last=Period(2026, 10),
    house_size=10,
)


@pytest.fixture(autouse=True)
def victims_find_the_database(monkeypatch, cluster, database_name):
    url = in_database(cluster.app_url, f"postgresql:///{database_name}")
    monkeypatch.setenv("ZHKH_DATABASE_URL", url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "zhkh.settings.test")


def test_three_kills_of_the_calculation_and_one_of_the_posting(cluster, database_name):
    told: list[str] = []
    peace = calculate_in_peace(PLAN, workers=1, tell=told.append)
    connections.close_all()
    clone_template(cluster, database_name)

    figures = calculate_among_kills(
        PLAN, peace, kills=Kills(calculating=3, posting=1), workers=1, tell=told.append
    )

    assert (figures["kills"], figures["differences"]) == (3, 0), told


def test_a_town_of_another_seed_comes_to_something_else():
    peace = calculate_in_peace(dataclasses.replace(PLAN, accounts=20), workers=1, tell=print)

    other = calculate_in_peace(
        dataclasses.replace(PLAN, accounts=20, seed=4), workers=1, tell=print
    )

    assert set(peace.draft) == {"lines", "computed", "inputs"}
    assert all(peace.draft[name] != other.draft[name] for name in ("lines", "inputs"))
    assert peace.posted["turnover"] != other.posted["turnover"]
