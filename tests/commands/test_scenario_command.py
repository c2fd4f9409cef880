"""`zhkh scenario` as a person calls it: processes of its own on the test's server."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.charges.calc.scenarios import account, cold_water, house
from tests.commands.both_ways import EVERYTHING, GOLDEN
from tests.conftest import clone_template

ROOT = Path(__file__).parents[2]
SEED = next(file for file in GOLDEN if file.stem == "seed_bill")


@pytest.fixture
def zhkh(cluster, tmp_path):
    """Run a command; answers with its exit code, output and errors."""

    def zhkh(*words, database=None, **environment):
        app, owner = cluster.app_url, cluster.owner_url
        done = subprocess.run(
            [sys.executable, "-m", "zhkh", *map(str, words)],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "zhkh.settings.test",
                "ZHKH_DATABASE_URL": in_database(app, database) if database else app,
                "ZHKH_DATABASE_OWNER_URL": in_database(owner, database) if database else owner,
                "ZHKH_BROKER_URL": "redis://127.0.0.1:1/0",
                "ZHKH_VAR": str(tmp_path),
                **environment,
            },
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return zhkh


@pytest.fixture
def office(cluster, database_name):
    """The name of an empty database for this test alone."""
    name = f"{database_name}_office"
    clone_template(cluster, name)
    yield name
    with psycopg.connect(cluster.superuser_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def write(tmp_path):
    def write(document, name="case.json"):
        file = tmp_path / name
        file.write_text(json.dumps(document, ensure_ascii=False))
        return file

    return write


def in_database(url, name):
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def test_both_ways_print_the_same_also_at_once(zhkh):
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(
            lambda _: zhkh("scenario", "run", SEED, "--database", LC_ALL="C"), range(2)
        )

    assert one == other == zhkh("scenario", "run", SEED)
    assert (one[0], one[2]) == (0, "")


def test_without_a_server(zhkh, tmp_path):
    nowhere = f"postgresql://zhkh_owner@:5432/zhkh?host={tmp_path}"

    code, out, err = zhkh(
        "scenario", "run", SEED, "--database",
        ZHKH_DATABASE_URL=nowhere, ZHKH_DATABASE_OWNER_URL=nowhere,
    )  # fmt: skip

    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.startswith("Не удалось создать временную базу данных")


def test_loaded_house_is_charged_confirmed_and_the_books_agree(zhkh, office, write):
    document = json.loads(EVERYTHING.read_text()) | {"title": "ТСЖ «Ясень»"}
    file = write(document)
    same_accounts = write(document | {"title": "Другое ТСЖ"}, "again.json")
    same_name = write(
        cold_water(account("77")) | {"title": "ТСЖ «Ясень»", "period": "2024-03"}, "name.json"
    )

    assert zhkh("scenario", "load", file, database=office) == (
        0,
        (
            "Загружено: организация «ТСЖ «Ясень»», домов 1, лицевых счетов 2, услуг 5; "
            "расчётный месяц Март 2024.\n"
        ),
        "",
    )
    assert zhkh("scenario", "load", same_accounts, database=office) == (
        2,
        "",
        (
            "Лицевые счета уже есть в базе: 1, 2. "
            "Сценарий загружается только целиком и один раз; укажите другие номера.\n"
        ),
    )
    assert zhkh("scenario", "load", same_name, database=office) == (
        2,
        "",
        (
            "Организация «ТСЖ «Ясень»» уже есть в базе: измените title сценария, "
            "загрузка создаёт свою организацию.\n"
        ),
    )
    charged = zhkh("charge", "--period", "2024-03", "--confirm", "--json", database=office)
    assert (charged[0], json.loads(charged[1])["problems"], charged[2]) == (0, [], "")
    assert json.loads(charged[1])["posted"] > 0
    code, _, err = zhkh("check-books", "--recompute", database=office)
    assert (code, err) == (0, "")


def test_loading_what_does_not_fit_leaves_nothing(zhkh, cluster, office, write):
    late = {"on": "2099-01-01", "amount": "1"}
    document = cold_water(account("1"))
    document["houses"].append(house(account("2", payments=[late]), code="h2"))

    code, out, err = zhkh("scenario", "load", write(document), database=office)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Счёт 2: платёж 2099-01-01")
    with psycopg.connect(in_database(cluster.app_url, office)) as connection:
        rows = connection.execute("SELECT count(*) FROM accounts_registry_organisation")
        assert rows.fetchone() == (0,)


def test_loading_into_a_database_that_is_not_migrated(zhkh, cluster, office):
    with psycopg.connect(cluster.superuser_url, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{office}"')
        server.execute(f'CREATE DATABASE "{office}" OWNER zhkh_owner')

    code, out, err = zhkh("scenario", "load", SEED, database=office)

    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.startswith("База данных не отвечает или не приведена к этой версии программы")
