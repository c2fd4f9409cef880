"""
`zhkh scenario run|check`: the calculation core on a file, without a database.

Exit codes: 0 done, 1 differences found, 2 invalid input, 3 not possible now.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from charges.calc.calculation import calculate
from charges.calc.expectation import differences
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_document, sorted_as_read
from charges.calc.parse.json_text import read_json
from charges.calc.problems import Problem, ScenarioProblems
from charges.calc.result import ScenarioResult, result_json
from zhkh.kernel.refusal import Refusal

DONE, DIFFERENT, INVALID, NOT_NOW = 0, 1, 2, 3

Calculate = Callable[[Scenario], ScenarioResult]


def main(argv: Sequence[str] | None = None) -> int:
    """Answer the command line; see the module for the exit codes."""
    arguments = _parser().parse_args(argv)
    if arguments.action == "run":
        return run(Path(arguments.file))
    return check([Path(name) for name in arguments.files])


def run(file: Path, calculate_with: Calculate = calculate) -> int:
    """Print the result of one file as JSON; `calculate_with` is the way to calculate it."""
    try:
        _, result = _calculated(file, calculate_with)
    except ScenarioProblems as refusal:
        _tell(map(str, refusal.problems))
        return INVALID
    except Refusal as refusal:
        _tell([str(refusal)])
        return NOT_NOW
    _say(result_json(result))
    return DONE


def check(files: Sequence[Path]) -> int:
    """Print how each file's result differs from what it expects; the worst answer counts."""
    return max(_check_one(file, f"{file}: " if len(files) > 1 else "") for file in files)


def _check_one(file: Path, prefix: str) -> int:
    try:
        scenario, result = _calculated(file, calculate)
    except ScenarioProblems as refusal:
        _tell(f"{prefix}{problem}" for problem in refusal.problems)
        return INVALID
    if scenario.expect is None:
        _tell([f"{prefix}в файле нет expect, сравнивать не с чем"])
        return DONE
    found = differences(result, scenario.expect)
    for difference in found:
        _say(f"{prefix}{difference}\n")
    return DIFFERENT if found else DONE


def _calculated(file: Path, calculate_with: Calculate) -> tuple[Scenario, ScenarioResult]:
    """
    The scenario of a file and its result.

    :raises ScenarioProblems: the file cannot be read, or something in it is wrong or missing.
    """
    try:
        document = read_json(file.read_bytes())
    except OSError as error:
        wrong = f"файл {file} не читается ({error.strerror})"
        raise ScenarioProblems([Problem((), wrong, "файл сценария")]) from None
    scenario = parse_document(document)
    try:
        return scenario, calculate_with(scenario)
    except ScenarioProblems as refusal:
        raise ScenarioProblems(sorted_as_read(document, refusal.problems)) from None


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _say(text: str) -> None:
    """To the output as UTF-8, whatever the terminal thinks: the same input gives the same bytes."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhkh scenario", description="Расчёт по файлу сценария")
    actions = parser.add_subparsers(dest="action", required=True, metavar="run|check")
    one = actions.add_parser("run", help="рассчитать и напечатать результат как JSON")
    one.add_argument("file", metavar="FILE")
    several = actions.add_parser("check", help="сравнить результат с expect")
    several.add_argument("files", metavar="FILE", nargs="+")
    return parser
