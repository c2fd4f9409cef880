"""The one way text is folded for search: lower case, ё as е, one kind of apostrophe."""

from django.db.models import F, Value
from django.db.models.expressions import Combinable, Func
from django.db.models.functions import Lower, Replace

_PAIRS = (
    ("ё", "е"),
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    ("\N{MODIFIER LETTER APOSTROPHE}", "'"),
    ("`", "'"),
)


def fold(text: str) -> str:
    """Fold what a person typed exactly as the database folds the stored key."""
    folded = text.lower()
    for letter, replacement in _PAIRS:
        folded = folded.replace(letter, replacement)
    return folded


def folded(column: str) -> Func:
    """The SQL expression of `fold`, for generated columns."""
    expression: Combinable = Lower(F(column))
    for letter, replacement in _PAIRS:
        expression = Replace(expression, Value(letter), Value(replacement))
    assert isinstance(expression, Func)
    return expression
