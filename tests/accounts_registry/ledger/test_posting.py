import uuid
from decimal import Decimal

import pytest

from accounts_registry.ledger.models import Adjustment, ChargeTotal, Payment, PaymentLine, Turnover
from accounts_registry.ledger.periods import MonthIsNotDraft, MonthIsOutOfTurn
from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AlreadyReversed,
    KeyUsedForOtherPayment,
    post_month,
)
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    MAY,
    adjust,
    charged,
    day,
    drafted,
    line,
    owe,
    pay,
    take_back,
)
from tests.cast import JULY, NOON, TihiyOkean, tihiy_okean
from tests.factories import make_account, make_house, make_organisation, make_premises, make_service

HUNDRED = Decimal("100.00")


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def told(payment: Payment) -> list[tuple[str, str, str]]:
    return [
        (row.service.code, row.named_month.isoformat() if row.named_month else "", str(row.amount))
        for row in payment.lines.select_related("service").order_by("id")
    ]


class TestPayment:
    def test_is_written_with_its_lines(self, okean):
        payment = pay(
            okean.fet,
            line(okean.fee, "60.00", JUNE),
            line(okean.fee, "30.00"),
            line(okean.cold_water, "10.00"),
        )

        assert (payment.amount, payment.month, payment.paid_on) == (
            HUNDRED,
            JULY.first_day,
            day("07-25"),
        )
        assert (payment.recorded_at, payment.recorded_by, payment.reverses) == (NOON, None, None)
        assert told(payment) == [
            ("maintenance", "2013-06-01", "60.00"),
            ("maintenance", "", "30.00"),
            ("cold_water", "", "10.00"),
        ]

    def test_of_a_posted_month_stands_in_the_next(self, okean):
        charged(okean)
        payment = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-31"))

        assert (payment.month, payment.paid_on) == (AUGUST.first_day, day("07-31"))
        assert payment.lines.get().month == AUGUST.first_day

    def test_same_key_and_content_is_one_payment(self, okean):
        key = uuid.uuid4()
        lines = [line(okean.fee, "60.00", JUNE), line(okean.cold_water, "40.00")]

        first = pay(okean.fet, *lines, key=key)
        again = pay(okean.fet, *reversed(lines), key=key, on=day("08-01"))

        assert again == first
        assert (Payment.objects.count(), PaymentLine.objects.count()) == (1, 2)

    @pytest.mark.parametrize(
        ("service", "amount", "named"),
        [
            ("fee", "99.99", None),
            ("cold_water", "100.00", None),
            ("fee", "100.00", JUNE),
        ],
    )
    def test_same_key_and_other_lines_are_refused(self, okean, service, amount, named):
        key = uuid.uuid4()
        pay(okean.fet, line(okean.fee, "100.00"), key=key)

        with pytest.raises(KeyUsedForOtherPayment) as refusal:
            pay(okean.fet, line(getattr(okean, service), amount, named), key=key)
        assert str(refusal.value) == (
            "Этот запрос уже проведён с другой суммой или другим счётом: откройте счёт заново."
        )
        assert Payment.objects.count() == 1

    def test_same_key_and_a_line_sent_twice_is_refused(self, okean):
        key = uuid.uuid4()
        pay(okean.fet, line(okean.fee, "100.00"), key=key)

        with pytest.raises(KeyUsedForOtherPayment):
            pay(okean.fet, line(okean.fee, "100.00"), line(okean.fee, "100.00"), key=key)

    def test_same_key_for_another_account_is_refused(self, okean):
        key = uuid.uuid4()
        pay(okean.fet, line(okean.fee, "100.00"), key=key)

        with pytest.raises(KeyUsedForOtherPayment):
            pay(okean.nekrasov, line(okean.fee, "100.00"), key=key)

    def test_key_of_a_reversal_is_refused(self, okean):
        key = uuid.uuid4()
        take_back(pay(okean.fet, line(okean.fee, "100.00")), on=day("07-26"), key=key)

        with pytest.raises(KeyUsedForOtherPayment):
            pay(okean.fet, line(okean.fee, "100.00"), key=key)

    @pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001"])
    def test_lines_are_whole_kopecks_above_zero(self, okean, amount):
        with pytest.raises(AssertionError):
            pay(okean.fet, line(okean.fee, amount))

    def test_has_lines(self, okean):
        with pytest.raises(AssertionError):
            pay(okean.fet)


