import json
import subprocess
import sys
from pathlib import Path

import pytest

from charges.calc.result import ScenarioResult
from tests.charges.calc.scenarios import account, cold_water
from zhkh.commands.scenario import main, run
from zhkh.kernel.refusal import Refusal

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


def test_another_way_to_calculate_may_refuse(capfd, write):
    def refuse(_: object) -> ScenarioResult:
        raise Refusal("счета уже есть в базе")

    assert run(Path(write(cold_water(account()))), refuse) == 3

    assert capfd.readouterr() == ("", "счета уже есть в базе\n")


def test_wrong_arguments_are_a_wrong_input(capfd):
    with pytest.raises(SystemExit) as stop:
        main(["load"])

    assert stop.value.code == 2
    assert "usage: zhkh scenario" in capfd.readouterr().err


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
