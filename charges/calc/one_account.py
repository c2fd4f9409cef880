"""
One account of a house, without the lines of its neighbours: for «почему столько?».

Neighbours matter only where the house has something of its own to share out: then their volumes
are found too, but nothing is charged to them.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from charges.calc.building import calculator_of
from charges.calc.common_house import used_by
from charges.calc.demands import Demands
from charges.calc.inputs import House
from charges.calc.result import AccountResult
from charges.calc.tables import MonthTables
from charges.calc.voted import voted_lines

_SHARED_OUT = ("house_meters", "voted")
_HEAT_OF_HOUSE = ("house_volume", "previous_year_mean")

Document = Mapping[str, Any]


def without_strangers(document: Document, number: str) -> Document:
    """The scenario document of a house less the accounts on which this one does not depend."""
    (house,) = document["houses"]
    accounts = house["accounts"]
    mine = next((one for one in accounts if one["number"] == number), None)
    if mine is None or _shares_out(house):
        return document
    kept = [one for one in accounts if one is mine or _is_neighbour_in_flat(one, mine)]
    return {**document, "houses": [{**house, "accounts": kept}]}


def calculate_account(tables: MonthTables, house: House, number: str) -> AccountResult | None:
    """
    What `calculate_house` gives the account; None when it is not in the house.

    :raises ScenarioProblems: something is missing that a rule needs.
    """
    demands = Demands()
    calculator = calculator_of(tables, house, ("houses", 0), demands)
    flat = next(
        (
            place
            for place, flat in enumerate(calculator.flats)
            if any(payer.account.number == number for payer in flat.payers)
        ),
        None,
    )
    if flat is None:
        return None
    volumes = calculator.volumes()
    common = calculator.common(partial(used_by, volumes))
    voted = voted_lines(calculator.house, calculator.place, tables, demands)
    found = list(calculator.accounts(flat, volumes[flat], common, voted[flat]))
    demands.refuse_if_any()
    return next(account for account in found if account.number == number)


def _shares_out(house: Document) -> bool:
    heating = house.get("heating", {})
    return any(house.get(key) for key in _SHARED_OUT) or any(
        heating.get(key) is not None for key in _HEAT_OF_HOUSE
    )


def _is_neighbour_in_flat(one: Document, mine: Document) -> bool:
    return "x_share" in mine and all(one.get(key) == mine.get(key) for key in ("premises", "kind"))
