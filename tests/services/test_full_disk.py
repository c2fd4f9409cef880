"""A real full disk: a small file system in memory, mounted for one test."""

import os
import subprocess

import pytest

from zhkh.services import ServiceRefusal, ensure_postgres, postgres_state, stop_postgres


@pytest.fixture
def small_disk(folder):
    """A function that mounts a disk of so many megabytes and returns its folder."""
    place = folder / "disk"
    place.mkdir()

    def mount(megabytes):
        options = f"size={megabytes}m,mode=0711"
        told = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "zhkh-test", str(place)],
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode != 0:
            pytest.skip(f"no right to mount a small disk here: {told.stderr.strip()}")
        return place

    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    yield mount
    stop_postgres(place / "var")
    subprocess.run(["umount", str(place)], check=False, capture_output=True)


def fill(disk):
    with (disk / "ballast").open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), bytes(65536))
        except OSError:
            pass


def sentence(var):
    return (
        f"На диске с папкой {var / 'postgres'} кончилось место: освободите его или укажите папку "
        f"на другом диске в переменной ZHKH_VAR и повторите."
    )


def test_no_room_for_a_cluster(small_disk):
    var = small_disk(16) / "var"

    with pytest.raises(ServiceRefusal) as refusal:
        ensure_postgres(var)

    assert str(refusal.value) == sentence(var)
    assert postgres_state(var).data is None


def test_no_room_to_start_a_cluster_and_then_there_is(small_disk):
    disk = small_disk(120)
    var = disk / "var"
    ensure_postgres(var)
    stop_postgres(var)
    fill(disk)

    with pytest.raises(ServiceRefusal) as refusal:
        ensure_postgres(var)

    assert str(refusal.value) == sentence(var)
    (disk / "ballast").unlink()
    ensure_postgres(var)
    assert postgres_state(var).pid is not None


def test_no_room_even_for_a_folder(small_disk):
    disk = small_disk(1)
    fill(disk)
    var = disk / "var"

    with pytest.raises(ServiceRefusal) as refusal:
        ensure_postgres(var)

    assert "кончилось место" in str(refusal.value)
