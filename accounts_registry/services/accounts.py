"""Opening an account, changing its fields, choosing how its documents are delivered."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Length

from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    DeliveryMethod,
    Organisation,
    Person,
    PersonalAccount,
    Premises,
)
from zhkh.kernel.refusal import Refusal

WILL_NOT_BE_MAILED = "Письмо не уйдёт: способ доставки — на бумаге"


class AccountRefusal(Refusal):
    """The account cannot be written like this; `field` names the field to mend."""

    field: str | None = None


class NumberIsTaken(AccountRefusal):
    field = "number"

    def __init__(self, number: str) -> None:
        super().__init__(f"Лицевой счёт {number} уже есть: укажите другой номер.")


class EmailIsMissing(AccountRefusal):
    field = "email"

    def __init__(self) -> None:
        super().__init__("Укажите адрес электронной почты: без него документ не уйдёт")


class ClosesBeforeOpening(AccountRefusal):
    field = "closed_on"

    def __init__(self, opened_on: dt.date) -> None:
        super().__init__(
            f"Счёт закрывается раньше, чем открыт ({opened_on:%d.%m.%Y}): исправьте дату."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field two people wrote differently."""

    label: str
    mine: str
    theirs: str


class ChangedMeanwhile(AccountRefusal):
    """Somebody else wrote the account first; `conflicts` shows both values of what differs."""

    def __init__(self, conflicts: list[FieldConflict], version: int) -> None:
        super().__init__(
            "Пока вы меняли счёт, его записал другой сотрудник. Сравните значения: "
            "«Записать» сохранит ваши, кнопка «Перечитать» вернёт записанные."
        )
        self.conflicts = conflicts
        self.version = version


@dataclasses.dataclass(frozen=True, slots=True)
class AccountFields:
    """What the card's form holds: everything about an account that is not dated."""

    number: str
    payer: str  # surname first; another name means another person
    opened_on: dt.date
    closed_on: dt.date | None = None
    category: str = "Собственники"
    delivery_method: DeliveryMethod = DeliveryMethod.PAPER
    email: str = ""
    phone: str = ""
    external_number: str = ""
    capital_repair_number: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class NewAccount:
    """First facts of an account; they hold from the opening day."""

    premises: Premises
    fields: AccountFields
    area_m2: Decimal
    residents: int
    owners: int = 1
    living_area_m2: Decimal | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """A written account; `warning` is a sentence for the user, empty when there is none."""

    account: PersonalAccount
    warning: str = ""


@transaction.atomic
def open_account(*, new: NewAccount) -> Saved:
    """
    Open an account in the premises with its first area, residents and owners.

    :raises NumberIsTaken: the organisation has this number.
    :raises EmailIsMissing: delivery by e-mail needs an address.
    :raises ClosesBeforeOpening: the dates are in the wrong order.
    """
    organisation = new.premises.house.organisation
    account = PersonalAccount(organisation=organisation, premises=new.premises)
    _check(new.fields, organisation=organisation, account_id=None)
    _fill(account, new.fields)
    account.payer = Person.objects.create(organisation=organisation, full_name=new.fields.payer)
    account.save()
    valid = (new.fields.opened_on, None)
    AccountArea.objects.create(
        account=account, valid=valid, area_m2=new.area_m2, living_area_m2=new.living_area_m2
    )
    AccountResidents.objects.create(account=account, valid=valid, count=new.residents)
    AccountOwnership.objects.create(account=account, valid=valid, owners=new.owners)
    return Saved(account, _warning(new.fields))


