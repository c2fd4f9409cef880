"""A scenario through the real thing: rows, charge run, posting, ledger; and into a real database."""

import os

from charges.calc.inputs import Scenario
from charges.calc.result import ScenarioResult
from zhkh.commands.scratch import scratch_database
from zhkh.scenarios.limits import refuse_unstorable
from zhkh.scenarios.refusals import DatabaseNotReady, HouseNotCalculated, TooLargeForDatabase
from zhkh.services import Services, ensure_services

# ruff: noqa: PLC0415 - models can be imported only after Django is set up

SCRATCH_NAME = "Сценарий"


def run_in_database(scenario: Scenario) -> ScenarioResult:
    """
    Load the scenario into a database of its own, calculate, post, and read the rows back.

    :raises CannotLoad: something in it does not fit into the database.
    :raises Refusal: the database half does not know something in it yet, or there is no database.
    """
    refuse_unstorable(scenario)
    services = ensure_services()
    with scratch_database(services) as url:
        _use(services, url)
        from django.db import connections

        try:
            return run_where_connected(scenario)
        finally:
            connections.close_all()


def load(scenario: Scenario) -> str:
    """
    Load the scenario into the configured database; answers with what was loaded.

    :raises CannotLoad: accounts are known already, or something does not fit.
    :raises Refusal: the database has no place for something yet, or there is no database.
    """
    refuse_unstorable(scenario)
    services = ensure_services()
    _use(services, services.database_url)
    from django.db import InterfaceError, OperationalError, ProgrammingError
    from django.utils import timezone

    from zhkh.scenarios.rows import store_scenario

    name = scenario.title or f"Организация сценария за {scenario.period.title}"
    try:
        organisation = store_scenario(scenario, name=name[:200], at=timezone.now())
    except (InterfaceError, OperationalError, ProgrammingError) as error:
        raise DatabaseNotReady(error) from error
    accounts = sum(len(house.accounts) for house in scenario.houses)
    return (
        f"Загружено: организация «{organisation}», домов {len(scenario.houses)}, "
        f"лицевых счетов {accounts}, услуг {len(scenario.terms.services)}; "
        f"расчётный месяц {scenario.period.title}.\n"
    )


def run_where_connected(scenario: Scenario) -> ScenarioResult:
    """
    The same in the database Django is connected to, which keeps the rows.

    :raises Refusal: as `run_in_database`.
    """
    import psycopg
    from django.db import DataError, InterfaceError, OperationalError

    try:
        return _run(scenario)
    except (DataError, psycopg.DataError) as error:  # COPY answers without Django
        raise TooLargeForDatabase from error
    except (InterfaceError, OperationalError, psycopg.OperationalError) as error:
        raise DatabaseNotReady(error) from error


def _run(scenario: Scenario) -> ScenarioResult:
    from django.utils import timezone

    from charges.services import TOO_LARGE, calculate_month, confirm_month, unready_houses
    from zhkh.scenarios.books import books_result
    from zhkh.scenarios.rows import store_scenario

    organisation = store_scenario(scenario, name=SCRATCH_NAME, at=timezone.now())
    period = scenario.period
    if scenario.houses:
        calculate_month(organisation=organisation, period=period, by=None, clock=timezone.now)
        problems = unready_houses(organisation=organisation, period=period)
        if any(TOO_LARGE in problem for problem in problems):
            raise TooLargeForDatabase
        if problems:
            raise HouseNotCalculated("\n".join(problems))
        confirm_month(organisation=organisation, period=period, by=None)
    return books_result(
        organisation,
        period=period,
        counted_until=scenario.terms.payments_counted_until,
    )


def _use(services: Services, url: str) -> None:
    """Set Django up on this database."""
    import django

    os.environ.update(services.environment, ZHKH_DATABASE_URL=url)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhkh.settings.dev")
    django.setup()
