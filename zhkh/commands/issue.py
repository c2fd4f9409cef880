"""`zhkh issue --period 2013-07`: issue the payment documents of a posted month."""

import argparse
import dataclasses
import json
import sys

from django.utils import timezone

from payment_docs.services import issue_documents
from zhkh.commands.choice import ChoiceRefusal, chosen_organisation, chosen_period
from zhkh.kernel.refusal import Refusal


def main(argv: list[str]) -> int:
    """0 done; 1 some documents could not be made; 2 bad input; 3 not possible now."""
    parser = argparse.ArgumentParser(prog="zhkh issue", description="Выпустить документы.")
    parser.add_argument("--period", required=True, help="месяц, например 2013-07")
    parser.add_argument("--org", help="наименование организации")
    parser.add_argument("--reason", default="", help="причина выпуска новой версии")
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    try:
        return issue(options)
    except ChoiceRefusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def issue(options: argparse.Namespace) -> int:
    period = chosen_period(options.period)
    issued = issue_documents(
        organisation=chosen_organisation(options.org),
        period=period,
        by=None,
        at=timezone.now(),
        reason=options.reason,
    )
    if options.json:
        print(json.dumps({"period": str(period), **dataclasses.asdict(issued)}))
    else:
        failed = f", не сформировано {issued.failed}" if issued.failed else ""
        print(f"{period.title}: выпущено {issued.made}, без изменений {issued.unchanged}{failed}.")
    return 1 if issued.failed else 0
