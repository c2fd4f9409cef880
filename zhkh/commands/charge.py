"""
`zhkh charge --period 2013-07`: calculate a month, and with --confirm post it.

With --check only tell what holds the month back; with --close post the draft as it stands.
"""

import argparse
import json
import os
import sys

from django.utils import timezone

from accounts_registry.models import Organisation
from charges.gates import Gate, gates
from charges.services import calculate_month, confirm_month, unready_houses
from zhkh.commands.choice import ChoiceRefusal, chosen_organisation, chosen_period
from zhkh.kernel.refusal import Refusal


def main(argv: list[str]) -> int:
    """0 done; 1 some houses have errors or a gate holds; 2 bad input; 3 not possible now."""
    parser = argparse.ArgumentParser(prog="zhkh charge", description="Рассчитать месяц.")
    parser.add_argument("--period", required=True, help="месяц, например 2013-07")
    parser.add_argument("--org", help="наименование организации")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--confirm", action="store_true", help="рассчитать и провести месяц")
    what.add_argument("--check", action="store_true", help="сказать, что мешает провести черновик")
    what.add_argument("--close", action="store_true", help="провести черновик, не рассчитывая")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="процессов, по умолчанию по ядру"
    )
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    try:
        return close(options) if options.check or options.close else charge(options)
    except ChoiceRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def charge(options: argparse.Namespace) -> int:
    organisation: Organisation = chosen_organisation(options.org)
    period = chosen_period(options.period)
    run = calculate_month(
        organisation=organisation,
        period=period,
        by=None,
        clock=timezone.now,
        workers=options.workers,
    )
    problems = unready_houses(organisation=organisation, period=period)
    posted = None
    if options.confirm and not problems:
        posted = confirm_month(organisation=organisation, period=period, by=None)
    houses = run.items.count()
    if options.json:
        answer = {"period": str(period), "houses": houses, "problems": problems, "posted": posted}
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{period.title}, {organisation}: домов {houses}, с ошибками {len(problems)}.")
        print(*problems, sep="\n", end="\n" if problems else "")
        if posted is not None:
            print(f"Месяц проведён: строк оборотов {posted}.")
    return 1 if problems else 0


def close(options: argparse.Namespace) -> int:
    """The gates of the draft; with `--close` it is posted if none of them holds it back."""
    organisation: Organisation = chosen_organisation(options.org)
    period = chosen_period(options.period)
    found = gates(organisation=organisation, period=period)
    held = any(gate.holds for gate in found)
    posted = None
    if options.close and not held:
        posted = confirm_month(organisation=organisation, period=period, by=None)
    if options.json:
        rows = [_gate_row(gate) for gate in found]
        answer = {"period": str(period), "gates": rows, "posted": posted}
        print(json.dumps(answer, ensure_ascii=False))
        return 1 if held else 0
    print(f"{period.title}, {organisation}:")
    print(*(_gate_line(gate) for gate in found), sep="\n")
    if posted is not None:
        print(f"Месяц проведён: строк оборотов {posted}.")
    return 1 if held else 0


def _gate_row(gate: Gate) -> dict[str, object]:
    return {
        "title": gate.title,
        "passed": gate.passed,
        "blocks": gate.blocks,
        "sentence": gate.sentence,
    }


def _gate_line(gate: Gate) -> str:
    sign = "да " if gate.passed else "нет" if gate.blocks else "?  "
    return f"{sign} {gate.title}{': ' if gate.sentence else ''}{gate.sentence}"
