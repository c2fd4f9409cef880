import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.charges.calc.scenarios import account, cold_water
from zhkh.commands.scenario import main

GOLDEN = Path(__file__).parents[1] / "golden" / "scenarios"


@pytest.fixture
def write(tmp_path):
    def write(document, name="case.json"):
        file = tmp_path / name
        file.write_text(json.dumps(document, ensure_ascii=False))
        return str(file)

    return write


def expecting(charged):
    expect = {"accounts": [{"number": "1", "charged": charged}]}
    return cold_water(account()) | {"expect": expect}


def test_run_prints_the_result_in_utf8(capfdbinary):
    assert main(["run", str(GOLDEN / "seed_bill.json")]) == 0

    out, err = capfdbinary.readouterr()
    result = json.loads(out.decode())
    assert (result["accounts"][0]["charged"], err) == ("2447.90", b"")
    assert out.splitlines()[-4:] == [b'   "advance_left": "0.00"', b"  }", b" ]", b"}"]
    assert out.endswith(b"}\n")


def test_run_of_a_wrong_file_prints_nothing_but_its_problems(capfd, write):
    document = cold_water(account(area="0"), account("1"))
    document["period"] = "July"

    assert main(["run", write(document)]) == 2

    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [
        'period: "July" не месяц: месяц ГГГГ-ММ',
        "houses[0].accounts[0].area: число 0: больше нуля",
        "houses[0].accounts[1].number: номер счёта повторяется: у каждого лицевого счёта свой номер",
    ]


def test_what_only_the_calculation_can_miss_is_told_in_document_order(capfd, write):
    document = cold_water(account(recalculations=[{"service": "fee", "amount": "1"}]))
    document["services"].append({**document["services"][0], "code": "fee"})
    document = {"houses": document.pop("houses"), **document, "tariffs": []}

    assert main(["run", write(document)]) == 2

    assert [line.partition(": ")[0] for line in capfd.readouterr().err.splitlines()] == [
        "houses[0].accounts[0].recalculations[0].service",
        "tariffs",
    ]


@pytest.mark.parametrize("action", ["run", "check"])
def test_file_that_cannot_be_read(capfd, tmp_path, action):
    assert main([action, str(tmp_path)]) == 2

    out, err = capfd.readouterr()
    assert (out, err) == (
        "",
        f"document: файл {tmp_path} не читается (Is a directory): файл сценария\n",
    )


def test_check_of_a_file_that_agrees_is_silent(capfd, write):
    assert main(["check", write(expecting("40"))]) == 0

    assert capfd.readouterr() == ("", "")


def test_check_prints_each_difference(capfd, write):
    assert main(["check", write(expecting("41"))]) == 1

    assert capfd.readouterr().out == (
        'expect.accounts[0].charged: ожидалось "41", получено "40.00"\n'
    )


def test_check_of_several_files_names_them_and_the_worst_answer_counts(capfd, write):
    names = [write(expecting("40"), "good"), write(expecting("41"), "off"), write({}, "bad")]

    assert main(["check", *names[:2]]) == 1
    assert main(["check", *names]) == 2

    out, err = capfd.readouterr()
    assert {line.partition(": ")[0] for line in out.splitlines()} == {names[1]}
    assert {line.partition(": ")[0] for line in err.splitlines()} == {names[2]}


def test_check_without_expectations_says_so(capfd, write):
    assert main(["check", write(cold_water(account()))]) == 0

    assert capfd.readouterr() == ("", "в файле нет expect, сравнивать не с чем\n")


def test_every_example_agrees():
    assert main(["check", *map(str, sorted(GOLDEN.glob("*.json")))]) == 0


@pytest.mark.parametrize("arguments", [["load"], ["run"], ["check"], ["load", "--database", "x"]])
def test_wrong_arguments_are_a_wrong_input(capfd, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert capfd.readouterr().err.startswith("usage: zhkh scenario")


TOO_LARGE = {
    "payer": ("ж" * 301, "301 зн.: не больше 300, столько в базе"),
    "heating_charged": (
        "1000000000000.00",
        "число 1000000000000.00: до 12 цифр до запятой, столько в базе",
    ),
    "owners": (2**31, "число 2147483648: не больше 2147483647, столько в базе"),
}


@pytest.mark.parametrize("key", TOO_LARGE)
@pytest.mark.parametrize("command", [["run", "--database"], ["load"]])
def test_what_no_database_holds_is_told_before_any_is_touched(
    capfd, monkeypatch, write, command, key
):
    monkeypatch.setenv("ZHKH_DATABASE_URL", "postgresql://nobody@:1/nowhere?host=/nowhere")
    value, told = TOO_LARGE[key]
    fields: dict[str, Any] = {key: value}
    file = write(cold_water(account(**fields)))

    assert main([*command, file]) == 2
    assert capfd.readouterr() == ("", f"houses[0].accounts[0].{key}: {told}\n")


@pytest.mark.parametrize("command", [["run", "--database"], ["load"]])
def test_wrong_file_is_told_before_any_database_is_touched(capfd, monkeypatch, write, command):
    monkeypatch.setenv("ZHKH_DATABASE_URL", "postgresql://nobody@:1/nowhere?host=/nowhere")
    file = write(cold_water(account()) | {"tariffs": []})

    assert main([*command, file]) == 2
    out, err = capfd.readouterr()
    assert (out, err.partition(":")[0], err.count("\n")) == ("", "tariffs", 1)


def test_calculator_starts_without_django_and_speaks_utf8_in_any_locale():
    code = (
        "import sys; from zhkh.commands.scenario import main; "
        f"code = main(['run', {str(GOLDEN / 'seed_bill.json')!r}]); "
        "sys.exit(9 if 'django' in sys.modules else code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    units = {row["unit"] for row in json.loads(done.stdout.decode())["accounts"][0]["lines"]}
    assert units == {"м2", "м3", "кВтч", "шт"}
