"""Finding rows of the registry: whose they are, what a person typed, what holds on a day."""

import dataclasses
import datetime as dt
import re
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts_registry.models import (
    Membership,
    Organisation,
    PersonalAccount,
    Service,
)
from accounts_registry.models.dated import Dated
from accounts_registry.models.folding import fold, folded
from zhkh.web.models import User
from zhkh.web.roles import roles_with

DatedFact = TypeVar("DatedFact", bound=Dated)


def organisations_of(
    user: User | AnonymousUser, right: str | None = None
) -> QuerySet[Organisation]:
    """
    Organisations the user works for; with a right ("app.codename"), those where a role gives it.

    A membership without organisation stands for all of them, as being a superuser does.
    """
    if not user.is_authenticated:
        return Organisation.objects.none()
    memberships = Membership.objects.filter(user_id=user.pk)
    if right is not None:
        memberships = memberships.filter(role__in=roles_with(right))
    given = set(memberships.values_list("organisation_id", flat=True))
    if user.is_superuser or None in given:
        return Organisation.objects.all()
    return Organisation.objects.filter(pk__in=given)


def accounts_of(user: User | AnonymousUser, right: str | None = None) -> QuerySet[PersonalAccount]:
    """Accounts of the user's organisations, with payer and address loaded."""
    return PersonalAccount.objects.filter(
        organisation__in=organisations_of(user, right)
    ).select_related("payer", "premises__house", "organisation")


def find_accounts(text: str, *, among: QuerySet[PersonalAccount]) -> QuerySet[PersonalAccount]:
    """
    Accounts a person means by what they typed; everything for an empty text.

    Only digits: beginning of the number. Text with a digit: parts of the street, house, flat.
    Text: beginning of the payer's surname. Letters ё and е, cases and apostrophes are alike.
    """
    typed = fold(" ".join(text.replace("\0", "").split()))
    if not typed:
        return among
    digits = typed.replace(" ", "")
    if digits.isdecimal():
        return among.filter(number__startswith=digits)
    if any(sign.isdecimal() for sign in typed):
        return _find_by_address(parse_address(typed), among)
    return among.filter(payer__name_key__startswith=typed)


def fact_on(facts: QuerySet[DatedFact], day: dt.date) -> QuerySet[DatedFact]:
    """Those of the dated facts that hold on the day."""
    return facts.filter(valid__contains=day)


def services_by_id(organisation: Organisation) -> dict[int, Service]:
    """The organisation's catalogue in its printing order, payees loaded."""
    return {service.pk: service for service in organisation.services.select_related("payee")}


@dataclasses.dataclass(frozen=True, slots=True)
class TypedAddress:
    """What a typed address names; empty text for what it leaves out."""

    street_words: tuple[str, ...]
    house: str
    flat: str


_HOUSE_WORDS = frozenset({"д", "дом", "№"})
_FLAT_WORDS = frozenset({"кв", "квартира", "пом", "помещение", "оф", "офис"})
_STREET_WORDS = frozenset({"г", "город", "ул", "улица", "пр", "просп", "пер", "бул", "ш"})


def parse_address(typed: str) -> TypedAddress:
    """
    Read «Братиславская, д. 1, кв. 5», «братислав 1 5» or «8 марта 12-3» (already folded).

    The street ends at the last word; then come the house and, last, the flat.
    """
    words = re.findall(r"№|[^\s,.№]+", re.sub(r"(?<=\d)-(?=\d)", " ", typed))
    street_end = max(
        (place + 1 for place, word in enumerate(words) if _is_street_word(word)), default=0
    )
    street = tuple(word for word in words[:street_end] if word not in _STREET_WORDS)
    numbers = [word for word in words[street_end:] if word not in _HOUSE_WORDS]
    flat_mark = next((i for i, word in enumerate(numbers) if word in _FLAT_WORDS), None)
    if flat_mark is not None:
        house, flat = numbers[:flat_mark], numbers[flat_mark + 1 :]
    elif len(numbers) > 1:
        house, flat = numbers[:-1], numbers[-1:]
    else:
        house, flat = numbers, []
    return TypedAddress(street_words=street, house=" ".join(house), flat=" ".join(flat))


def _is_street_word(word: str) -> bool:
    """A word of two letters and more, «1-я» among them; marks of house and flat are not."""
    if word in _HOUSE_WORDS or word in _FLAT_WORDS:
        return False
    return len(re.findall(r"[^\W\d_]", word)) > 1 or "-" in word


def _find_by_address(
    address: TypedAddress, among: QuerySet[PersonalAccount]
) -> QuerySet[PersonalAccount]:
    found = among.alias(city_key=folded("premises__house__city"))
    for word in address.street_words:
        found = found.filter(
            Q(premises__house__street_key__startswith=word)
            | Q(premises__house__street_key__contains=f" {word}")
            | Q(city_key__startswith=word)
        )
    if address.house:
        # «1» means 1, 1а and 1 к. 2, but not 10
        pattern = rf"^{re.escape(address.house)}([^0-9]|$)"
        found = found.filter(premises__house__number_key__regex=pattern)
    if address.flat:
        found = found.filter(premises__number__iexact=address.flat)
    return found
