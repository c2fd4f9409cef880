"""
The sentences of «почему столько?» worked out again, from nothing but the printed text.

A sentence is clauses between "; ". A clause with "=" says what comes out of it; one without is
worth what its numbers give. Numbers in words, dates and references to the rules count for nothing.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_REFERENCE = re.compile(
    r"\((?:п\.|ст\.|пп\.|до \d+ зн|\d\d\.|переход|ч\.|\d+ от)[^()]*(?:\([^()]*\)[^()]*)*\)"
)
_DATE = re.compile(r"\b\d\d\.\d\d\.\d{4}\b")
_UNIT = re.compile(r"\bм[23²³]")
_TOKEN = re.compile(r"\d[\d\N{NO-BREAK SPACE}]*(?:,\d+)?|[+×/()%]|[−-]")
_PLACES = re.compile(r"\(до (\d+) зн\.\)")


def numbers_of(text: str) -> list[str]:
    """The tokens of arithmetic in a text."""
    for pattern in (_REFERENCE, _DATE, _UNIT):
        text = pattern.sub(" ", text)
    return [
        token.replace("\N{NO-BREAK SPACE}", "").replace(",", ".") for token in _TOKEN.findall(text)
    ]


def value_of(text: str) -> Fraction:
    """What the arithmetic of a text gives; 1 where it has no numbers."""
    reader = _Reader(_without_empty(numbers_of(text)))
    return reader.sum() if reader.tokens else Fraction(1)


def _without_empty(tokens: list[str]) -> list[str]:
    """Brackets around words only are no arithmetic."""
    kept: list[str] = []
    for token in tokens:
        if token == ")" and kept and kept[-1] == "(":
            kept.pop()
        else:
            kept.append(token)
    return kept


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0

    def sum(self) -> Fraction:
        value = self.product()
        while self.next_is("+", "−", "-"):
            sign = self.take()
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Fraction:
        value = self.single()
        while self.next_is("×", "/"):
            sign = self.take()
            other = self.single()
            value = value * other if sign == "×" else value / other
        return value

    def single(self) -> Fraction:
        token = self.take()
        if token in {"−", "-"}:
            return -self.single()
        if token == "(":
            value = self.sum()
            assert self.take() == ")", self.tokens
        else:
            value = Fraction(Decimal(token))
        if self.next_is("%"):
            self.take()
            value /= 100
        return value

    def next_is(self, *tokens: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place] in tokens

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]


def clause_value(clause: str) -> Fraction:
    """What a clause ends with, having checked that its left side gives that."""
    clause = clause.rpartition(": ")[2]
    left, equals, right = clause.rpartition(" = ")
    if not equals:
        return rounded_as_told(value_of(right), clause)
    printed = value_of(right)
    worked = rounded_as_told(value_of(left), clause)
    tolerance = Fraction(1, 200) if "руб" in right else Fraction(1, 10**6)
    assert abs(worked - printed) <= tolerance, clause
    return printed


def rounded_as_told(value: Fraction, clause: str) -> Fraction:
    told = _PLACES.search(clause)
    return Fraction(half_up(value, int(told[1]))) if told else value


def half_up(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def slice_of(sentence: str) -> tuple[Fraction, Fraction, Fraction, Decimal]:
    """
    Of a sentence about a part: the volume its note gives, the volume that is multiplied, what the
    product gives, and the printed amount. A share of a sum has no product: the note is both.
    """
    *notes, product = sentence.split("; ")
    values = [clause_value(note) for note in notes]
    left, _, right = product.rpartition(" = ")
    printed = value_of(right)
    amount = Decimal(printed.numerator) / Decimal(printed.denominator)
    if left == "доля счёта":
        return values[-1], values[-1], values[-1], amount
    return values[-1], value_of(left.partition(" × ")[0]), value_of(left), amount
