"""
Bytes into a JSON document in which nothing was silently changed.

Python's reader turns 0.1 into a float, accepts NaN and keeps the last of two
equal keys. Here each of these survives as a value that says what it was, so
that the reader of the scenario can refuse it with its path.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator

from charges.calc.problems import Place, Problem, ScenarioProblems

_LONGEST_INTEGER = 18


@dataclasses.dataclass(frozen=True, slots=True)
class NotAnInteger:
    """A JSON number that is no count: a float, an exponent, NaN, or absurdly long."""

    text: str

    def __str__(self) -> str:
        return self.text if len(self.text) <= 20 else self.text[:19] + "…"


class JsonObject(dict[str, object]):
    """An object that remembers which of its keys were given more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs)
        self.repeated = [key for key, count in times.items() if count > 1]


def read_json(data: bytes) -> object:
    """
    The document in the bytes.

    :raises ScenarioProblems: not UTF-8, or not JSON.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(
            f"байт {error.start} не читается как UTF-8", "текст JSON в UTF-8"
        ) from None
    if text.startswith("\ufeff"):
        raise _unreadable("файл начинается с метки порядка байтов (BOM)", "UTF-8 без BOM")
    try:
        return json.loads(
            text,
            object_pairs_hook=JsonObject,
            parse_int=_integer,
            parse_float=NotAnInteger,
            parse_constant=NotAnInteger,
        )
    except json.JSONDecodeError as error:
        where = f"строка {error.lineno}, столбец {error.colno}"
        raise _unreadable(f"не JSON ({where})", "один документ JSON") from None
    except RecursionError:
        raise _unreadable("слишком глубокая вложенность", "документ по образцу сценария") from None


def _integer(text: str) -> int | NotAnInteger:
    return int(text) if len(text) <= _LONGEST_INTEGER else NotAnInteger(text)


def _unreadable(wrong: str, expected: str) -> ScenarioProblems:
    return ScenarioProblems([Problem((), wrong, expected)])


def walk(document: object) -> Iterator[tuple[Place, object]]:
    """Every place of the document with its value, as met when read from the top; no recursion."""
    waiting: list[tuple[Place, object]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        yield place, value
        if isinstance(value, dict):
            waiting.extend(((*place, key), value[key]) for key in reversed(value))
        elif isinstance(value, list):
            waiting.extend(((*place, i), value[i]) for i in range(len(value) - 1, -1, -1))
