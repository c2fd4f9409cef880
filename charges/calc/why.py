"""
The sentences of `why`: what was multiplied by what, and by which paragraph.

Made from the very values the line was made from, so that they cannot tell another story.
"""

from collections.abc import Iterator, Sequence

from charges.calc.inputs import Use
from charges.calc.lines import Draft
from charges.calc.pricing import Slice, excess_of
from charges.calc.recalculation import Change
from charges.calc.timeline import Month
from charges.calc.words import day_words, money_words, number_words, price_words
from zhkh.kernel.money import ZERO

_PARTS = {
    Use.INDIVIDUAL: "Индивидуальное потребление",
    Use.COMMON: "Общедомовые нужды",
}
_UNDIVIDED = "Начисление"  # of services that have no common part


def explain(draft: Draft, changes: Sequence[Change], month: Month) -> tuple[str, ...]:
    """At least one sentence for every part, slice, recalculation and benefit."""
    return (
        *(_slice_words(draft, part, month) for part in draft.slices),
        *_uplift_words(draft),
        *_vat_words(draft),
        *(change.why for change in changes),
    )


def _slice_words(draft: Draft, part: Slice, month: Month) -> str:
    title = _PARTS[part.part] if part.method is not None else _UNDIVIDED
    whole_month = (part.lo, part.hi) == (0, month.days)
    days = (
        ""
        if whole_month
        else f" с {day_words(month.date(part.lo))} по " + day_words(month.date(part.hi - 1))
    )
    return (
        f"{title}{days}: {part.note()}; {_product_words(draft, part)} = {money_words(part.amount)}"
    )


def _product_words(draft: Draft, part: Slice) -> str:
    factors = [f"{number_words(part.volume)} {draft.unit}"]
    if part.coefficient != 1:
        factors.append(f"К {number_words(part.coefficient)}")
    if part.price is not None:
        factors.append(price_words(part.price))
    return " × ".join(factors)


def _uplift_words(draft: Draft) -> Iterator[str]:
    excess = excess_of(draft.individual)
    if excess:
        yield (
            f"Из них повышающий коэффициент: {money_words(excess)} "
            "(п. 42 Правил № 354, формула 4(1))"
        )


def _vat_words(draft: Draft) -> Iterator[str]:
    if draft.vat != ZERO:
        yield (
            f"НДС {number_words(draft.service.vat * 100)} % на нежилое помещение: "
            f"{money_words(draft.vat)} (ст. 168 НК РФ)"
        )
