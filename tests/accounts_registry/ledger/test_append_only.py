"""Rows of the books are only added, and posted months take nothing: the database says so."""

import datetime as dt
import uuid
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts_registry.ledger.models import (
    AccountingPeriod,
    Adjustment,
    Payment,
    PaymentLine,
    PeriodState,
    Turnover,
)
from accounts_registry.ledger.periods import open_month
from charges.models import ChargeInput, ChargeLine
from tests.accounts_registry.ledger.books import AUGUST, adjust, day, line, pay, take_back
from tests.cast import JULY, NOON, TihiyOkean
from tests.factories import make_house
from tests.priced import calculated, posted, priced_tihiy_okean

BOOKS = {
    "ledger_payment": (Payment, "amount"),
    "ledger_paymentline": (PaymentLine, "amount"),
    "ledger_adjustment": (Adjustment, "amount"),
    "ledger_turnover": (Turnover, "closing"),
    "charges_chargeline": (ChargeLine, "total"),
    "charges_chargeinput": (ChargeInput, "rules_version"),
}
DENIED = psycopg.errors.InsufficientPrivilege
GUARDED = psycopg.errors.RestrictViolation


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    """July is posted with every kind of row in it."""
    okean = priced_tihiy_okean()
    adjust(okean.fet, okean.fee, "-13.00")
    pay(okean.fet, line(okean.fee, "100.00"))
    posted(okean.organisation)
    return okean


def refused(statement: str) -> type[BaseException]:
    """The reason PostgreSQL gives for refusing the statement."""
    with pytest.raises((ProgrammingError, IntegrityError)) as caught:
        run(statement)
    assert caught.value.__cause__ is not None
    return type(caught.value.__cause__)


@transaction.atomic
def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def constraints_hold() -> None:
    """What waits for the commit is checked now."""
    connection.check_constraints()


class TestRows:
    @pytest.mark.parametrize("table", BOOKS)
    def test_there_is_something_to_protect(self, okean, table):
        model, _ = BOOKS[table]

        assert model._default_manager.exists()

    @pytest.mark.parametrize("table", BOOKS)
    def test_update_by_the_orm_is_refused(self, okean, table):
        model, column = BOOKS[table]

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            model._default_manager.update(**{column: 0})

    @pytest.mark.parametrize("table", BOOKS)
    def test_delete_by_the_orm_is_refused(self, okean, table):
        model, _ = BOOKS[table]
        rows = model._default_manager.all()

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows._raw_delete(rows.db)

    @pytest.mark.parametrize("table", BOOKS)
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    def test_raw_sql_is_refused(self, okean, table, statement):
        column = BOOKS[table][1]

        assert refused(statement.format(table, column, column)) is DENIED

    @pytest.mark.parametrize("month_table", ["ledger_turnover", "charges_chargeline"])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET month = month",
            "DELETE FROM {}",
            "INSERT INTO {0} SELECT * FROM {0}",
            "TRUNCATE {}",
        ],
    )
    def test_a_partition_is_no_way_around(self, okean, month_table, statement):
        assert refused(statement.format(f"{month_table}_201307")) is DENIED

    def test_turnover_is_not_inserted(self, okean):
        assert refused("INSERT INTO ledger_turnover SELECT * FROM ledger_turnover") is DENIED

    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE ledger_payment DISABLE TRIGGER ALL",
            "DROP TRIGGER ledger_payment_only_grows ON ledger_payment",
            "SET session_replication_role = replica",
        ],
    )
    def test_guards_are_not_switched_off(self, okean, statement):
        assert refused(statement) is DENIED


class TestOwner:
    """The owner of the tables may do more, but is stopped by the triggers."""

    @pytest.fixture
    def owner(self, committed_db: None, cluster, database_name):
        okean = priced_tihiy_okean()
        adjust(okean.fet, okean.fee, "-13.00")
        pay(okean.fet, line(okean.fee, "100.00"))
        posted(okean.organisation)
        url = cluster.owner_url.replace("/zhkh?", f"/{database_name}?")
        with psycopg.connect(url, autocommit=True) as session:
            yield session

    def test_nothing_of_a_posted_month_moves(self, owner):
        statements = [
            statement.format(table, column, column)
            for table, (_, column) in BOOKS.items()
            for statement in ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE")
        ]
        statements += [
            statement.format(f"{table}_201307")
            for table in ("ledger_turnover", "charges_chargeline")
            for statement in (
                "UPDATE {} SET month = month",
                "DELETE FROM {}",
                "INSERT INTO {0} SELECT * FROM {0}",
                "TRUNCATE {}",
            )
        ]
        statements += [
            "DELETE FROM ledger_accountingperiod",
            "TRUNCATE ledger_accountingperiod CASCADE",
            "UPDATE ledger_accountingperiod SET state = 'open', posted_at = NULL",
            "UPDATE ledger_accountingperiod SET posted_at = now()",
        ]

        for statement in statements:
            with pytest.raises(GUARDED):
                owner.execute(statement)


