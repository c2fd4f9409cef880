"""Whether what came out is what was expected (contract: `expect`, a subset)."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from charges.calc.problems import Place, Problem, shown
from charges.calc.result import ScenarioResult, result_document

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MISSING = object()

Match = Callable[[dict[str, object], dict[str, object]], bool]


def differences(result: ScenarioResult | dict[str, object], expect: object) -> tuple[str, ...]:
    """
    One sentence for every value that differs or is missing; none where all agree.

    Decimal strings are compared by value, everything else exactly.
    """
    document = result_document(result) if isinstance(result, ScenarioResult) else result
    return tuple(_compare((), "", document, expect))


def _compare(place: Place, key: str, found: object, expected: object) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            yield from _compare((*place, name), name, found.get(name, _MISSING), value)
    elif isinstance(expected, list) and isinstance(found, list) and key in _MATCHES:
        yield from _compare_matched(place, _MATCHES[key], found, expected)
    elif isinstance(expected, list) and isinstance(found, list):
        yield from _compare_in_order(place, found, expected)
    elif not _same(found, expected):
        yield _difference(place, found, expected)


def _same(found: object, expected: object) -> bool:
    if isinstance(found, str) and isinstance(expected, str):
        if _DECIMAL.fullmatch(found) and _DECIMAL.fullmatch(expected):
            return Decimal(found) == Decimal(expected)
        return found == expected
    return type(found) is type(expected) and found == expected


def _compare_in_order(
    place: Place, found: Sequence[object], expected: Sequence[object]
) -> Iterator[str]:
    if len(found) != len(expected):
        yield f"{_path(place)}: ожидалось элементов {len(expected)}, получено {len(found)}"
        return
    for number, (one, other) in enumerate(zip(found, expected, strict=True)):
        yield from _compare((*place, number), "", one, other)


def _compare_matched(
    place: Place, match: Match, found: Sequence[object], expected: Sequence[object]
) -> Iterator[str]:
    for number, row in enumerate(expected):
        here = (*place, number)
        if not isinstance(row, dict):
            yield f"{_path(here)}: ожидался {shown(row)}, а не объект"
            continue
        fitting = [one for one in found if isinstance(one, dict) and match(one, row)]
        if not fitting:
            yield f"{_path(here)}: в результате нет {shown(_names(row))}"
            continue
        answers = [list(_compare(here, "", one, row)) for one in fitting]
        yield from min(answers, key=len)


def _names(row: dict[str, object]) -> dict[str, object]:
    keys = ("number", "code", "service", "zone", "component", "use")
    return {key: row[key] for key in keys if key in row}


def _by(*keys: str) -> Match:
    """The same value under each key; a key that is not there is null."""
    return lambda found, expected: all(found.get(key) == expected.get(key) for key in keys)


def _line(found: dict[str, object], expected: dict[str, object]) -> bool:
    keys = ("service", "zone", "component") + (("use",) if "use" in expected else ())
    return _by(*keys)(found, expected)


_MATCHES: dict[str, Match] = {
    "accounts": _by("number"),
    "houses": _by("code"),
    "common": _by("service", "zone"),
    "lines": _line,
}


def _difference(place: Place, found: object, expected: object) -> str:
    got = "ничего" if found is _MISSING else shown(found)
    return f"{_path(place)}: ожидалось {shown(expected)}, получено {got}"


def _path(place: Place) -> str:
    return Problem(("expect", *place), "", "").path
