"""A counter for tests: a bank, its till and cashier, and debts to pay there."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal

from accounts_registry.ledger.posting import AdjustmentKind, AdjustmentToPost, post_adjustments
from accounts_registry.models import PersonalAccount, Service
from cashdesk.models import Bank, Cashier, Receipt, Till
from cashdesk.services import PaymentRequest, Tick, accept_payment, appoint_cashier
from tests.cast import JULY, NOON, TihiyOkean, tihiy_okean
from tests.factories import make_user
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

ALL_DAY = dt.time(0, 0), dt.time(23, 59)


@dataclasses.dataclass(frozen=True, slots=True)
class Counter:
    """The bank serves the town's organisation; `at` is the moment everything happens."""

    town: TihiyOkean
    bank: Bank
    till: Till
    cashier: Cashier
    at: dt.datetime


def open_counter(*, at: dt.datetime = NOON) -> Counter:
    town = tihiy_okean()
    bank = make_bank(name="АО «Приморский банк»")
    bank.organisations.add(town.organisation)
    till = Till.objects.create(bank=bank, number=3)
    return Counter(town, bank, till, make_cashier(till=till), at)


def make_bank(*, name: str, hours: tuple[dt.time, dt.time] = ALL_DAY) -> Bank:
    return Bank.objects.create(name=name, opens=hours[0], closes=hours[1])


def make_cashier(*, till: Till, username: str = "kovalchuk") -> Cashier:
    user = make_user(username=username, first_name="Ольга", last_name="Ковальчук")
    return appoint_cashier(user=user, till=till)


def owe(
    counter: Counter,
    amount: str,
    *,
    account: PersonalAccount | None = None,
    service: Service | None = None,
    month: Period = JULY,
) -> None:
    """A debt of the month, brought in as an opening balance; Фет's cold water unless named."""
    account = account or counter.town.fet
    post_adjustments(
        organisation_id=account.organisation_id,
        on=counter.at.date(),
        adjustments=[
            AdjustmentToPost(
                account_id=account.pk,
                service_id=(service or counter.town.cold_water).pk,
                kind=AdjustmentKind.OPENING,
                amount=Decimal(amount),
                for_period=month,
            )
        ],
        by=None,
        at=counter.at,
    )


def tick(service: Service, amount: str, *, due: str | None = None) -> Tick:
    """A line paid in full unless the debt beside it is named."""
    return Tick(service_id=service.pk, amount=Decimal(amount), due=Decimal(due or amount))


def request_for(*ticks: Tick, token: uuid.UUID | None = None, cash: str = "") -> PaymentRequest:
    return PaymentRequest(
        token=token or uuid.uuid4(),
        ticks=ticks,
        total=sum((line.amount for line in ticks), ZERO),
        cash=Decimal(cash) if cash else None,
    )


def take(
    counter: Counter,
    *ticks: Tick,
    account: PersonalAccount | None = None,
    token: uuid.UUID | None = None,
    cash: str = "",
) -> Receipt:
    """Accept the payment at the counter's till; Фет pays unless another account is named."""
    return accept_payment(
        cashier=counter.cashier,
        account=account or counter.town.fet,
        request=request_for(*ticks, token=token, cash=cash),
        at=counter.at,
    )