class TestPostedMonth:
    def payment(self, okean: TihiyOkean, **columns) -> Payment:
        return Payment.objects.create(
            **{
                "account": okean.fet,
                "month": JULY.first_day,
                "paid_on": day("07-25"),
                "amount": Decimal("1.00"),
                "source": "desk",
                "key": uuid.uuid4(),
                "recorded_at": NOON,
                **columns,
            }
        )

    def test_takes_no_payment(self, okean):
        with pytest.raises(IntegrityError, match="is posted or was never opened"):
            self.payment(okean)

    def test_a_month_never_opened_takes_no_payment(self, okean):
        with pytest.raises(IntegrityError, match="is posted or was never opened"):
            self.payment(okean, month=dt.date(2014, 1, 1))

    def test_takes_no_line_of_an_old_payment(self, okean):
        payment = Payment.objects.get()

        with pytest.raises(IntegrityError, match="is posted or was never opened"):
            PaymentLine.objects.create(
                payment=payment,
                account=okean.fet,
                service=okean.cold_water,
                month=JULY.first_day,
                amount=Decimal("1.00"),
            )

    def test_takes_no_adjustment(self, okean):
        with pytest.raises(IntegrityError, match="is posted or was never opened"):
            Adjustment.objects.create(
                account=okean.fet,
                service=okean.fee,
                month=JULY.first_day,
                for_month=JULY.first_day,
                kind="correction",
                amount=Decimal("1.00"),
                key=uuid.uuid4(),
                recorded_at=NOON,
            )

    def test_takes_no_charge_line(self, okean):
        copied = "INSERT INTO charges_chargeline SELECT month, account_id, service_id, 'day'"
        columns = (
            "component, use, unit, price, individual_volume, individual_method,"
            " individual_amount, common_volume, common_method, common_amount,"
            " uplift_coefficient, uplift_amount, vat, charged, recalculated, benefit, total"
        )

        assert refused(f"{copied}, {columns} FROM charges_chargeline") is GUARDED

    def test_takes_no_frozen_inputs(self, okean):
        other = ChargeInput.objects.get()
        other.pk, other.house = None, make_house(organisation=okean.organisation, code="other")

        with pytest.raises(IntegrityError, match="is not being calculated"):
            other.save(force_insert=True)

    def test_keeps_its_lines(self, okean):
        clear = f"SELECT charges_clear_house({okean.house.pk}, '2013-07-01')"

        assert refused(clear) is GUARDED
        assert ChargeLine.objects.count() == 8

    @pytest.mark.parametrize("state", PeriodState.values)
    def test_stays_posted(self, okean, state):
        change = f"UPDATE ledger_accountingperiod SET state = '{state}', posted_at = NULL"

        assert refused(change) is GUARDED

    def test_is_not_posted_again(self, okean):
        again = f"SELECT ledger_post_month({okean.organisation.pk}, '2013-07-01', NULL)"

        assert refused(again) is GUARDED


class TestMonths:
    def test_are_not_deleted(self, okean):
        with pytest.raises(ProgrammingError, match="permission denied"):
            AccountingPeriod.objects.all().delete()

    def test_are_posted_by_posting_alone(self, okean):
        calculated(okean.organisation, AUGUST)

        with pytest.raises(IntegrityError, match="posted by post_month only"):
            AccountingPeriod.objects.filter(month=AUGUST.first_day).update(
                state=PeriodState.POSTED, posted_at=NOON
            )

    def test_begin_as_open(self, okean):
        with pytest.raises(IntegrityError, match="begins as open"):
            AccountingPeriod.objects.create(
                organisation=okean.organisation,
                month=AUGUST.first_day,
                state=PeriodState.POSTED,
                posted_at=NOON,
            )

    def test_keep_their_place(self, okean):
        calculated(okean.organisation, AUGUST)

        with pytest.raises(IntegrityError, match="keeps its place"):
            AccountingPeriod.objects.filter(month=AUGUST.first_day).update(
                month=dt.date(2013, 9, 1)
            )

    @pytest.mark.parametrize("month", [dt.date(2013, 6, 1), dt.date(2013, 9, 1)])
    def test_follow_one_another(self, okean, month):
        with pytest.raises(IntegrityError, match="months follow one another"):
            AccountingPeriod.objects.create(organisation=okean.organisation, month=month)

    def test_begin_on_the_first_day(self, okean):
        assert refused("SELECT ledger_open_month('2013-08-02')") is GUARDED

    def test_out_of_turn_are_not_posted_even_by_the_function(self, okean):
        calculated(okean.organisation, AUGUST)
        calculated(okean.organisation, AUGUST.next())
        early = f"SELECT ledger_post_month({okean.organisation.pk}, '2013-09-01', NULL)"

        assert refused(early) is GUARDED


