"""Bars of the card: their scale, their order, their heights."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.ledger.movements import MonthOfAccount
from accounts_registry.views.chart import HEIGHT, WIDTH, paired_bars
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

JANUARY = Period(2013, 1)


def month(place: int, charged: str, paid: str = "0.00") -> MonthOfAccount:
    return MonthOfAccount(
        period=JANUARY.shifted(place),
        opening=ZERO,
        charged=Decimal(charged),
        adjusted=ZERO,
        paid=Decimal(paid),
        closing=ZERO,
        is_posted=True,
    )


@pytest.mark.parametrize("months", [[], [month(0, "0.00")]])
def test_nothing_to_draw_is_no_chart(months):
    assert paired_bars(months) is None


@pytest.mark.parametrize(
    ("highest", "top"),
    [("2447.90", "5000"), ("0.50", "1"), ("1.00", "1"), ("10.00", "10"), ("10.01", "20")],
)
def test_scale_goes_to_the_next_round_value(highest, top):
    chart = paired_bars([month(0, "0.00", highest)])

    assert chart is not None
    assert [value for value, _ in chart.marks] == [Decimal(top), Decimal(top) / 2]


def test_months_go_from_left_to_right_with_their_names():
    chart = paired_bars([month(place, "100.00", "50.00") for place in range(12)])

    assert chart is not None
    assert [pair.label for pair in chart.pairs][:3] == ["янв", "фев", "мар"]
    places = [pair.charged.x for pair in chart.pairs]
    assert places == sorted(places)
    assert all(pair.paid.height * 2 == pair.charged.height for pair in chart.pairs)


@given(
    st.lists(
        st.tuples(st.decimals(-1000, 10**9, places=2), st.decimals(-1000, 10**9, places=2)),
        max_size=12,
    )
)
def test_every_bar_stays_inside_the_drawing(sums):
    months = [month(place, str(a), str(b)) for place, (a, b) in enumerate(sums)]

    chart = paired_bars(months)

    bars = [bar for pair in (chart.pairs if chart else []) for bar in (pair.charged, pair.paid)]
    assert all(bar.x >= 0 and bar.x + 10 <= WIDTH for bar in bars)
    assert all(bar.y >= 0 and bar.height >= 0 and bar.y + bar.height == HEIGHT for bar in bars)
