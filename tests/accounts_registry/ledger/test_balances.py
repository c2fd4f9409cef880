import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.ledger.balances import (
    LastPayment,
    ServiceBalance,
    balance_of,
    balances_by_service,
    balances_of_accounts,
    last_charged,
    last_payments,
    opening_of_month,
    paid_since_month,
)
from accounts_registry.ledger.posting import AdjustmentKind
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    MAY,
    SEPTEMBER,
    adjust,
    charged,
    day,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, TihiyOkean, tihiy_okean
from tests.factories import make_account, make_house, make_organisation, make_premises, make_service


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def money(text: str) -> Decimal:
    return Decimal(text)


class TestNow:
    def test_an_account_without_movements_owes_nothing(self, okean):
        assert balance_of(okean.fet) == 0
        assert balances_by_service(okean.fet) == []

    def test_debt_is_the_last_closing_with_what_came_after(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "30.00"), on=day("08-05"))
        adjust(okean.fet, okean.fee, "-5.00", on=day("08-05"))
        pay(okean.fet, line(okean.fee, "1.00"), on=day("09-05"))

        assert balance_of(okean.fet) == money("64.00")

    def test_each_service_has_its_own_and_a_closed_one_stays_in_sight(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "20.00"))
        pay(okean.fet, line(okean.fee, "100.00"), line(okean.unsplit, "7.00"), on=day("08-05"))

        assert balances_by_service(okean.fet) == [
            ServiceBalance(okean.fee.pk, money("0.00")),
            ServiceBalance(okean.cold_water.pk, money("20.00")),
            ServiceBalance(okean.unsplit.pk, money("-7.00")),
        ]

    def test_a_draft_owes_nothing_yet(self, okean):
        owe(okean.fet, okean.fee, "10.00", about=MAY)

        assert balance_of(okean.fet) == money("10.00")

    def test_a_payment_taken_back_counts_for_nothing(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        take_back(pay(okean.fet, line(okean.fee, "30.00"), on=day("08-05")), on=day("08-06"))

        assert balance_of(okean.fet) == money("100.00")


class TestAsOfADay:
    @pytest.fixture
    def fet(self, okean):
        """
        Brought in 50; July charged 100, posted; a payment of the 30th of July recorded after
        posting stands in August; August charged 10, posted; September is open.
        """
        owe(okean.fet, okean.fee, "50.00", about=JUNE, on=day("07-01"))
        pay(okean.fet, line(okean.fee, "20.00"), on=day("07-10"))
        charged(okean, (okean.fet, okean.fee, "100.00"))
        pay(okean.fet, line(okean.fee, "30.00"), on=day("07-30"))
        adjust(okean.fet, okean.fee, "-3.00", on=day("08-20"))
        pay(okean.fet, line(okean.fee, "5.00"), on=day("08-20"))
        charged(okean, (okean.fet, okean.fee, "10.00"), period=AUGUST)
        pay(okean.fet, line(okean.fee, "1.00"), on=day("09-02"))
        return okean.fet

    @pytest.mark.parametrize(
        ("on", "balance"),
        [
            ("06-30", "0.00"),  # before the books
            ("07-01", "50.00"),  # brought in
            ("07-09", "50.00"),
            ("07-10", "30.00"),  # the day's payment counts
            ("07-29", "30.00"),
            ("07-30", "0.00"),  # paid in July though it stands in August
            ("07-31", "100.00"),  # July has ended: its charges are owed
            ("08-01", "97.00"),  # adjustments count from the first day of their month
            ("08-19", "97.00"),
            ("08-20", "92.00"),
            ("08-30", "92.00"),
            ("08-31", "102.00"),
            ("09-01", "102.00"),
            ("09-02", "101.00"),
            ("12-31", "101.00"),
        ],
    )
    def test_counts_what_had_come_by_its_end(self, fet, on, balance):
        assert balance_of(fet, on=day(on)) == money(balance)

    def test_agrees_with_now_when_the_day_is_late_enough(self, fet):
        assert balance_of(fet, on=dt.date(2099, 1, 1)) == balance_of(fet)

    def test_without_posted_months_payments_and_what_was_brought_in_count(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY, on=day("07-01"))
        pay(okean.fet, line(okean.fee, "20.00"), on=day("07-10"))

        assert [balance_of(okean.fet, on=day(on)) for on in ("06-30", "07-01", "07-10")] == [
            money("0.00"),
            money("50.00"),
            money("30.00"),
        ]

    def test_a_payment_taken_back_later_counts_between(self, okean):
        payment = pay(okean.fet, line(okean.fee, "20.00"), on=day("07-10"))
        take_back(payment, on=day("07-20"))
        charged(okean)

        assert [balance_of(okean.fet, on=day(on)) for on in ("07-09", "07-19", "07-20")] == [
            money("0.00"),
            money("-20.00"),
            money("0.00"),
        ]


class TestManyAccounts:
    def test_equal_each_ones_own(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.tyutchev, okean.fee, "50.00"))
        pay(okean.fet, line(okean.cold_water, "30.00"), on=day("08-05"))
        adjust(okean.nekrasov, okean.fee, "-5.00", on=day("08-05"))
        accounts = [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]

        assert balances_of_accounts(account.pk for account in accounts) == {
            okean.lermontov.pk: money("0.00"),
            okean.fet.pk: money("70.00"),
            okean.tyutchev.pk: money("50.00"),
            okean.nekrasov.pk: money("-5.00"),
        }
        assert [balance_of(account) for account in accounts] == [0, 70, 50, -5]

    def test_each_organisation_goes_by_its_own_months(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        charged(okean, period=AUGUST)
        other = make_organisation(name="ТСЖ «Сосна»")
        service = make_service(organisation=other, code="fee")
        house = make_house(organisation=other, code="pine")
        account = make_account(premises=make_premises(house=house), number="77")
        owe(account, service, "12.00", about=MAY, on=day("07-25"))

        assert balances_of_accounts([account.pk, okean.fet.pk]) == {
            account.pk: money("12.00"),
            okean.fet.pk: money("100.00"),
        }

    def test_nobody_is_nothing(self, okean):
        assert balances_of_accounts([]) == {}

    @pytest.mark.parametrize("count", [1, 4])
    def test_queries_do_not_grow(self, okean, count, django_assert_num_queries):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.tyutchev, okean.fee, "50.00"))
        pay(okean.fet, line(okean.cold_water, "30.00"), on=day("08-05"))
        accounts = [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]
        ids = [account.pk for account in accounts[:count]]

        with django_assert_num_queries(5):
            balances_of_accounts(ids)
        with django_assert_num_queries(6):
            opening_of_month(ids, period=AUGUST)
        with django_assert_num_queries(1):
            last_payments(ids)
        with django_assert_num_queries(1):
            paid_since_month(ids, period=AUGUST, until=None)


