"""Opening and writing an account: every refusal, the lock by version, delivery by e-mail."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts_registry.models import DeliveryMethod, PersonalAccount
from accounts_registry.services import (
    AccountFields,
    ChangedMeanwhile,
    ClosesBeforeOpening,
    EmailIsMissing,
    FieldConflict,
    NewAccount,
    NumberIsTaken,
    next_number,
    open_account,
    save_account,
    set_delivery,
)
from accounts_registry.services.accounts import fields_of
from tests.cast import TihiyOkean, tihiy_okean
from tests.factories import make_account, make_house, make_organisation, make_premises

pytestmark = pytest.mark.django_db

OPENED = dt.date(2013, 7, 1)


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


def new_account(okean: TihiyOkean, **changed: Any) -> NewAccount:
    fields = AccountFields(number="000000001005", payer="Блок Александр", opened_on=OPENED)
    return NewAccount(
        premises=make_premises(house=okean.house, number="5"),
        fields=dataclasses.replace(fields, **changed),
        area_m2=Decimal("54.30"),
        residents=3,
        owners=2,
    )


def changed(account: PersonalAccount, **values: Any) -> AccountFields:
    return dataclasses.replace(fields_of(account), **values)


def test_opened_account_has_its_facts_from_the_opening_day(okean):
    account = open_account(new=new_account(okean)).account

    area, residents = account.areas.get(), account.residents.get()
    owners = account.ownerships.get()
    assert (area.area_m2, area.valid.lower, area.valid.upper) == (Decimal("54.30"), OPENED, None)
    assert (residents.count, residents.valid.lower) == (3, OPENED)
    assert (owners.owners, owners.valid.lower) == (2, OPENED)
    assert account.payer.full_name == "Блок Александр"


def test_number_is_given_once_in_an_organisation(okean):
    with pytest.raises(NumberIsTaken) as refusal:
        open_account(new=new_account(okean, number="000000001001"))

    assert str(refusal.value) == ("Лицевой счёт 000000001001 уже есть: укажите другой номер.")


def test_another_organisation_may_have_the_same_number(okean):
    foreign = make_house(organisation=make_organisation(name="Другая"))
    make_account(premises=make_premises(house=foreign), number="000000001005")

    assert open_account(new=new_account(okean)).account.number == "000000001005"


def test_account_does_not_close_before_it_opens(okean):
    with pytest.raises(ClosesBeforeOpening) as refusal:
        open_account(new=new_account(okean, closed_on=dt.date(2013, 6, 30)))

    assert str(refusal.value) == (
        "Счёт закрывается раньше, чем открыт (01.07.2013): исправьте дату."
    )


def test_delivery_by_email_needs_an_address(okean):
    with pytest.raises(EmailIsMissing) as refusal:
        set_delivery(account=okean.fet, method=DeliveryMethod.EMAIL, email="")

    assert str(refusal.value) == ("Укажите адрес электронной почты: без него документ не уйдёт")


def test_address_alone_is_kept_with_a_warning(okean):
    saved = set_delivery(account=okean.fet, method=DeliveryMethod.PAPER, email="fet@mail.ru")

    okean.fet.refresh_from_db()
    assert saved.warning == "Письмо не уйдёт: способ доставки — на бумаге"
    assert (okean.fet.email, okean.fet.delivery_method) == ("fet@mail.ru", "paper")


def test_delivery_by_email_with_address_has_no_warning(okean):
    saved = set_delivery(account=okean.fet, method=DeliveryMethod.EMAIL, email="fet@mail.ru")

    assert (saved.warning, saved.account.delivery_method) == ("", "email")


def test_every_writing_makes_a_new_version(okean):
    save_account(account=okean.fet, fields=changed(okean.fet, phone="+7 900"), version=1)

    okean.fet.refresh_from_db()
    assert (okean.fet.version, okean.fet.phone) == (2, "+7 900")


def test_second_of_two_people_sees_both_values(okean):
    mine = changed(okean.fet, phone="222", delivery_method=DeliveryMethod.PAPER)
    save_account(account=okean.fet, fields=changed(okean.fet, phone="111"), version=1)

    with pytest.raises(ChangedMeanwhile) as refusal:
        save_account(account=okean.fet, fields=mine, version=1)

    okean.fet.refresh_from_db()
    assert refusal.value.conflicts == [FieldConflict("Телефон", mine="222", theirs="111")]
    assert refusal.value.version == 2
    assert okean.fet.phone == "111"


def test_second_person_who_read_the_conflict_may_write(okean):
    save_account(account=okean.fet, fields=changed(okean.fet, phone="111"), version=1)

    save_account(account=okean.fet, fields=changed(okean.fet, phone="222"), version=2)

    okean.fet.refresh_from_db()
    assert okean.fet.phone == "222"


def test_conflict_words_dates_and_choices(okean):
    mine = changed(okean.fet, delivery_method=DeliveryMethod.EMAIL, email="a@b.ru")
    closed = changed(okean.fet, closed_on=dt.date(2013, 8, 1))
    save_account(account=okean.fet, fields=closed, version=1)

    with pytest.raises(ChangedMeanwhile) as refusal:
        save_account(account=okean.fet, fields=mine, version=1)

    assert refusal.value.conflicts == [
        FieldConflict("Закрыт", mine="не указано", theirs="01.08.2013"),
        FieldConflict("Способ доставки", mine="По электронной почте", theirs="На бумаге"),
        FieldConflict("Электронная почта", mine="a@b.ru", theirs="не указано"),
    ]


def test_another_name_means_another_person(okean):
    before = okean.fet.payer

    saved = save_account(account=okean.fet, fields=changed(okean.fet, payer="Фет А. А."), version=1)

    assert saved.account.payer.full_name == "Фет А. А."
    before.refresh_from_db()
    assert before.full_name == "Фет Афанасий Афанасьевич"


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        ((), "000000000001"),
        (("000000001001", "000000001009"), "000000001010"),
        (("99", "100", "А-7"), "101"),
        (("99",), "100"),
    ],
)
def test_new_number_follows_the_greatest(numbers, following):
    organisation = make_organisation()
    house = make_house(organisation=organisation)
    for place, number in enumerate(numbers):
        make_account(premises=make_premises(house=house, number=str(place)), number=number)

    assert next_number(organisation=organisation) == following
