"""The organisation of an account is that of its house: the database holds it from every side."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts_registry.models import Country, House, PersonalAccount, Premises
from accounts_registry.reference_data import Book, due_days
from tests.cast import tihiy_okean
from tests.factories import LONG_AGO, make_house, make_organisation, make_premises
from zhkh.kernel.period import Period

pytestmark = pytest.mark.django_db

MESSAGE = "account 000000001002 is of another organisation than its house"


@pytest.fixture
def okean():
    return tihiy_okean()


@pytest.fixture
def strange_house(okean):
    return make_house(organisation=make_organisation(name="УК «Чужая»"), code="9", number="9")


def test_an_account_is_not_put_into_anothers_house(okean, strange_house):
    premises = make_premises(house=strange_house, number="1")

    with pytest.raises(IntegrityError, match="another organisation"), transaction.atomic():
        PersonalAccount.objects.create(
            organisation=okean.organisation, premises=premises, number="77",
            payer=okean.fet.payer, opened_on=LONG_AGO,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match=MESSAGE), transaction.atomic():
        PersonalAccount.objects.filter(pk=okean.fet.pk).update(premises=premises)
    assert not PersonalAccount.objects.filter(premises=premises).exists()


def test_an_account_is_not_given_to_another_organisation(okean, strange_house):
    with pytest.raises(IntegrityError, match=MESSAGE), transaction.atomic():
        PersonalAccount.objects.filter(pk=okean.fet.pk).update(
            organisation=strange_house.organisation
        )
    okean.fet.refresh_from_db()
    assert okean.fet.organisation == okean.organisation


def test_a_flat_does_not_leave_for_anothers_house(okean, strange_house):
    flat = okean.fet.premises

    with pytest.raises(IntegrityError, match=MESSAGE), transaction.atomic():
        Premises.objects.filter(pk=flat.pk).update(house=strange_house)
    assert Premises.objects.get(pk=flat.pk).house == okean.house


def test_a_house_with_accounts_does_not_change_hands_alone(okean, strange_house):
    with pytest.raises(IntegrityError, match="another organisation"), transaction.atomic():
        House.objects.filter(pk=okean.house.pk).update(organisation=strange_house.organisation)
    House.objects.filter(pk=strange_house.pk).update(organisation=okean.organisation)

    assert House.objects.get(pk=okean.house.pk).organisation == okean.organisation


def test_a_month_before_the_law_of_2005_has_its_day_of_payment(okean):
    book = Book(okean.organisation.pk, Country.RUSSIA)

    assert due_days(book).of(Period(2004, 5)) == dt.date(2004, 6, 10)
    assert due_days(book).of(Period(2005, 3)) == dt.date(2005, 4, 10)
