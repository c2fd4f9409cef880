"""Running the list, all of it as of one moment."""

import itertools
from collections.abc import Iterator

from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.ledger.open_items import settlements_of
from accounts_registry.models import PersonalAccount
from zhkh.audits.audit import Finding, findings_of, one_moment
from zhkh.audits.ledger import LEDGER_AUDITS
from zhkh.audits.papers import PAPER_AUDITS
from zhkh.kernel.money import ZERO, format_money

AUDITS = (*LEDGER_AUDITS, *PAPER_AUDITS)
SETTLES = "остаток счёта равен долгам за вычетом аванса"
ACCOUNTS_AT_ONCE = 2_000


def audit_books() -> list[tuple[str, list[Finding]]]:
    """Every audit by its title with what it found. Money that comes meanwhile changes nothing."""
    with one_moment():
        return [
            *((audit.title, list(findings_of(audit))) for audit in AUDITS),
            (SETTLES, list(_unsettled())),
        ]


def _unsettled() -> Iterator[Finding]:
    accounts = PersonalAccount.objects.order_by("pk").iterator(chunk_size=ACCOUNTS_AT_ONCE)
    while portion := list(itertools.islice(accounts, ACCOUNTS_AT_ONCE)):
        balances = balances_of_accounts(account.pk for account in portion)
        settlements = settlements_of(portion)
        for account in portion:
            settled, balance = settlements[account.pk], balances[account.pk]
            owed = sum((item.amount for item in settled.open_items), ZERO) - settled.advance
            if owed != balance:
                yield Finding(
                    "balance-settles",
                    f"счёт {account.number}: остаток {format_money(balance)}, "
                    f"долги за вычетом аванса {format_money(owed)}",
                )
