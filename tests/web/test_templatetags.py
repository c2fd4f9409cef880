from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from zhkh.kernel.period import Period
from zhkh.web.templatetags.zhkh import kop, money, percent, plural_ru, qty, raw, share, units


def rendered(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def test_money_prints_groups_and_comma() -> None:
    assert money(Decimal("2447.9")) == "2\N{NO-BREAK SPACE}447,90"


def test_money_of_an_unknown_sum_is_empty() -> None:
    assert money(None) == ""


def test_quantity_keeps_its_digits() -> None:
    assert qty(Decimal("2.66280")) == "2,6628"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("м3", "м³"),
        ("Гкал", "Гкал"),
        ("50 м2 × 20,00; 3 м3", "50 м² × 20,00; 3 м³"),
        ("Дом2, см2, м20", "Дом2, см2, м20"),
    ],
)
def test_units_are_raised_to_their_power(written: str, shown: str) -> None:
    assert units(written) == shown


@pytest.mark.parametrize("language", ["ru", "uk", "en"])
def test_machine_values_do_not_depend_on_the_language(language: str) -> None:
    with translation.override(language):
        html = rendered(
            '<i data-due="{{ due|raw }}" data-kop="{{ due|kop }}" data-n="{{ n|raw }}">',
            due=Decimal("21340.50"),
            n=21340,
        )

    assert html == '<i data-due="21340.5" data-kop="2134050" data-n="21340">'


def test_machine_value_of_nothing_is_empty() -> None:
    assert raw(None) == ""


def test_part_of_a_kopeck_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        kop(Decimal("0.001"))


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_kopecks_give_the_same_sum_back(kopecks: int) -> None:
    assert kop(Decimal(kopecks) / 100) == str(kopecks)


@pytest.mark.parametrize(
    ("count", "form"),
    [
        (0, "счетов"),
        (1, "счёт"),
        (2, "счёта"),
        (4, "счёта"),
        (5, "счетов"),
        (11, "счетов"),
        (12, "счетов"),
        (14, "счетов"),
        (21, "счёт"),
        (22, "счёта"),
        (111, "счетов"),
        (1001, "счёт"),
        (-1, "счёт"),
    ],
)
def test_plural_follows_the_number(count: int, form: str) -> None:
    assert plural_ru(count, "счёт,счёта,счетов") == form


def test_share_is_a_width_in_hundredths() -> None:
    assert share(103, 168) == "61.30"


def test_share_of_nothing_is_zero() -> None:
    assert share(None, 0) == "0"


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_parts_never_overflow_the_bar(done: int, failed: int) -> None:
    total = done + failed

    assert Decimal(share(done, total)) + Decimal(share(failed, total)) <= 100


def test_hundred_per_cent_stands_only_for_everything() -> None:
    assert (percent(999, 1000), percent(1000, 1000), percent(5, 0)) == (99, 100, 0)


@pytest.mark.parametrize("period", [Period(2013, 7), "2013-07"])
def test_period_is_titled(period: object) -> None:
    assert rendered("{% period_title period %}", period=period) == "Июль 2013"


def test_icon_is_hidden_from_screen_readers() -> None:
    assert (
        rendered('{% icon "mail" %}')
        == '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#mail"/></svg>'
    )


def test_icon_with_a_label_is_read_aloud() -> None:
    assert rendered('{% icon "mail" label css="icon--big" %}', label="Письмо <1>") == (
        '<svg class="icon icon--big" role="img" aria-label="Письмо &lt;1&gt;">'
        '<use href="/static/icons.svg#mail"/></svg>'
    )
