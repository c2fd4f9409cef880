"""What the accounts of a town owed and paid before its history begins, into the books."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from accounts_registry.ledger.bulk import PaymentToPost, post_payments
from accounts_registry.ledger.posting import (
    AdjustmentToPost,
    LineToPost,
    PaymentSource,
    payment_by_key,
    post_adjustments,
    reverse_payment,
)
from zhkh.kernel.period import Period
from zhkh.town.facts import AccountFacts, Entry, Paid
from zhkh.town.rows import Place, fixed

_UNSPLIT = ""


def enter_books(accounts: Iterable[AccountFacts], ids: Mapping[str, int], place: Place) -> None:
    """Opening balances, recalculations, payments and those taken back; months are open."""
    entered: defaultdict[Period, list[AdjustmentToPost]] = defaultdict(list)
    paid: defaultdict[Period, list[tuple[AccountFacts, Paid]]] = defaultdict(list)
    for account in accounts:
        for entry in account.entries:
            entered[entry.month].append(_adjustment(ids[account.number], entry, place))
        for payment in account.payments:
            paid[Period.of(payment.on)].append((account, payment))
    for month, adjustments in entered.items():
        post_adjustments(
            organisation_id=place.organisation_id,
            on=month.first_day,
            adjustments=adjustments,
            by=None,
            at=place.at,
        )
    for payments in paid.values():
        _pay(payments, ids, place)


def _adjustment(account_id: int, entry: Entry, place: Place) -> AdjustmentToPost:
    return AdjustmentToPost(
        account_id=account_id,
        service_id=place.services[entry.service],
        kind=entry.kind,
        amount=_roubles(entry.amount),
        for_period=entry.for_month,
        reason=entry.reason,
        basis=entry.basis,
        due_on=entry.due,
    )


def _pay(payments: list[tuple[AccountFacts, Paid]], ids: Mapping[str, int], place: Place) -> None:
    unsplit = place.services[_UNSPLIT]
    post_payments(
        organisation_id=place.organisation_id,
        payments=[
            PaymentToPost(
                account_id=ids[account.number],
                paid_on=paid.on,
                key=payment_key(account.number, place, paid.on),
                lines=[LineToPost(unsplit, _roubles(paid.amount), paid.named)],
            )
            for account, paid in payments
        ],
        source=PaymentSource.BANK,
        by=None,
        at=place.at,
    )
    for account, paid in payments:
        if paid.taken_back:
            _take_back(payment_key(account.number, place, paid.on), paid, place)


def _take_back(key: uuid.UUID, paid: Paid, place: Place) -> None:
    payment = payment_by_key(key)
    assert payment is not None, key
    assert paid.taken_back is not None
    reverse_payment(
        payment=payment,
        reversed_on=paid.taken_back,
        key=uuid.uuid5(key, "taken back"),
        by=None,
        at=place.at,
    )


def payment_key(account: object, place: Place, what: object) -> uuid.UUID:
    """The same key whenever the same payment of an account is written."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{place.organisation_id}/{account}/{what}")


def _roubles(kopecks: int) -> Decimal:
    return Decimal(fixed(kopecks, 2))
