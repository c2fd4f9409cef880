import contextlib
import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest

from zhkh.commands.scratch import EMPTY, SCRATCH, NoScratchDatabase, scratch_database
from zhkh.services import Services


@pytest.fixture
def services(cluster):
    return Services(cluster.app_url, cluster.owner_url, broker_url="")


@pytest.fixture
def databases(cluster):
    """Names of the server's databases, asked anew every time."""

    def databases():
        with psycopg.connect(cluster.superuser_url) as server:
            return {name for (name,) in server.execute("SELECT datname FROM pg_database")}

    return databases


def name_of(url):
    return urlsplit(url).path.removeprefix("/")


def test_it_is_empty_migrated_and_gone_afterwards(services, databases):
    with scratch_database(services) as url:
        assert name_of(url) in databases()
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT current_user, (SELECT count(*) FROM accounts_registry_organisation),"
                " (SELECT count(*) FROM charges_computedadjustment)"
            )
            assert rows.fetchone() == ("zhkh_app", 0, 0)

    assert name_of(url) not in databases()


def test_it_is_gone_after_a_failure(services, databases):
    with pytest.raises(ZeroDivisionError), scratch_database(services) as url:
        raise ZeroDivisionError

    assert name_of(url) not in databases()


def test_one_that_somebody_still_works_in_is_left_to_the_next(services, databases):
    with contextlib.ExitStack() as stack:
        with scratch_database(services) as url:
            stack.enter_context(psycopg.connect(url, autocommit=True))
        assert name_of(url) in databases()

    with scratch_database(services):
        assert name_of(url) not in databases()


def test_what_a_killed_run_left_is_dropped_by_the_next(cluster, services, databases):
    left = f"{SCRATCH}{'0' * 32}"
    with psycopg.connect(cluster.owner_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {left}")

    with scratch_database(services):
        assert left not in databases()


def test_several_at_once_have_one_each(services, databases):
    everybody_inside = threading.Barrier(3, timeout=60)

    def work(number):
        with scratch_database(services) as url, psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO accounts_registry_organisation (name, inn, kpp, address,"
                " working_hours, phone, email, settlement_centre, settlement_centre_address,"
                " settlement_centre_hours, counting_day, notice, bank_account, bank_name, bic,"
                " correspondent_account)"
                " VALUES (%s, '', '', '', '', '', '', '', '', '', 25, '', '', '', '', '')",
                [f"№ {number}"],
            )
            connection.commit()
            everybody_inside.wait()
            rows = connection.execute("SELECT name FROM accounts_registry_organisation")
            return name_of(url), rows.fetchall()

    with ThreadPoolExecutor(3) as threads:
        found = dict(threads.map(work, range(3)))

    assert (len(found), list(found.values())) == (
        3,
        [[("№ 0",)], [("№ 1",)], [("№ 2",)]],
    )
    assert not databases() & set(found)


def test_templates_of_other_versions_go_when_a_new_one_is_made(cluster, services, databases):
    outdated = f"{EMPTY}{'0' * 16}"
    with scratch_database(services):
        templates = {name for name in databases() if name.startswith(EMPTY)}
    with psycopg.connect(cluster.superuser_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {outdated} OWNER zhkh_owner")
        for name in templates:
            server.execute(f"DROP DATABASE {name}")

    with scratch_database(services):
        assert {name for name in databases() if name.startswith(EMPTY)} == templates


def test_a_role_without_createdb_is_told_so(services):
    by_app = dataclasses.replace(services, database_owner_url=services.database_url)

    with pytest.raises(NoScratchDatabase) as refusal, scratch_database(by_app):
        pass

    assert str(refusal.value) == (
        "Не удалось создать временную базу данных: роли владельца (ZHKH_DATABASE_OWNER_URL) "
        "нужно право CREATEDB. Ответ сервера: permission denied to create database"
    )


def test_a_server_that_is_not_there_is_told_in_one_line(services, tmp_path):
    nowhere = dataclasses.replace(
        services, database_owner_url=f"postgresql://zhkh_owner@:5432/zhkh?host={tmp_path}"
    )

    with pytest.raises(NoScratchDatabase) as refusal, scratch_database(nowhere):
        pass

    assert "\n" not in str(refusal.value)
    assert str(tmp_path) in str(refusal.value)
