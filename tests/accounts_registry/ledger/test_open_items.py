import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.open_items import (
    OpenItem,
    Settlement,
    open_items,
    settlement_of,
    settlements_of,
)
from accounts_registry.ledger.posting import AdjustmentKind
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    MAY,
    adjust,
    charged,
    day,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, TihiyOkean, tihiy_okean
from tests.factories import make_payee


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def told(okean: TihiyOkean) -> list[tuple[str, str, str]]:
    """Open items of Фет; they and the advance make his balance."""
    codes = {okean.fee.pk: "fee", okean.cold_water.pk: "water", okean.unsplit.pk: ""}
    settled = settlement_of(okean.fet)
    owed = sum((item.amount for item in settled.open_items), Decimal(0))
    assert owed - settled.advance == balance_of(okean.fet)
    return [
        (codes[item.service_id], str(item.period), str(item.amount)) for item in settled.open_items
    ]


class TestOpenItems:
    def test_are_listed_from_the_oldest_and_inside_a_month_as_the_bill_has_them(self, okean):
        charged(okean, (okean.fet, okean.cold_water, "20.00"), (okean.fet, okean.fee, "100.00"))
        charged(okean, (okean.fet, okean.cold_water, "21.00"), period=AUGUST)

        assert told(okean) == [
            ("fee", "2013-07", "100.00"),
            ("water", "2013-07", "20.00"),
            ("water", "2013-08", "21.00"),
        ]

    def test_say_when_a_debt_brought_in_was_due(self, okean):
        owe(okean.fet, okean.unsplit, "50.00", about=MAY, due_on=day("06-10"))

        assert open_items(okean.fet) == [
            OpenItem(okean.unsplit.pk, MAY, Decimal("50.00"), day("06-10"))
        ]

    def test_of_an_account_without_debts_are_none(self, okean):
        assert settlement_of(okean.fet) == Settlement((), (), (), {})


class TestPaying:
    def test_closes_the_oldest_first(self, okean):
        owe(okean.fet, okean.unsplit, "50.00", about=MAY)
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.unsplit, "60.00"), on=day("08-05"))

        assert told(okean) == [("fee", "2013-07", "90.00")]

    def test_without_a_service_divides_the_month(self, okean):
        charged(okean, (okean.fet, okean.fee, "75.00"), (okean.fet, okean.cold_water, "25.00"))
        pay(okean.fet, line(okean.unsplit, "10.01"), on=day("08-05"))

        assert told(okean) == [("fee", "2013-07", "67.49"), ("water", "2013-07", "22.50")]

    def test_for_a_service_closes_its_debts_alone(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY)
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "20.00"))
        pay(okean.fet, line(okean.cold_water, "30.00"), on=day("08-05"))

        assert told(okean) == [("fee", "2013-05", "50.00"), ("fee", "2013-07", "100.00")]
        assert settlement_of(okean.fet).advance == Decimal("10.00")

    def test_for_a_named_month_closes_it_first_and_then_the_oldest(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY)
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "120.00", JULY), on=day("08-05"))

        assert told(okean) == [("fee", "2013-05", "30.00")]

    def test_a_time_barred_debt_only_when_it_is_named(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY, due_on=dt.date(2010, 6, 10))
        pay(okean.fet, line(okean.fee, "20.00"))

        assert told(okean) == [("fee", "2013-05", "50.00")]

        pay(okean.fet, line(okean.fee, "20.00", MAY))

        assert told(okean) == [("fee", "2013-05", "30.00")]

    def test_in_advance_closes_the_charges_of_later_months(self, okean):
        pay(okean.fet, line(okean.fee, "150.00"))
        charged(okean, (okean.fet, okean.fee, "100.00"))

        assert told(okean) == []
        assert settlement_of(okean.fet).advance == Decimal("50.00")

        charged(okean, (okean.fet, okean.fee, "100.00"), period=AUGUST)

        assert told(okean) == [("fee", "2013-08", "50.00")]

    def test_taken_back_closes_nothing(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        take_back(pay(okean.fet, line(okean.fee, "40.00"), on=day("08-05")), on=day("08-06"))

        assert told(okean) == [("fee", "2013-07", "100.00")]

    def test_says_which_payment_closed_what(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        take_back(pay(okean.fet, line(okean.fee, "40.00"), on=day("08-05")), on=day("08-06"))
        pay(okean.fet, line(okean.fee, "70.00"), on=day("08-07"))
        pay(okean.fet, line(okean.fee, "10.00"), on=day("08-06"))

        assert [
            (item.payment, str(item.period), str(item.amount), item.on)
            for item in settlement_of(okean.fet).allocations
        ] == [
            (3, "2013-07", "10.00", day("08-06")),
            (2, "2013-07", "70.00", day("08-07")),
        ]


class TestCredits:
    def test_an_advance_brought_in_pays_every_service(self, okean):
        owe(okean.fet, okean.unsplit, "-110.00", about=JUNE)
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "100.00"))

        assert told(okean) == [("fee", "2013-07", "45.00"), ("water", "2013-07", "45.00")]

    def test_a_month_below_zero_pays_the_oldest_debts_of_its_service(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "20.00"))
        adjust(okean.fet, okean.fee, "-30.00", on=day("08-01"))
        charged(okean, (okean.fet, okean.cold_water, "20.00"), period=AUGUST)

        assert told(okean) == [
            ("fee", "2013-07", "70.00"),
            ("water", "2013-07", "20.00"),
            ("water", "2013-08", "20.00"),
        ]

    def test_a_credit_comes_before_payments(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "100.00"), on=day("08-01"))
        adjust(okean.fet, okean.fee, "-30.00", on=day("08-02"))

        assert told(okean) == []
        assert [str(item.amount) for item in settlement_of(okean.fet).allocations] == [
            "70.00",
            "30.00",
        ]

    @pytest.mark.parametrize("kind", [AdjustmentKind.RECALCULATION, AdjustmentKind.CORRECTION])
    def test_an_adjustment_is_in_the_same_month_before_and_after_posting(self, okean, kind):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        adjust(okean.fet, okean.cold_water, "8.00", on=day("08-01"), kind=kind, about=MAY)
        before = told(okean)
        charged(okean, period=AUGUST)

        assert (
            before
            == told(okean)
            == [
                ("fee", "2013-07", "100.00"),
                ("water", "2013-08", "8.00"),
            ]
        )


