import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashdesk.rules import (
    DeskIsClosed,
    NotMoney,
    SumDoesNotFit,
    adds_up,
    check_cash,
    check_fits_bill,
    check_is_open,
    oldest_first,
    parse_money,
)
from zhkh.kernel.money import format_money
from zhkh.kernel.period import Period

MAY, JUNE, JULY = Period(2013, 5), Period(2013, 6), Period(2013, 7)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("100,5", "100.50"),
        ("100", "100.00"),
        ("0,01", "0.01"),
        ("00,01", "0.01"),
        (",5", "0.50"),
        ("5,", "5.00"),
        ("1 234,56", "1234.56"),
        ("1\N{NO-BREAK SPACE}234,56", "1234.56"),
        (" 12.30 ", "12.30"),
        ("999999999999,99", "999999999999.99"),
        ("0", "0.00"),
    ],
)
def test_sums_are_read_as_people_type_them(typed: str, amount: str):
    read = parse_money(typed)

    assert (read, read.as_tuple().exponent) == (Decimal(amount), -2)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Сумма не введена: введите сумму, например 100,50."),
        ("  ", "Сумма не введена: введите сумму, например 100,50."),
        ("1e3", "«1e3» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        ("1_000", "«1_000» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        ("١٢", "«١٢» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        ("-5", "«-5» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        ("NaN", "«NaN» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        (",", "«,» — не сумма: допустимы только цифры 0–9, пробел и запятая."),
        ("1,234.56", "«1,234.56»: непонятно, где копейки. Введите сумму с одной запятой."),
        ("1.000", "«1.000»: доли копейки. После запятой должно быть не больше двух цифр."),
        ("10,005", "«10,005»: доли копейки. После запятой должно быть не больше двух цифр."),
        ("1234567890123", "«1234567890123» — слишком большая сумма: проверьте число."),
    ],
)
def test_what_is_not_a_sum_is_refused_with_a_sentence(typed: str, sentence: str):
    with pytest.raises(NotMoney) as refused:
        parse_money(typed)

    assert str(refused.value) == sentence


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_a_printed_sum_reads_back(kopecks: int):
    amount = Decimal(kopecks).scaleb(-2)

    assert parse_money(format_money(amount)) == amount


@pytest.mark.parametrize("amount", ["0.01", "54.17", "54.18"])
def test_a_sum_up_to_the_debt_fits(amount: str):
    check_fits_bill(Decimal(amount), due=Decimal("54.18"), service="Газ")


@pytest.mark.parametrize(
    ("amount", "due", "sentence"),
    [
        ("0.00", "54.18", "Газ: сумма должна быть больше нуля."),
        ("-1.00", "54.18", "Газ: сумма должна быть больше нуля."),
        ("0.005", "54.18", "Газ: доли копейки. Введите сумму в рублях и копейках."),
        ("1.00", "0.00", "Газ: задолженности нет. Снимите отметку."),
        (
            "154.18",
            "54.18",
            "Газ: введено 154,18, это больше начисленного 54,18 на 100,00. Проверьте сумму.",
        ),
    ],
)
def test_a_sum_that_does_not_fit_says_why(amount: str, due: str, sentence: str):
    with pytest.raises(SumDoesNotFit) as refused:
        check_fits_bill(Decimal(amount), due=Decimal(due), service="Газ")

    assert str(refused.value) == sentence


@pytest.mark.parametrize(("total", "equal"), [("459.95", True), ("459.94", False), ("0", False)])
def test_the_total_is_the_sum_of_the_lines(total: str, equal: bool):
    amounts = [Decimal("213.40"), Decimal("150.00"), Decimal("96.55")]

    assert adds_up(amounts, Decimal(total)) is equal


@pytest.mark.parametrize("cash", [None, Decimal("459.95"), Decimal(500)])
def test_cash_may_be_unnamed_or_enough(cash: Decimal | None):
    check_cash(cash, total=Decimal("459.95"))


def test_too_little_cash_is_refused():
    with pytest.raises(SumDoesNotFit) as refused:
        check_cash(Decimal(400), total=Decimal("459.95"))

    assert str(refused.value) == (
        "Наличных 400,00 не хватает: к оплате 459,95. Исправьте сумму или очистите поле."
    )


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        (dt.time(8, 30), dt.time(17)),
        (dt.time(17), dt.time(17)),
        (dt.time(23, 59, 59, 999_999), dt.time(23, 59)),
    ],
)
def test_the_desk_works_up_to_the_last_moment(moment: dt.time, closes: dt.time):
    check_is_open(moment, opens=dt.time(8, 30), closes=closes)


@pytest.mark.parametrize("moment", [dt.time(8, 29, 59), dt.time(17, 0, 1)])
def test_outside_its_hours_the_desk_takes_no_money(moment: dt.time):
    with pytest.raises(DeskIsClosed) as refused:
        check_is_open(moment, opens=dt.time(8, 30), closes=dt.time(17))

    assert str(refused.value) == ("Касса работает 08:30–17:00: платёж не принят, деньги не берите.")


@pytest.mark.parametrize(
    ("amount", "closed"),
    [
        ("40.00", [(MAY, "40.00")]),
        ("100.00", [(MAY, "100.00")]),
        ("150.00", [(MAY, "100.00"), (JUNE, "50.00")]),
        ("184.76", [(MAY, "100.00"), (JUNE, "60.00"), (JULY, "24.76")]),
    ],
)
def test_the_oldest_month_is_closed_first(amount: str, closed: list[tuple[Period, str]]):
    debts = {JULY: Decimal("24.76"), MAY: Decimal("100.00"), JUNE: Decimal("60.00")}

    assert oldest_first(Decimal(amount), debts) == [(p, Decimal(part)) for p, part in closed]


@given(st.data())
def test_months_take_no_more_than_they_owe_and_nothing_is_lost(data: st.DataObject):
    kopecks = data.draw(st.lists(st.integers(1, 100_000), min_size=1, max_size=12))
    debts = {MAY.shifted(i): Decimal(debt).scaleb(-2) for i, debt in enumerate(kopecks)}
    amount = Decimal(data.draw(st.integers(1, sum(kopecks)))).scaleb(-2)

    parts = oldest_first(amount, debts)

    assert sum(part for _, part in parts) == amount
    assert all(0 < part <= debts[period] for period, part in parts)
    assert all(part == debts[period] for period, part in parts[:-1])
