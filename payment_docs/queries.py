"""Which documents there are."""

from django.db.models import QuerySet

from accounts_registry.models import PersonalAccount
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
