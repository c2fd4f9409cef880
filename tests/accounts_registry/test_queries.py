"""Search by what a person typed, dated facts, and whose rows a user sees."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts_registry.models import AccountArea, PersonalAccount
from accounts_registry.queries import (
    TypedAddress,
    accounts_of,
    fact_on,
    find_accounts,
    organisations_of,
    parse_address,
    services_by_id,
)
from accounts_registry.services import assign_role
from tests.cast import tihiy_okean
from tests.factories import (
    give_facts,
    make_account,
    make_house,
    make_organisation,
    make_premises,
    make_service,
    make_user,
)
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db


def numbers(text: str) -> list[str]:
    found = find_accounts(text, among=PersonalAccount.objects.all())
    return sorted(account.number for account in found)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("братиславская, д. 1, кв. 5", TypedAddress(("братиславская",), "1", "5")),
        ("братислав 1 5", TypedAddress(("братислав",), "1", "5")),
        ("братиславская 1-5", TypedAddress(("братиславская",), "1", "5")),
        (
            "г. москва, ул. братиславская, дом № 1",
            TypedAddress(("москва", "братиславская"), "1", ""),
        ),
        ("8 марта 12", TypedAddress(("8", "марта"), "12", "")),
        ("1-я тверская 3а 7", TypedAddress(("1-я", "тверская"), "3а", "7")),
        ("ленина 1 к 2, кв 5", TypedAddress(("ленина",), "1 к 2", "5")),
    ],
)
def test_typed_address_is_read_as_street_house_and_flat(typed, address):
    assert parse_address(typed) == address


def test_digits_find_the_beginning_of_the_number():
    tihiy_okean()

    assert numbers("00000000100") == [
        "000000001001",
        "000000001002",
        "000000001003",
        "000000001004",
    ]
    assert numbers("0000 0000 1003") == ["000000001003"]
    assert numbers("1003") == []


def test_text_with_a_digit_finds_street_house_and_flat():
    organisation = make_organisation()
    first = make_house(organisation=organisation, code="1", number="1")
    first_a = make_house(organisation=organisation, code="1а", number="1А")
    tenth = make_house(organisation=organisation, code="10", number="10")
    for number, house in (("A", first), ("B", first_a), ("C", tenth)):
        make_account(premises=make_premises(house=house, number="5"), number=number)
    make_account(premises=make_premises(house=first, number="55"), number="D")

    assert numbers("Братиславская 1") == ["A", "B", "D"]
    assert numbers("братислав 1 5") == ["A", "B"]
    assert numbers("москва, братиславская, д. 10, кв. 5") == ["C"]
    assert numbers("славская 1") == []


def test_street_is_found_by_any_of_its_words():
    organisation = make_organisation()
    house = make_house(organisation=organisation, street="Маршала Жукова", number="7")
    make_account(premises=make_premises(house=house), number="A")

    assert numbers("жукова 7") == ["A"]


@pytest.mark.parametrize("typed", ["Соловьёв", "соловьев", "СОЛОВЬЁВ", "  соловьев  п"])
def test_letters_e_and_yo_and_cases_are_alike(typed):
    house = make_house(organisation=make_organisation())
    make_account(premises=make_premises(house=house), number="A", payer="Соловьёв Пётр Ильич")

    assert numbers(typed) == ["A"]


@pytest.mark.parametrize("typed", ["д'Артаньян", "д’артаньян", "дʼАртаньян", "д`артаньян"])  # noqa: RUF001 (the apostrophes people type)
def test_apostrophes_are_alike(typed):
    house = make_house(organisation=make_organisation())
    make_account(premises=make_premises(house=house), number="A", payer="Д’Артаньян Шарль")  # noqa: RUF001

    assert numbers(typed) == ["A"]


@pytest.mark.parametrize("typed", ["100%", "_", "\\", "%"])
def test_signs_of_patterns_are_plain_letters(typed):
    tihiy_okean()

    assert numbers(typed) == []


def test_fact_holds_from_its_first_day_until_the_day_before_the_next():
    okean = tihiy_okean()
    AccountArea.objects.all().delete()
    changed = dt.date(2013, 7, 1)
    give_facts(okean.fet, area_m2="50", until=changed)
    give_facts(okean.fet, area_m2="60", since=changed)

    def areas(day: dt.date) -> list[str]:
        return [str(area) for area in fact_on(okean.fet.areas.all(), day)]

    assert areas(dt.date(2012, 9, 30)) == []
    assert areas(dt.date(2013, 6, 30)) == ["50.00 м²"]
    assert areas(changed) == ["60.00 м²"]


def test_services_are_keyed_and_kept_in_printing_order():
    organisation = make_organisation()
    second = make_service(organisation=organisation, code="second", position=2)
    first = make_service(organisation=organisation, code="first", position=1)

    assert list(services_by_id(organisation).items()) == [(first.pk, first), (second.pk, second)]


def test_user_sees_the_organisations_of_the_memberships():
    ours = make_organisation(name="Наша")
    make_organisation(name="Чужая")
    user = make_user(username="leontieva", role=Role.ACCOUNTANT, organisation=ours)

    assert list(organisations_of(user)) == [ours]


def test_membership_without_organisation_gives_all():
    both = {make_organisation(name="Первая"), make_organisation(name="Вторая")}
    centre = make_user(username="centre", role=Role.SETTLEMENT_CENTRE)

    assert set(organisations_of(centre)) == both


def test_superuser_sees_all_and_a_guest_nothing():
    ours = make_organisation()
    root = make_user(username="root", is_superuser=True)

    assert list(organisations_of(root)) == [ours]
    assert list(organisations_of(AnonymousUser())) == []
    assert list(organisations_of(make_user(username="newcomer"))) == []


def test_right_holds_only_where_a_role_gives_it():
    """Accountant in one company and mailing operator in another: two different sets."""
    kept = make_organisation(name="Ведёт")
    mailed = make_organisation(name="Рассылает")
    user = make_user(username="both", role=Role.ACCOUNTANT, organisation=kept)
    assign_role(user=user, role=Role.MAILING_OPERATOR, organisation=mailed)

    assert list(organisations_of(user, "accounts_registry.change_personalaccount")) == [kept]
    assert set(organisations_of(user, "accounts_registry.view_personalaccount")) == {kept, mailed}


def test_accounts_of_a_foreign_organisation_are_absent():
    okean = tihiy_okean()
    foreign = make_organisation(name="Чужая")
    make_account(
        premises=make_premises(house=make_house(organisation=foreign)), number="000000001001"
    )
    user = make_user(username="op", role=Role.OPERATOR, organisation=okean.organisation)

    assert set(accounts_of(user)) == {okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov}
