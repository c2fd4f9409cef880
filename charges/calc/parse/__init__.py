"""
A scenario file into plain values, or every problem of it at once (contract: "Refused").

What can only be seen while calculating — a day without a tariff, a norm that
is missing where it is used — is refused by `charges.calc.calculation` in the same way.
"""

from collections.abc import Iterable, Iterator

from charges.calc.inputs import CommonRounding, House, NegativeCommon, Scenario, Terms
from charges.calc.parse.context import Context, context_of, in_document_order
from charges.calc.parse.houses import read_house
from charges.calc.parse.json_text import JsonObject, NotAnInteger, read_json, walk
from charges.calc.parse.nodes import Node, Sound, kind_of
from charges.calc.parse.penalty import read_penalty
from charges.calc.parse.terms import (
    read_norms,
    read_rounding,
    read_services,
    read_tariffs,
    read_uplifts,
)
from charges.calc.problems import Problem, ScenarioProblems, shown

_FORMAT_VERSION = 1
_REQUIRED = ("scenario", "period", "services", "tariffs", "houses")
_OPTIONAL = (
    "title",
    "rounding",
    "norms",
    "uplifts",
    "payments_counted_until",
    "penalty",
    "expect",
    "x_limit_common_to_norm",
    "x_negative_common",
)


def parse_text(data: bytes) -> Scenario:
    """
    The scenario in a file.

    :raises ScenarioProblems: with every problem found, in document order.
    """
    return parse_document(read_json(data))


def parse_document(document: object) -> Scenario:
    """
    The scenario in a document read from JSON (`read_json` keeps what plain JSON readers lose).

    :raises ScenarioProblems: with every problem found, in document order.
    """
    problems = [*_unprintable_texts(document), *_lost_in_expectations(document)]
    scenario = _scenario(Node(document, (), problems), context_of(document))
    if problems or scenario is None:
        raise ScenarioProblems(sorted_as_read(document, problems))
    return scenario


def sorted_as_read(document: object, problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order in which a reader of the document meets them."""
    return in_document_order(problems, (place for place, _ in walk(document)))


def _scenario(node: Node, context: Context) -> Scenario | None:
    sound = Sound(node)
    fields = node.fields(_REQUIRED, _OPTIONAL)
    if "scenario" in fields:
        _check_version(fields["scenario"])
    terms = _terms(fields, context)
    houses = _houses(fields, context)
    title = fields["title"].text() if "title" in fields else ""
    expect = fields["expect"].value if "expect" in fields else None
    if "expect" in fields and not isinstance(expect, dict):
        fields["expect"].refuse(f"получено {kind_of(expect)}", "объект {…}")
    return Scenario(terms, houses, title, expect) if sound and terms else None


def _check_version(node: Node) -> None:
    version = node.count()
    if version != _FORMAT_VERSION:
        node.refuse(f"версия {version}", f"версия {_FORMAT_VERSION}")


def _terms(fields: dict[str, Node], context: Context) -> Terms | None:
    period = fields["period"].month() if "period" in fields else None
    services = read_services(fields["services"], context) if "services" in fields else ()
    tariffs = read_tariffs(fields["tariffs"], context) if "tariffs" in fields else ()
    norms = read_norms(fields["norms"], context) if "norms" in fields else ()
    uplifts = read_uplifts(fields["uplifts"], context) if "uplifts" in fields else ()
    rounding = read_rounding(fields["rounding"]) if "rounding" in fields else CommonRounding()
    counted = fields.get("payments_counted_until")
    counted_until = counted.day() if counted else None
    penalty = read_penalty(fields["penalty"]) if "penalty" in fields else None
    limit, negative = fields.get("x_limit_common_to_norm"), fields.get("x_negative_common")
    limits_common = limit.flag() if limit else False
    negative_common = negative.choice(NegativeCommon) if negative else NegativeCommon.REPORT
    if period is None:
        return None
    return Terms(
        period,
        services,
        tariffs,
        norms,
        uplifts,
        rounding,
        counted_until,
        penalty,
        limits_common,
        negative_common,
    )


def _houses(fields: dict[str, Node], context: Context) -> tuple[House, ...]:
    if "houses" not in fields:
        return ()
    return tuple(
        house for _, house in fields["houses"].each(lambda item: read_house(item, context))
    )


def _unprintable_texts(document: object) -> Iterator[Problem]:
    """Halves of surrogate pairs and NUL: neither UTF-8 nor the database can hold them."""
    for place, value in walk(document):
        texts = [value] if isinstance(value, str) else []
        if place and isinstance(place[-1], str):
            texts.append(place[-1])
        if any("\0" in text or _has_surrogate(text) for text in texts):
            yield Problem(
                place, f"недопустимый знак в тексте {shown(value)}", "текст Unicode без NUL"
            )


def _lost_in_expectations(document: object) -> Iterator[Problem]:
    """`expect` has no keys of its own to check, but floats and repeated keys are refused there too."""
    for place, value in walk(document):
        if place[:1] != ("expect",):
            continue
        if isinstance(value, NotAnInteger | float):
            yield Problem(place, f"получено число {value}", "десятичное число строкой")
        if isinstance(value, JsonObject):
            for key in value.repeated:
                yield Problem((*place, key), "ключ повторяется", "каждый ключ один раз")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)
