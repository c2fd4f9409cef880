"""
The program's own PostgreSQL: one cluster per checkout, reached by a Unix socket alone.

Whoever can enter the socket's folder (0700: the server's user and root) is trusted; nobody
else can reach the server, so there are no passwords.
"""

import dataclasses
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from zhkh.services.pg_binaries import PgBinaries, find_binaries
from zhkh.services.pg_home import SOCKET_FILE, PgHome, find_home, make_home, runnable_binaries
from zhkh.services.place import (
    drop_short_folder,
    log_file,
    make_folders,
    make_private,
    naming_disk_trouble,
    no_space_sentence,
    only_one,
    var_folder,
)
from zhkh.services.process import Launch, become, birth, command_line, end, launch, works_in
from zhkh.services.refusal import ServiceRefusal

SUPERUSER, OWNER, APP, DATABASE = "postgres", "zhkh_owner", "zhkh_app", "zhkh"
PORT = 5432
START_PATIENCE_SECONDS = 120.0
STOP_PATIENCE_SECONDS = 60.0
FULL_BYTES = 2 * 1024 * 1024  # less than this left: a silent death is the full disk's
LEFTOVER_MEMORY = "pre-existing shared memory block"  # children of a killed server still leave


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresAddress:
    """How to reach the cluster of one checkout, in each of its three roles."""

    socket: Path

    @property
    def app_url(self) -> str:
        """For everything but migrations: this role owns nothing."""
        return self._url(APP, DATABASE)

    @property
    def owner_url(self) -> str:
        """For migrations, and for tests that create databases."""
        return self._url(OWNER, DATABASE)

    @property
    def superuser_url(self) -> str:
        return self._url(SUPERUSER, "postgres")

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@:{PORT}/{database}?host={quote(str(self.socket), safe='/')}"


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresState:
    """What `zhkh services status` tells; `pid` is None when the server is down."""

    data: Path | None
    pid: int | None
    address: PostgresAddress | None


def ensure_postgres(var: Path | None = None, *, durable: bool = True) -> PostgresAddress:
    """
    Start the cluster of this folder unless it runs, with its roles and database `zhkh`.

    Not durable (no fsync) is for tests. As root the server runs as another user, who must be
    able to enter `var`: a folder made by mkdtemp needs chmod 0711 first.

    :raises ServiceRefusal: no programs, no space, a closed folder: one sentence says which.
    """
    var = var_folder(var)
    home = find_home(var)
    if home is not None and _is_ready(home):
        return PostgresAddress(home.socket)
    make_folders(var)
    with only_one(var, "postgres"):
        home = find_home(var) or make_home(var)
        binaries = runnable_binaries(find_binaries(for_major=home.made_by()), home)
        if home.made_by() is None:
            _create_cluster(home, binaries, durable=durable)
        if postmaster(home) is None:
            _start(home, binaries, log=log_file(var, "postgres"), durable=durable)
        _wait_until_it_answers(home, log_file(var, "postgres"))
        _create_roles_and_database(home)
    return PostgresAddress(home.socket)


def stop_postgres(var: Path | None = None) -> bool:
    """
    Stop the cluster of this folder, breaking off its sessions; False when it was not running.

    :raises ServiceRefusal: it is still running after a minute.
    """
    var = var_folder(var)
    home = find_home(var)
    if home is None or not (var / "run").exists():
        return False
    with only_one(var, "postgres"):
        pid = postmaster(home)
        born = birth(pid) if pid is not None else None
        if pid is None or born is None:
            return False
        if not end(pid, born, signal.SIGINT, patience=STOP_PATIENCE_SECONDS):
            raise ServiceRefusal(
                f"PostgreSQL (процесс {pid}) не остановился за минуту: посмотрите журнал "
                f"{log_file(var, 'postgres')}."
            )
        drop_short_folder(home.socket, home.folder / "socket")
    return True


def postgres_state(var: Path | None = None) -> PostgresState:
    """Look without starting anything."""
    home = find_home(var_folder(var))
    if home is None or home.made_by() is None:
        return PostgresState(data=None, pid=None, address=None)
    return PostgresState(home.data, postmaster(home), PostgresAddress(home.socket))


