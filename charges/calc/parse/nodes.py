"""
One place of the document: its value, its path and the list of everything found wrong.

A reader returns the value, or — with a problem noted — a stand-in of the right
type, so that one bad field does not hide the next. Whoever builds an object
asks `Sound` whether anything was noted meanwhile and drops the object if so.
"""

import dataclasses
import datetime as dt
import enum
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from charges.calc.parse.json_text import JsonObject, NotAnInteger
from charges.calc.problems import Place, Problem, shown
from zhkh.kernel.period import Period

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SOME_DAY = dt.date(2000, 1, 1)

Member = TypeVar("Member", bound=enum.StrEnum)
Built = TypeVar("Built")


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    value: object
    place: Place
    problems: list[Problem]

    def refuse(self, wrong: str, expected: str) -> None:
        self.problems.append(Problem(self.place, wrong, expected))

    # --- what is inside

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Node"]:
        """The members of an object; unknown, repeated and missing keys are noted."""
        if not isinstance(self.value, dict):
            self.refuse(f"получено {kind_of(self.value)}", "объект {…}")
            return {}
        if isinstance(self.value, JsonObject):
            for key in self.value.repeated:
                self.member(key).refuse("ключ повторяется", "каждый ключ один раз")
        for key in self.value:
            if key not in required and key not in optional:
                self.member(key).refuse("неизвестный ключ", "ключ из описания сценария")
        for key in required:
            if key not in self.value:
                self.member(key).refuse("нет ключа", "он обязателен")
        known = [key for key in (*required, *optional) if key in self.value]
        return {key: self.member(key) for key in known}

    def items(self) -> list["Node"]:
        if not isinstance(self.value, list):
            self.refuse(f"получено {kind_of(self.value)}", "список […]")
            return []
        return [
            Node(item, (*self.place, number), self.problems)
            for number, item in enumerate(self.value)
        ]

    def each(self, read: Callable[["Node"], Built | None]) -> list[tuple["Node", Built]]:
        """What could be built of the items of a list, each beside its place."""
        built = [(item, read(item)) for item in self.items()]
        return [(item, thing) for item, thing in built if thing is not None]

    def member(self, key: str) -> "Node":
        """The place of a key, also of one that is not there."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, (*self.place, key), self.problems)

    # --- plain values

    def text(self) -> str:
        if isinstance(self.value, str):
            return self.value
        self.refuse(f"получено {kind_of(self.value)}", "строка")
        return ""

    def name(self) -> str:
        """A text that names something, so not an empty one."""
        before = len(self.problems)
        text = self.text()
        if not text and len(self.problems) == before:
            self.refuse("пустая строка", "непустая строка")
        return text

    def flag(self) -> bool:
        if isinstance(self.value, bool):
            return self.value
        self.refuse(f"получено {kind_of(self.value)}", "true или false")
        return False

    def count(self, least: int | None = None, most: int | None = None) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(f"получено {kind_of(self.value)}", "целое число JSON")
            return least or 1
        if (least is not None and self.value < least) or (most is not None and self.value > most):
            limits = f"от {least} до {most}" if most is not None else f"не меньше {least}"
            self.refuse(f"число {self.value}", f"целое число {limits}")
            return least or 1
        return self.value

    def decimal(self, places: int) -> Decimal:
        """A decimal given as a string, with at most so many places; minus zero is zero."""
        if not isinstance(self.value, str):
            self.refuse(f"получено {kind_of(self.value)}", 'десятичное число строкой, как "12.34"')
            return Decimal(1)
        if not _DECIMAL.fullmatch(self.value):
            self.refuse(f"{shown(self.value)} не число", 'десятичное число строкой, как "12.34"')
            return Decimal(1)
        given = len(self.value.partition(".")[2])
        if given > places:
            self.refuse(f"{given} зн. после запятой", f"не больше {places}")
            return Decimal(1)
        return Decimal(self.value) or Decimal(0)

    def day(self) -> dt.date:
        if isinstance(self.value, str) and _DATE.fullmatch(self.value):
            try:
                return dt.date.fromisoformat(self.value)
            except ValueError:
                self.refuse(f"{shown(self.value)} нет в календаре", "дата ГГГГ-ММ-ДД")
                return _SOME_DAY
        self.refuse(f"{shown_or_kind(self.value)} не дата", "дата ГГГГ-ММ-ДД")
        return _SOME_DAY

    def month(self) -> Period:
        try:
            return Period.parse(self.value if isinstance(self.value, str) else "")
        except ValueError:
            self.refuse(f"{shown_or_kind(self.value)} не месяц", "месяц ГГГГ-ММ")
            return Period.of(_SOME_DAY)

    def choice(self, members: type[Member]) -> Member:
        try:
            return members(self.value if isinstance(self.value, str) else "")
        except ValueError:
            self.refuse(
                f"неизвестное значение {shown_or_kind(self.value)}",
                "одно из " + ", ".join(members),
            )
            return next(iter(members))

    # --- decimals with limits

    def not_negative(self, places: int) -> Decimal:
        return self.at_least(Decimal(0), places)

    def at_least(self, least: Decimal, places: int) -> Decimal:
        number = self.decimal(places)
        if number < least:
            self.refuse(f"число {number}", f"не меньше {least}")
            return least
        return number

    def above_zero(self, places: int) -> Decimal:
        number = self.decimal(places)
        if number <= 0:
            self.refuse(f"число {number}", "больше нуля")
            return Decimal(1)
        return number

    def share(self, places: int = 4) -> Decimal:
        number = self.decimal(places)
        if not 0 <= number <= 1:
            self.refuse(f"число {number}", "доля от 0 до 1")
            return Decimal(0)
        return number


class Sound:
    """Tells whether anything was noted since it was made."""

    def __init__(self, node: Node) -> None:
        self._problems = node.problems
        self._before = len(node.problems)

    def __bool__(self) -> bool:
        return len(self._problems) == self._before


def kind_of(value: object) -> str:
    """What a value is, in words a person who wrote the file understands."""
    if isinstance(value, NotAnInteger):
        return f"число {value}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {int: "целое число", str: "строка", dict: "объект", list: "список"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "не JSON")


def shown_or_kind(value: object) -> str:
    return shown(value) if isinstance(value, str) else kind_of(value)


def interval(fields: dict[str, Node]) -> tuple[dt.date, dt.date | None]:
    """`from` and `to` of a dated row; a row that ends before it begins is noted at its `to`."""
    return _ordered(fields, "from", "to")


def _ordered(fields: dict[str, Node], first: str, second: str) -> tuple[dt.date, dt.date | None]:
    if first not in fields:
        return _SOME_DAY, None
    sound = Sound(fields[first])
    since = fields[first].day()
    if second not in fields:
        return since, None
    until = fields[second].day()
    if sound and since >= until:
        fields[second].refuse(f"{until} не позже, чем {first} ({since})", f"дата позже {since}")
    return since, until


def ordered_days(fields: dict[str, Node], first: str, second: str) -> tuple[dt.date, dt.date]:
    """Two required days, the first before the second."""
    since, until = _ordered(fields, first, second)
    return since, until or since
