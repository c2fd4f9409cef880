"""How many persons a norm is multiplied by."""

from charges.calc.inputs import Account
from charges.calc.tables import MonthTables
from charges.calc.timeline import Steps, at


def residents(account: Account, tables: MonthTables) -> Steps[int]:
    rows = [(row.since, row.until, row.count) for row in account.residents]
    return tables.month.steps(rows, 0)


def persons(account: Account, tables: MonthTables) -> Steps[int]:
    """Residents, on days when nobody is registered the owners (п. 56(2) of Rules № 354)."""
    rows = [(row.since, row.until, row.count or account.owners) for row in account.residents]
    return tables.month.steps(rows, account.owners)


def persons_words(account: Account, day: int, tables: MonthTables, rest: str) -> str:
    """`rest` is what follows the number: days and the paragraph."""
    registered = at(residents(account, tables), day)
    if registered:
        return f"проживающих {registered} чел.{rest}"
    return f"никто не зарегистрирован, собственников {account.owners} чел.{rest}"