def postmaster(home: PgHome) -> int | None:
    """
    The server's process, None when it does not run.

    `postmaster.pid` survives a kill, and its number may since have gone to a stranger:
    the process must be a `postgres` started for this very folder.
    """
    try:
        pid = int((home.data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    words = command_line(pid)
    is_ours = (
        birth(pid) is not None
        and bool(words)
        and Path(words[0]).name == "postgres"
        and (works_in(pid, home.data) or str(home.data) in words)
    )
    return pid if is_ours else None


def _is_ready(home: PgHome) -> bool:
    """The server answers, and its roles and database are all there."""
    try:
        with _superuser(home) as session:
            found = session.execute(
                "SELECT (SELECT count(*) FROM pg_roles WHERE rolname IN (%s, %s))"
                " + (SELECT count(*) FROM pg_database WHERE datname = %s)",
                (OWNER, APP, DATABASE),
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return found == (3,)


def _superuser(home: PgHome) -> psycopg.Connection[tuple[object, ...]]:
    """The superuser gets in even when ordinary sessions have taken every place."""
    url = PostgresAddress(home.socket).superuser_url
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def _create_cluster(home: PgHome, binaries: PgBinaries, *, durable: bool) -> None:
    """Beside its place first: a half-made cluster never looks like a whole one."""
    fresh = home.folder / "data.new"
    with naming_disk_trouble(home.folder):
        shutil.rmtree(fresh, ignore_errors=True)
        told = subprocess.run(  # noqa: S603 - a server found by us, fixed arguments
            [
                *(binaries.program("initdb"), "--pgdata", str(fresh), "--username", SUPERUSER),
                *("--encoding", "UTF8", "--auth-local", "trust", "--auth-host", "reject"),
                *_locale(binaries),
                *(() if durable else ("--no-sync",)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=home.folder,
            env=_environment(),
            text=True,
            check=False,
            **become(home.account),
        )
        if told.returncode == 0:
            fresh.rename(home.data)
            return
    if _is_disk_full(home.folder, told.stdout):
        raise ServiceRefusal(no_space_sentence(home.folder))
    raise ServiceRefusal(
        f"Не удалось создать базу в {home.data}: {_last_complaint(told.stdout)}. "
        f"Исправьте причину или укажите другую папку в переменной ZHKH_VAR."
    )


def _locale(binaries: PgBinaries) -> tuple[str, ...]:
    """Letter case of all languages, order by code: from 17 on without the system's help."""
    if binaries.major >= 17:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",)


def _environment() -> dict[str, str]:
    """The caller's PGPORT, PGDATA, LC_ALL or TZ must not bend the server."""
    alien = ("PG", "LC_", "LANG", "TZ")
    return {name: value for name, value in os.environ.items() if not name.startswith(alien)}


def _start(home: PgHome, binaries: PgBinaries, *, log: Path, durable: bool) -> None:
    make_private(home.socket, uid=home.account.uid, gid=home.account.gid)
    order = Launch(
        argv=[binaries.program("postgres"), "-D", str(home.data), *_options(home, durable=durable)],
        mark=f"{home.folder}|postgres",
        log=log,
        cwd=home.folder,
        environment=_environment(),
        account=home.account,
    )
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    with naming_disk_trouble(home.folder):
        while True:
            _clear_traces_of_a_killed_server(home)
            seen = log.stat().st_size if log.exists() else 0
            pid = launch(order)
            if _lives_or_answers(pid, home):
                return
            said = _tail(log, seen)
            if LEFTOVER_MEMORY not in said or time.monotonic() > deadline:
                raise ServiceRefusal(_why_it_died(home, log, said))
            time.sleep(0.2)


def _clear_traces_of_a_killed_server(home: PgHome) -> None:
    """
    Nobody of ours runs, so what names a process names a stranger and would stop the start.

    Children of a killed server are still noticed: the shared memory tells of them.
    """
    lock = home.socket / f"{SOCKET_FILE}.lock"
    for trace in (home.data / "postmaster.pid", lock, home.socket / SOCKET_FILE):
        trace.unlink(missing_ok=True)


def _options(home: PgHome, *, durable: bool) -> list[str]:
    socket = str(home.socket).replace('"', '""')
    safe = "on" if durable else "off"
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{socket}"',
        "unix_socket_permissions": "0700",
        "fsync": safe,
        "full_page_writes": safe,
        "synchronous_commit": safe,
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _lives_or_answers(pid: int, home: PgHome) -> bool:
    """False as soon as the process is gone; True once it answers, or is busy with recovery."""
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while birth(pid) is not None:
        if postmaster(home) == pid and _answers(home):
            return True
        if time.monotonic() > deadline:
            return True
        time.sleep(0.02)
    return False


def _answers(home: PgHome) -> bool:
    try:
        with _superuser(home) as session:
            session.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _wait_until_it_answers(home: PgHome, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while not _answers(home):
        if postmaster(home) is None:
            raise ServiceRefusal(_why_it_died(home, log, _tail(log, 0)))
        if time.monotonic() > deadline:
            raise ServiceRefusal(
                f"PostgreSQL запущен, но за две минуты не ответил: посмотрите журнал {log} и "
                f"повторите, когда он закончит восстановление."
            )
        time.sleep(0.05)


def _why_it_died(home: PgHome, log: Path, said: str) -> str:
    if _is_disk_full(home.folder, said):
        return no_space_sentence(home.folder)
    return (
        f"PostgreSQL не запустился: {_last_complaint(said)}. Исправьте причину и повторите; "
        f"весь журнал: {log}."
    )


def _is_disk_full(folder: Path, said: str) -> bool:
    """A full disk may have no room even for the complaint."""
    return "No space left on device" in said or shutil.disk_usage(folder).free < FULL_BYTES


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - 20_000))
        return file.read().decode(errors="replace")


def _last_complaint(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    loud = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line]
    return (loud or lines or ["сервер ничего не сказал"])[-1].rstrip(".")


def _create_roles_and_database(home: PgHome) -> None:
    """The database comes last, so a server that has it has everything."""
    with _superuser(home) as session:
        known = {row[0] for row in session.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in known:
            session.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        if APP not in known:
            session.execute(f"CREATE ROLE {APP} LOGIN")
        named = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if named.fetchone() is None:
            session.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
