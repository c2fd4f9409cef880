"""What reading one part of a scenario has to know of the others."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from charges.calc.inputs import Charge
from charges.calc.parse.nodes import Node
from charges.calc.problems import Place, Problem, shown

Built = TypeVar("Built")


@dataclasses.dataclass(slots=True)
class Context:
    """`charges` is None where the list of services cannot be read at all: nothing is unknown then."""

    charges: dict[str, str] | None
    with_penalty: bool
    numbers: set[str] = dataclasses.field(default_factory=set)  # accounts met so far
    houses: set[str] = dataclasses.field(default_factory=set)
    common_taken: set[str] = dataclasses.field(default_factory=set)
    taking_common: frozenset[str] = frozenset()  # services that charge another's common volume

    def service(self, node: Node) -> str:
        """The code of a service that the scenario lists."""
        code = node.text()
        if isinstance(node.value, str) and self.charges is not None and code not in self.charges:
            node.refuse(f"неизвестная услуга {shown(code)}", "код из services")
        return code

    def services(self, node: Node) -> list[str]:
        return [self.service(item) for item in node.items()]

    def charge_of(self, code: str) -> str:
        return (self.charges or {}).get(code, "")


def context_of(document: object) -> Context:
    """Look ahead at the services and whether penalties are asked for."""
    if not isinstance(document, dict):
        return Context(None, with_penalty=False)
    services = document.get("services")
    with_penalty = "penalty" in document
    if not isinstance(services, list):
        return Context(None, with_penalty=with_penalty)
    named = [
        service
        for service in services
        if isinstance(service, dict) and isinstance(service.get("code"), str)
    ]
    return Context(
        {service["code"]: str(service.get("charge")) for service in named},
        with_penalty=with_penalty,
        taking_common=frozenset(
            service["code"] for service in named if service.get("x_common_of") is not None
        ),
    )


def takes_common_volume(charge: str) -> bool:
    """Whether a common volume of the house can be charged through such a service."""
    return charge in {Charge.METERED, Charge.HOT_WATER_TWO_PART, Charge.DRAINAGE}


def overlap(
    one: tuple[dt.date, dt.date | None], other: tuple[dt.date, dt.date | None]
) -> dt.date | None:
    """The first day two half-open intervals share."""
    day = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    return day if all(day < end for end in ends) else None


def refuse_overlaps(
    rows: Sequence[tuple[Node, Built]],
    *,
    key: Callable[[Built], Hashable],
    clash: Callable[[Built, Built], str | None],
    expected: str = "строки без наложений",
) -> None:
    """Note every row that clashes with an earlier one of the same key; `clash` says how, or nothing."""
    earlier_rows: dict[Hashable, list[Built]] = {}
    for node, row in rows:
        earlier = earlier_rows.setdefault(key(row), [])
        wrong = next(filter(None, (clash(other, row) for other in earlier)), None)
        if wrong:
            node.refuse(wrong, expected)
        earlier.append(row)


def overlap_in_words(
    one: tuple[dt.date, dt.date | None], other: tuple[dt.date, dt.date | None]
) -> str | None:
    day = overlap(one, other)
    return f"накладывается на более раннюю строку с {day}" if day else None


def in_document_order(problems: Iterable[Problem], places: Iterable[Place]) -> list[Problem]:
    """
    Problems as a reader of the file meets them.

    What is missing stands where it would be: with the object that lacks it.
    """
    order = {place: position for position, place in enumerate(places)}

    def position(problem: Problem) -> int:
        place = problem.place
        while place not in order:
            place = place[:-1]
        return order[place]

    return sorted(problems, key=position)