class TestPaymentAndItsLines:
    """Checked at commit; here as soon as asked."""

    @pytest.fixture
    def payment(self, okean):
        return pay(okean.fet, line(okean.fee, "100.00"), on=day("08-05"))

    def add(self, okean, payment, service, amount, **columns):
        PaymentLine.objects.create(
            **{
                "payment": payment,
                "account": okean.fet,
                "service": service,
                "month": AUGUST.first_day,
                "amount": Decimal(amount),
                **columns,
            }
        )

    def test_one_line_too_many_is_refused(self, okean, payment):
        self.add(okean, payment, okean.cold_water, "1.00")

        with pytest.raises(IntegrityError, match="differs from its lines"):
            constraints_hold()

    def test_lines_that_cancel_each_other_are_refused(self, okean, payment):
        self.add(okean, payment, okean.cold_water, "1.00")
        self.add(okean, payment, okean.unsplit, "-1.00")

        with pytest.raises(IntegrityError, match="differs from its lines"):
            constraints_hold()

    def test_a_payment_without_lines_is_refused(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=AUGUST)
        TestPostedMonth().payment(okean, month=AUGUST.first_day)

        with pytest.raises(IntegrityError, match="differs from its lines"):
            constraints_hold()

    def test_a_line_of_another_account_is_refused(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=AUGUST)
        payment = TestPostedMonth().payment(okean, month=AUGUST.first_day)
        self.add(okean, payment, okean.fee, "1.00", account=okean.nekrasov)

        with pytest.raises(IntegrityError, match="differs from its lines"):
            constraints_hold()

    def test_a_line_in_another_month_is_refused(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=AUGUST.next())
        payment = TestPostedMonth().payment(okean, month=AUGUST.first_day)
        self.add(okean, payment, okean.fee, "1.00", month=AUGUST.next().first_day)

        with pytest.raises(IntegrityError, match="differs from its lines"):
            constraints_hold()

    @pytest.mark.parametrize(
        ("amount", "columns"),
        [
            ("-99.00", {}),
            ("-100.00", {"paid_on": day("08-04")}),
            ("-100.00", {"account": "nekrasov"}),
        ],
    )
    def test_a_reversal_that_is_no_mirror_is_refused(self, okean, payment, amount, columns):
        if "account" in columns:
            columns = {"account": okean.nekrasov}

        with pytest.raises(IntegrityError, match="takes back one payment"):
            TestPostedMonth().payment(
                okean,
                **{
                    "month": AUGUST.first_day,
                    "paid_on": day("08-05"),
                    "amount": Decimal(amount),
                    "reverses": payment,
                    **columns,
                },
            )

    def test_a_reversal_is_not_reversed(self, okean, payment):
        reversal = take_back(payment, on=day("08-05"))

        with pytest.raises(IntegrityError):
            TestPostedMonth().payment(
                okean, month=AUGUST.first_day, paid_on=day("08-05"), reverses=reversal
            )


def test_commit_refuses_a_payment_that_differs_from_its_lines(committed_db):
    okean = priced_tihiy_okean()

    with pytest.raises(IntegrityError, match="differs from its lines"):
        pay_with_a_line_too_many(okean)

    assert (Payment.objects.count(), PaymentLine.objects.count()) == (0, 0)


@transaction.atomic
def pay_with_a_line_too_many(okean: TihiyOkean) -> None:
    payment = pay(okean.fet, line(okean.fee, "100.00"))
    TestPaymentAndItsLines().add(okean, payment, okean.cold_water, "1.00", month=JULY.first_day)