@transaction.atomic
def save_account(*, account: PersonalAccount, fields: AccountFields, version: int) -> Saved:
    """
    Write the card's fields, if nobody wrote them since `version` was read.

    :raises ChangedMeanwhile: somebody did.
    :raises NumberIsTaken: the organisation has this number.
    :raises EmailIsMissing: delivery by e-mail needs an address.
    :raises ClosesBeforeOpening: the dates are in the wrong order.
    """
    stored = _locked(account)
    if stored.version != version and (conflicts := _conflicts(stored, fields)):
        raise ChangedMeanwhile(conflicts, stored.version)
    _check(fields, organisation=stored.organisation, account_id=stored.pk)
    if fields.payer != stored.payer.full_name:
        stored.payer = Person.objects.create(
            organisation=stored.organisation, full_name=fields.payer
        )
    _fill(stored, fields)
    stored.version += 1
    stored.save()
    return Saved(stored, _warning(fields))


@transaction.atomic
def set_delivery(*, account: PersonalAccount, method: DeliveryMethod, email: str) -> Saved:
    """
    Choose how documents reach the resident: an address alone is not enough.

    :raises EmailIsMissing: delivery by e-mail needs an address.
    """
    stored = _locked(account)
    fields = dataclasses.replace(fields_of(stored), delivery_method=method, email=email)
    return save_account(account=stored, fields=fields, version=stored.version)


def next_number(*, organisation: Organisation) -> str:
    """The number after the greatest one of digits only, as long as it: «Создать номер»."""
    numbers = organisation.accounts.filter(number__regex=r"^[0-9]+$")
    longest_first = numbers.order_by(Length("number").desc(), "-number")
    last = longest_first.values_list("number", flat=True).first()
    if last is None:
        return "000000000001"
    return str(int(last) + 1).zfill(len(last))


def fields_of(account: PersonalAccount) -> AccountFields:
    """The account's fields as they are written now."""
    plain = {
        field.name: getattr(account, field.name)
        for field in dataclasses.fields(AccountFields)
        if field.name not in {"payer", "delivery_method"}
    }
    return AccountFields(
        payer=account.payer.full_name,
        delivery_method=DeliveryMethod(account.delivery_method),
        **plain,
    )


_LABELS = {
    "number": "Номер",
    "payer": "Плательщик",
    "opened_on": "Открыт",
    "closed_on": "Закрыт",
    "category": "Категория",
    "delivery_method": "Способ доставки",
    "email": "Электронная почта",
    "phone": "Телефон",
    "external_number": "Внешний номер",
    "capital_repair_number": "Номер счёта взносов на капремонт",
    "note": "Примечание",
}


def _locked(account: PersonalAccount) -> PersonalAccount:
    accounts = PersonalAccount.objects.select_for_update(of=("self",))
    return accounts.select_related("payer", "organisation").get(pk=account.pk)


def _check(fields: AccountFields, *, organisation: Organisation, account_id: int | None) -> None:
    if fields.delivery_method == DeliveryMethod.EMAIL and not fields.email:
        raise EmailIsMissing
    if fields.closed_on is not None and fields.closed_on < fields.opened_on:
        raise ClosesBeforeOpening(fields.opened_on)
    holder = organisation.accounts.filter(number=fields.number).first()
    if holder is not None and holder.pk != account_id:
        raise NumberIsTaken(fields.number)


def _fill(account: PersonalAccount, fields: AccountFields) -> None:
    for field in dataclasses.fields(fields):
        if field.name != "payer":
            setattr(account, field.name, getattr(fields, field.name))


def _warning(fields: AccountFields) -> str:
    unused = fields.email and fields.delivery_method != DeliveryMethod.EMAIL
    return WILL_NOT_BE_MAILED if unused else ""


def _conflicts(stored: PersonalAccount, mine: AccountFields) -> list[FieldConflict]:
    theirs = fields_of(stored)
    return [
        FieldConflict(
            label=_LABELS[field.name],
            mine=_words(getattr(mine, field.name)),
            theirs=_words(getattr(theirs, field.name)),
        )
        for field in dataclasses.fields(AccountFields)
        if getattr(mine, field.name) != getattr(theirs, field.name)
    ]


def _words(value: object) -> str:
    if isinstance(value, DeliveryMethod):
        return str(value.label)
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return str(value) if value else "не указано"
