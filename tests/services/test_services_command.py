import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhkh.services import background_state, describe, ensure_services, postgres_state

CHECKOUT = Path(__file__).resolve().parents[2]


def test_services_start_once_stop_once_and_the_pipes_close(zhkh, var):
    first = zhkh("services", "start")
    database, broker = postgres_state(var).pid, background_state("broker", var=var).pid
    second = zhkh("services", "start")
    status = zhkh("services", "status")
    stopped = zhkh("services", "stop")
    again = zhkh("services", "stop")

    data, log = var / "postgres" / "data", var / "log" / "broker.log"
    started = (
        f"база данных PostgreSQL: запущена (процесс {database}, данные: {data})\n"
        f"очередь заданий: запущена (процесс {broker}, журнал: {log})\n"
    )
    assert (first.returncode, first.stderr, first.stdout) == (
        0,
        "",
        started,
    )
    assert second.stdout == first.stdout.replace("запущена", "уже работает")
    assert status.stdout == first.stdout.replace("запущена", "работает")
    assert status.returncode == 0
    assert stopped.stdout == "Остановлено: очередь заданий, база данных PostgreSQL.\n"
    assert again.stdout == "Ничего не было запущено.\n"


def test_status_of_a_fresh_folder_says_that_nothing_runs(zhkh, var):
    status = zhkh("services", "status")

    assert status.returncode == 1
    assert status.stdout == (
        "база данных PostgreSQL: не запущена (ещё не создана)\n"
        f"очередь заданий: не запущена (журнал: {var}/log/broker.log)\n"
    )
    assert not var.exists()


@pytest.mark.parametrize("words", [(), ("begin",), ("start", "now")])
def test_wrong_word_is_answered_with_the_right_ones(zhkh, words):
    told = zhkh("services", *words)

    assert (told.returncode, told.stderr) == (2, "Использование: zhkh services start|stop|status\n")


def test_refusal_is_one_sentence_and_its_own_exit_code(zhkh):
    told = zhkh("services", "start", ZHKH_PG_BIN="/usr/share")

    assert (told.returncode, told.stdout) == (3, "")
    assert told.stderr == (
        "В папке /usr/share из ZHKH_PG_BIN нет программ initdb и postgres версии 15 или новее: "
        "укажите другую папку или уберите переменную.\n"
    )


def test_given_servers_are_used_and_none_is_started(monkeypatch, var):
    monkeypatch.setenv("ZHKH_DATABASE_URL", "postgresql://app@db.example.org/zhkh")
    monkeypatch.setenv("ZHKH_BROKER_URL", "redis://queue.example.org/0")

    services = ensure_services(var)

    assert services.environment == {
        "ZHKH_DATABASE_URL": "postgresql://app@db.example.org/zhkh",
        "ZHKH_DATABASE_OWNER_URL": "postgresql://app@db.example.org/zhkh",
        "ZHKH_BROKER_URL": "redis://queue.example.org/0",
    }
    assert [line.detail for line in describe(var)] == ["из ZHKH_DATABASE_URL", "из ZHKH_BROKER_URL"]
    assert not var.exists()


def test_given_owner_migrates(monkeypatch, var):
    monkeypatch.setenv("ZHKH_DATABASE_URL", "postgresql://app@db.example.org/zhkh")
    monkeypatch.setenv("ZHKH_DATABASE_OWNER_URL", "postgresql://owner@db.example.org/zhkh")
    monkeypatch.setenv("ZHKH_BROKER_URL", "redis://queue.example.org/0")

    assert ensure_services(var).database_owner_url == "postgresql://owner@db.example.org/zhkh"


def test_unknown_command_is_answered_with_the_list(zhkh):
    told = zhkh("fly")

    assert told.returncode == 2
    assert told.stderr.splitlines()[:2] == [
        "Нет команды «fly».",
        "Использование: zhkh КОМАНДА …",
    ]


def test_help_is_the_same_list_on_the_other_stream(zhkh):
    told = zhkh("help")

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "Использование: zhkh КОМАНДА …"


@pytest.mark.parametrize("words", [["help"], ["services", "status"]])
def test_plain_commands_start_without_django(words, var):
    code = (
        "import sys; from zhkh.__main__ import main; main(sys.argv[1:]);"
        "sys.exit('django' in sys.modules)"
    )

    told = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=CHECKOUT,
        env={**os.environ, "ZHKH_VAR": str(var)},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert told.returncode == 0


def test_management_command_finds_the_database_by_itself(zhkh):
    query = "from django.db import connection as c; print(c.settings_dict['USER'])"

    assert zhkh("shell", "--no-imports", "-c", query).stdout == "zhkh_app\n"


def test_folder_given_relatively_is_the_same_for_django(zhkh, var):
    query = "from django.conf import settings; print(settings.VAR_DIR)"

    told = zhkh("shell", "--no-imports", "-c", query, ZHKH_VAR=str(var).removeprefix("/"))

    assert told.stdout == f"{var}\n"
