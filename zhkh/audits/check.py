"""Running the list, all of it as of one moment."""

import itertools
from collections.abc import Iterator

from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.ledger.open_items import settlements_of
from accounts_registry.models import PersonalAccount
from zhkh.audits.audit import Audit, Finding, findings_of, one_moment
from zhkh.audits.charges import CHARGE_AUDITS
from zhkh.audits.ledger import LEDGER_AUDITS
from zhkh.audits.operations import OPERATION_AUDITS
from zhkh.audits.papers import PAPER_AUDITS
from zhkh.kernel.money import ZERO, format_money

AUDITS = (*LEDGER_AUDITS, *OPERATION_AUDITS, *CHARGE_AUDITS, *PAPER_AUDITS)
SETTLES_CODE = "balance-settles"
SETTLES = "остаток счёта равен долгам за вычетом аванса"
ACCOUNTS_AT_ONCE = 2_000
# Every balance is proven against all its rows by SQL; how payments close debts depends on rules
# alone, so it is proven on this many accounts spread evenly over all.
ACCOUNTS_SETTLED = 2_000


def audit_books() -> list[tuple[str, list[Finding]]]:
    """Every audit by its title with what it found. Money that comes meanwhile changes nothing."""
    with one_moment():
        return [
            *((audit.title, list(findings_of(audit))) for audit in AUDITS),
            (SETTLES, list(unsettled())),
        ]


def titles() -> list[tuple[str, str]]:
    """Code and title of everything `audit_books` proves, in its order."""
    return [*((audit.code, audit.title) for audit in AUDITS), (SETTLES_CODE, SETTLES)]


def findings_by_code(code: str, *, organisation_id: int) -> list[Finding]:
    """What one audit finds in an organisation, as of one moment."""
    with one_moment():
        if code == SETTLES_CODE:
            return list(unsettled(organisation_id=organisation_id))
        return list(findings_of(_audit(code), organisation_id=organisation_id))


def unsettled(*, organisation_id: int | None = None) -> Iterator[Finding]:
    """Accounts whose balance their debts less their advance do not explain."""
    everybody = PersonalAccount.objects.order_by("pk")
    if organisation_id is not None:
        everybody = everybody.filter(organisation=organisation_id)
    step = max(everybody.count() // ACCOUNTS_SETTLED, 1)
    chosen = itertools.islice(everybody.iterator(chunk_size=ACCOUNTS_AT_ONCE), 0, None, step)
    while portion := list(itertools.islice(chosen, ACCOUNTS_AT_ONCE)):
        yield from _unsettled_among(portion)


def _unsettled_among(accounts: list[PersonalAccount]) -> Iterator[Finding]:
    balances = balances_of_accounts(account.pk for account in accounts)
    settlements = settlements_of(accounts)
    for account in accounts:
        settled, balance = settlements[account.pk], balances[account.pk]
        owed = sum((item.amount for item in settled.open_items), ZERO) - settled.advance
        if owed != balance:
            yield Finding(
                SETTLES_CODE,
                f"счёт {account.number}: остаток {format_money(balance)}, "
                f"долги за вычетом аванса {format_money(owed)}",
            )


def _audit(code: str) -> Audit:
    return next(audit for audit in AUDITS if audit.code == code)
