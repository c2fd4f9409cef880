"""Who receives the money of a document, and how much of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from accounts_registry.models import Organisation, Payee, PersonalAccount, Service
from accounts_registry.requisites import BankRequisites
from payment_docs.document import PayeeRow, Requisites
from zhkh.kernel.money import ZERO


def paid_payees(services: Iterable[Service]) -> list[int | None]:
    """Whom the services pay, the organisation itself (None) first; it alone when there are none."""
    found = {service.payee_id for service in services} or {None}
    return sorted(found, key=lambda key: key or 0)


def payee_rows(
    account: PersonalAccount,
    owed: Sequence[tuple[Service, Decimal]],
    openings: Mapping[Service, Decimal],
    payees: Sequence[int | None],
) -> tuple[PayeeRow, ...]:
    """One row per payee with its part of the month and of the balance before it."""
    amounts: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO)
    brought: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO)
    named: defaultdict[int | None, set[Service]] = defaultdict(set)
    for service, amount in owed:
        amounts[service.payee_id] += amount
        named[service.payee_id].add(service)
    for service, amount in openings.items():
        brought[service.payee_id] += amount
        named[service.payee_id].add(service)
    return tuple(
        _row(account, named[key], amount=amounts[key], opening=brought[key]) for key in payees
    )


def bank_requisites(owner: Organisation | Payee) -> BankRequisites:
    """The requisites of an organisation or payee, to be checked."""
    return BankRequisites(
        inn=owner.inn,
        kpp=owner.kpp,
        account=owner.bank_account,
        bank=owner.bank_name,
        bic=owner.bic,
        correspondent_account=owner.correspondent_account,
    )


def _row(
    account: PersonalAccount, services: set[Service], *, amount: Decimal, opening: Decimal
) -> PayeeRow:
    """Who takes nothing but capital repair is paid by the account's number with the fund."""
    payee = next((service.payee for service in services if service.payee), None)
    owner = payee or account.organisation
    found = bank_requisites(owner)
    is_fund = bool(services) and all(service.is_capital_repair for service in services)
    return PayeeRow(
        name=owner.name,
        requisites=Requisites(
            inn=found.inn,
            kpp=found.kpp,
            account=found.account,
            bank=found.bank,
            bic=found.bic,
            correspondent_account=found.correspondent_account,
        ),
        account_number=(account.capital_repair_number if is_fund else "") or account.number,
        amount=amount,
        opening=opening,
    )
