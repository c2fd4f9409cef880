"""Penalties before the month is posted are those it then posts; the day is set on the same page."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts_registry.models import OrganisationSetting, PersonalAccount, ReferenceRate
from charges.models import PenaltyAccrual, PenaltyCutoff
from charges.penalties.preview import (
    CountedAfterTheDay,
    MonthIsPosted,
    OutsideTheMonth,
    PenaltiesAhead,
    set_cutoff,
)
from tests.accounts_registry.ledger.books import SEPTEMBER, line, pay
from tests.cast import JULY, accountant_of, tihiy_okean
from tests.charges.arrears import close, owes_for_july
from tests.factories import make_house, make_user
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

OCTOBER = SEPTEMBER.next()


@pytest.fixture
def okean():
    """1 000 for July, due on 12.08.2013: the 31st day of delay is 12.09."""
    made = tihiy_okean()
    owes_for_july(made)
    return made


def ahead(okean, period=SEPTEMBER):
    found = PenaltiesAhead(okean.organisation, period)
    return [
        (row.account.number, str(debt.period), debt.days, debt.accrued, debt.amount)
        for row in found.of(list(found.accounts()))
        for debt in row.debts
    ]


def posted(period):
    rows = PenaltyAccrual.objects.filter(month=period.first_day)
    return list(rows.values_list("account__number", "accrued", "amount"))


def cutoff(okean, as_of, counted_until=None, period=SEPTEMBER):
    set_cutoff(
        organisation=okean.organisation, period=period, as_of=as_of, counted_until=counted_until
    )


def test_what_is_foreseen_is_what_is_posted(okean):
    foreseen = ahead(okean)
    close(okean, SEPTEMBER)

    assert foreseen == [("000000001002", "2013-07", 19, Decimal("5.23"), Decimal("5.23"))]
    assert posted(SEPTEMBER) == [("000000001002", Decimal("5.23"), Decimal("5.23"))]
    assert ahead(okean, OCTOBER) == [
        ("000000001002", "2013-07", 50, Decimal("13.75"), Decimal("8.52"))
    ]


def test_nothing_is_written(okean):
    ahead(okean)

    assert not PenaltyAccrual.objects.exists()


def test_up_to_another_day(okean):
    cutoff(okean, dt.date(2013, 9, 20))

    assert ahead(okean) == [("000000001002", "2013-07", 9, Decimal("2.48"), Decimal("2.48"))]
    cutoff(okean, None)
    assert not PenaltyCutoff.objects.exists()


def test_payments_after_the_day_are_not_known(okean):
    pay(okean.fet, line(okean.fee, "1000.00"), on=dt.date(2013, 9, 11))
    without = ahead(okean)

    cutoff(okean, dt.date(2013, 9, 30), dt.date(2013, 9, 10))

    assert without == []
    assert [row[4] for row in ahead(okean)] == [Decimal("5.23")]


@pytest.mark.parametrize(
    ("as_of", "counted_until", "refused"),
    [
        (dt.date(2013, 8, 31), None, OutsideTheMonth),
        (dt.date(2013, 11, 1), None, OutsideTheMonth),
        (dt.date(2013, 9, 20), dt.date(2013, 9, 21), CountedAfterTheDay),
        (None, dt.date(2013, 10, 1), CountedAfterTheDay),
    ],
)
def test_a_wrong_day_is_refused(okean, as_of, counted_until, refused):
    with pytest.raises(refused):
        cutoff(okean, as_of, counted_until)
    assert not PenaltyCutoff.objects.exists()


def test_the_day_of_a_posted_month_stays(okean):
    with pytest.raises(MonthIsPosted, match="Июль 2013 проведён"):
        cutoff(okean, dt.date(2013, 7, 20), period=JULY)


class TestPage:
    @pytest.fixture
    def office(self, client, okean):
        client.force_login(accountant_of(okean.organisation))
        return client

    def page(self, office, **query):
        return office.get(reverse("charges:penalty-preview"), query)

    def test_shows_the_month_in_work_with_its_sum(self, office):
        shown = self.page(office).context

        assert str(shown["month"].period) == "2013-09"
        assert [(row.account.number, row.amount) for row in shown["rows"]] == [
            ("000000001002", Decimal("5.23"))
        ]
        assert shown["total"] == Decimal("5.23")

    def test_the_day_is_written_and_mistakes_are_told(self, office):
        url = reverse("charges:penalty-preview") + "?period=2013-09"

        wrong = office.post(url, {"as_of": "01.01.2014"})
        done = office.post(url, {"as_of": "20.09.2013", "counted_until": "19.09.2013"})

        assert wrong.status_code == 422
        assert wrong.context["form"].non_field_errors() == [
            "День расчёта пеней — с 01.09.2013 по 31.10.2013: исправьте дату."
        ]
        assert done.status_code == 302
        row = PenaltyCutoff.objects.get()
        assert (row.as_of, row.counted_until) == (dt.date(2013, 9, 20), dt.date(2013, 9, 19))

    def test_who_may_only_look_sets_no_day(self, client, okean):
        client.force_login(
            make_user(username="clerk", organisation=okean.organisation, role=Role.OPERATOR)
        )
        url = reverse("charges:penalty-preview")

        assert client.post(url, {"as_of": "20.09.2013"}).status_code == 403
        assert not PenaltyCutoff.objects.exists()

    def test_is_narrowed_to_a_house(self, office, okean):
        other = make_house(organisation=okean.organisation, code="7", number="7")

        here = self.page(office, house=okean.house.pk)
        there = self.page(office, house=other.pk)

        assert (len(here.context["rows"]), there.context["rows"]) == (1, [])

    def test_a_missing_rate_is_a_sentence(self, office):
        ReferenceRate.objects.filter(kind="key").delete()

        assert "Внесите ставку в справочник «Ставки»" in self.page(office).context["refusal"]

    def test_a_posted_month_leads_to_its_penalties(self, office):
        assert self.page(office, period="2013-08").context["is_posted"] is True

    def test_without_penalties_it_says_so(self, office, okean):
        OrganisationSetting.objects.create(
            organisation=okean.organisation, name="penalty_rule", value="none",
            valid=(JULY.first_day, None),
        )  # fmt: skip

        assert "Пени не начисляются" in self.page(office).content.decode()

    def test_the_list_of_a_posted_month_is_narrowed_too(self, office, okean):
        close(okean, SEPTEMBER)
        url = reverse("charges:penalties")
        other = make_house(organisation=okean.organisation, code="7", number="7")

        here = office.get(url, {"period": "2013-09", "house": okean.house.pk}).context
        there = office.get(url, {"period": "2013-09", "house": other.pk}).context

        assert ([row.number for row in here["rows"]], here["total"], there["rows"]) == (
            ["000000001002"], Decimal("5.23"), [],
        )  # fmt: skip
        assert PersonalAccount.objects.filter(premises__house=other).count() == 0