class TestPartOfTheBooks:
    def test_debts_before_a_month_and_payments_up_to_a_day(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY)
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "20.00"), on=day("08-05"))
        pay(okean.fet, line(okean.fee, "10.00"), on=day("08-06"))

        settled = settlement_of(okean.fet, before=JULY, until=day("08-05"))
        assert [(debt.period, debt.amount) for debt in settled.debts] == [(MAY, Decimal(50))]
        assert [item.amount for item in settled.open_items] == [30]

    def test_a_payment_taken_back_later_was_in_force_on_the_day(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY)
        take_back(pay(okean.fet, line(okean.fee, "20.00"), on=day("08-05")), on=day("08-07"))

        assert [
            settlement_of(okean.fet, until=day(on)).open_items[0].amount
            for on in ("08-04", "08-06", "08-07")
        ] == [50, 30, 50]


@pytest.mark.parametrize("count", [1, 4])
def test_many_accounts_are_settled_in_seven_queries(okean, count, django_assert_num_queries):
    accounts = [okean.fet, okean.lermontov, okean.tyutchev, okean.nekrasov][:count]
    charged(okean, *((account, okean.fee, "100.00") for account in accounts))
    for account in accounts:
        pay(account, line(okean.fee, "30.00"), on=day("08-05"))

    with django_assert_num_queries(7):
        settlements = settlements_of(accounts)

    assert [settlements[account.pk].open_items[0].amount for account in accounts] == [70] * count


class TestTimeBar:
    """A month charged is due by the reference book: 10th of the next month until 2026."""

    def test_a_payment_passes_over_a_month_three_years_old(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "40.00"), on=dt.date(2016, 8, 11))

        assert told(okean) == [("fee", "2013-07", "100.00")]

    def test_on_the_last_day_it_is_closed(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "40.00"), on=dt.date(2016, 8, 10))

        assert told(okean) == [("fee", "2013-07", "60.00")]

    def test_named_it_is_closed_at_any_time(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "40.00", JULY), on=dt.date(2016, 8, 11))

        assert told(okean) == [("fee", "2013-07", "60.00")]


def test_money_of_one_payee_never_closes_a_debt_to_another(okean):
    repair = make_payee(organisation=okean.organisation, name="Фонд капитального ремонта")
    okean.cold_water.payee = repair
    okean.cold_water.save()
    charged(okean, (okean.fet, okean.fee, "50.00"), (okean.fet, okean.cold_water, "30.00"))
    pay(okean.fet, line(okean.unsplit, "100.00"), on=day("08-05"))

    assert told(okean) == [("water", "2013-07", "30.00")]
    assert settlement_of(okean.fet).advance == Decimal("50.00")


def test_an_undivided_payment_is_for_the_only_payee_there_is(okean):
    only = make_payee(organisation=okean.organisation, name="УК")
    for service in (okean.fee, okean.cold_water):
        service.payee = only
        service.save()
    charged(okean, (okean.fet, okean.fee, "50.00"), (okean.fet, okean.cold_water, "30.00"))
    pay(okean.fet, line(okean.unsplit, "80.00"), on=day("08-05"))

    assert told(okean) == []
