import pytest

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.statement import statement_of
from tests.accounts_registry.ledger.books import (
    AUGUST,
    MAY,
    adjust,
    charged,
    day,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    """Июль проведён, в августе отменена оплата и пришла новая."""
    okean = tihiy_okean()
    owe(okean.fet, okean.fee, "50.00", about=MAY)
    adjust(okean.fet, okean.fee, "-10.00")
    wrong = pay(okean.fet, line(okean.cold_water, "30.00"), on=day("07-20"))
    charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "20.00"))
    take_back(wrong, on=day("08-01"))
    pay(okean.fet, line(okean.fee, "70.00", JULY), on=day("08-05"))
    return okean


def figures(sums):
    return [
        str(amount)
        for amount in (sums.opening, sums.charged, sums.adjusted, sums.paid, sums.closing)
    ]


def test_months_follow_from_each_other(okean):
    statement = statement_of(okean.fet)

    assert [(str(m.period), m.is_posted, figures(m.total)) for m in statement.months] == [
        ("2013-07", True, ["50.00", "120.00", "-10.00", "30.00", "130.00"]),
        ("2013-08", False, ["130.00", "0.00", "0.00", "40.00", "90.00"]),
    ]
    assert figures(statement.total) == ["50.00", "120.00", "-10.00", "70.00", "90.00"]
    assert statement.total.closing == balance_of(okean.fet)
    assert statement.known == (JULY, AUGUST)


def test_each_service_of_a_month_stands_apart(okean):
    july, august = statement_of(okean.fet).months

    assert [(row.name, figures(row.sums)) for row in july.services] == [
        (str(okean.fee), ["50.00", "100.00", "-10.00", "0.00", "140.00"]),
        (str(okean.cold_water), ["0.00", "20.00", "0.00", "30.00", "-10.00"]),
    ]
    assert [(row.name, figures(row.sums)) for row in august.services] == [
        (str(okean.fee), ["140.00", "0.00", "0.00", "70.00", "70.00"]),
        (str(okean.cold_water), ["-10.00", "0.00", "0.00", "-30.00", "20.00"]),
    ]
    assert [(kind.label, str(kind.amount)) for kind in july.kinds] == [("перерасчёт", "-10.00")]


def test_the_balance_runs_through_every_event(okean):
    july, august = statement_of(okean.fet).months

    assert [(event.title, str(event.amount), str(event.balance)) for event in july.events] == [
        ("Начальное сальдо", "50.00", "50.00"),
        ("Начислено", "120.00", "170.00"),
        ("Перерасчёт", "-10.00", "160.00"),
        ("Оплата, банк, отменена", "-30.00", "130.00"),
    ]
    assert [(event.title, str(event.amount), str(event.balance)) for event in august.events] == [
        ("Отмена оплаты от 20.07.2013, банк", "30.00", "160.00"),
        ("Оплата, банк", "-70.00", "90.00"),
    ]


def test_a_payment_says_what_it_closed_and_why(okean):
    (_, august) = statement_of(okean.fet).months

    assert [(str(part.amount), part.what, part.why) for part in august.events[-1].parts] == [
        (
            "70.00",
            "Содержание и ремонт жилого помещения за июль 2013",
            "месяц назвал плательщик (ст. 319.1 ГК РФ)",
        )
    ]


def test_an_undivided_payment_is_shared_by_the_debts_of_a_month():
    okean = tihiy_okean()
    charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "50.00"))
    pay(okean.fet, line(okean.unsplit, "160.00"), on=day("08-05"))

    (_, august) = statement_of(okean.fet).months

    why = (
        "самый старый долг, по которому не истекли три года; 150,00 разделены между долгами "
        "месяца пропорционально им, копейки — наибольшим остаткам (п. 118 Правил)"
    )
    assert [(str(part.amount), part.why) for part in august.events[0].parts] == [
        ("100.00", why),
        ("50.00", why),
        ("10.00", "долга для этих денег нет: аванс"),
    ]


def test_only_the_months_asked_for(okean):
    statement = statement_of(okean.fet, first=AUGUST)

    assert [month.period for month in statement.months] == [AUGUST]
    assert figures(statement.total) == ["130.00", "0.00", "0.00", "40.00", "90.00"]


def test_of_an_account_without_movements_is_empty(okean):
    statement = statement_of(okean.tyutchev)

    assert (statement.months, statement.known) == ((), None)


@pytest.mark.parametrize("payments", [1, 3])
def test_takes_a_fixed_number_of_queries(okean, payments, django_assert_max_num_queries):
    for _ in range(payments):
        pay(okean.fet, line(okean.fee, "1.00"), on=day("08-06"))

    with django_assert_max_num_queries(13):
        statement_of(okean.fet)
