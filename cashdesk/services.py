"""Taking money at the counter: one press of the button, one payment, one receipt."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts_registry.ledger.periods import accounting_month
from accounts_registry.ledger.posting import (
    KeyUsedForOtherPayment,
    LineToPost,
    PaymentSource,
    lock_account,
    payment_by_key,
    post_payment,
)
from accounts_registry.models import PersonalAccount
from accounts_registry.services import sync_group
from cashdesk.models import Cashier, Receipt, Till
from cashdesk.queries import Bill, BillRow, account_at, bill_of, receipt_by_token
from cashdesk.rules import (
    CashdeskRefusal,
    SumDoesNotFit,
    adds_up,
    check_cash,
    check_fits_bill,
    check_is_open,
    oldest_first,
)
from zhkh.kernel.money import ZERO, format_money
from zhkh.web.models import User
from zhkh.web.roles import Role


@dataclasses.dataclass(frozen=True, slots=True)
class Tick:
    """A ticked line of the page: the sum to pay and the debt the cashier saw beside it; roubles."""

    service_id: int
    amount: Decimal
    due: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What the page sends: made once by the client, sent as often as it needs an answer."""

    token: uuid.UUID
    ticks: Sequence[Tick]
    total: Decimal
    cash: Decimal | None = None


class PageIsStale(CashdeskRefusal):
    """The page no longer shows the truth: it is read again, what was typed stays."""


class BillChanged(PageIsStale):
    def __init__(self, service: str, *, seen: Decimal, now: Decimal) -> None:
        super().__init__(
            f"{service}: долг изменился с {format_money(seen)} до {format_money(now)}. "
            "Ничего не проведено: сверьте счёт и оплатите заново."
        )


class TotalDiffers(PageIsStale):
    def __init__(self, *, shown: Decimal, counted: Decimal) -> None:
        super().__init__(
            f"Итог на экране {format_money(shown)} не равен сумме строк {format_money(counted)}. "
            "Ничего не проведено: сверьте счёт и оплатите заново."
        )


class AccountNotServed(CashdeskRefusal):
    def __init__(self) -> None:
        super().__init__("Платежи по этому счёту банк не принимает: найдите другой счёт.")


class TokenUsed(CashdeskRefusal):
    """The page was already paid, with other sums or for another account."""

    def __init__(self, receipt: Receipt | None) -> None:
        self.receipt = receipt
        paid = (
            f"Этот счёт уже оплачен: квитанция № {receipt.number} "
            f"на {format_money(receipt.payment.amount)}. Второй раз деньги не берите."
            if receipt
            else "Этот запрос уже использован для другого платежа: откройте счёт заново."
        )
        super().__init__(paid)


def accept_payment(
    *, cashier: Cashier, account: PersonalAccount, request: PaymentRequest, at: dt.datetime
) -> Receipt:
    """
    Take money for the ticked lines; the same request again gives the same receipt.

    The debt is read after the account is locked, so two cashiers cannot take it twice.

    :raises AccountNotServed: the bank has no contract with the account's organisation.
    :raises TokenUsed: the token belongs to a payment of other content.
    :raises PageIsStale: the page differs from the books or from its own total.
    :raises SumDoesNotFit: a sum the bill does not allow, or too little cash.
    :raises DeskIsClosed: outside the bank's hours.
    """
    try:
        with transaction.atomic(durable=True):
            return _accept(cashier, account, request, at)
    except (IntegrityError, KeyUsedForOtherPayment):
        # the same token for another account, at the same moment
        if payment_by_key(request.token) is None:
            raise
        raise TokenUsed(receipt_by_token(cashier.till, request.token)) from None


def mark_printed(*, receipt: Receipt, at: dt.datetime) -> None:
    """Remember the first printing; later ones are duplicates and change nothing."""
    Receipt.objects.filter(pk=receipt.pk, printed_at__isnull=True).update(printed_at=at)


@transaction.atomic
def appoint_cashier(*, user: User, till: Till) -> Cashier:
    """Put the user at the till with the rights of a cashier; a second call moves them."""
    user.groups.add(sync_group(role=Role.CASHIER))
    cashier, _ = Cashier.objects.update_or_create(user=user, defaults={"till": till})
    return cashier


def _accept(
    cashier: Cashier, account: PersonalAccount, request: PaymentRequest, at: dt.datetime
) -> Receipt:
    local = timezone.localtime(at)
    accounting_month(organisation_id=account.organisation_id, on=local.date())
    lock_account(account.pk)
    if payment_by_key(request.token):
        return _same_receipt(cashier, account, request)
    bank = cashier.till.bank
    served = account_at(bank, account.pk)
    if served is None:
        raise AccountNotServed
    check_is_open(local.time(), opens=bank.opens, closes=bank.closes)
    check_cash(request.cash, total=request.total)
    lines = _lines(bill_of(served), request)
    payment = post_payment(
        account=served,
        lines=lines,
        paid_on=local.date(),
        key=request.token,
        source=PaymentSource.DESK,
        by=cashier.user,
        at=at,
    )
    return Receipt.objects.create(
        payment=payment,
        till=cashier.till,
        cashier=cashier,
        business_date=local.date(),
        number=_next_number(cashier.till, local.date()),
        payer=served.payer.full_name,
        address=str(served.premises),
        cash_received=request.cash,
    )


def _same_receipt(cashier: Cashier, account: PersonalAccount, request: PaymentRequest) -> Receipt:
    receipt = receipt_by_token(cashier.till, request.token)
    if receipt is None or receipt.payment.account_id != account.pk:
        raise TokenUsed(receipt)
    paid: dict[int, Decimal] = {}
    for line in receipt.payment.lines.all():
        paid[line.service_id] = paid.get(line.service_id, ZERO) + line.amount
    if paid != {tick.service_id: tick.amount for tick in request.ticks}:
        raise TokenUsed(receipt)
    return receipt


def _lines(bill: Bill, request: PaymentRequest) -> list[LineToPost]:
    services = {tick.service_id for tick in request.ticks}
    assert len(services) == len(request.ticks), "a service is ticked once"
    if not request.ticks:
        raise SumDoesNotFit("Ни одна услуга не отмечена: отметьте, за что платит клиент.")
    amounts = [tick.amount for tick in request.ticks]
    if not adds_up(amounts, request.total):
        raise TotalDiffers(shown=request.total, counted=sum(amounts, ZERO))
    rows = {row.service.pk: row for row in bill.rows}
    return [line for tick in request.ticks for line in _lines_of(tick, rows.get(tick.service_id))]


def _lines_of(tick: Tick, row: BillRow | None) -> list[LineToPost]:
    """One line for each month the sum closes: the receipt and the register name them."""
    name = row.service.name if row else "Услуга"
    due = row.due if row else ZERO
    if due != tick.due:
        raise BillChanged(name, seen=tick.due, now=due)
    check_fits_bill(tick.amount, due=due, service=name)
    assert row is not None, "a line with a debt is on the bill"
    return [
        LineToPost(service_id=tick.service_id, amount=part, named=period)
        for period, part in oldest_first(tick.amount, row.debts)
    ]


def _next_number(till: Till, day: dt.date) -> int:
    """The till's next number of the day, without gaps: the till stays locked until commit."""
    Till.objects.select_for_update(no_key=True).get(pk=till.pk)
    given = Receipt.objects.filter(till=till, business_date=day).aggregate(last=Max("number"))
    return (given["last"] or 0) + 1
