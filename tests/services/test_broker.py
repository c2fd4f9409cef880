import os
import signal
from pathlib import Path
from urllib.parse import unquote

import pytest
import redis

from zhkh.services import ServiceRefusal, background_state, ensure_broker, stop_broker
from zhkh.services.broker import broker_socket, find_server
from zhkh.services.process import birth


@pytest.fixture
def client(var):
    def connect(url):
        return redis.Redis(
            unix_socket_path=unquote(url.removeprefix("redis+socket://")), decode_responses=True
        )

    return connect


def running(var) -> int:
    pid = background_state("broker", var=var).pid
    assert pid is not None
    return pid


def test_broker_answers_on_a_socket_and_keeps_nothing_on_disk(var, client):
    url = ensure_broker(var)

    with client(url) as broker:
        settings = broker.config_get("save", "appendonly", "port", "maxmemory-policy")

    assert url == f"redis+socket://{var}/run/broker.sock"
    assert settings == {
        "save": "",
        "appendonly": "no",
        "port": "0",
        "maxmemory-policy": "noeviction",
    }


def test_socket_is_the_users_own(var):
    ensure_broker(var)

    assert broker_socket(var).stat().st_mode & 0o777 == 0o700


def test_second_start_finds_the_first_one(var):
    ensure_broker(var)
    pid = running(var)

    ensure_broker(var)

    assert running(var) == pid


def test_socket_left_by_a_killed_broker_is_replaced(var, client):
    ensure_broker(var)
    pid = running(var)
    os.kill(pid, signal.SIGKILL)
    while birth(pid) is not None:
        pass
    assert broker_socket(var).exists()

    url = ensure_broker(var)

    with client(url) as broker:
        assert broker.ping() is True


def test_stop_ends_it_and_a_second_stop_finds_nothing(var):
    ensure_broker(var)
    pid = running(var)

    assert stop_broker(var) is True
    assert birth(pid) is None
    assert stop_broker(var) is False


def test_path_too_long_for_a_socket_gets_a_short_private_folder(folder, client):
    deep = folder / ("очень-длинное-имя-папки-" * 3) / "var"

    url = ensure_broker(deep)

    with client(url) as broker:
        assert broker.ping() is True
    short = broker_socket(deep).parent
    assert (short.parent, short.stat().st_mode & 0o777) == (Path("/tmp"), 0o700)
    assert stop_broker(deep) is True
    assert not short.exists()


def test_given_server_is_used_and_none_is_started(monkeypatch, var):
    monkeypatch.setenv("ZHKH_BROKER_URL", "redis://queue.example.org/0")

    assert ensure_broker(var) == "redis://queue.example.org/0"
    assert not var.exists()


def test_folder_in_the_sockets_place_is_named(var):
    ensure_broker(var)
    stop_broker(var)
    broker_socket(var).mkdir()  # the server cannot listen there

    with pytest.raises(ServiceRefusal) as refusal:
        ensure_broker(var)

    broker_socket(var).rmdir()
    assert str(refusal.value) == (
        f"Не удалось подготовить {broker_socket(var)} (Is a directory): исправьте это или укажите "
        f"другую папку данных в переменной ZHKH_VAR."
    )


def test_system_server_is_preferred(monkeypatch, tmp_path):
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_server() == str(server)


def test_package_serves_where_the_system_has_no_server(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Path(find_server()).name == "valkey-server"


def test_server_that_cannot_run_is_told_with_its_log(monkeypatch, var, folder):
    server = folder / "redis-server"
    server.write_text("#!/bin/sh\necho out of order\nexit 1\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    if Path(find_server()) != server:
        pytest.skip("this system has a valkey-server, which goes first")

    with pytest.raises(ServiceRefusal) as refusal:
        ensure_broker(var)

    log = var / "log" / "broker.log"
    assert log.read_text() == "out of order\n"
    assert str(refusal.value) == (
        f"Сервер очереди не запустился: исправьте причину, названную в журнале {log}, "
        f"или укажите готовый сервер в ZHKH_BROKER_URL."
    )
