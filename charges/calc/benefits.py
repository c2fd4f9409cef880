"""Benefits of the residents (contract: "Benefit"; ст. 159–160 ЖК РФ)."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from charges.calc.inputs import Account, Benefit
from charges.calc.lines import Draft
from charges.calc.persons import persons
from charges.calc.recalculation import Change
from charges.calc.tables import MonthTables
from charges.calc.words import money_words, number_words
from zhkh.kernel.exact import difference
from zhkh.kernel.money import ZERO, round_ratio

_MONEY_PLACES = 2


def benefits(
    draft: Draft, account: Account, tables: MonthTables, limit: Decimal
) -> tuple[Change, ...]:
    """Amounts not below zero that together do not pass `limit`: what is left of the charge."""
    left = max(ZERO, limit)
    changes = []
    for change in _benefits(draft, account, tables):
        amount = min(change.amount, left)
        left = difference(left, amount)
        over = "" if amount == change.amount else f"; не больше {money_words(amount)}"
        changes.append(Change(amount, change.why + over))
    return tuple(changes)


def _benefits(draft: Draft, account: Account, tables: MonthTables) -> Iterator[Change]:
    for benefit in account.benefits:
        if benefit.service != draft.service.code:
            continue
        people = _share_of_persons(benefit, account, tables)
        area = _share_of_area(benefit, account)
        exact = Fraction(draft.charged) * Fraction(benefit.share) * people * area
        amount = round_ratio(exact, _MONEY_PLACES)
        why = (
            f"Льгота: {money_words(draft.charged)} × {number_words(benefit.share)} × доля льготников "
            f"{people} × доля площади {area} = {money_words(amount)} (ст. 159–160 ЖК РФ)"
        )
        yield Change(amount, why)


def _share_of_persons(benefit: Benefit, account: Account, tables: MonthTables) -> Fraction:
    """Over the days of the month, should the number of residents change."""
    if benefit.persons is None:
        return Fraction(1)
    shares = (
        min(Fraction(1), Fraction(benefit.persons, span.value)) * span.days
        for span in persons(account, tables)
    )
    return sum(shares, start=Fraction(0)) / tables.month.days


def _share_of_area(benefit: Benefit, account: Account) -> Fraction:
    if benefit.area_norm is None:
        return Fraction(1)
    return min(Fraction(1), Fraction(benefit.area_norm) / Fraction(account.area))
