"""
`zhkh scenario run|check|load`: scenario files by the calculation core, and through the database.

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
from zhkh.scenarios.limits import too_large
from zhkh.scenarios.refusals import CannotLoad

DONE, DIFFERENT, INVALID, NOT_NOW = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Answer the command line; see the module for the exit codes."""
    arguments = _parser().parse_args(argv)
    if arguments.action == "check":
        return check([Path(name) for name in arguments.files])
    if arguments.action == "load":
        return load(Path(arguments.file))
    return run(Path(arguments.file), through_database=arguments.database)


def run(file: Path, *, through_database: bool = False) -> int:
    """Print the result of one file as JSON."""

    def answer() -> str:
        document, scenario, result = _calculated(file)
        return result_json(_by_database(document, scenario) if through_database else result)

    return _answered(answer)


def load(file: Path) -> int:
    """Load one file into the configured database and print what was loaded."""

    def answer() -> str:
        document, scenario, _ = _calculated(file)
        _refuse_too_large(document)
        from zhkh.commands.scenario_database import load as load_scenario  # noqa: PLC0415 - Django

        return load_scenario(scenario)

    return _answered(answer)


def _answered(answer: Callable[[], str]) -> int:
    """Print the answer, or why there is none; nothing goes to the output before it is whole."""
    try:
        text = answer()
    except ScenarioProblems as refusal:
        _tell(map(str, refusal.problems))
        return INVALID
    except CannotLoad as refusal:
        _tell([str(refusal)])
        return INVALID
    except Refusal as refusal:
        _tell([str(refusal)])
        return NOT_NOW
    _say(text)
    return DONE


def check(files: Sequence[Path]) -> int:
    """Print how each file's result differs from what it expects; the worst answer counts."""
    return max(_check_one(file, f"{file}: " if len(files) > 1 else "") for file in files)


def _check_one(file: Path, prefix: str) -> int:
    try:
        _, scenario, result = _calculated(file)
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


def _calculated(file: Path) -> tuple[object, Scenario, ScenarioResult]:
    """
    The document of a file, the scenario in it and its result.

    :raises ScenarioProblems: the file cannot be read, or something in it is wrong or missing.
    """
    try:
        document = read_json(file.read_bytes())
    except OSError as error:
        wrong = f"файл {file} не читается ({error.strerror})"
        raise ScenarioProblems([Problem((), wrong, "файл сценария")]) from None
    scenario = parse_document(document)
    try:
        return document, scenario, calculate(scenario)
    except ScenarioProblems as refusal:
        raise ScenarioProblems(sorted_as_read(document, refusal.problems)) from None


def _by_database(document: object, scenario: Scenario) -> ScenarioResult:
    _refuse_too_large(document)
    from zhkh.commands.scenario_database import run_in_database  # noqa: PLC0415 - needs Django

    return run_in_database(scenario)


def _refuse_too_large(document: object) -> None:
    problems = too_large(document)
    if problems:
        raise ScenarioProblems(problems)


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
    actions = parser.add_subparsers(dest="action", required=True, metavar="run|check|load")
    one = actions.add_parser("run", help="рассчитать и напечатать результат как JSON")
    one.add_argument("file", metavar="FILE")
    one.add_argument(
        "--database",
        action="store_true",
        help="провести через базу данных: расчёт месяца, проводка, книги",
    )
    several = actions.add_parser("check", help="сравнить результат с expect")
    several.add_argument("files", metavar="FILE", nargs="+")
    stored = actions.add_parser("load", help="загрузить в базу данных")
    stored.add_argument("file", metavar="FILE")
    return parser
