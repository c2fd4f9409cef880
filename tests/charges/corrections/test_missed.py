"""A payment of an agreement that did not come is found by the books and told to who decides."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts_registry.models import DueDay
from charges.corrections.models import Instalment
from charges.corrections.services.instalments import end_agreement
from charges.corrections.services.missed import missed_payments
from tests.accounts_registry.ledger.books import line, owe, pay
from tests.cast import accountant_of
from tests.charges.corrections.conftest import TODAY
from tests.charges.corrections.test_instalments import AUGUST, DEBT, signed
from tests.priced import BILL
from zhkh.kernel.period import Period

JUNE = Period(2013, 6)


@pytest.fixture
def agreement(okean):
    """1 000 of the 1 187,93 of July over August, September and October; due on the 10th."""
    return signed(okean, percent=Decimal(0), debt=DEBT)


def found(on):
    return [
        (str(one.period), one.due_on, one.overdue, one.allowed, one.short)
        for one in missed_payments(Instalment.objects.all(), on=on)
    ]


def test_before_the_first_part_is_due_nothing_is_missed(agreement):
    """July is due on 12.08 (the 10th is a Saturday), August's part on 10.09."""
    assert found(dt.date(2013, 9, 10)) == []


def test_nothing_paid_by_the_day_is_told_with_what_is_missing(agreement):
    assert found(dt.date(2013, 9, 11)) == [
        ("2013-08", dt.date(2013, 9, 10), BILL, Decimal("666.66"), BILL - Decimal("666.66"))
    ]


def test_paid_in_part_is_short_by_the_rest(okean, agreement):
    pay(okean.fet, line(okean.unsplit, "500.00"), on=dt.date(2013, 9, 9))

    assert found(dt.date(2013, 9, 11)) == [
        ("2013-08", dt.date(2013, 9, 10), Decimal("687.93"), Decimal("666.66"), Decimal("21.27"))
    ]


def test_paid_in_time_is_not_missed(okean, agreement):
    pay(okean.fet, line(okean.unsplit, "521.27"), on=dt.date(2013, 9, 10))

    assert found(dt.date(2013, 9, 11)) == []


def test_a_later_part_is_named_when_the_earlier_was_paid(okean, agreement):
    pay(okean.fet, line(okean.unsplit, "521.27"), on=dt.date(2013, 9, 10))

    assert found(dt.date(2013, 10, 11)) == [
        ("2013-09", dt.date(2013, 10, 10), Decimal("666.66"), Decimal("333.33"), Decimal("333.33"))
    ]


def test_what_was_late_already_and_not_agreed_on_is_left_out(okean):
    owe(okean.fet, okean.fee, "400.00", about=JUNE, due_on=dt.date(2013, 7, 10))
    signed(okean, percent=Decimal(0), debt=Decimal("300.00"))
    pay(okean.fet, line(okean.unsplit, str(BILL + 100)), on=dt.date(2013, 9, 9))

    assert found(dt.date(2013, 9, 11)) == []


def test_an_ended_agreement_is_not_looked_at(agreement):
    end_agreement(agreement=agreement, broken=True, on=TODAY, because="не платит")

    assert found(dt.date(2014, 1, 1)) == []


def test_an_organisation_has_days_of_its_own(okean, agreement):
    DueDay.objects.create(
        organisation=okean.organisation, day=25, source="договор",
        valid=(AUGUST.first_day, None),
    )  # fmt: skip

    assert found(dt.date(2013, 9, 25)) == []
    assert [day for _, day, *_ in found(dt.date(2013, 9, 26))] == [dt.date(2013, 9, 25)]


class TestPages:
    @pytest.fixture
    def desk(self, client, okean, agreement, settings):
        settings.TRAINING_DAY = dt.date(2013, 9, 11)
        client.force_login(accountant_of(okean.organisation))
        return client

    def test_the_list_shows_those_alone(self, desk, agreement):
        page = desk.get(reverse("corrections:agreement-list"), {"state": "missed"})

        assert [row.pk for row in page.context["page"]] == [agreement.pk]
        assert "пропущен платёж: 1" in page.content.decode()

    def test_the_month_tells_and_leads_to_the_list(self, desk, okean, agreement):
        address = reverse("corrections:missed-notice")
        told = desk.get(address, {"organisation": okean.organisation.pk}).content.decode()
        end_agreement(agreement=agreement, broken=True, on=TODAY, because="не платит")
        silent = desk.get(address, {"organisation": okean.organisation.pk}).content.decode()

        assert reverse("corrections:agreement-list") + "?state=missed" in told
        assert silent.strip() == ""
        assert address in desk.get(reverse("charges:period")).content.decode()

    def test_nothing_ends_until_it_is_confirmed(self, desk, okean, agreement):
        url = reverse("corrections:agreement", args=[agreement.pk])
        page = desk.get(url)
        agreement.refresh_from_db()
        before = agreement.state

        reason = page.context["form"].initial["because"]
        desk.post(url, {"on": "11.09.2013", "broken": "1", "because": reason})

        agreement.refresh_from_db()
        assert (before, agreement.state) == ("active", "broken")
        assert agreement.ended_because == (
            "Не оплачено за август 2013 (срок 10.09.2013): просрочено 1\xa0187,93 ₽, по графику "
            "может оставаться 666,66 ₽, не хватает 521,27 ₽."
        )
        card = desk.get(reverse("corrections:account", args=[okean.fet.pk]))
        assert card.context["missed"] == []
