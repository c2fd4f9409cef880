import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest

from zhkh.services import ServiceRefusal, ensure_postgres, postgres_state, stop_postgres
from zhkh.services.pg_home import PgHome, find_home, server_account
from zhkh.services.postgres import PostgresAddress, postmaster
from zhkh.services.process import birth

CHECKOUT = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")


def start(var):
    return ensure_postgres(var, durable=False)


def value(url, query):
    with psycopg.connect(url) as session:
        [[found]] = session.execute(query).fetchall()
    return found


def running(var) -> int:
    pid = postgres_state(var).pid
    assert pid is not None
    return pid


def home_of(var) -> PgHome:
    home = find_home(var)
    assert home is not None
    return home


def kill_without_mercy(var):
    pid = running(var)
    os.kill(pid, signal.SIGKILL)
    while birth(pid) is not None:
        pass


def test_first_start_makes_a_durable_utf8_cluster_with_two_roles(var):
    address = ensure_postgres(var)

    settings = "SELECT current_setting('fsync') || current_setting('synchronous_commit')"
    assert value(address.app_url, settings) == "onon"
    assert value(address.app_url, "SELECT current_setting('listen_addresses')") == ""
    assert value(address.app_url, "SELECT current_setting('server_encoding')") == "UTF8"
    assert value(address.app_url, "SELECT lower('ЁЖИК')") == "ёжик"
    assert value(address.app_url, "SELECT session_user::text") == "zhkh_app"
    assert value(address.owner_url, "SELECT session_user::text") == "zhkh_owner"


def test_the_application_role_owns_nothing_and_rules_nobody(var):
    address = start(var)

    owner = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = 'zhkh'"
    powers = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles"
        " WHERE rolname = session_user"
    )
    assert value(address.app_url, owner) == "zhkh_owner"
    assert value(address.app_url, powers) is False
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        value(address.app_url, "CREATE TABLE public.mine (id int)")


def test_the_server_is_closed_to_everybody_else(var):
    start(var)
    home = home_of(var)

    modes = [path.stat().st_mode & 0o777 for path in (home.folder, home.data, home.socket)]

    assert modes == [0o700, 0o700, 0o700]
    assert home.account.uid != 0


def test_second_start_finds_the_first_one_running(var):
    first = start(var)
    pid = running(var)

    second = start(var)

    assert second == first
    assert running(var) == pid


def test_stop_ends_the_server_and_a_second_stop_finds_nothing(var):
    start(var)
    pid = running(var)

    assert stop_postgres(var) is True
    assert birth(pid) is None
    assert stop_postgres(var) is False


def test_stop_breaks_off_open_sessions(var):
    session = psycopg.connect(start(var).app_url)

    assert stop_postgres(var) is True

    with pytest.raises(psycopg.errors.AdminShutdown):
        session.execute("SELECT 1")
    session.close()


def test_killed_server_starts_again_with_everything_committed(var):
    address = ensure_postgres(var)
    with psycopg.connect(address.owner_url) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS number")
    kill_without_mercy(var)

    address = ensure_postgres(var)

    assert value(address.owner_url, "SELECT number FROM kept") == 42


def test_pid_file_naming_a_stranger_stops_nobody_and_hinders_nothing(var, stranger):
    start(var)
    home = home_of(var)
    pid_file = home.data / "postmaster.pid"
    text = pid_file.read_text().split("\n", 1)[1]
    kill_without_mercy(var)
    pid_file.write_text(f"{stranger.pid}\n{text}")

    assert postmaster(home) is None
    assert stop_postgres(var) is False
    address = start(var)

    assert value(address.app_url, "SELECT 1") == 1
    assert stranger.poll() is None


@needs_root
def test_pid_file_naming_a_stranger_of_the_servers_own_user_hinders_nothing(var):
    start(var)
    home = home_of(var)
    kill_without_mercy(var)
    sleeper = subprocess.Popen(["/bin/sleep", "600"], user=home.account.uid)
    pid_file = home.data / "postmaster.pid"
    pid_file.write_text(f"{sleeper.pid}\n" + pid_file.read_text().split("\n", 1)[1])

    address = start(var)

    assert value(address.app_url, "SELECT 1") == 1
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()


def test_half_made_cluster_is_made_anew(var):
    start(var)
    home = home_of(var)
    stop_postgres(var)
    home.data.rename(home.folder / "data.new")
    (home.folder / "data.new" / "PG_VERSION").unlink()

    address = start(var)

    assert value(address.app_url, "SELECT 1") == 1


def test_roles_lost_half_way_are_made_at_the_next_start(var):
    with psycopg.connect(start(var).superuser_url, autocommit=True) as session:
        session.execute("DROP DATABASE zhkh")
        session.execute("DROP ROLE zhkh_app")

    address = start(var)

    assert value(address.app_url, "SELECT current_database()::text") == "zhkh"


