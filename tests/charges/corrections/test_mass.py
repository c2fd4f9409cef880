"""One document for a house, a list or an organisation: each account by the rule, the rest refused."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charges.corrections import rules
from charges.corrections.models import MassMethod, Reason
from charges.corrections.services.documents import post_document
from charges.corrections.services.mass import (
    MonthHasNoCharges,
    Rule,
    Selection,
    draft_mass,
    typed_numbers,
)
from tests.cast import JULY, NOON
from tests.charges.corrections.conftest import TODAY, basis_of, new_key
from tests.priced import FEE, add_house
from zhkh.audits.check import audit_books
from zhkh.kernel.money import is_whole_kopecks


def drafted(okean, *, method=MassMethod.PER_ACCOUNT, rate="-50", period=JULY, key=None, **chosen):
    return draft_mass(
        selection=Selection(okean.organisation, **chosen),
        rule=Rule(okean.fee, period, method, Decimal(rate)),
        basis=basis_of(Reason.MAINTENANCE),
        key=key or new_key(),
        by=None,
        at=NOON,
    )


def sums_of(document):
    return [
        (line.account.number[-1], line.amount)
        for line in document.lines.select_related("account").order_by("account__number")
    ]


def refusals_of(document):
    return [(row.title, row.wrong) for row in document.refusals.all()]


@pytest.mark.parametrize(
    ("method", "rate", "amount"),
    [
        (MassMethod.PER_ACCOUNT, "-50", "-50.00"),
        (MassMethod.PER_M2, "-1.255", "-87.85"),  # 70 m²
        (MassMethod.PERCENT, "-10", "-111.30"),  # of 1 113,00
        (MassMethod.PERCENT, "0.125", "1.39"),  # 1,39125
    ],
)
def test_every_account_of_the_house_gets_its_sum(okean, method, rate, amount):
    document = drafted(okean, method=method, rate=rate, house=okean.house)

    assert sums_of(document) == [(str(n), Decimal(amount)) for n in (1, 2, 3, 4)]
    assert refusals_of(document) == []


def test_a_list_names_unknown_numbers(okean):
    document = drafted(okean, numbers=("000000001002", "77"))

    assert sums_of(document) == [("2", Decimal("-50.00"))]
    assert refusals_of(document) == [
        ("Счёт 77", "Такого счёта в организации нет: проверьте номер.")
    ]


def test_another_house_is_left_alone(okean):
    other = add_house(okean, code="7")

    assert sums_of(drafted(okean, house=other)) == [("1", Decimal("-50.00"))]
    assert len(sums_of(drafted(okean))) == 5


def test_who_gets_nothing_is_told_why(okean):
    okean.lermontov.services.filter(service=okean.fee).delete()
    okean.fet.areas.all().delete()
    okean.tyutchev.closed_on = dt.date(2013, 6, 1)
    okean.tyutchev.save()
    okean.nekrasov.opened_on = dt.date(2013, 8, 1)
    okean.nekrasov.save()

    document = drafted(okean, method=MassMethod.PER_M2, rate="-1")

    assert sums_of(document) == []
    assert refusals_of(document) == [
        (
            "Счёт 000000001001",
            "Услуга «Содержание и ремонт жилого помещения» за июль 2013 у счёта не подключена.",
        ),
        ("Счёт 000000001002", "У счёта не указана площадь: впишите её в карточке."),
        ("Счёт 000000001003", "За июль 2013 счёта уже не было: он закрыт 01.06.2013."),
        ("Счёт 000000001004", "За июль 2013 счёта ещё не было: он открыт 01.08.2013."),
    ]


def test_a_per_cent_needs_a_charge(okean):
    add_house(okean, code="7")  # opened after July was charged

    document = drafted(okean, method=MassMethod.PERCENT, rate="-10")

    assert refusals_of(document) == [
        (
            "Счёт 7-1",
            f"За июль 2013 по услуге «{okean.fee}» счёту ничего не начислено.",
        )
    ]


def test_nothing_comes_of_a_tiny_rate(okean):
    document = drafted(okean, method=MassMethod.PERCENT, rate="0.0001", house=okean.house)

    assert sums_of(document) == []
    assert {wrong for _, wrong in refusals_of(document)} == {
        "Получается 0,00: перерасчитывать нечего."
    }


def test_a_per_cent_of_an_open_month_is_refused(okean):
    with pytest.raises(MonthHasNoCharges):
        drafted(okean, method=MassMethod.PERCENT, period=JULY.next())


def test_the_same_request_makes_one_document(okean):
    key = new_key()

    assert drafted(okean, key=key) == drafted(okean, key=key)
    assert drafted(okean, key=key).lines.count() == 4


def test_a_posted_mass_document_agrees_with_the_books(okean):
    document = drafted(okean, method=MassMethod.PERCENT, rate="-10")

    post_document(document=document, total=-4 * FEE / 10, today=TODAY, by=None, at=NOON)

    assert [found for found in audit_books() if found[1]] == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", ()), ("1, 2;3\n4  2", ("1", "2", "3", "4")), ("  ", ())],
)
def test_numbers_are_read_however_they_are_parted(text, numbers):
    assert typed_numbers(text) == numbers


@given(st.decimals("0", "1000000", places=2), st.decimals("-100", "100", places=4))
def test_a_per_cent_is_whole_kopecks_and_never_more_than_the_charge(charged, percent):
    amount = rules.percent_of(charged, percent)

    assert is_whole_kopecks(amount)
    assert abs(amount) <= charged
