"""Every report against a sum of the raw rows by a query of its own."""

from decimal import Decimal

import pytest
from django.db import connection

from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.ledger.reports.debtors import Threshold, debtor_rows, debtor_total
from accounts_registry.ledger.reports.receipts import (
    basis_total,
    days_of_sources,
    days_total,
    sums_by_basis,
)
from accounts_registry.ledger.reports.scope import OWN, Scope
from accounts_registry.ledger.reports.turnover import (
    By,
    collection_rows,
    turnover_rows,
    turnover_total,
)
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
from tests.cast import JULY, tihiy_okean
from tests.factories import make_payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    """Июль и август проведены, в сентябре уже платят; вода — деньги другого получателя."""
    okean = tihiy_okean()
    okean.cold_water.payee = make_payee(organisation=okean.organisation, name="АО «Вода»")
    okean.cold_water.save()
    owe(okean.fet, okean.fee, "50.00", about=MAY)
    owe(okean.nekrasov, okean.unsplit, "-5.00", about=JUNE)
    adjust(okean.fet, okean.fee, "-10.00")
    wrong = pay(okean.fet, line(okean.cold_water, "30.00"), on=day("07-20"))
    everybody = (okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov)
    charged(okean, *((account, okean.fee, "100.00") for account in everybody))
    take_back(wrong, on=day("08-01"))
    pay(okean.lermontov, line(okean.fee, "120.00"), on=day("08-02"))
    charged(
        okean,
        *((account, okean.cold_water, "7.50") for account in everybody[:2]),
        period=AUGUST,
    )
    pay(okean.tyutchev, line(okean.fee, "40.00"), on=day("09-02"))
    adjust(okean.tyutchev, okean.fee, "-1.00", on=day("09-03"), about=JULY)
    return okean


def scope(okean, first=JULY, last=SEPTEMBER, **limits):
    return Scope(okean.organisation.pk, first, last, **limits)


def figures(row):
    return [str(n) for n in (row.opening, row.charged, row.adjusted, row.paid, row.closing)]


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] or Decimal("0.00")


def independent(first, last):
    """Charges of turnovers, everything else from its own rows."""
    span = f"BETWEEN '{first.first_day}' AND '{last.first_day}'"
    earlier = f"< '{first.first_day}'"
    opening = (
        raw(f"SELECT sum(charged) FROM ledger_turnover WHERE month {earlier}")
        + raw(f"SELECT sum(amount) FROM ledger_adjustment WHERE month {earlier}")
        + raw(f"SELECT sum(amount) FROM ledger_adjustment WHERE month {span} AND kind = 'opening'")
        - raw(f"SELECT sum(amount) FROM ledger_payment WHERE month {earlier}")
    )
    charged_ = raw(f"SELECT sum(charged) FROM ledger_turnover WHERE month {span}")
    adjusted = raw(
        f"SELECT sum(amount) FROM ledger_adjustment WHERE month {span} AND kind <> 'opening'"
    )
    paid = raw(f"SELECT sum(amount) FROM ledger_payment WHERE month {span}")
    closing = opening + charged_ + adjusted - paid
    return [str(amount) for amount in (opening, charged_, adjusted, paid, closing)]


class TestTurnover:
    @pytest.mark.parametrize("by", By)
    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (JULY, JULY),
            (JULY, AUGUST),
            (AUGUST, AUGUST),
            (JULY, SEPTEMBER),
            (SEPTEMBER, SEPTEMBER),
            (SEPTEMBER.next(), SEPTEMBER.next()),
            (MAY, JULY),
        ],
    )
    def test_total_is_the_ledgers_and_the_rows_add_up(self, okean, by, first, last):
        chosen = scope(okean, first, last)
        rows = list(turnover_rows(chosen, by=by))
        count, total = turnover_total(chosen, by=by)

        assert figures(total) == independent(first, last)
        assert count == len(rows)
        assert [str(sum(column)) for column in zip(*map(decimals, rows), strict=True)] == figures(
            total
        )

    def test_by_account(self, okean):
        rows = turnover_rows(scope(okean), by=By.ACCOUNT)

        assert [(row.label, row.payer, figures(row)) for row in rows] == [
            (
                "000000001001",
                "Лермонтов Михаил Николаевич",
                ["0.00", "107.50", "0.00", "120.00", "-12.50"],
            ),
            (
                "000000001002",
                "Фет Афанасий Афанасьевич",
                ["50.00", "107.50", "-10.00", "0.00", "147.50"],
            ),
            (
                "000000001003",
                "Тютчев Фёдор Иванович",
                ["0.00", "100.00", "-1.00", "40.00", "59.00"],
            ),
            (
                "000000001004",
                "Некрасов Николай Алексеевич",
                ["-5.00", "100.00", "0.00", "0.00", "95.00"],
            ),
        ]

    def test_by_payee(self, okean):
        rows = turnover_rows(scope(okean), by=By.PAYEE)

        assert [(row.label, figures(row)) for row in rows] == [
            ("АО «Вода»", ["0.00", "15.00", "0.00", "0.00", "15.00"]),
            ("УК «Тихий океан»", ["45.00", "400.00", "-11.00", "160.00", "274.00"]),
        ]

    def test_limits(self, okean):
        assert closing(scope(okean, service_id=okean.cold_water.pk)) == "15.00"
        assert closing(scope(okean, payee_id=OWN)) == "274.00"
        assert closing(scope(okean, payee_id=okean.cold_water.payee_id)) == "15.00"
        assert closing(scope(okean, house_id=okean.house.pk)) == "289.00"
        assert closing(scope(okean, house_id=0)) == "0.00"
        assert closing(scope(okean, account_ids=(okean.fet.pk,))) == "147.50"

    def test_pages(self, okean):
        page = turnover_rows(scope(okean), by=By.ACCOUNT, offset=1, limit=2)

        assert [row.label for row in page] == ["000000001002", "000000001003"]

    def test_collection_rate(self, okean):
        rows = collection_rows(scope(okean), by=By.MONTH)

        assert [(row.label, str(row.paid), row.collected) for row in rows] == [
            ("2013-07", "30.00", Decimal("30.00") / Decimal("390.00")),
            ("2013-08", "90.00", Decimal(6)),
            ("2013-09", "40.00", None),
        ]