def test_two_processes_starting_at_once_share_one_server(var):
    code = (
        "import sys; from pathlib import Path; from zhkh.services import ensure_postgres;"
        "print(ensure_postgres(Path(sys.argv[1]), durable=False).app_url)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(var)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    urls = {process.communicate(timeout=60)[0].strip() for process in both}

    assert [process.returncode for process in both] == [0, 0]
    assert urls == {PostgresAddress(home_of(var).socket).app_url}


def test_path_too_long_for_a_socket_gets_a_short_private_folder(folder):
    deep = folder / ("очень-длинное-имя-папки-" * 3) / "var"
    deep.parent.mkdir(mode=0o711)

    address = start(deep)
    again = start(deep)

    assert value(address.app_url, "SELECT 1") == 1
    assert again == address
    assert address.socket.parent == Path("/tmp")
    assert address.socket.stat().st_mode & 0o777 == 0o700
    assert stop_postgres(deep) is True
    assert not address.socket.exists()


@pytest.mark.parametrize("name", ["о дом \"1\" & 'сад' 100%?", "дом 1, корпус 2"])
def test_odd_characters_in_the_path_reach_the_server_whole(folder, name):
    odd = folder / name
    odd.mkdir(mode=0o711)

    address = start(odd / "var")

    assert value(address.app_url, "SELECT 1") == 1
    assert stop_postgres(odd / "var") is True


@needs_root
def test_closed_folder_is_named_before_anything_is_created(folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(ServiceRefusal) as refusal:
        start(closed / "var")

    assert str(refusal.value) == (
        f"PostgreSQL работает под пользователем {server_account().name}, а тот не может войти в "
        f"папку {closed}: укажите в переменной ZHKH_VAR папку, доступную ему (например, "
        f"ZHKH_VAR=/var/lib/zhkh)."
    )
    assert not (closed / "var" / "postgres").exists()


@needs_root
def test_checkout_closed_to_the_server_keeps_its_data_elsewhere_and_says_so(folder):
    checkout = folder / "closed"
    checkout.mkdir(mode=0o700)
    skipped = shutil.ignore_patterns("__pycache__", "web", "runs", "settings")
    shutil.copytree(CHECKOUT / "zhkh", checkout / "zhkh", ignore=skipped)

    def call(word):
        return subprocess.run(
            [sys.executable, "-m", "zhkh", "services", word],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    started = call("start")
    link = checkout / "var" / "postgres"
    moved_to = link.readlink()
    stopped = call("stop")
    shutil.rmtree(moved_to)

    assert started.returncode == 0
    assert started.stderr == (
        f"Пользователь {server_account().name} не может войти в папку {checkout}, поэтому база "
        f"лежит в {moved_to} (ссылка: {link}).\n"
    )
    assert stopped.stdout == "Остановлено: очередь заданий, база данных PostgreSQL.\n"


@needs_root
def test_ordinary_user_runs_a_server_of_their_own(folder):
    account = server_account()
    os.chown(folder, account.uid, account.gid)
    code = textwrap.dedent(
        f"""
        import os, sys
        from pathlib import Path
        from zhkh.services import ensure_postgres, postgres_state, stop_postgres

        os.setgroups([]); os.setgid({account.gid}); os.setuid({account.uid})
        var = Path(sys.argv[1])
        ensure_postgres(var, durable=False)
        pid = postgres_state(var).pid
        print(os.stat(f"/proc/{{pid}}").st_uid, oct(var.stat().st_mode), stop_postgres(var))
        """
    )

    told = subprocess.run(
        [sys.executable, "-c", code, str(folder / "var")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (told.stderr, told.stdout) == ("", f"{account.uid} 0o40700 True\n")


@needs_root
def test_user_named_in_the_environment_must_exist(monkeypatch, var):
    monkeypatch.setenv("ZHKH_PG_USER", "nobody-knows-me")

    with pytest.raises(ServiceRefusal) as refusal:
        start(var)

    assert str(refusal.value) == (
        "PostgreSQL не работает под root, а подходящего пользователя нет: создайте его "
        "(useradd --system postgres) или назовите существующего в переменной ZHKH_PG_USER."
    )


@needs_root
def test_home_that_belongs_to_root_is_refused(folder):
    var = folder / "var"
    (var / "postgres").mkdir(parents=True)

    with pytest.raises(ServiceRefusal) as refusal:
        start(var)

    assert str(refusal.value) == (
        f"Папка {var / 'postgres'} принадлежит root, а PostgreSQL под ним не работает: удалите "
        f"её, если она пуста, или укажите другую папку данных в переменной ZHKH_VAR."
    )


def test_server_inherits_nothing_of_its_starter(var, zhkh):
    zhkh("services", "start")

    pid = running(var)
    log = str(var / "log" / "postgres.log")
    handles = [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in range(3)]

    assert handles == ["/dev/null", log, log]
    assert os.getsid(pid) != os.getsid(0)


def test_server_ignores_the_callers_variables(monkeypatch, var):
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGHOST", "example.org")
    monkeypatch.setenv("PGDATA", "/nowhere")

    assert value(start(var).app_url, "SELECT 1") == 1


def test_address_survives_odd_characters_in_the_path():
    address = PostgresAddress(Path("/srv/дом 1?&%"))

    assert address.app_url == (
        "postgresql://zhkh_app@:5432/zhkh?host=/srv/%D0%B4%D0%BE%D0%BC%201%3F%26%25"
    )
