"""What accounts were charged in a month, and in which months."""

from typing import Any

from django.db.models import (
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.fields import DecimalField
from django.db.models.functions import Coalesce

from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import House, Organisation, PersonalAccount
from charges.models import ChargeLine
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

_MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)


def charged_accounts(
    *, organisation: Organisation, period: Period
) -> QuerySet[PersonalAccount, PersonalAccount]:
    """Accounts with lines in the month, with `charged`, `recalculated`, `total`, `difference`."""
    lines = ChargeLine.objects.filter(account=OuterRef("pk"), month=period.first_day)
    earlier = ChargeLine.objects.filter(account=OuterRef("pk"), month=period.previous().first_day)
    return (
        PersonalAccount.objects.filter(Exists(lines), organisation=organisation)
        .annotate(
            charged=_sum_of(lines, "charged"),
            recalculated=_sum_of(lines, "recalculated"),
            total=_sum_of(lines, "total"),
            difference=ExpressionWrapper(
                _sum_of(lines, "total") - _sum_of(earlier, "total"), output_field=_MONEY
            ),
        )
        .select_related("payer", "premises__house")
    )


def accounts_of_house(
    house: House, *, period: Period
) -> QuerySet[PersonalAccount, PersonalAccount]:
    """Accounts of the house charged in the month or in the one before, by flat, with both sums."""
    months = [period.previous().first_day, period.first_day]
    charged = ChargeLine.objects.filter(account=OuterRef("pk"), month__in=months)
    now = ChargeLine.objects.filter(account=OuterRef("pk"), month=period.first_day)
    earlier = ChargeLine.objects.filter(account=OuterRef("pk"), month=months[0])
    return (
        PersonalAccount.objects.filter(Exists(charged), premises__house=house)
        .annotate(total=_sum_of(now, "total"), before=_sum_of(earlier, "total"))
        .annotate(difference=ExpressionWrapper(F("total") - F("before"), output_field=_MONEY))
        .select_related("payer", "premises")
        .order_by("premises__number_order", "premises__number", "number")
    )


def lines_of_account(account: PersonalAccount, *, period: Period) -> list[ChargeLine]:
    """In the order of the bill: services in theirs, zones, the individual use before the common."""
    rows = ChargeLine.objects.filter(account=account, month=period.first_day)
    return sorted(rows.select_related("service"), key=printing_order)


def months_of_account(account: PersonalAccount) -> list[Period]:
    """Months the account has lines in, the latest first; each is looked up by its own key."""
    known = [row.month for row in periods_of(organisation_id=account.organisation_id)]
    months = ChargeLine.objects.filter(account=account, month__in=known).order_by("-month")
    return [Period.of(month) for month in months.values_list("month", flat=True).distinct()]


def lines_of_month(
    *, organisation: Organisation, period: Period
) -> QuerySet[ChargeLine, ChargeLine]:
    """Every line with its service, account, payer and address, by account number."""
    return (
        ChargeLine.objects.filter(month=period.first_day, account__organisation=organisation)
        .select_related("service", "account__payer", "account__premises__house")
        .order_by("account__number", "service__position", "service_id", "zone", "component", "use")
    )


def printing_order(line: ChargeLine) -> tuple[int, int, int, str, str, int]:
    uses = ("individual", "", "common")
    service = line.service
    place = (service.position, service.file_position, service.pk)
    return (*place, line.zone, line.component, uses.index(line.use))


def _sum_of(lines: QuerySet[ChargeLine, ChargeLine], column: str) -> Any:
    sums = lines.order_by().values("account").annotate(sum=Sum(column)).values("sum")
    return Coalesce(Subquery(sums, output_field=_MONEY), ZERO, output_field=_MONEY)
