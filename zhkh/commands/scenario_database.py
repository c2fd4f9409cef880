"""A scenario through the real thing: rows, charge run, posting, ledger; and into a real database."""

import os

from charges.calc.inputs import Scenario
from charges.calc.result import ScenarioResult
from zhkh.commands.scratch import scratch_database
from zhkh.kernel.refusal import Refusal
from zhkh.services import Services, ensure_services

SCRATCH_NAME = "Сценарий"


class HouseNotCalculated(Refusal):
    """The run refused a house the pure core had accepted."""


def run_in_database(scenario: Scenario) -> ScenarioResult:
    """
    Load the scenario into a database of its own, calculate, post, and read the rows back.

    :raises Refusal: the rules do not know something in it yet, or no database can be had.
    """
    services = ensure_services()
    with scratch_database(services) as url:
        _use(services, url)
        return _run(scenario)


def load(scenario: Scenario) -> str:
    """
    Load the scenario into the configured database; answers with the organisation's name.

    :raises Refusal: accounts are known already, or no database can be had.
    """
    services = ensure_services()
    _use(services, services.database_url)
    from django.utils import timezone

    from zhkh.commands.scenario_rows import store_scenario

    name = scenario.title or f"Организация сценария за {scenario.period.title}"
    return str(store_scenario(scenario, name=name[:200], at=timezone.now()))


def _run(scenario: Scenario) -> ScenarioResult:
    # ruff: noqa: PLC0415 - models can be imported only after Django is set up
    from django.db import connections
    from django.utils import timezone

    from charges.services import calculate_month, confirm_month, unready_houses
    from zhkh.commands.scenario_books import books_result
    from zhkh.commands.scenario_rows import store_scenario

    try:
        organisation = store_scenario(scenario, name=SCRATCH_NAME, at=timezone.now())
        period = scenario.period
        if scenario.houses:
            calculate_month(organisation=organisation, period=period, by=None, clock=timezone.now)
            problems = unready_houses(organisation=organisation, period=period)
            if problems:
                raise HouseNotCalculated("\n".join(problems))
            confirm_month(organisation=organisation, period=period, by=None)
        return books_result(
            organisation,
            period=period,
            counted_until=scenario.terms.payments_counted_until,
        )
    finally:
        connections.close_all()


def _use(services: Services, url: str) -> None:
    """Set Django up on this database."""
    import django

    os.environ.update(services.environment, ZHKH_DATABASE_URL=url)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
    django.setup()