class TestOpening:
    def test_of_a_posted_month_is_the_turnovers(self, okean):
        owe(okean.fet, okean.fee, "50.00", about=MAY)
        pay(okean.fet, line(okean.fee, "20.00"))
        charged(okean, (okean.fet, okean.fee, "100.00"))
        charged(okean, period=AUGUST)

        assert [
            opening_of_month([okean.fet.pk], period=period)[okean.fet.pk]
            for period in (JULY, AUGUST)
        ] == [money("50.00"), money("130.00")]

    def test_of_the_next_month_is_the_closing_and_what_was_brought_in(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        owe(okean.fet, okean.cold_water, "7.00", about=MAY, on=day("08-01"))
        adjust(okean.fet, okean.fee, "-9.00", on=day("08-01"))
        pay(okean.fet, line(okean.fee, "20.00"), on=day("08-02"))

        assert opening_of_month([okean.fet.pk], period=AUGUST) == {okean.fet.pk: money("107.00")}

    def test_counts_unposted_months_between(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))
        adjust(okean.fet, okean.fee, "-9.00", on=day("08-01"))
        pay(okean.fet, line(okean.fee, "20.00"), on=day("08-02"))
        pay(okean.fet, line(okean.fee, "1.00"), on=day("09-02"))

        assert opening_of_month([okean.fet.pk, okean.nekrasov.pk], period=SEPTEMBER) == {
            okean.fet.pk: money("71.00"),
            okean.nekrasov.pk: money("0.00"),
        }

    def test_before_the_books_is_nothing(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))

        assert opening_of_month([okean.fet.pk], period=MAY) == {okean.fet.pk: money("0.00")}


class TestPaidSince:
    def test_counts_the_month_and_later_ones_up_to_the_day(self, okean):
        pay(okean.fet, line(okean.fee, "1.00"), on=day("07-10"))
        charged(okean)
        pay(okean.fet, line(okean.fee, "2.00"), on=day("07-30"))
        pay(okean.fet, line(okean.fee, "4.00"), on=day("08-10"))
        pay(okean.fet, line(okean.fee, "8.00"), on=day("09-10"))
        ids = [okean.fet.pk, okean.nekrasov.pk]

        def paid(period, until):
            sums = paid_since_month(ids, period=period, until=until)
            assert sums[okean.nekrasov.pk] == 0
            return sums[okean.fet.pk]

        assert paid(JULY, None) == money("15.00")
        assert paid(JULY, day("08-10")) == money("7.00")
        assert paid(AUGUST, day("08-09")) == money("2.00")
        assert paid(SEPTEMBER, None) == money("8.00")


class TestLastPayment:
    def test_is_the_newest_by_day_and_then_by_record(self, okean):
        pay(okean.fet, line(okean.fee, "1.00"), on=day("07-12"))
        pay(okean.fet, line(okean.fee, "2.00"), on=day("07-10"))
        pay(okean.fet, line(okean.fee, "3.00"), line(okean.unsplit, "4.00"), on=day("07-12"))

        assert last_payments([okean.fet.pk, okean.nekrasov.pk]) == {
            okean.fet.pk: LastPayment(day("07-12"), money("7.00"))
        }

    def test_leaves_out_what_was_taken_back(self, okean):
        pay(okean.fet, line(okean.fee, "1.00"), on=day("07-10"))
        take_back(pay(okean.fet, line(okean.fee, "2.00"), on=day("07-12")), on=day("07-13"))

        assert last_payments([okean.fet.pk]) == {
            okean.fet.pk: LastPayment(day("07-10"), money("1.00"))
        }

    def test_looks_no_further_than_the_day(self, okean):
        pay(okean.fet, line(okean.fee, "1.00"), on=day("07-10"))
        pay(okean.fet, line(okean.fee, "2.00"), on=day("07-12"))

        assert last_payments([okean.fet.pk], until=day("07-11"))[okean.fet.pk].amount == 1
        assert last_payments([okean.fet.pk], until=day("07-12"))[okean.fet.pk].amount == 2
        assert last_payments([okean.fet.pk], until=day("07-09")) == {}


class TestLastCharged:
    def test_is_by_service_of_the_last_posted_month(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.fet, okean.cold_water, "5.00"))
        adjust(okean.fet, okean.fee, "-9.00", on=day("08-01"), kind=AdjustmentKind.CORRECTION)
        charged(okean, (okean.fet, okean.fee, "101.00"), period=AUGUST)

        assert last_charged(okean.fet) == {okean.fee.pk: money("101.00")}

    def test_of_an_account_never_charged_is_nothing(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))

        assert last_charged(okean.nekrasov) == {}
