"""What a calculation turned out to need and did not get (contract: "missing where used")."""

from charges.calc.problems import Place, Problem, ScenarioProblems


class Demands:
    """Notes every missing thing once, so that all are told together."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}

    def note(self, place: Place, wrong: str, expected: str) -> None:
        self._problems[Problem(place, wrong, expected)] = None

    def refuse_if_any(self) -> None:
        """:raises ScenarioProblems: something was missing."""
        if self._problems:
            raise ScenarioProblems(self._problems)
