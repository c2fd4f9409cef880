"""What a month was charged: by service, by house, by account, beside the month before."""

import dataclasses
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.fields import DecimalField
from django.db.models.functions import Coalesce

from accounts_registry.models import Organisation, PersonalAccount
from charges.models import ChargeLine
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

_MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=14, decimal_places=2)


@dataclasses.dataclass(slots=True)
class Compared:
    """A sum of the month beside that of the month before; roubles."""

    title: str
    now: Decimal = ZERO
    before: Decimal = ZERO
    accounts: int = 0

    @property
    def difference(self) -> Decimal:
        return self.now - self.before


@dataclasses.dataclass(frozen=True, slots=True)
class Preview:
    """The month as a whole, and its parts in printing order."""

    services: list[Compared]
    houses: list[Compared]

    @property
    def total(self) -> Compared:
        return Compared(
            "Итого",
            now=sum((row.now for row in self.houses), ZERO),
            before=sum((row.before for row in self.houses), ZERO),
            accounts=sum(row.accounts for row in self.houses),
        )


def preview(*, organisation: Organisation, period: Period) -> Preview:
    """Two queries, however large the month."""
    return Preview(
        services=_by_service(organisation, period), houses=_by_house(organisation, period)
    )


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


def lines_of_account(account: PersonalAccount, *, period: Period) -> list[ChargeLine]:
    """In the order of the bill: services in theirs, zones, the individual use before the common."""
    rows = ChargeLine.objects.filter(account=account, month=period.first_day)
    return sorted(rows.select_related("service"), key=printing_order)


def months_of_account(account: PersonalAccount) -> list[Period]:
    """Months the account has lines in, the latest first."""
    months = ChargeLine.objects.filter(account=account).order_by("-month")
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


def _both_months(organisation: Organisation, period: Period) -> QuerySet[ChargeLine, ChargeLine]:
    return ChargeLine.objects.filter(
        month__in=[period.previous().first_day, period.first_day],
        account__organisation=organisation,
    )


def _by_service(organisation: Organisation, period: Period) -> list[Compared]:
    rows = (
        _both_months(organisation, period)
        .values("service_id", "month", title=F("service__name"))
        .annotate(sum=Sum("total"), accounts=Count("account_id", distinct=True))
        .order_by("service__position", "service__file_position", "service_id")
    )
    return _compared(rows, "service_id", period)


def _by_house(organisation: Organisation, period: Period) -> list[Compared]:
    rows = (
        _both_months(organisation, period)
        .values(
            "month",
            house=F("account__premises__house_id"),
            title=F("account__premises__house__address"),
        )
        .annotate(
            sum=Sum("total"),
            accounts=Count("account_id", distinct=True, output_field=IntegerField()),
        )
        .order_by(
            "account__premises__house__street_key",
            "account__premises__house__number_key",
            "account__premises__house_id",
        )
    )
    return _compared(rows, "house", period)


def _compared(rows: Any, key: str, period: Period) -> list[Compared]:
    found: defaultdict[int, Compared] = defaultdict(lambda: Compared(""))
    for row in rows:
        compared = found[row[key]]
        compared.title = row["title"]
        if row["month"] == period.first_day:
            compared.now, compared.accounts = row["sum"], row["accounts"]
        else:
            compared.before = row["sum"]
    return list(found.values())
