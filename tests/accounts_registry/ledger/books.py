"""Movements of the books in few words: by the program itself, at noon of the cast's day."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import TypeVar

from django.db import connections, transaction

from accounts_registry.ledger.models import Operation
from accounts_registry.ledger.operations import ItemToWriteOff, Order, write_off
from accounts_registry.ledger.periods import finish_calculation, start_calculation
from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    LineToPost,
    Payment,
    PaymentSource,
    post_adjustments,
    post_month,
    post_payment,
    reverse_payment,
)
from accounts_registry.models import PersonalAccount, Service
from tests.cast import JULY, NOON, TihiyOkean
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

MAY, JUNE, AUGUST, SEPTEMBER = (JULY.shifted(months) for months in (-2, -1, 1, 2))

PAYDAY = NOON.date()

Answer = TypeVar("Answer")


def day(text: str) -> dt.date:
    """ "07-25" of the year of the cast."""
    return dt.date.fromisoformat(f"2013-{text}")


def line(service: Service, amount: str, named: Period | None = None) -> LineToPost:
    return LineToPost(service.pk, Decimal(amount), named)


def pay(
    account: PersonalAccount,
    *lines: LineToPost,
    on: dt.date = PAYDAY,
    key: uuid.UUID | None = None,
) -> Payment:
    return post_payment(
        account=account,
        lines=lines,
        paid_on=on,
        key=key or uuid.uuid4(),
        source=PaymentSource.BANK,
        by=None,
        at=NOON,
    )


def take_back(payment: Payment, *, on: dt.date, key: uuid.UUID | None = None) -> Payment:
    return reverse_payment(
        payment=payment, reversed_on=on, key=key or uuid.uuid4(), by=None, at=NOON
    )


def adjust(
    account: PersonalAccount,
    service: Service,
    amount: str,
    *,
    on: dt.date = PAYDAY,
    kind: AdjustmentKind = AdjustmentKind.RECALCULATION,
    about: Period = JULY,
    due_on: dt.date | None = None,
) -> None:
    post_adjustments(
        organisation_id=account.organisation_id,
        on=on,
        adjustments=[
            AdjustmentToPost(
                account.pk, service.pk, kind, Decimal(amount), for_period=about, due_on=due_on
            )
        ],
        by=None,
        at=NOON,
    )


def owe(
    account: PersonalAccount,
    service: Service,
    amount: str,
    *,
    about: Period,
    on: dt.date = PAYDAY,
    due_on: dt.date | None = None,
) -> None:
    """A debt (an advance when negative) brought in when the books began."""
    adjust(
        account,
        service,
        amount,
        on=on,
        kind=AdjustmentKind.OPENING,
        about=about,
        due_on=due_on,
    )


def drafted(okean: TihiyOkean, period: Period = JULY) -> None:
    """A month calculated with nothing in it."""
    with transaction.atomic():
        start_calculation(organisation_id=okean.organisation.pk, period=period)
        finish_calculation(organisation_id=okean.organisation.pk, period=period, complete=True)


def charged(
    okean: TihiyOkean,
    *charges: tuple[PersonalAccount, Service, str],
    period: Period = JULY,
) -> int:
    """Calculate and post a month with these charges."""
    drafted(okean, period)
    return post_month(
        organisation_id=okean.organisation.pk,
        period=period,
        charges=[(account.pk, service.pk, Decimal(amount)) for account, service, amount in charges],
        by=None,
    )


def at_once(attempts: Iterable[Callable[[], Answer]]) -> list[Answer | Refusal]:
    """What each of the attempts got, all let go at the same moment, each by its own thread."""
    waiting = list(attempts)
    gate = Barrier(len(waiting))

    def run(attempt: Callable[[], Answer]) -> Answer | Refusal:
        try:
            gate.wait(timeout=120)
            return attempt()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(waiting)) as pool:
        return list(pool.map(run, waiting))


def forgive(
    account: PersonalAccount, service: Service, amount: str, *, period: Period = JULY
) -> Operation:
    """Write a part of a debt off."""
    order = Order(uuid.uuid4(), PAYDAY, "приказ № 3", None, NOON, PAYDAY)
    item = ItemToWriteOff(service, period, Decimal(amount))
    return write_off(account=account, items=[item], order=order)
