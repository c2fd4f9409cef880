"""
Check digits of bank requisites: each check gives a sentence about what is wrong, "" when right.

Accounts by the rule of the Bank of Russia № 515 (key of the account with the BIC), ИНН by its
own digits; КПП and БИК have none. Hryvnia accounts by ISO 13616.
"""

import dataclasses
import re
from collections.abc import Iterator

_KEY_WEIGHTS = (7, 1, 3) * 8
_INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_KPP = re.compile(r"\d{4}[\dA-Z]{2}\d{3}", re.ASCII)
_IBAN = re.compile(r"UA\d{27}", re.ASCII)
_BIC = re.compile(r"0[0-4]\d{7}", re.ASCII)
_BRANCHES = ("000", "001", "002")  # ends of a BIC of the Bank of Russia itself
_TREASURY_ACCOUNT, _TREASURY_BIC, _SINGLE_ACCOUNT = "03", "01", "40102"


@dataclasses.dataclass(frozen=True, slots=True)
class BankRequisites:
    """What has to be right for money to arrive; empty fields are not filled."""

    inn: str = ""
    kpp: str = ""
    account: str = ""
    bank: str = ""
    bic: str = ""
    correspondent_account: str = ""

    @property
    def is_ukrainian(self) -> bool:
        return self.account.startswith("UA")


def missing(requisites: BankRequisites) -> list[str]:
    """Names of what is not filled and has to be."""
    needed = {
        "ЄДРПОУ" if requisites.is_ukrainian else "ИНН": requisites.inn,
        "расчётный счёт": requisites.account,
        "банк": requisites.bank,
    }
    if not requisites.is_ukrainian:
        needed["БИК"] = requisites.bic
        if requisites.account and not _is_at_the_bank_of_russia(requisites):
            needed["корреспондентский счёт"] = requisites.correspondent_account
    return [name for name, value in needed.items() if not value]


def mistakes(requisites: BankRequisites) -> dict[str, str]:
    """Wrong fields, by the name of the field, each with its sentence."""
    return dict(_mistakes(requisites))


def _mistakes(requisites: BankRequisites) -> Iterator[tuple[str, str]]:
    checks = {
        "inn": inn_mistake(requisites.inn),
        "kpp": kpp_mistake(requisites.kpp),
        "bic": bic_mistake(requisites.bic),
        "account": account_mistake(requisites.account, requisites.bic),
        "correspondent_account": correspondent_mistake(
            requisites.correspondent_account, requisites.bic
        ),
    }
    yield from ((field, sentence) for field, sentence in checks.items() if sentence)


def inn_mistake(inn: str) -> str:
    """Ten digits of a company, twelve of a person; eight are a Ukrainian ЄДРПОУ."""
    if not inn:
        return ""
    if not (inn.isascii() and inn.isdecimal() and len(inn) in {8, 10, 12}):
        return "ИНН — 10 цифр у организации, 12 у предпринимателя (ЄДРПОУ — 8)."
    if len(inn) == 8:
        return ""
    checked = (10,) if len(inn) == 10 else (11, 12)
    if all(int(inn[length - 1]) == _inn_digit(inn, length) for length in checked):
        return ""
    return "В ИНН опечатка: контрольная цифра не сходится."


def _inn_digit(inn: str, length: int) -> int:
    weights = _INN_WEIGHTS[-(length - 1) :]
    total = sum(int(digit) * weight for digit, weight in zip(inn, weights, strict=False))
    return total % 11 % 10


def kpp_mistake(kpp: str) -> str:
    if not kpp or _KPP.fullmatch(kpp):
        return ""
    return "КПП — 9 знаков: четыре цифры, две цифры или латинские буквы, три цифры."


def bic_mistake(bic: str) -> str:
    if not bic or _BIC.fullmatch(bic):
        return ""
    return "БИК — 9 цифр, первые две 04 (у казначейства 01)."


def account_mistake(account: str, bic: str) -> str:
    """The key of an account is checked with the BIC of its bank, once that one is right."""
    if not account:
        return ""
    if account.startswith("UA"):
        return _iban_mistake(account)
    if not _is_account(account):
        return "Расчётный счёт — 20 цифр."
    if not bic or bic_mistake(bic) or account.startswith(_TREASURY_ACCOUNT):
        return ""  # accounts of the treasury have no key
    own_branch = bic.endswith(_BRANCHES) or account.startswith(_SINGLE_ACCOUNT)
    if own_branch or bic.startswith(_TREASURY_BIC):
        is_right = _has_key(_branch_prefix(bic) + account)
    else:
        is_right = _has_key(bic[-3:] + account)
    return "" if is_right else "Расчётный счёт не подходит к БИК: в одном из них опечатка."


def correspondent_mistake(account: str, bic: str) -> str:
    if not account:
        return ""
    if not _is_account(account):
        return "Корреспондентский счёт — 20 цифр."
    if not bic or bic_mistake(bic) or _has_key(_branch_prefix(bic) + account):
        return ""
    return "Корреспондентский счёт не подходит к БИК: в одном из них опечатка."


def _is_at_the_bank_of_russia(requisites: BankRequisites) -> bool:
    return requisites.bic.startswith(_TREASURY_BIC) or requisites.bic.endswith(_BRANCHES)


def _is_account(account: str) -> bool:
    return len(account) == 20 and account.isascii() and account.isdecimal()


def _branch_prefix(bic: str) -> str:
    return f"0{bic[4:6]}"


def _has_key(digits: str) -> bool:
    total = sum(
        int(digit) * weight % 10 for digit, weight in zip(digits, _KEY_WEIGHTS, strict=False)
    )
    return total % 10 == 0


def _iban_mistake(account: str) -> str:
    if not _IBAN.fullmatch(account):
        return "IBAN — UA и 27 цифр."
    number = "".join(str(int(letter, 36)) for letter in account[4:] + account[:4])
    return "" if int(number) % 97 == 1 else "В IBAN опечатка: контрольные цифры не сходятся."
