"""Whatever stands in the books of a month is in its document, and the document comes to the books."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.operations import ItemToWriteOff, Move, Order, transfer, write_off
from accounts_registry.ledger.posting import AdjustmentKind
from accounts_registry.models import PersonalAccount
from payment_docs.assemble import assemble_documents
from payment_docs.document import PaymentDocument, ServiceRow
from tests.accounts_registry.ledger.books import JUNE, adjust, day, line, owe, pay
from tests.cast import JULY, NOON, TihiyOkean
from tests.factories import make_payee, make_service
from tests.priced import BILL, issued, posted, priced_tihiy_okean
from zhkh.audits.check import audit_books
from zhkh.kernel.money import ZERO

pytestmark = pytest.mark.django_db

PROFILE = settings.default
assert PROFILE is not None
EXAMPLES = PROFILE.max_examples // 10  # each runs a month in the database
COUNTED_UNTIL = day("07-25")
KINDS_OF_SUMS = (
    AdjustmentKind.RECALCULATION,
    AdjustmentKind.CORRECTION,
    AdjustmentKind.BENEFIT,
    AdjustmentKind.PENALTY,
    AdjustmentKind.SUBSIDY,
    AdjustmentKind.FINE,
    AdjustmentKind.STATE_FEE,
    AdjustmentKind.COURT_COSTS,
    AdjustmentKind.INSTALMENT,
)


def document_of(account: PersonalAccount) -> PaymentDocument:
    [document] = assemble_documents(
        [PersonalAccount.objects.get(pk=account.pk)], period=JULY, counted_until=COUNTED_UNTIL
    )
    return document


def columns(row: ServiceRow) -> tuple[str, Decimal, Decimal, Decimal, Decimal]:
    return row.name, row.charged, row.recalculated, row.benefit, row.total


def own_rows(document: PaymentDocument) -> list[tuple[str, Decimal, Decimal, Decimal, Decimal]]:
    return [columns(row) for row in document.sections[-1].rows]


def order() -> Order:
    return Order(
        key=uuid.uuid4(), on=day("07-15"), basis="акт № 1", by=None, at=NOON, today=day("07-25")
    )


def add_everything(okean: TihiyOkean) -> None:
    """A sum of every kind in the books of Фет, who has the fee and cold water."""
    okean.fee.payee = make_payee(organisation=okean.organisation, name="Мосводоканал")
    okean.fee.save()
    heating = make_service(organisation=okean.organisation, code="heating", name="Отопление")
    owe(okean.fet, okean.fee, "1000.00", about=JUNE)
    owe(okean.fet, heating, "-40.00", about=JUNE)
    write_off(
        account=okean.fet,
        items=[ItemToWriteOff(okean.fee, JUNE, Decimal("300.00"))],
        order=order(),
    )
    move = Move(heating, okean.fet, okean.cold_water, Decimal("15.00"))
    transfer(account=okean.fet, move=move, order=order())
    pay(okean.fet, line(okean.fee, "200.00"), on=day("07-20"))
    adjust(okean.fet, okean.fee, "-13.00")
    for service, amount, kind in (
        (heating, "-7.00", AdjustmentKind.CORRECTION),
        (heating, "-2.00", AdjustmentKind.CORRECTION),
        (okean.unsplit, "5.00", AdjustmentKind.CORRECTION),
        (heating, "-3.00", AdjustmentKind.BENEFIT),
        (okean.cold_water, "-250.00", AdjustmentKind.SUBSIDY),
        (okean.fee, "-70.00", AdjustmentKind.FINE),
        (okean.fee, "12.34", AdjustmentKind.PENALTY),
        (okean.unsplit, "400.00", AdjustmentKind.STATE_FEE),
        (okean.unsplit, "1500.00", AdjustmentKind.COURT_COSTS),
        (okean.fee, "8.19", AdjustmentKind.INSTALMENT),
    ):
        adjust(okean.fet, service, amount, kind=kind, about=JUNE)


class TestEveryKind:
    @pytest.fixture
    def okean(self):
        okean = priced_tihiy_okean()
        add_everything(okean)
        posted(okean.organisation)
        return okean

    def test_has_a_row_with_its_title(self, okean):
        def row(name, charged="0", recalculated="0", benefit="0"):
            sums = Decimal(charged), Decimal(recalculated), Decimal(benefit)
            return name, *sums, sums[0] + sums[1] - sums[2]

        assert own_rows(document_of(okean.fet)) == [
            row("Перерасчёт за прошлые месяцы: Без разбивки по услугам", recalculated="5.00"),
            row("Перерасчёт за прошлые месяцы: Отопление", recalculated="-9.00"),
            row("Льгота: Отопление", benefit="3.00"),
            row("Субсидия", benefit="250.00"),
            row("Штраф исполнителя", recalculated="-70.00"),
            row("Списание долга", recalculated="-300.00"),
            row("Пени", charged="12.34"),
            row("Государственная пошлина", charged="400.00"),
            row("Судебные расходы", charged="1500.00"),
            row("Рассрочка: проценты", charged="8.19"),
        ]

    def test_document_comes_to_the_balance(self, okean):
        document = document_of(okean.fet)

        assert document.opening == Decimal("1000.00") - Decimal("40.00") - Decimal("200.00")
        assert document.to_pay_with_balance == document.to_pay + document.opening
        assert document.to_pay_with_balance == balance_of(okean.fet)

    def test_recalculation_of_a_charged_service_stays_in_its_column(self, okean):
        [fee] = document_of(okean.fet).sections[0].rows

        assert columns(fee) == (
            okean.fee.name, Decimal("1113.00"), Decimal("-13.00"), ZERO, Decimal("1100.00")
        )  # fmt: skip

    def test_payees_share_the_sum(self, okean):
        document = document_of(okean.fet)

        assert sum((payee.amount or ZERO for payee in document.payees), ZERO) == document.to_pay

    def test_the_others_have_no_such_rows(self, okean):
        document = document_of(okean.lermontov)

        assert [section.title for section in document.sections] == ["", "Коммунальные услуги"]
        assert document.to_pay == BILL


class TestRow:
    @pytest.fixture
    def okean(self):
        return priced_tihiy_okean()

    def test_follows_the_other_charges_of_its_section(self, okean):
        okean.fee.group = "other"
        okean.fee.save()
        adjust(okean.fet, okean.fee, "400.00", kind=AdjustmentKind.STATE_FEE)
        posted(okean.organisation)

        assert [row.name for row in document_of(okean.fet).sections[-1].rows] == [
            okean.fee.name,
            "Государственная пошлина",
        ]

    def test_of_a_subsidy_taken_back_raises_the_bill(self, okean):
        adjust(okean.fet, okean.fee, "250.00", kind=AdjustmentKind.SUBSIDY)
        posted(okean.organisation)

        assert own_rows(document_of(okean.fet)) == [
            ("Субсидия", ZERO, Decimal("250.00"), ZERO, Decimal("250.00"))
        ]

    def test_of_an_overpayment_given_to_another_account(self, okean):
        okean.tyutchev.payer = okean.fet.payer
        okean.tyutchev.save()
        owe(okean.fet, okean.fee, "-40.00", about=JUNE)
        move = Move(okean.fee, okean.tyutchev, okean.fee, Decimal("40.00"))
        transfer(account=okean.fet, move=move, order=order())
        posted(okean.organisation)

        moved = Decimal("40.00")
        assert own_rows(document_of(okean.fet)) == [("Перенос переплаты", ZERO, moved, ZERO, moved)]
        assert own_rows(document_of(okean.tyutchev)) == [
            ("Перенос переплаты", ZERO, -moved, ZERO, -moved)
        ]

    def test_of_an_account_that_nothing_was_charged(self, okean):
        okean.fet.services.all().delete()
        adjust(okean.fet, okean.fee, "-13.00", kind=AdjustmentKind.CORRECTION)
        posted(okean.organisation)
        amount = Decimal("-13.00")

        document = document_of(okean.fet)

        name = f"Перерасчёт за прошлые месяцы: {okean.fee.name}"
        assert own_rows(document) == [(name, ZERO, amount, ZERO, amount)]
        assert (document.to_pay, document.to_pay_with_balance) == (amount, ZERO)


def test_documents_with_own_rows_agree_with_the_books():
    okean = priced_tihiy_okean()
    for kind in set(KINDS_OF_SUMS) - {AdjustmentKind.PENALTY, AdjustmentKind.BENEFIT}:
        adjust(okean.fet, okean.fee, "-7.00", kind=kind, about=JUNE)
    posted(okean.organisation)
    issued(okean.organisation)

    assert [(title, found) for title, found in audit_books() if found] == []


kopecks = st.integers(-50_000, 50_000).filter(bool)
sums = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(KINDS_OF_SUMS), kopecks).filter(
        lambda item: item[:2] != (2, AdjustmentKind.RECALCULATION)  # refused: it has no line
    ),
    max_size=8,
)


@given(debt=st.integers(-3_000, 3_000).filter(bool), paid=st.integers(0, 900), entered=sums)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_entered_the_document_comes_to_the_books(debt, paid, entered):
    before = transaction.savepoint()  # an atomic block would be around durable ones
    okean = priced_tihiy_okean()
    services = okean.fee, okean.cold_water, okean.unsplit
    owe(okean.fet, okean.unsplit, f"{debt}.00", about=JUNE)
    if paid:
        pay(okean.fet, line(okean.fee, f"{paid}.00"), on=dt.date(2013, 7, 20))
    for number, kind, amount in entered:
        adjust(okean.fet, services[number], str(Decimal(amount) / 100), kind=kind, about=JUNE)
    posted(okean.organisation)

    document = document_of(okean.fet)

    assert document.opening == debt - paid
    assert document.to_pay + document.opening == balance_of(okean.fet)
    assert document.to_pay == sum((row.total for row in document.rows), ZERO)
    transaction.savepoint_rollback(before)
