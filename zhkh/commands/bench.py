"""`zhkh bench NAME`: measure on a made-up town, in a temporary database of its own."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from zhkh.bench.figures import Figures, as_line, as_list
from zhkh.commands.bounds import OutOfBounds, check_bounds
from zhkh.commands.scratch import in_database, scratch_database
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.services import ensure_services
from zhkh.town.plan import Plan, Profile

# ruff: noqa: PLC0415 - Django is set up when the temporary database is there

LAST = Period(2026, 10)  # the month every benchmark calculates


def main(argv: list[str]) -> int:
    """0 done; 2 bad input; 3 not possible now."""
    options = _parser().parse_args(argv)
    try:
        check_bounds(options)
        return int(options.run(options))
    except OutOfBounds as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 3


def charges(options: argparse.Namespace) -> int:
    plan = _plan(options)
    with _database() as owner_url:
        from zhkh.bench.charges import TITLES, bench_charges
        from zhkh.bench.machine import machine

        figures = bench_charges(plan, workers=options.workers, owner_url=owner_url)
        _tell("charges", TITLES, figures, machine(), as_json=options.json)
    return 0


def _tell(
    name: str,
    titles: dict[str, str],
    figures: Figures,
    machine: dict[str, object],
    *,
    as_json: bool,
) -> None:
    print(as_line(name, figures, machine) if as_json else as_list(titles, figures, machine))


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        accounts=options.accounts,
        months=options.months,
        seed=options.seed,
        profile=Profile(options.profile),
        last=LAST,
    )


@contextmanager
def _database() -> Iterator[str]:
    """An empty database Django is connected to; its address for the owner."""
    services = ensure_services()
    with scratch_database(services) as url:
        os.environ.update(services.environment, ZHKH_DATABASE_URL=url)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
        import django
        from django.db import connections

        django.setup()
        try:
            yield in_database(services.database_owner_url, url)
        finally:
            connections.close_all()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhkh bench", description="Замеры.")
    names = parser.add_subparsers(required=True, metavar="ЗАМЕР")
    charging = names.add_parser("charges", help="месяц города: расчёт, проведение, карточка счёта")
    charging.set_defaults(run=charges)
    charging.add_argument("--accounts", type=int, required=True, help="сколько лицевых счетов")
    charging.add_argument("--profile", choices=list(Profile), default=Profile.PLAIN)
    charging.add_argument("--months", type=int, default=1, help="месяцев учёта, последний измерен")
    charging.add_argument("--seed", type=int, default=1, help="зерно города")
    charging.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="исполнителей")
    charging.add_argument("--json", action="store_true", help="ответ для программы")
    return parser