class TestReversal:
    def test_mirrors_every_line(self, okean):
        payment = pay(okean.fet, line(okean.fee, "60.00", JUNE), line(okean.cold_water, "40.00"))
        reversal = take_back(payment, on=day("07-26"))

        assert (reversal.amount, reversal.reverses, reversal.account) == (
            -HUNDRED,
            payment,
            okean.fet,
        )
        assert told(reversal) == [
            ("maintenance", "2013-06-01", "-60.00"),
            ("cold_water", "", "-40.00"),
        ]

    def test_of_a_posted_payment_stands_in_the_next_month(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"))
        charged(okean)

        assert take_back(payment, on=day("07-31")).month == AUGUST.first_day

    def test_comes_once(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"))
        take_back(payment, on=day("07-26"))

        with pytest.raises(AlreadyReversed) as refusal:
            take_back(payment, on=day("07-26"))
        assert str(refusal.value) == "Платёж уже отменён."
        assert Payment.objects.count() == 2

    def test_same_key_again_is_the_same_reversal(self, okean):
        payment, key = pay(okean.fet, line(okean.fee, "100.00")), uuid.uuid4()

        assert take_back(payment, on=day("07-26"), key=key) == take_back(
            payment, on=day("07-27"), key=key
        )

    def test_key_of_a_payment_is_refused(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"))

        with pytest.raises(KeyUsedForOtherPayment):
            take_back(payment, on=day("07-26"), key=payment.key)

    def test_is_not_taken_back(self, okean):
        reversal = take_back(pay(okean.fet, line(okean.fee, "100.00")), on=day("07-26"))

        with pytest.raises(AssertionError):
            take_back(reversal, on=day("07-27"))

    def test_does_not_come_before_its_payment(self, okean):
        payment = pay(okean.fet, line(okean.fee, "100.00"))

        with pytest.raises(AssertionError):
            take_back(payment, on=day("07-24"))


class TestAdjustment:
    def test_stands_in_the_accounting_month_and_names_the_month_it_is_about(self, okean):
        charged(okean)
        adjust(okean.fet, okean.fee, "-5.00", on=day("07-31"), about=MAY)

        entry = Adjustment.objects.get()
        assert (entry.month, entry.for_month, entry.amount, entry.kind) == (
            AUGUST.first_day,
            MAY.first_day,
            Decimal("-5.00"),
            "recalculation",
        )


class TestMonth:
    def turnover(self, account, month=JULY):
        return [
            (
                row.service.code,
                *(str(v) for v in (row.opening, row.charged, row.adjusted, row.paid, row.closing)),
            )
            for row in Turnover.objects.filter(account=account, month=month.first_day)
            .select_related("service")
            .order_by("service__position", "service_id")
        ]

    def test_adds_up_by_service(self, okean):
        owe(okean.fet, okean.unsplit, "500.00", about=JUNE)
        adjust(okean.fet, okean.fee, "-13.00")
        adjust(okean.fet, okean.fee, "2.00", kind=AdjustmentKind.PENALTY)
        payment = pay(okean.fet, line(okean.unsplit, "300.00"), line(okean.cold_water, "20.00"))
        take_back(payment, on=day("07-26"))
        pay(okean.fet, line(okean.cold_water, "7.00"))

        rows = charged(
            okean, (okean.fet, okean.fee, "1113.00"), (okean.fet, okean.cold_water, "74.93")
        )

        assert rows == 3
        assert self.turnover(okean.fet) == [
            ("", "500.00", "0.00", "0.00", "0.00", "500.00"),
            ("maintenance", "0.00", "1113.00", "-11.00", "0.00", "1102.00"),
            ("cold_water", "0.00", "74.93", "0.00", "7.00", "67.93"),
        ]

    def test_goes_on_from_the_closing_before(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"), (okean.tyutchev, okean.fee, "50.00"))
        pay(okean.fet, line(okean.fee, "130.00"), on=day("08-05"))
        pay(okean.tyutchev, line(okean.fee, "50.00"), on=day("08-05"))
        charged(okean, (okean.fet, okean.fee, "100.00"), period=AUGUST)
        charged(okean, period=AUGUST.next())

        assert self.turnover(okean.fet, AUGUST) == [
            ("maintenance", "100.00", "100.00", "0.00", "130.00", "70.00")
        ]
        assert self.turnover(okean.fet, AUGUST.next()) == [
            ("maintenance", "70.00", "0.00", "0.00", "0.00", "70.00")
        ]
        assert self.turnover(okean.tyutchev, AUGUST.next()) == []

    def test_touches_no_other_organisation(self, okean):
        other = make_organisation(name="ТСЖ «Сосна»")
        service = make_service(organisation=other, code="fee")
        house = make_house(organisation=other, code="pine")
        account = make_account(premises=make_premises(house=house), number="77")
        pay(account, line(service, "10.00"))

        assert charged(okean, (okean.fet, okean.fee, "100.00")) == 1
        assert self.turnover(account) == []

    def test_says_when_and_by_whom_and_empties_the_staging(self, okean):
        charged(okean, (okean.fet, okean.fee, "100.00"))

        period = okean.organisation.accounting_periods.get()
        assert (period.is_posted, period.posted_by) == (True, None)
        assert period.posted_at is not None
        assert ChargeTotal.objects.count() == 0

    def test_without_a_draft_is_refused_and_nothing_is_staged(self, okean):
        with pytest.raises(MonthIsNotDraft):
            post_month(
                organisation_id=okean.organisation.pk,
                period=JULY,
                charges=[(okean.fet.pk, okean.fee.pk, HUNDRED)],
                by=None,
            )
        assert ChargeTotal.objects.count() == 0

    def test_out_of_turn_is_refused(self, okean):
        drafted(okean, JULY)

        with pytest.raises(MonthIsOutOfTurn):
            charged(okean, (okean.fet, okean.fee, "100.00"), period=AUGUST)
        assert Turnover.objects.count() == 0
