"""Which documents there are."""

import dataclasses
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts_registry.models import DeliveryMethod, House, Organisation, PersonalAccount
from accounts_registry.queries import find_accounts
from payment_docs.models import IssuedDocument
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


def current_documents(*, organisation_id: int, period: Period) -> QuerySet[IssuedDocument]:
    """The versions in force of a month, in delivery order."""
    return (
        IssuedDocument.objects.filter(
            account__organisation_id=organisation_id,
            month=period.first_day,
            superseded_at__isnull=True,
        )
        .select_related("account__payer", "account__premises__house")
        .order_by(
            "account__premises__house__postal_index",
            "account__premises__house__street_key",
            "account__premises__house__number_key",
            "account__premises__house_id",
            "account__premises__number_order",
            "account__premises__number",
            "account__number",
        )
    )


def documents_of(account: PersonalAccount) -> QuerySet[IssuedDocument]:
    """Every version of every month of the account, the newest first."""
    return IssuedDocument.objects.filter(account=account).order_by("-month", "-version")


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """Whom to bill: what is not named does not narrow."""

    house_ids: tuple[int, ...] = ()
    account_ids: tuple[int, ...] = ()
    delivery: str = ""


EVERYBODY = Selection()


def billed_accounts(
    *, organisation: Organisation, period: Period, chosen: Selection = EVERYBODY
) -> list[PersonalAccount]:
    """Accounts open in the month, house by house in delivery order."""
    found = PersonalAccount.objects.filter(
        organisation=organisation, opened_on__lt=period.next_first_day
    ).exclude(closed_on__lt=period.first_day)
    if chosen.house_ids:
        found = found.filter(premises__house__in=chosen.house_ids)
    if chosen.account_ids:
        found = found.filter(pk__in=chosen.account_ids)
    if chosen.delivery:
        found = found.filter(delivery_method=chosen.delivery)
    return accounts_in_order(found)


def accounts_in_order(accounts: QuerySet[PersonalAccount]) -> list[PersonalAccount]:
    """By post index, street, house and flat, numbers as numbers; a house's accounts together."""
    return list(
        accounts.select_related("organisation", "payer", "premises__house").order_by(
            "premises__house__postal_index",
            "premises__house__street_key",
            "premises__house__number_key",
            "premises__house_id",
            "premises__number_order",
            "premises__number",
            "number",
        )
    )


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentTotals:
    """The footer of the list; `charged` in roubles."""

    documents: int
    by_email: int
    without_address: int
    charged: Decimal


def totals_of(documents: QuerySet[IssuedDocument]) -> DocumentTotals:
    by_email = Q(account__delivery_method=DeliveryMethod.EMAIL)
    found = documents.order_by().aggregate(
        documents=Count("pk"),
        by_email=Count("pk", filter=by_email),
        without_address=Count("pk", filter=Q(account__email="")),
        charged=Coalesce(Sum("charged"), ZERO),
    )
    return DocumentTotals(**found)


def filtered(
    documents: QuerySet[IssuedDocument], *, house: House | None, delivery: str, text: str
) -> QuerySet[IssuedDocument]:
    """`delivery` is a method, or "no_address" for accounts without an e-mail address."""
    if house is not None:
        documents = documents.filter(account__premises__house=house)
    if delivery == "no_address":
        documents = documents.filter(account__email="")
    elif delivery:
        documents = documents.filter(account__delivery_method=delivery)
    if text:
        among = PersonalAccount.objects.all()
        documents = documents.filter(account__in=find_accounts(text, among=among))
    return documents
