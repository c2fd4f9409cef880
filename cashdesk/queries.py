"""Reading for the counter: accounts the bank serves, their bills, receipts of the day."""

import dataclasses
import datetime as dt
import re
import uuid
from collections import defaultdict
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from accounts_registry.ledger.open_items import open_items
from accounts_registry.models import PersonalAccount, Service
from accounts_registry.queries import find_accounts as find_registered
from cashdesk.models import Bank, Cashier, Receipt, Till
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.web.models import User

FOUND_AT_MOST = 50
_SHORTEST_SURNAME = 2  # letters: «Ли», «Ан»
_LONGEST_NUMBER = 30
_LONGEST_QUERY = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Accounts for a query, `FOUND_AT_MOST` of them; `is_cut` when there are more."""

    accounts: list[PersonalAccount]
    is_cut: bool = False
    is_too_short: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class BillRow:
    """A service of the bill: what is owed for each month, the oldest first; roubles."""

    service: Service
    debts: dict[Period, Decimal]

    @property
    def due(self) -> Decimal:
        return sum(self.debts.values(), ZERO)

    @property
    def months(self) -> list[Period]:
        return sorted(self.debts)


@dataclasses.dataclass(frozen=True, slots=True)
class Bill:
    """What an account owes now, by service, in the order of the payment document."""

    account: PersonalAccount
    rows: list[BillRow]

    @property
    def total(self) -> Decimal:
        return sum((row.due for row in self.rows), ZERO)


@dataclasses.dataclass(frozen=True, slots=True)
class PaidService:
    """A line of a receipt: a service, the months it closed and roubles."""

    service: Service
    months: list[Period]
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class DayTotals:
    """Receipts of a till on a day, cancelled ones counted apart; roubles."""

    count: int
    amount: Decimal
    cancelled_count: int
    cancelled_amount: Decimal


def cashier_of(user: User) -> Cashier | None:
    """The user's place at a till, bank included."""
    return Cashier.objects.select_related("user", "till__bank").filter(user=user).first()


def served_accounts(bank: Bank) -> QuerySet[PersonalAccount]:
    """Accounts of the organisations the bank serves, payer and address loaded."""
    return PersonalAccount.objects.filter(organisation__banks=bank).select_related(
        "payer", "premises__house", "organisation"
    )


def find_accounts(bank: Bank, typed: str) -> Found:
    """
    Accounts the cashier means: number, parts of an address, or the beginning of a surname.

    A number wins: the exact one, leading zeros may be left out; then those that begin with it.
    """
    text = " ".join(typed[:_LONGEST_QUERY].replace("\0", "").split())
    if not text:
        return Found([])
    served = served_accounts(bank)
    if re.fullmatch(r"[0-9 ]+", text):
        number = text.replace(" ", "")
        exact = list(served.filter(number__in=_with_leading_zeros(number)).order_by("number"))
        if exact:
            return Found(exact[:FOUND_AT_MOST], is_cut=len(exact) > FOUND_AT_MOST)
        return _first_of(find_registered(number, among=served).order_by("number", "id"))
    if len(re.findall(r"\w", text)) < _SHORTEST_SURNAME:
        return Found([], is_too_short=True)
    return _first_of(find_registered(text, among=served).order_by(*_BY_SURNAME))


def account_at(bank: Bank, account_id: int) -> PersonalAccount | None:
    """The account, absent when the bank does not serve its organisation."""
    return served_accounts(bank).filter(pk=account_id).first()


def bill_of(account: PersonalAccount) -> Bill:
    """Debts by service; services connected to the account and owing nothing stand empty."""
    debts: defaultdict[int, dict[Period, Decimal]] = defaultdict(dict)
    for item in open_items(account):
        months = debts[item.service_id]
        months[item.period] = months.get(item.period, ZERO) + item.amount
    connected = Q(connections__account=account, connections__valid__endswith__isnull=True)
    services = (
        Service.objects.filter(Q(pk__in=debts.keys()) | connected)
        .select_related("payee")
        .distinct()
        .order_by("position", "file_position", "id")
    )
    return Bill(account, [BillRow(service, debts.get(service.pk, {})) for service in services])


def receipt_at(bank: Bank, receipt_id: int) -> Receipt | None:
    """The receipt with its payment, absent when another bank gave it."""
    return _receipts().filter(till__bank=bank, pk=receipt_id).first()


def receipt_by_token(till: Till, token: uuid.UUID) -> Receipt | None:
    """The receipt a page of this till already got for its token."""
    return _receipts().filter(till=till, payment__key=token).first()


def paid_services(receipt: Receipt) -> list[PaidService]:
    """Lines of the receipt by service, in the order of the payment document."""
    lines = receipt.payment.lines.select_related("service__payee").order_by(
        "service__position", "service__file_position", "service_id", "named_month"
    )
    by_service: dict[int, PaidService] = {}
    for line in lines:
        known = by_service.get(line.service_id)
        months = [*(known.months if known else []), *_named(line.named_month)]
        amount = line.amount + (known.amount if known else ZERO)
        by_service[line.service_id] = PaidService(line.service, months, amount)
    return list(by_service.values())


def day_receipts(till: Till, day: dt.date) -> list[Receipt]:
    """Receipts of the till on the day, cancelled ones too, the last one first."""
    return list(_receipts().filter(till=till, business_date=day).order_by("-number"))


def day_totals(till: Till, day: dt.date) -> DayTotals:
    """How many receipts and how much money the till took on the day."""
    kept = Q(payment__reversed_by__isnull=True)
    sums = (
        _receipts()
        .filter(till=till, business_date=day)
        .aggregate(
            count=Count("pk", filter=kept),
            amount=Sum("payment__amount", filter=kept, default=ZERO),
            cancelled_count=Count("pk", filter=~kept),
            cancelled_amount=Sum("payment__amount", filter=~kept, default=ZERO),
        )
    )
    return DayTotals(**sums)


def last_receipt(till: Till, day: dt.date) -> Receipt | None:
    """The newest receipt of the day: did the previous payment go through?"""
    return _receipts().filter(till=till, business_date=day).order_by("-number").first()


_BY_SURNAME = (
    "payer__name_key",
    "premises__house__street_key",
    "premises__house__number_key",
    "premises__number_order",
    "id",
)


def _receipts() -> QuerySet[Receipt]:
    return Receipt.objects.select_related(
        "payment__account", "payment__reversed_by", "till__bank", "cashier__user"
    )


def _first_of(accounts: QuerySet[PersonalAccount]) -> Found:
    found = list(accounts[: FOUND_AT_MOST + 1])
    return Found(found[:FOUND_AT_MOST], is_cut=len(found) > FOUND_AT_MOST)


def _with_leading_zeros(number: str) -> list[str]:
    return [number.zfill(length) for length in range(len(number), _LONGEST_NUMBER + 1)]


def _named(month: dt.date | None) -> list[Period]:
    return [Period.of(month)] if month else []
