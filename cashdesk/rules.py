"""The counter's own rules: which sum fits a bill, what it closes, when the desk works. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from zhkh.kernel.money import ZERO, format_money, is_whole_kopecks
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

_GAPS = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}")
_WHOLE_DIGITS = 12  # numeric(14, 2)


class CashdeskRefusal(Refusal):
    """The desk does not do it; the sentence is for the cashier."""


class NotMoney(CashdeskRefusal):
    """What was typed is not a sum of money."""


class SumDoesNotFit(CashdeskRefusal):
    """A sum the bill does not allow."""


class DeskIsClosed(CashdeskRefusal):
    def __init__(self, opens: dt.time, closes: dt.time) -> None:
        super().__init__(
            f"Касса работает {opens:%H:%M}–{closes:%H:%M}: платёж не принят, деньги не берите."
        )


def parse_money(typed: str) -> Decimal:
    """
    Read a sum as people type it: "100,5" is 100.50, "1 234,56" and "1234.56" are the same.

    :raises NotMoney: not digits with one comma, kopecks in parts, both comma and point.
    """
    text = typed.translate(_GAPS)
    if not text:
        raise NotMoney("Сумма не введена: введите сумму, например 100,50.")
    if not re.fullmatch(r"[0-9.,]+", text) or not re.search(r"[0-9]", text):
        raise NotMoney(f"«{typed}» — не сумма: допустимы только цифры 0–9, пробел и запятая.")
    if len(re.findall(r"[.,]", text)) > 1:
        raise NotMoney(f"«{typed}»: непонятно, где копейки. Введите сумму с одной запятой.")
    whole, _, kopecks = text.replace(",", ".").partition(".")
    if len(kopecks) > 2:
        raise NotMoney(f"«{typed}»: доли копейки. После запятой должно быть не больше двух цифр.")
    if len(whole.lstrip("0")) > _WHOLE_DIGITS:
        raise NotMoney(f"«{typed}» — слишком большая сумма: проверьте число.")
    return Decimal(f"{whole or '0'}.{kopecks:0<2}")


def check_fits_bill(amount: Decimal, *, due: Decimal, service: str) -> None:
    """
    Let through a sum that pays a part of the debt or all of it; roubles.

    :raises SumDoesNotFit: nothing or less, parts of a kopeck, more than the debt.
    """
    if amount <= ZERO:
        raise SumDoesNotFit(f"{service}: сумма должна быть больше нуля.")
    if not is_whole_kopecks(amount):
        raise SumDoesNotFit(f"{service}: доли копейки. Введите сумму в рублях и копейках.")
    if due <= ZERO:
        raise SumDoesNotFit(f"{service}: задолженности нет. Снимите отметку.")
    if amount > due:
        raise SumDoesNotFit(
            f"{service}: введено {format_money(amount)}, это больше начисленного "
            f"{format_money(due)} на {format_money(amount - due)}. Проверьте сумму."
        )


def adds_up(amounts: Sequence[Decimal], total: Decimal) -> bool:
    """Whether the total the cashier saw is the sum of the lines."""
    return sum(amounts, ZERO) == total


def check_cash(cash: Decimal | None, *, total: Decimal) -> None:
    """
    The cash named covers the total; not naming it is allowed.

    :raises SumDoesNotFit: it is less.
    """
    if cash is not None and cash < total:
        raise SumDoesNotFit(
            f"Наличных {format_money(cash)} не хватает: к оплате {format_money(total)}. "
            "Исправьте сумму или очистите поле."
        )


def check_is_open(moment: dt.time, *, opens: dt.time, closes: dt.time) -> None:
    """
    The desk works from `opens` to `closes`, the last moment included: 00:00–23:59 is all day.

    :raises DeskIsClosed: it does not work at this moment.
    """
    last = closes.replace(second=59, microsecond=999_999) if closes == dt.time(23, 59) else closes
    if not opens <= moment <= last:
        raise DeskIsClosed(opens, closes)


def oldest_first(amount: Decimal, debts: Mapping[Period, Decimal]) -> list[tuple[Period, Decimal]]:
    """
    The months of one service a sum closes, the oldest first; the last may stay partly unpaid.

    Months are positive debts in roubles; the sum is not more than all of them.
    """
    assert ZERO < amount <= sum(debts.values(), ZERO), (amount, debts)
    assert all(debt > ZERO for debt in debts.values()), debts
    parts = []
    left = amount
    for period in sorted(debts):
        part = min(left, debts[period])
        if part:
            parts.append((period, part))
        left -= part
    assert left == ZERO, left
    return parts
