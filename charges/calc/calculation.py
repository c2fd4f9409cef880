"""A whole scenario: its houses one by one, put together in the order of the contract."""

from charges.calc.building import HouseCalculation, calculate_house
from charges.calc.inputs import Scenario
from charges.calc.problems import Problem, ScenarioProblems
from charges.calc.result import ScenarioResult
from charges.calc.tables import MonthTables


def calculate(scenario: Scenario) -> ScenarioResult:
    """
    Houses by code, accounts by number over all houses.

    :raises ScenarioProblems: something is missing that a rule needs: a tariff, a norm, a volume.
    """
    tables = MonthTables(scenario.terms)
    calculated: list[HouseCalculation] = []
    problems: dict[Problem, None] = {}
    for number, house in enumerate(scenario.houses):
        try:
            calculated.append(calculate_house(tables, house, ("houses", number)))
        except ScenarioProblems as refusal:
            problems.update(dict.fromkeys(refusal.problems))
    if problems:
        raise ScenarioProblems(problems)
    accounts = [account for house in calculated for account in house.accounts]
    return ScenarioResult(
        scenario.period,
        tuple(sorted((house.house for house in calculated), key=lambda house: house.code)),
        tuple(sorted(accounts, key=lambda account: account.number)),
    )
