"""Instalment agreements: a schedule that adds up, penalties suspended, percents posted once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import PenaltySuspension
from charges.corrections import rules
from charges.corrections.models import AgreementState, CorrectionDocument, Instalment
from charges.corrections.services.documents import discard_document, post_document
from charges.corrections.services.instalments import (
    AgreementEnded,
    DebtIsLess,
    EndsBeforeSigning,
    HasAgreement,
    InstalmentOfMonth,
    NothingThisMonth,
    Terms,
    draft_percents,
    end_agreement,
    instalments_of_month,
    sign_agreement,
)
from tests.cast import JULY, NOON, accountant_of
from tests.charges.corrections.conftest import BASIS, TODAY, new_key
from tests.priced import BILL
from zhkh.kernel.period import Period

AUGUST = JULY.next()
DEBT = Decimal("1000.00")


@pytest.fixture(autouse=True)
def august(settings):
    settings.TRAINING_DAY = TODAY


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def signed(okean, *, key=None, **changed):
    usual = {
        "number": "5",
        "signed_on": TODAY,
        "debt": DEBT,
        "first": AUGUST,
        "months": 3,
        "percent": Decimal("12.00"),
        "service": okean.unsplit,
    }
    return sign_agreement(
        account=okean.fet, terms=Terms(**usual | changed), key=key or new_key(), by=None, at=NOON
    )


def suspended(account):
    rows = PenaltySuspension.objects.filter(account=account)
    return [(row.valid.lower, row.valid.upper) for row in rows]


def percents(okean, period=AUGUST, key=None):
    return draft_percents(
        organisation=okean.organisation,
        period=period,
        basis=BASIS,
        key=key or new_key(),
        by=None,
        at=NOON,
    )


def test_the_schedule_adds_up_and_percents_go_down(okean):
    parts = [
        (part.month.month, part.principal, part.percents) for part in signed(okean).parts.all()
    ]

    assert parts == [
        (8, Decimal("333.34"), Decimal("10.00")),
        (9, Decimal("333.33"), Decimal("6.67")),
        (10, Decimal("333.33"), Decimal("3.33")),
    ]


def test_penalties_are_suspended_while_it_holds(okean):
    signed(okean)

    assert suspended(okean.fet) == [(TODAY, dt.date(2013, 11, 1))]


def test_broken_penalties_go_on_from_the_day(okean):
    agreement = signed(okean)
    day = dt.date(2013, 9, 15)

    ended = end_agreement(agreement=agreement, broken=True, on=day, because="не платит")

    assert (ended.state, suspended(okean.fet)) == (AgreementState.BROKEN, [(TODAY, day)])
    assert instalments_of_month([okean.fet.pk], period=Period(2013, 10)) == {}
    with pytest.raises(AgreementEnded):
        end_agreement(agreement=agreement, broken=True, on=day, because="не платит")


def test_broken_on_the_day_it_was_signed_suspends_nothing(okean):
    end_agreement(agreement=signed(okean), broken=True, on=TODAY, because="передумали")

    assert suspended(okean.fet) == []


def test_it_does_not_end_before_it_was_signed(okean):
    with pytest.raises(EndsBeforeSigning):
        end_agreement(
            agreement=signed(okean), broken=False, on=dt.date(2013, 8, 1), because="уплачено"
        )


def test_the_month_for_the_payment_document(okean):
    signed(okean, charged=Period(2013, 9))

    of_august, of_september = (
        instalments_of_month([okean.fet.pk], period=period)[okean.fet.pk]
        for period in (AUGUST, AUGUST.next())
    )
    nothing = Decimal("0.00")
    assert of_august == InstalmentOfMonth(
        nothing, Decimal("333.34"), Decimal("12.00"), Decimal("10.00")
    )
    assert of_september == InstalmentOfMonth(
        Decimal("333.33"), nothing, Decimal("12.00"), Decimal("6.67")
    )
    assert of_august.to_pay == Decimal("343.34")


def test_more_than_the_debt_is_refused(okean):
    with pytest.raises(DebtIsLess):
        signed(okean, debt=BILL + 1)


def test_one_agreement_at_a_time_and_one_for_a_request(okean):
    key = new_key()
    first = signed(okean, key=key)

    assert signed(okean, key=key) == first
    with pytest.raises(HasAgreement):
        signed(okean)
    with pytest.raises(IntegrityError, match="one_active_instalment"), transaction.atomic():
        Instalment.objects.create(
            account=okean.fet,
            number="6",
            signed_on=TODAY,
            debt=1,
            first_month=AUGUST.first_day,
            months=1,
            percent=0,
            service=okean.fee,
            key=new_key(),
            created_at=NOON,
        )


class TestPercents:
    def test_are_posted_once(self, okean):
        signed(okean)
        document = percents(okean)
        post_document(document=document, today=TODAY, by=None, at=NOON)

        assert balance_of(okean.fet) == BILL + 10
        with pytest.raises(NothingThisMonth):
            percents(okean)

    def test_a_draft_thrown_away_lets_them_be_drafted_again(self, okean):
        signed(okean)
        discard_document(document=percents(okean))

        assert percents(okean).lines.count() == 1

    def test_the_same_request_is_one_document(self, okean):
        signed(okean)
        key = new_key()

        assert percents(okean, key=key) == percents(okean, key=key)

    def test_nobody_owes_any_without_a_percent(self, okean):
        signed(okean, percent=Decimal(0))

        with pytest.raises(NothingThisMonth):
            percents(okean)
        assert not CorrectionDocument.objects.exists()


class TestPages:
    def send(self, client, okean, **changed):
        fields = {
            "number": "5",
            "signed_on": "10.08.2013",
            "debt": "1000",
            "first": "2013-08",
            "months": "3",
            "percent": "12",
            "service": okean.unsplit.pk,
            "key": str(new_key()),
        }
        url = reverse("corrections:new-agreement", args=[okean.fet.pk])
        return client.post(url, fields | changed, follow=True)

    def errors(self, answer):
        assert answer.status_code == 422
        return [error for errors in answer.context["form"].errors.values() for error in errors]

    def test_an_agreement_is_written_listed_and_broken(self, client, okean):
        page = self.send(client, okean)
        agreement = Instalment.objects.get()
        url = reverse("corrections:agreement", args=[agreement.pk])

        client.post(url, {"on": "15.09.2013", "broken": "1", "because": "не платит"})

        assert page.context["to_pay"] == Decimal("1020.00")
        listed = client.get(reverse("corrections:agreement-list") + "?state=broken")
        assert [row.pk for row in listed.context["page"]] == [agreement.pk]
        account = client.get(reverse("corrections:account", args=[okean.fet.pk]))
        assert [row.state for row in account.context["agreements"]] == ["broken"]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"debt": "0"}, "Сумма больше нуля."),
            ({"debt": "9999"}, "Долг счёта — 1\xa0187,93 ₽: рассрочить больше нельзя."),
            ({"first": "2013-07"}, "Первый месяц кончился раньше, чем заключено соглашение."),
            ({"months": "61"}, "Убедитесь, что это значение меньше либо равно 60."),
            ({"number": ""}, "Обязательное поле."),
        ],
    )
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        assert self.errors(self.send(client, okean, **changed)) == [sentence]

    def test_percents_of_the_month_are_drafted(self, client, okean):
        self.send(client, okean)
        fields = {
            "reason": "other",
            "basis_title": "Соглашения",
            "basis_number": "8",
            "basis_on": "31.08.2013",
            "key": str(new_key()),
        }

        answer = client.post(reverse("corrections:percents"), fields, follow=True)

        assert [line.amount for line in answer.context["lines"]] == [Decimal("10.00")]


@given(
    st.decimals("0.01", "1000000", places=2),
    st.integers(1, 60),
    st.decimals("0", "100", places=2),
)
def test_a_schedule_adds_up_and_its_parts_differ_by_a_kopeck_at_most(debt, months, percent):
    parts = rules.schedule(debt, months, percent)

    principals = [part.principal for part in parts]
    assert len(parts) == months
    assert sum(principals) == debt
    assert max(principals) - min(principals) <= Decimal("0.01")
    assert [part.percents for part in parts] == sorted(
        (part.percents for part in parts), reverse=True
    )
