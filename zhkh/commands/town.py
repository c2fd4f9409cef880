"""`zhkh town --accounts N --months M --seed S`: write a made-up town into the database."""

import argparse
import json
import os
import sys
import time

import psycopg
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.utils import timezone

from zhkh.commands.bounds import OutOfBounds, check_bounds
from zhkh.commands.choice import ChoiceRefusal, chosen_period
from zhkh.kernel.refusal import Refusal
from zhkh.scenarios.refusals import DatabaseNotReady
from zhkh.town.building import build_town
from zhkh.town.plan import Plan, Profile

EARLIEST, LATEST = 2000, 2100


def main(argv: list[str]) -> int:
    """0 done; 2 bad input; 3 not possible now."""
    try:
        plan, options = read_plan(argv)
    except (ChoiceRefusal, OutOfBounds) as refusal:
        print(refusal, file=sys.stderr)
        return 2
    try:
        return write(plan, options)
    except (InterfaceError, OperationalError, ProgrammingError, psycopg.Error) as error:
        print(DatabaseNotReady(error), file=sys.stderr)
        return 3
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def read_plan(argv: list[str]) -> tuple[Plan, argparse.Namespace]:
    """
    :raises ChoiceRefusal: the month is no month.
    :raises OutOfBounds: a number makes no town.
    """
    parser = argparse.ArgumentParser(prog="zhkh town", description="Построить выдуманный город.")
    parser.add_argument("--accounts", type=int, required=True, help="сколько лицевых счетов")
    parser.add_argument("--months", type=int, default=1, help="месяцев учёта, последний открыт")
    parser.add_argument(
        "--copied", action="store_true", help="прошлое повторяет свой первый месяц: быстрее"
    )
    parser.add_argument("--seed", type=int, default=1, help="зерно: то же зерно — тот же город")
    parser.add_argument("--profile", choices=list(Profile), default=Profile.FULL)
    parser.add_argument("--period", default="2026-10", help="последний месяц, например 2026-10")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="процессов")
    parser.add_argument("--json", action="store_true", help="ответ для программы")
    options = parser.parse_args(argv)
    check_bounds(options)
    last = chosen_period(options.period)
    if not EARLIEST <= last.year <= LATEST:
        raise ChoiceRefusal(f"--period {last}: ожидается месяц с {EARLIEST} по {LATEST} год.")
    plan = Plan(
        accounts=options.accounts,
        months=options.months,
        seed=options.seed,
        profile=Profile(options.profile),
        last=last,
        is_copied=options.copied,
    )
    return plan, options


def write(plan: Plan, options: argparse.Namespace) -> int:
    began = time.monotonic()
    organisation = build_town(
        plan,
        at=timezone.now(),
        workers=options.workers,
        tell=tell_on_stderr,
        owner_url=os.environ.get("ZHKH_DATABASE_OWNER_URL"),
    )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    seconds = round(time.monotonic() - began, 1)
    if options.json:
        print(
            json.dumps(
                {
                    "organisation": organisation.name,
                    "accounts": plan.accounts,
                    "houses": plan.houses,
                    "months": plan.months,
                    "period": str(plan.last),
                    "seconds": seconds,
                },
                ensure_ascii=False,
            )
        )
    else:
        print(
            f"Город построен за {seconds} с: организация «{organisation}», домов {plan.houses}, "
            f"лицевых счетов {plan.accounts}; к расчёту — {plan.last.title}."
        )
    return 0


def tell_on_stderr(done: str) -> None:
    """One line that is written over where a person looks, a line a step otherwise."""
    start, end = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
    print(f"{start}{done}", end=end, file=sys.stderr, flush=True)
