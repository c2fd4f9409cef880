"""Finding recalculation documents, and what has been corrected already."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum

from accounts_registry.ledger.periods import periods_of
from accounts_registry.ledger.statements import adjustments_about
from accounts_registry.models import Organisation, PersonalAccount
from accounts_registry.queries import organisations_of
from charges.corrections.models import (
    CorrectionDocument,
    CorrectionLine,
    DocumentKind,
    DocumentState,
)
from charges.corrections.models.document import PUTS_CALCULATION_RIGHT
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.web.models import User

# What the calculation itself found when the month was charged, and recalculations since.
_OF_CALCULATION = ("recalculation", "benefit")


def documents_of(
    user: User | AnonymousUser, right: str
) -> QuerySet[CorrectionDocument, CorrectionDocument]:
    """Documents of the user's organisations, with those who made them."""
    return CorrectionDocument.objects.filter(
        organisation__in=organisations_of(user, right)
    ).select_related("organisation", "service", "created_by", "posted_by", "reverses")


def totals_of(documents: Iterable[CorrectionDocument]) -> dict[int, tuple[Decimal, int]]:
    """Sum of the lines and number of accounts by document."""
    ids = [document.pk for document in documents]
    found = (
        CorrectionLine.objects.filter(document_id__in=ids)
        .order_by()
        .values_list("document_id")
        .annotate(total=Sum("amount"), accounts=Count("account_id", distinct=True))
    )
    sums = {pk: (total, accounts) for pk, total, accounts in found}
    return {pk: sums.get(pk, (ZERO, 0)) for pk in ids}


def lines_of_account(account: PersonalAccount) -> QuerySet[CorrectionLine, CorrectionLine]:
    """Every line about the account with its document, the newest document first."""
    return (
        CorrectionLine.objects.filter(account=account)
        .select_related("document", "service")
        .order_by("-document__number", "id")
    )


def already_corrected(
    account_ids: Iterable[int], *, period: Period
) -> defaultdict[tuple[int, int], Decimal]:
    """
    By account and service: what changed the charge of a month since its tariffs were applied.

    Findings of the calculation itself (absences, interruptions, benefits), and recalculations
    for the month since. Documents entered by hand whose reason stands beside the calculation (a court, bad
    maintenance) are not counted: a recount must not take them back.
    """
    ids = list(account_ids)
    ours = _our_keys(ids, period)
    found: defaultdict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for row in adjustments_about(ids, period=period):
        if ours.get(row.key, row.kind in _OF_CALCULATION):
            found[row.account_id, row.service_id] += row.amount
    return found


def _our_keys(account_ids: list[int], period: Period) -> dict[object, bool]:
    """Keys of posted lines about the month: whether they put the calculation right."""
    lines = CorrectionLine.objects.filter(
        account_id__in=account_ids,
        for_month=period.first_day,
        document__state=DocumentState.POSTED,
    )
    right = (
        Q(document__reverses__isnull=True, document__reason__in=PUTS_CALCULATION_RIGHT)
        | Q(document__kind=DocumentKind.RECOUNT)
        | Q(document__reverses__reason__in=PUTS_CALCULATION_RIGHT)
        | Q(document__reverses__kind=DocumentKind.RECOUNT)
    )
    keys: dict[object, bool] = dict.fromkeys(lines.values_list("key", flat=True), False)
    keys |= dict.fromkeys(lines.filter(right).values_list("key", flat=True), True)
    return keys


def posted_months(organisation: Organisation) -> list[Period]:
    """Months that stand for ever, the latest first."""
    return [row.period for row in periods_of(organisation_id=organisation.pk) if row.is_posted]
