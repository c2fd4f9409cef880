"""The month of a town: calculated, written, posted and looked at, against the COPY floor."""

import hashlib
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import django
import psycopg
from django.db import connections
from django.utils import timezone

from zhkh.bench.effort import Effort, effort_of
from zhkh.bench.figures import Figures
from zhkh.bench.floor import copy_floor_rounds
from zhkh.kernel.refusal import Refusal
from zhkh.town.plan import Plan

if TYPE_CHECKING:
    from accounts_registry.models import Organisation

# ruff: noqa: PLC0415 - this module begins a fresh process, models come after Django is set up

TITLES = {
    "seconds": "расчёт месяца, с",
    "cpu_us_per_line": "процессора на строку (программа и база), мкс",
    "ratio_to_copy_floor": "во сколько раз дольше голой записи тех же строк",
    "posting_seconds": "проведение месяца, с",
    "worker_rss_mb": "память исполнителя, МБ",
    "lines": "строк начислений",
    "copy_floor_seconds": "голая запись тех же строк (COPY), с",
    "copy_floor_spread": "самая долгая голая запись ÷ самая быстрая",
    "client_cpu_us_per_line": "из них программа, мкс на строку",
    "database_cpu_us_per_line": "из них база, мкс на строку",
    "town_seconds": "построение города, с",
    "accounts": "лицевых счетов",
    "months": "месяцев учёта",
    "workers": "исполнителей",
    "digest": "отпечаток строк и исходных данных",
    "card_ms": "карточка счёта, мс",
    "card_charges_ms": "начисления в карточке, мс",
    "card_payments_ms": "оплаты в карточке, мс",
    "debt_ms": "долг для кассы, мс",
}


class MonthNotCalculated(Refusal):
    def __init__(self, problems: list[str]) -> None:
        super().__init__("Замер не удался, дома не рассчитаны: " + "; ".join(problems[:3]))


def bench_charges(plan: Plan, *, workers: int, owner_url: str) -> Figures:
    """
    Build the town of the plan, calculate and post its last month, look at accounts.

    `owner_url` is of the owner of the same database, for the table of the floor.

    :raises MonthNotCalculated: a house of the town has errors.
    :raises Refusal: the database is not on this machine, or the town stands already.
    """
    town_seconds = _build(plan, workers, owner_url)
    _vacuum(owner_url)
    calculation = _in_fresh_process(plan, workers)
    _refuse_unready(plan)
    lines = _lines(plan)
    digest = _digest(plan)
    connections.close_all()
    rounds = copy_floor_rounds(owner_url, period=plan.last, workers=workers)
    posting = _post(plan)
    connections.close_all()
    rounds += copy_floor_rounds(owner_url, period=plan.last, workers=workers)
    floor = statistics.median(rounds)
    return {
        "seconds": round(calculation.seconds, 2),
        "cpu_us_per_line": _us(calculation.cpu, lines),
        "ratio_to_copy_floor": round(calculation.seconds / floor, 2),
        "posting_seconds": round(posting, 2),
        "worker_rss_mb": round(calculation.rss_mb),
        "lines": lines,
        "copy_floor_seconds": round(floor, 3),
        "copy_floor_spread": round(max(rounds) / min(rounds), 2),
        "client_cpu_us_per_line": _us(calculation.client_cpu, lines),
        "database_cpu_us_per_line": _us(calculation.database_cpu, lines),
        "town_seconds": round(town_seconds, 1),
        "accounts": plan.accounts,
        "months": plan.months,
        "workers": workers,
        "digest": digest,
        **_looked_up(plan),
    }


def _us(seconds: float, lines: int) -> float:
    return round(seconds / lines * 1_000_000, 2)


def _build(plan: Plan, workers: int, owner_url: str) -> float:
    from zhkh.town.building import build_town

    began = time.perf_counter()
    build_town(plan, at=timezone.now(), workers=workers, tell=lambda *_: None, owner_url=owner_url)
    return time.perf_counter() - began


def _vacuum(owner_url: str) -> None:
    """What the server would otherwise do of its own accord beside the measurement."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _in_fresh_process(plan: Plan, workers: int) -> Effort:
    """What the town's builders used must not count as the memory of the calculation."""
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=django.setup) as pool:
        return pool.submit(calculate, plan, workers).result()


def calculate(plan: Plan, workers: int) -> Effort:
    """The charge run, measured in this process and those it starts."""
    from charges.services import calculate_month

    organisation = _organisation(plan)
    return effort_of(
        lambda: calculate_month(
            organisation=organisation,
            period=plan.last,
            by=None,
            clock=timezone.now,
            workers=workers,
        )
    )


def _refuse_unready(plan: Plan) -> None:
    from charges.services import unready_houses

    problems = unready_houses(organisation=_organisation(plan), period=plan.last)
    if problems:
        raise MonthNotCalculated(problems)


def _lines(plan: Plan) -> int:
    from charges.models import ChargeLine

    return ChargeLine.objects.filter(
        month=plan.last.first_day, account__organisation=_organisation(plan)
    ).count()


def _digest(plan: Plan) -> str:
    """The same for the same town and rules, on any machine and by any number of workers."""
    from zhkh.bench.digest import draft_digests

    found = "".join(draft_digests(_organisation(plan), plan.last).values())
    return hashlib.sha256(found.encode()).hexdigest()[:16]


def _post(plan: Plan) -> float:
    from charges.services import confirm_month

    organisation = _organisation(plan)
    began = time.perf_counter()
    confirm_month(organisation=organisation, period=plan.last, by=None)
    return time.perf_counter() - began


def _looked_up(plan: Plan) -> Figures:
    from zhkh.bench.lookups import look_up

    return look_up(_organisation(plan), seed=plan.seed)


def _organisation(plan: Plan) -> "Organisation":
    from accounts_registry.models import Organisation

    return Organisation.objects.get(name=plan.title)
