"""`zhkh bench charges` at its smallest: it runs, and says what a machine expects. Nothing is timed."""

import json

import pytest

from zhkh.bench.complete import _times_dearer
from zhkh.bench.figures import BUSY, as_list

FIXED = [
    "seconds",
    "cpu_us_per_line",
    "ratio_to_copy_floor",
    "posting_seconds",
    "worker_rss_mb",
    "lines",
]


def test_last_line_is_what_a_machine_reads(bench):
    code, out, errors = bench("charges", "--accounts", "20", "--workers", "1", "--json")

    assert code == 0, errors
    answer = json.loads(out.splitlines()[-1])
    assert list(answer) == ["bench", "figures", "machine"]
    assert answer["bench"] == "charges"
    figures = answer["figures"]
    assert list(figures)[:6] == FIXED
    assert figures["lines"] == 160  # eight services of twenty accounts
    assert all(figures[name] > 0 for name in (*FIXED, "card_ms", "debt_ms"))
    assert len(figures["digest"]) == 16
    assert answer["machine"]["postgresql"]
    assert answer["machine"]["busy"] in {True, False}


def test_without_json_it_is_text_for_a_person(bench):
    code, out, errors = bench(
        "charges", "--accounts", "20", "--profile", "full", "--months", "2", "--workers", "1"
    )

    assert code == 0, errors
    lines = out.splitlines()
    assert lines[0].startswith("расчёт месяца, с ")
    assert any(line.split()[-1] == "20" for line in lines if line.startswith("лицевых счетов"))
    assert any(line.startswith("Машина: ") for line in lines[-2:])


def test_quick_tells_every_figure_of_small_towns(bench):
    code, out, errors = bench("charges", "--accounts", "20", "--quick", "--workers", "1", "--json")

    assert code == 0, errors
    (line,) = out.splitlines()
    answer = json.loads(line)
    figures = answer["figures"]
    assert list(figures)[:6] == FIXED
    assert figures["lines"] == 160
    assert figures["full_lines"] > 160
    assert figures["digest"] != figures["full_digest"]
    assert figures["history_months"] == 6
    measured = ("full_ratio_to_copy_floor", "history_card_ms", "history_debt_ms")
    assert all(figures[name] > 0 for name in measured)
    assert "linearity_10" not in figures  # twenty accounts are no town to be compared


def test_how_much_dearer_a_line_is_in_a_larger_town():
    assert _times_dearer({"seconds": 12, "lines": 100}, {"seconds": 1, "lines": 10}) == 1.2


def test_a_busy_machine_is_told():
    machine = {"cpu": "x", "cores": 2, "python": "3", "postgresql": "15", "load_average": [9.0]}

    quiet, busy = (as_list({}, {"seconds": 1}, {**machine, "busy": word}) for word in (False, True))

    assert busy == f"{quiet}\n{BUSY}"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--accounts", "0"], "--accounts: ожидается число от 1 до 10000000.\n"),
        (["--accounts", "5", "--months", "121"], "--months: ожидается число от 1 до 120.\n"),
        (["--accounts", "5", "--workers", "0"], "--workers: ожидается число от 1 до 64.\n"),
    ],
)
def test_a_number_that_makes_no_sense_is_told(bench, words, sentence):
    assert bench("charges", *words) == (2, "", sentence)


def test_faults_need_a_kill(bench):
    assert bench("faults", "--kills", "0") == (2, "", "--kills: ожидается число от 1 до 10000.\n")
