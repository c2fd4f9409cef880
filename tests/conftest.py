"""
Tests run on a real PostgreSQL of their own, as the role the program runs as.

One cluster a run, started at the first test that needs it; a migrated template database in it,
closed to every connection (a copy fails while anybody is connected to what is copied); a clone of
the template for each worker. `db` rolls back, `committed_db` clones afresh afterwards.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from zhkh.services.place import make_folders, only_one
from zhkh.services.postgres import PostgresAddress, ensure_postgres, stop_postgres
from zhkh.settings import env  # noqa: TID251 (reads a URL, not a setting)

_FOLDER = "ZHKH_TEST_CLUSTER"
_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATE = "zhkh_migrated"

# Examples of a property: few while working, many at night (HYPOTHESIS_PROFILE=nightly). Nothing
# is timed: the machine may be busy.
settings.register_profile("local", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "local"))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="zhkh-test-")
        Path(folder).chmod(0o711)  # the server's user walks through it
        os.environ[_FOLDER] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = os.environ.get(_FOLDER)
    if not hasattr(config, "workerinput") and folder:
        stop_postgres(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)
        del os.environ[_FOLDER]


@pytest.fixture(scope="session")
def cluster() -> PostgresAddress:
    """The run's cluster; its database `zhkh` is migrated, what tests clone is a closed copy."""
    folder = Path(os.environ[_FOLDER])
    make_folders(folder)
    with only_one(folder, "tests"):
        address = ensure_postgres(folder, durable=False)
        migrated = folder / "migrated"
        if not migrated.exists():
            subprocess.run(
                [
                    sys.executable,
                    "-W",
                    "ignore",
                    "-m",
                    "django",
                    "migrate",
                    "--verbosity=0",
                    "--skip-checks",
                ],
                check=True,
                cwd=_ROOT,
                env={
                    **os.environ,
                    "ZHKH_DATABASE_URL": address.owner_url,
                    "DJANGO_SETTINGS_MODULE": "zhkh.settings.test",
                },
            )
            _close_template(address)
            migrated.touch()
    return address


def _close_template(cluster: PostgresAddress) -> None:
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE} TEMPLATE zhkh OWNER zhkh_owner")
        connection.execute(f"ALTER DATABASE {_TEMPLATE} WITH ALLOW_CONNECTIONS false")


@pytest.fixture(scope="session")
def database_name() -> str:
    return f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture(scope="session")
def django_db_setup(cluster: PostgresAddress, database_name: str) -> Iterator[None]:
    """Replaces pytest-django's own: tests may not create tables, they run as `zhkh_app`."""
    clone_template(cluster, database_name)
    connections["default"].settings_dict.update(env.database(cluster.app_url))
    connections["default"].settings_dict["NAME"] = database_name
    yield
    connections.close_all()


@pytest.fixture
def committed_db(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    cluster: PostgresAddress,
    database_name: str,
) -> Iterator[None]:
    """For what needs real commits: several connections, workers, deferred constraints."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
    clone_template(cluster, database_name)


def clone_template(cluster: PostgresAddress, name: str) -> None:
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {_TEMPLATE} OWNER zhkh_owner')
