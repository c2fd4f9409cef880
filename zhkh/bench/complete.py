"""Every figure of a month in one run: both profiles, smaller towns beside them, years of history."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.utils import timezone

from zhkh.bench.charges import TITLES, bench_charges
from zhkh.bench.figures import Figures
from zhkh.town.plan import Plan, Profile

_OTHER = {Profile.PLAIN: Profile.FULL, Profile.FULL: Profile.PLAIN}
_OF_OTHER = (
    "seconds",
    "cpu_us_per_line",
    "ratio_to_copy_floor",
    "posting_seconds",
    "worker_rss_mb",
    "lines",
    "digest",
)
_SMALLER = (10, 100)  # times
_LEAST = 100  # accounts; less than a house tells nothing of a town
_PROFILE_TITLES = {Profile.PLAIN: "простой город", Profile.FULL: "полный город"}
COMPLETE_TITLES = {
    **TITLES,
    **{
        f"{profile}_{name}": f"{title}: {TITLES[name]}"
        for profile, title in _PROFILE_TITLES.items()
        for name in _OF_OTHER
    },
    **{
        f"linearity_{times}": f"цена строки к цене в городе в {times} раз меньше"
        for times in _SMALLER
    },
    **{
        f"history_{name}": f"за годы: {TITLES[name]}"
        for name in ("accounts", "months", "card_ms", "card_charges_ms", "card_payments_ms")
    },
    "history_debt_ms": "за годы: долг для кассы, мс",
}

Database = Callable[[], AbstractContextManager[str]]


def bench_complete(plan: Plan, history: Plan, *, workers: int, database: Database) -> Figures:
    """
    The month of the plan, then the other profile, towns ten and a hundred times smaller, and the
    pages of an account with the history of that plan; each in an empty `database` of its own.

    :raises MonthNotCalculated: a house of a town has errors.
    """

    def measured(wanted: Plan) -> Figures:
        with database() as owner_url:
            return bench_charges(wanted, workers=workers, owner_url=owner_url)

    figures = measured(plan)
    other = _OTHER[plan.profile]
    found = measured(dataclasses.replace(plan, profile=other))
    figures.update({f"{other}_{name}": found[name] for name in _OF_OTHER})
    for times in _SMALLER:
        accounts = plan.accounts // times
        if accounts >= _LEAST:
            smaller = measured(dataclasses.replace(plan, accounts=accounts))
            figures[f"linearity_{times}"] = _times_dearer(figures, smaller)
    with database() as owner_url:
        looked = _look_back(history, workers, owner_url)
    figures.update({f"history_{name}": value for name, value in looked.items()})
    return figures


def _times_dearer(figures: Figures, smaller: Figures) -> float:
    """How much more a line costs by the clock; 1 is a straight line."""
    here, there = (
        float(found["seconds"] or 0) / float(found["lines"] or 1) for found in (figures, smaller)
    )
    return round(here / there, 2)


def _look_back(plan: Plan, workers: int, owner_url: str) -> Figures:
    from accounts_registry.models import Organisation  # noqa: PLC0415 - models come after Django
    from zhkh.bench.lookups import look_up  # noqa: PLC0415 - the same
    from zhkh.town.building import build_town  # noqa: PLC0415 - the same

    build_town(plan, at=timezone.now(), workers=workers, tell=lambda *_: None, owner_url=owner_url)
    organisation = Organisation.objects.get(name=plan.title)
    return {
        "accounts": plan.accounts,
        "months": plan.months,
        **look_up(organisation, seed=plan.seed),
    }
