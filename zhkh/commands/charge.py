"""`zhkh charge --period 2013-07`: calculate a month, and with --confirm post it."""

import argparse
import json
import sys

from django.utils import timezone

from accounts_registry.models import Organisation
from charges.services import calculate_month, confirm_month, unready_houses
from zhkh.commands.choice import ChoiceRefusal, chosen_organisation, chosen_period
from zhkh.kernel.refusal import Refusal


def main(argv: list[str]) -> int:
    """0 done; 1 some houses have errors; 2 bad input; 3 not possible now."""
    parser = argparse.ArgumentParser(prog="zhkh charge", description="Рассчитать месяц.")
    parser.add_argument("--period", required=True, help="месяц, например 2013-07")
    parser.add_argument("--org", help="наименование организации")
    parser.add_argument("--confirm", action="store_true", help="провести рассчитанный месяц")
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    try:
        return charge(options)
    except ChoiceRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def charge(options: argparse.Namespace) -> int:
    organisation: Organisation = chosen_organisation(options.org)
    period = chosen_period(options.period)
    run = calculate_month(organisation=organisation, period=period, by=None, clock=timezone.now)
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
