"""
The sentences of `why`: what was multiplied by what, and by which paragraph.

Made from the very values the line was made from, so that they cannot tell another story.
"""

from collections.abc import Iterator, Sequence

from charges.calc.inputs import Use
from charges.calc.lines import Draft
from charges.calc.pricing import VOLUME_PLACES, Slice, amount_of, excess_of
from charges.calc.recalculation import Change
from charges.calc.timeline import Month
from charges.calc.words import day_words, money_words, number_words, price_words
from zhkh.kernel.exact import difference, total
from zhkh.kernel.money import ZERO, round_ratio

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
    words = f"{part.note()}{_part_words(part)}"
    return f"{title}{days}: {words}; {_product_words(draft, part)} = {money_words(part.amount)}"


def _part_words(part: Slice) -> str:
    """The note tells about all its days and ranges of price; this slice may be less."""
    if part.whole is None or round_ratio(part.whole, VOLUME_PLACES) == part.volume:
        return ""
    return f"; из них на эти дни и по этой цене {number_words(part.volume)}"


def _product_words(draft: Draft, part: Slice) -> str:
    """A sum of the house or of a shared flat: the note has already divided it."""
    if part.price is None or part.divided:
        return "доля счёта"
    factors = [f"{number_words(part.volume)} {draft.unit}"]
    if part.coefficient != 1:
        factors.append(f"К {number_words(part.coefficient)}")
    return " × ".join([*factors, price_words(part.price)])


def _uplift_words(draft: Draft) -> Iterator[str]:
    excess = excess_of(draft.individual)
    if excess:
        plain = total((part.plain_amount for part in draft.individual), ZERO)
        yield (
            f"Из них повышающий коэффициент: {money_words(amount_of(draft.individual))} − без него "
            f"{money_words(plain)} = {money_words(excess)} (п. 42 Правил № 354, формула 4(1))"
        )


def _vat_words(draft: Draft) -> Iterator[str]:
    if draft.vat != ZERO:
        yield (
            f"НДС на нежилое помещение: {money_words(difference(draft.charged, draft.vat))} × "
            f"{number_words(draft.service.vat * 100)} % = {money_words(draft.vat)} (ст. 168 НК РФ)"
        )
