"""Which documents there are."""

from django.db.models import QuerySet

from accounts_registry.models import Organisation, PersonalAccount
from payment_docs.models import IssuedDocument
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
            "account__premises__house__street_key",
            "account__premises__house__number_key",
            "account__premises__number_order",
            "account__premises__number",
            "account__number",
        )
    )


def documents_of(account: PersonalAccount) -> QuerySet[IssuedDocument]:
    """Every version of every month of the account, the newest first."""
    return IssuedDocument.objects.filter(account=account).order_by("-month", "-version")


def billed_accounts(*, organisation: Organisation, period: Period) -> list[PersonalAccount]:
    """Accounts open in the month, house by house in delivery order."""
    return list(
        PersonalAccount.objects.filter(
            organisation=organisation, opened_on__lt=period.next_first_day
        )
        .exclude(closed_on__lt=period.first_day)
        .select_related("organisation", "payer", "premises__house")
        .order_by(
            "premises__house__street_key",
            "premises__house__number_key",
            "premises__house_id",
            "premises__number_order",
            "premises__number",
            "number",
        )
    )