class TestDebtors:
    def test_debts_stand_in_the_months_that_made_them(self, okean):
        rows = debtor_rows(scope(okean), today=day("09-10"), threshold=Threshold())

        assert [
            (row.number, str(row.ageing.debt), str(row.ageing.current), str(row.ageing.to_two))
            for row in rows
        ] == [
            ("000000001002", "147.50", "7.50", "90.00"),
            ("000000001004", "95.00", "0.00", "95.00"),
            ("000000001003", "59.00", "0.00", "59.00"),
            ("000000001001", "7.50", "7.50", "0.00"),
        ]

    def test_total_is_the_ledgers(self, okean):
        count, total = debtor_total(scope(okean), today=day("09-10"), threshold=Threshold())
        accounts = [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]
        balances = balances_of_accounts([account.pk for account in accounts])
        overpaid_fee = Decimal("20.00")  # Лермонтов: за содержание переплата, за воду долг

        assert count == 4
        assert total.debt == sum(balances.values()) + overpaid_fee
        assert total.debt == sum(
            (
                total.current,
                total.to_two,
                total.to_six,
                total.to_twelve,
                total.to_thirty_six,
                total.barred,
            )
        )

    @pytest.mark.parametrize(
        ("today", "bucket"),
        [
            ("2013-08-31", "current"),
            ("2013-09-01", "to_two"),
            ("2013-11-01", "to_six"),
            ("2014-03-01", "to_twelve"),
            ("2014-09-01", "to_thirty_six"),
            ("2016-08-31", "to_thirty_six"),
            ("2016-09-01", "barred"),
        ],
    )
    def test_ages(self, today, bucket):
        okean = tihiy_okean()
        charged(okean, (okean.fet, okean.fee, "100.00"))

        _, total = debtor_total(
            scope(okean), today=type(day("01-01")).fromisoformat(today), threshold=Threshold()
        )

        assert getattr(total, bucket) == total.debt == Decimal("100.00")

    def test_threshold(self, okean):
        least = Threshold(debt=Decimal("60.00"), months=1)

        rows = debtor_rows(scope(okean), today=day("09-10"), threshold=least)

        assert [row.number for row in rows] == ["000000001002", "000000001004"]


class TestReceipts:
    def test_by_day_and_source(self, okean):
        rows = list(days_of_sources(scope(okean)))

        assert [(row.on, row.source.label, row.payments, str(row.kept)) for row in rows] == [
            (day("07-20"), "банк", 1, "30.00"),
            (day("08-01"), "банк", 0, "-30.00"),
            (day("08-02"), "банк", 1, "120.00"),
            (day("09-02"), "банк", 1, "40.00"),
        ]
        assert days_total(scope(okean)) == (4, 3, Decimal("190.00"), Decimal("-30.00"))
        assert sum(row.kept for row in rows) == raw("SELECT sum(amount) FROM ledger_payment")

    def test_adjustments_by_kind_and_basis(self, okean):
        rows = list(sums_by_basis(scope(okean)))

        assert [(row.kind.label, row.rows, row.accounts, str(row.amount)) for row in rows] == [
            ("перерасчёт", 2, 2, "-11.00")
        ]
        assert basis_total(scope(okean)) == (1, 2, Decimal("-11.00"))


def decimals(row):
    return row.opening, row.charged, row.adjusted, row.paid, row.closing


def closing(chosen):
    return str(turnover_total(chosen, by=By.ACCOUNT)[1].closing + Decimal("0.00"))
