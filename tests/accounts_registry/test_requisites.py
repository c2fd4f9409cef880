import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.requisites import (
    BankRequisites,
    account_mistake,
    bic_mistake,
    correspondent_mistake,
    inn_mistake,
    kpp_mistake,
    missing,
    mistakes,
)

BIC = "044525225"
RIGHT = BankRequisites(
    inn="7701234560",
    kpp="770101001",
    account="40702810500000001234",
    bank="ПАО «Банк примера»",
    bic=BIC,
    correspondent_account="30101810400000000225",
)


def test_right_requisites_have_nothing_missing_and_no_mistake():
    assert (missing(RIGHT), mistakes(RIGHT)) == ([], {})


def test_what_is_not_filled_is_named():
    assert missing(BankRequisites()) == ["ИНН", "расчётный счёт", "банк", "БИК"]
    assert missing(dataclasses.replace(RIGHT, correspondent_account="")) == [
        "корреспондентский счёт"
    ]


@pytest.mark.parametrize(
    ("inn", "is_right"),
    [
        ("7707083893", True),
        ("7707083894", False),
        ("500100732259", True),
        ("500100732258", False),
        ("500100732249", False),
        ("32855961", True),
        ("770708389", False),
        ("77070838933", False),
        ("770708389a", False),
        ("٧٧٠٧٠٨٣٨٩٣", False),
    ],
)
def test_inn_by_its_check_digits(inn, is_right):
    assert (inn_mistake(inn) == "") is is_right


@pytest.mark.parametrize(
    ("kpp", "is_right"),
    [("770101001", True), ("7701AB001", True), ("77010100", False), ("7701ab001", False)],
)
def test_kpp_by_its_pattern(kpp, is_right):
    assert (kpp_mistake(kpp) == "") is is_right


@pytest.mark.parametrize(
    ("bic", "is_right"),
    [("044525225", True), ("017003983", True), ("044525", False), ("144525225", False)],
)
def test_bic_by_its_pattern(bic, is_right):
    assert (bic_mistake(bic) == "") is is_right


@pytest.mark.parametrize(
    ("account", "bic", "is_right"),
    [
        ("40702810500000001234", BIC, True),
        ("40702810500000001235", BIC, False),
        ("40702810500000001234", "044525226", False),
        ("4070281050000000123", BIC, False),
        ("03100643000000010001", "004525988", True),  # of the treasury: no key to check
        ("40102810545370000003", "004525988", True),  # the treasury's single account has one
        ("40102810545370000004", "004525988", False),
        ("40702810500000001234", "", True),  # nothing to check it with yet
    ],
)
def test_account_fits_its_bank(account, bic, is_right):
    assert (account_mistake(account, bic) == "") is is_right


@pytest.mark.parametrize(
    ("account", "is_right"),
    [
        ("30101810400000000225", True),
        ("30101810400000000226", False),
        ("3010181040000000022", False),
    ],
)
def test_correspondent_account_fits_its_bank(account, is_right):
    assert (correspondent_mistake(account, BIC) == "") is is_right


@pytest.mark.parametrize(
    ("account", "is_right"),
    [
        ("UA213223130000026007233566001", True),
        ("UA213223130000026007233566002", False),
        ("UA21322313000002600723356600", False),
    ],
)
def test_hryvnia_account_by_its_own_digits(account, is_right):
    assert (account_mistake(account, "") == "") is is_right


def test_hryvnia_requisites_need_no_bic():
    requisites = BankRequisites(
        inn="32855961", account="UA213223130000026007233566001", bank="АТ «Банк»"
    )

    assert (missing(requisites), mistakes(requisites)) == ([], {})


@given(place=st.integers(0, 19), digit=st.integers(1, 9))
def test_one_wrong_digit_of_an_account_is_always_found(place, digit):
    """Weights 7, 1 and 3 have no common divisor with ten."""
    account = RIGHT.account
    wrong = (int(account[place]) + digit) % 10
    changed = account[:place] + str(wrong) + account[place + 1 :]

    assert mistakes(dataclasses.replace(RIGHT, account=changed)) == {
        "account": "Расчётный счёт не подходит к БИК: в одном из них опечатка."
    }
