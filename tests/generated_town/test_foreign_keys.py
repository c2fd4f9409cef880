"""Foreign keys set aside for the writing of a town come back the same, whatever happens to it."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from accounts_registry.models import PersonalAccount
from zhkh.commands.scratch import in_database
from zhkh.kernel.period import Period
from zhkh.town.building import TownStands, build_town
from zhkh.town.foreign_keys import without_foreign_keys
from zhkh.town.plan import Plan, Profile

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
PLAN = Plan(accounts=30, months=1, seed=7, profile=Profile.FULL, last=Period(2026, 10))
TABLES = ["accounts_registry_accountarea", "accounts_registry_meter"]
ROOT = Path(__file__).parents[2]

# What a table is held to, besides the partition of the month a town opens.
SCHEMA = (
    """SELECT conrelid::regclass::text, conname, contype, convalidated, condeferrable, condeferred,
    confdeltype, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text !~ '_[0-9]{6}$' ORDER BY 1, 2, 3""",
    """SELECT indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename !~ '_[0-9]{6}$' ORDER BY 1""",
    """SELECT tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal AND tgrelid::regclass::text !~ '_[0-9]{6}$' ORDER BY 2""",
    """SELECT relname, relacl::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname !~ '_[0-9]{6}' ORDER BY 1""",
)
KEYS = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])"
HOLDER = """
import sys, time
from zhkh.town.foreign_keys import without_foreign_keys
with without_foreign_keys(sys.argv[1], sys.argv[2:]):
    print("away", flush=True)
    time.sleep(3600)
"""

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def owner_url(cluster, database_name):
    return in_database(cluster.owner_url, f"postgresql:///{database_name}")


def schema(owner_url):
    with psycopg.connect(owner_url) as connection:
        return [connection.execute(query).fetchall() for query in SCHEMA]


def keys(owner_url, tables=TABLES):
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(KEYS, [tables]).fetchone()
    assert found is not None
    return found[0]


def build(owner_url, plan=PLAN, tell=lambda *_: None):
    return build_town(plan, at=AT, workers=1, tell=tell, owner_url=owner_url)


def test_they_are_away_while_a_town_is_written_and_the_same_afterwards(owner_url):
    before = schema(owner_url)
    seen = []

    build(owner_url, tell=lambda *_: seen.append(keys(owner_url)))

    assert seen == [0]
    assert schema(owner_url) == before
    assert PersonalAccount.objects.count() == 30


def test_the_database_refuses_strangers_again(owner_url):
    build(owner_url)

    with (
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        psycopg.connect(owner_url, autocommit=True) as connection,
    ):
        connection.execute(
            "INSERT INTO accounts_registry_accountarea (account_id, area_m2, valid)"
            " VALUES (0, 1, '[2020-01-01,)')"
        )


def test_an_error_in_the_middle_brings_them_back(owner_url):
    before = schema(owner_url)

    def broken_off(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(owner_url, tell=broken_off)

    assert schema(owner_url) == before


def test_what_a_killed_command_left_comes_back_with_the_next_one(owner_url):
    before = schema(owner_url)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            owner_url,
            *TABLES,
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"away\n"
    beside = keys(owner_url)
    with without_foreign_keys(owner_url, TABLES):  # somebody else's: left alone
        pass
    left_alone = keys(owner_url)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()

    build_when_the_dead_one_is_gone(owner_url)

    assert (beside, left_alone) == (0, 0)
    assert schema(owner_url) == before


def build_when_the_dead_one_is_gone(owner_url):
    """The server notices a moment later that nobody is there."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_advisory_lock(hashtextextended(%s, 0))", ["town_foreign_keys"]
        )
    build(owner_url)


def test_among_accounts_nothing_is_set_aside(owner_url):
    build(owner_url)
    before = keys(owner_url)
    connections.close_all()

    with without_foreign_keys(owner_url, TABLES):
        inside = keys(owner_url)

    assert inside == before > 0
    with pytest.raises(TownStands):
        build(owner_url)


def test_a_role_that_owns_nothing_writes_with_them(cluster, database_name, owner_url):
    app_url = in_database(cluster.app_url, f"postgresql:///{database_name}")
    before = keys(owner_url)

    with without_foreign_keys(app_url, TABLES), without_foreign_keys(None, TABLES):
        inside = keys(owner_url)

    assert inside == before > 0


def test_rows_without_parents_are_not_taken_for_granted(owner_url):
    with (
        pytest.raises(psycopg.errors.ForeignKeyViolation),
        without_foreign_keys(owner_url, TABLES),
        psycopg.connect(owner_url, autocommit=True) as connection,
    ):
        connection.execute(
            "INSERT INTO accounts_registry_accountarea (account_id, area_m2, valid)"
            " VALUES (0, 1, '[2020-01-01,)')"
        )
