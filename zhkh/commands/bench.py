"""`zhkh bench NAME`: measure on a made-up town, in a temporary database of its own."""

import argparse
import dataclasses
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from zhkh.bench.figures import Figures, as_line, as_list
from zhkh.commands.bounds import OutOfBounds, check_bounds
from zhkh.commands.scratch import in_database, scratch_database
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.services import ensure_services
from zhkh.town.plan import Plan, Profile

# ruff: noqa: PLC0415 - Django is set up when the temporary database is there

LAST = Period(2026, 10)  # the month every benchmark calculates
POSTING_SHARE = 5  # one killed posting for so many killed calculations
ACCOUNTS, QUICK_ACCOUNTS = 100_000, 2_000
HISTORY, QUICK_HISTORY = (2_000, 60), (50, 6)  # accounts and months
QUIET = 0.25  # of each core: what a machine may do besides and still be called free
SMALL_HOUSE = 10  # accounts: many houses, so that a killed run has something to go on with


def main(argv: list[str]) -> int:
    """0 done; 2 bad input; 3 not possible now."""
    options = _parser().parse_args(argv)
    options.load_before = os.getloadavg()[0]
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
    if options.accounts is None:
        options.accounts = QUICK_ACCOUNTS if options.quick else ACCOUNTS
    if options.quick or options.complete:
        return _complete(options)
    plan = _plan(options)
    with _database() as owner_url:
        from zhkh.bench.charges import TITLES, bench_charges
        from zhkh.bench.machine import machine

        figures = bench_charges(plan, workers=options.workers, owner_url=owner_url)
        _tell("charges", TITLES, figures, machine(), options)
    return 0


def _complete(options: argparse.Namespace) -> int:
    from zhkh.bench.complete import COMPLETE_TITLES, bench_complete
    from zhkh.bench.machine import machine

    plan = dataclasses.replace(_plan(options), months=1)
    accounts, months = QUICK_HISTORY if options.quick else HISTORY
    history = dataclasses.replace(
        plan, accounts=accounts, months=months, profile=Profile.FULL, is_copied=True
    )
    figures = bench_complete(plan, history, workers=options.workers, database=_database)
    with _database():
        _tell("charges", COMPLETE_TITLES, figures, machine(), options)
    return 0


def documents(options: argparse.Namespace) -> int:
    plan = _plan(options)
    with _database() as owner_url:
        from zhkh.bench.documents import TITLES, bench_documents
        from zhkh.bench.machine import machine

        figures = bench_documents(plan, workers=options.workers, owner_url=owner_url)
        _tell("documents", TITLES, figures, machine(), options)
    return 0


def faults(options: argparse.Namespace) -> int:
    """0 the same after all kills; 1 something differs; 3 not possible now."""
    plan = dataclasses.replace(_plan(options), house_size=SMALL_HOUSE)
    with _database():
        from zhkh.bench.faults import calculate_in_peace

        peace = calculate_in_peace(plan, workers=options.workers, tell=_say)
    with _database():
        from zhkh.bench.faults import TITLES, Kills, calculate_among_kills
        from zhkh.bench.machine import machine

        kills = Kills(calculating=options.kills, posting=-(-options.kills // POSTING_SHARE))
        figures = calculate_among_kills(
            plan, peace, kills=kills, workers=options.workers, tell=_say
        )
        _tell("faults", TITLES, figures, machine(), options)
    return 1 if figures["differences"] else 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _tell(
    name: str,
    titles: dict[str, str],
    figures: Figures,
    machine: dict[str, object],
    options: argparse.Namespace,
) -> None:
    load = options.load_before
    machine |= {"load_before": round(load, 2), "busy": load > QUIET * (os.cpu_count() or 1)}
    told = as_line(name, figures, machine) if options.json else as_list(titles, figures, machine)
    print(told)


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
        connections["default"].settings_dict["NAME"] = urlsplit(url).path.removeprefix("/")
        try:
            yield in_database(services.database_owner_url, url)
        finally:
            connections.close_all()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhkh bench", description="Замеры и испытания.")
    names = parser.add_subparsers(required=True, metavar="ЗАМЕР")
    charging = names.add_parser("charges", help="месяц города: расчёт, проведение, карточка счёта")
    charging.set_defaults(run=charges)
    _add_town(charging, accounts=None, profile=Profile.PLAIN, is_optional=True)
    charging.add_argument("--months", type=int, default=1, help="месяцев учёта, последний измерен")
    charging.add_argument(
        "--complete",
        action="store_true",
        help="все цифры: оба вида города, города меньше, карточка за пять лет",
    )
    charging.add_argument("--quick", action="store_true", help="то же на маленьких городах")
    printing = names.add_parser("documents", help="платёжные документы города: выпуск и печать")
    printing.set_defaults(run=documents)
    _add_town(printing, accounts=None, profile=Profile.FULL, name="--bills")
    printing.add_argument("--months", type=int, default=2, help="месяцев учёта, последний выпущен")
    killing = names.add_parser("faults", help="расчёт и проведение, убиваемые в случайные моменты")
    killing.set_defaults(run=faults, months=1)
    _add_town(killing, accounts=600, profile=Profile.FULL)
    killing.add_argument("--kills", type=int, default=50, help="сколько раз убить")
    return parser


def _add_town(
    parser: argparse.ArgumentParser,
    *,
    accounts: int | None,
    profile: Profile,
    name: str = "--accounts",
    is_optional: bool = False,
) -> None:
    parser.add_argument(
        name,
        dest="accounts",
        metavar="N",
        type=int,
        required=accounts is None and not is_optional,
        default=accounts,
        help="сколько лицевых счетов",
    )
    parser.add_argument("--profile", choices=list(Profile), default=profile)
    parser.add_argument("--seed", type=int, default=1, help="зерно города и случая")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="исполнителей")
    parser.add_argument("--json", action="store_true", help="ответ для программы")
