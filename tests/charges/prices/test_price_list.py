"""Dated prices as plain values: versions, what a change leaves, what is wrong."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from charges.prices.price_list import (
    DatedRow,
    NormRow,
    PriceRow,
    UpliftRow,
    gaps,
    laid_over,
    months_between,
    price_problems,
    version_on,
    versions,
)
from zhkh.kernel.period import Period

JAN, JUL, OCT = dt.date(2026, 1, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1)


def row(price: str, **position) -> PriceRow:
    bound = position.pop("up_to", None)
    return PriceRow(Decimal(price), up_to=bound and Decimal(bound), **position)


def dated(since, until, price="1", **position) -> DatedRow:
    return DatedRow(since, until, row(price, **position))


def told(rows) -> list[tuple[dt.date, dt.date | None, str]]:
    return [(one.since, one.until, one.words) for one in versions(rows)]


def test_versions_follow_every_border():
    rows = [dated(JAN, None, "6", zone="day"), dated(JAN, JUL, "2", zone="night"),
            dated(JUL, None, "2.50", zone="night")]  # fmt: skip

    assert told(rows) == [
        (JAN, JUL, "день: 6,00; ночь: 2,00"),
        (JUL, None, "день: 6,00; ночь: 2,50"),
    ]


def test_days_without_any_price_are_a_gap():
    found = versions([dated(JAN, JUL), dated(OCT, None)])

    assert gaps(found) == [(JUL, OCT)]


def test_an_end_without_a_next_price_is_a_gap_without_end():
    assert gaps(versions([dated(JAN, JUL)])) == [(JUL, None)]


def test_nothing_holds_before_the_first_version():
    assert version_on(versions([dated(JUL, None)]), JAN) is None


def test_a_new_price_ends_the_old_one():
    after = laid_over([dated(JAN, None, "5")], JUL, None, [row("6")], "приказ")

    assert told(after) == [(JAN, JUL, "5,00"), (JUL, None, "6,00")]
    assert versions(after)[1].source == "приказ"


def test_what_lay_around_the_span_goes_on():
    after = laid_over([dated(JAN, None, "5")], JUL, OCT, [row("6")], "")

    assert told(after) == [(JAN, JUL, "5,00"), (JUL, OCT, "6,00"), (OCT, None, "5,00")]


def test_the_same_price_of_the_same_document_is_one_row():
    after = laid_over([dated(JAN, None, "5")], JUL, OCT, [row("5")], "")

    assert after == [dated(JAN, None, "5")]


days = st.integers(0, 40).map(lambda day: JAN + dt.timedelta(days=day))
spans = st.tuples(days, st.none() | days).filter(lambda pair: pair[1] is None or pair[0] < pair[1])


@given(st.lists(st.tuples(spans, st.integers(1, 9)), max_size=4), spans)
def test_only_the_days_of_the_span_change(rows, span):
    before: list[DatedRow] = []
    for (since, until), price in rows:
        before = laid_over(before, since, until, [row(str(price))], "")

    since, until = span
    after = laid_over(before, since, until, [row("100")], "")

    for offset in range(60):
        day = JAN + dt.timedelta(days=offset)
        inside = since <= day and (until is None or day < until)
        held = [one.row for one in after if one.holds_on(day)]
        was = [one.row for one in before if one.holds_on(day)]
        assert held == ([row("100")] if inside else was)


def test_a_list_of_zones_and_ranges_is_sound():
    rows = [row("1", zone="day", up_to="100"), row("2", zone="day"), row("3", zone="night")]

    assert price_problems(rows, two_part=False) == []


def test_what_is_wrong_with_a_list_of_prices():
    assert price_problems([], two_part=False) == ["Впишите хотя бы одну цену."]
    assert price_problems([row("1", up_to="100")], two_part=False) == [
        "Цена: нет цены сверх 100. Добавьте строку без верхней границы."
    ]
    assert price_problems(
        [row("1", up_to="200"), row("2", up_to="100"), row("3")], two_part=False
    ) == [
        (
            "Цена: границы диапазонов идут не по возрастанию. "
            "Поставьте их от меньшей к большей, последней — строку без границы."
        )
    ]
    assert price_problems([row("1", zone="day"), row("2", zone="day")], two_part=False) == [
        "День: одна и та же цена записана дважды. Уберите лишнюю строку."
    ]
    assert price_problems([row("1"), row("2", use="common")], two_part=False) == [
        (
            "Цена: одна цена на всё потребление и отдельная цена накладываются друг на друга. "
            "Оставьте одну цену или выберите применение у обеих."
        )
    ]
    assert price_problems([row("1", component="heat")], two_part=False) == [
        "Компоненты бывают только у горячей воды из двух компонентов: очистите компонент."
    ]


def test_both_components_of_hot_water_have_a_price():
    assert price_problems([row("1", component="water")], two_part=True) == [
        "Нет цены компонента «тепловая энергия»: впишите обе цены."
    ]
    assert price_problems([row("1")], two_part=True) == [
        "У каждой цены горячей воды выберите компонент: холодная вода или тепловая энергия."
    ]
    both = [row("1", component="water"), row("2", component="heat")]
    assert price_problems(both, two_part=True) == []


def test_months_that_have_a_day_in_the_span():
    year = [Period(2026, month) for month in range(1, 13)]

    assert months_between(dt.date(2026, 6, 30), OCT, year) == year[5:9]
    assert months_between(OCT, None, year) == year[9:]


def test_rows_in_words():
    norm = NormRow(per_person=Decimal("5.55"), per_m2=Decimal("0.24"), is_yearly=True)

    assert norm.words == "на человека 5,55, на м² помещения 0,24 в год"
    assert UpliftRow(Decimal("1.5")).words == "× 1,5"
    assert row("13.5", zone="day", up_to="3900").words == "день, до 3\N{NO-BREAK SPACE}900: 13,50"
