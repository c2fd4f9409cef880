"""Who receives the money of a document, and how much of it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from accounts_registry.models import Payee, PersonalAccount, Service
from payment_docs.document import PayeeRow, Requisites
from zhkh.kernel.money import ZERO


def payee_rows(
    account: PersonalAccount, owed: Iterable[tuple[Service, Decimal]]
) -> tuple[PayeeRow, ...]:
    """One row per payee with its part of the month; services without one pay the organisation."""
    amounts: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO)
    payees: dict[int, Payee] = {}
    for service, amount in owed:
        payee = service.payee
        amounts[payee.pk if payee else None] += amount
        if payee:
            payees[payee.pk] = payee
    own = Requisites(inn=account.organisation.inn, kpp=account.organisation.kpp)
    return tuple(
        PayeeRow(
            name=payees[key].name if key else account.organisation.name,
            requisites=_requisites(payees[key]) if key else own,
            account_number=account.number,
            amount=amounts[key],
        )
        for key in sorted(amounts or {None: ZERO}, key=lambda key: key or 0)
    )


def _requisites(payee: Payee) -> Requisites:
    return Requisites(
        inn=payee.inn,
        kpp=payee.kpp,
        account=payee.bank_account,
        bank=payee.bank_name,
        bic=payee.bic,
        correspondent_account=payee.correspondent_account,
    )
