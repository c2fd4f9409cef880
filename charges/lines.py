"""Charge lines into the database by COPY, and the frozen inputs behind them."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from charges.calc.calculation import calculate
from charges.calc.columns import COLUMNS, AccountRows, columns_of, rows_of
from charges.calc.inputs import Scenario
from charges.calc.one_account import calculate_account, without_strangers
from charges.calc.parse import parse_document, parse_text
from charges.calc.result import AccountResult, ScenarioResult
from charges.calc.rows import digest_of
from charges.calc.tables import MonthTables
from charges.models import ChargeInput, ChargeLine
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

# Raised whenever the same inputs would give another result.
RULES_VERSION = "3"

_COPY = f"COPY charges_chargeline (month, account_id, service_id, {', '.join(COLUMNS)}) FROM STDIN"
_COPY_INPUTS = """COPY charges_chargeinput (house_id, month, document, input_digest, result_digest,
rules_version) FROM STDIN"""
_LineKey = tuple[Any, ...]  # service code, zone, component, use; absent values are ""
_FAST = 1  # level of compression: the documents of a house repeat themselves anyway


def copy_rows(
    accounts: Iterable[AccountRows],
    *,
    period: Period,
    account_ids: Mapping[str, int],
    service_ids: Mapping[str, int],
) -> None:
    """Write the rows of calculated accounts."""
    month = period.first_day.isoformat()
    text = "".join(
        f"{month}\t{account}\t{service_ids[code]}\t{columns}\n"
        for number, rows, _ in accounts
        for account in (account_ids[number],)
        for code, columns in rows
    )
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(text)


class Frozen(NamedTuple):
    """What a house was calculated from, as text, and what stands for the result."""

    house_id: int
    document: str
    result_digest: str


def freeze(houses: Iterable[Frozen], *, period: Period) -> None:
    """Keep what houses were calculated from, with digests of input and result."""
    with connection.cursor() as cursor, cursor.copy(_COPY_INPUTS) as copy:
        for house in houses:
            text = house.document.encode()
            copy.write_row(
                (
                    house.house_id,
                    period.first_day,
                    zlib.compress(text, _FAST),
                    hashlib.sha256(text).hexdigest(),
                    house.result_digest,
                    RULES_VERSION,
                )
            )


def thaw(frozen: ChargeInput) -> bytes:
    """The scenario document a house was calculated from."""
    return zlib.decompress(bytes(frozen.document))


class NotReproduced(Refusal):
    """The rules have changed since: the frozen inputs no longer give the stored result."""

    def __init__(self, frozen: ChargeInput) -> None:
        super().__init__(
            f"Месяц рассчитан по правилам версии {frozen.rules_version}, которые с тех пор "
            "изменились: объяснение дало бы другие числа. Обратитесь к администратору."
        )


def reproduced(frozen: ChargeInput) -> tuple[Scenario, ScenarioResult]:
    """
    What a house was calculated from, and the very result it gave.

    :raises NotReproduced: today's rules give another one.
    """
    scenario = parse_text(thaw(frozen))
    result = calculate(scenario)
    if result_digest(result) != frozen.result_digest:
        raise NotReproduced(frozen)
    return scenario, result


def reproduced_account(
    frozen: ChargeInput, account_number: str
) -> tuple[Scenario, AccountResult] | None:
    """
    The lines of one account derived again, the very ones the database has; None when the account
    was not in the house. In the scenario there may be no other accounts.

    :raises NotReproduced: today's rules give other lines.
    """
    document = without_strangers(json.loads(thaw(frozen)), account_number)
    scenario = parse_document(document)
    tables = MonthTables(scenario.terms)
    account = calculate_account(tables, scenario.houses[0], account_number)
    if account is None:
        return None
    if _derived(account) != _stored(frozen, account_number):
        raise NotReproduced(frozen)
    return scenario, account


def _derived(account: AccountResult) -> dict[_LineKey, tuple[object, ...]]:
    rows = ((line.service, *columns_of(line)) for line in account.lines)
    return {row[:4]: row[4:] for row in rows}


def _stored(frozen: ChargeInput, account_number: str) -> dict[_LineKey, tuple[object, ...]]:
    rows = ChargeLine.objects.filter(
        month=frozen.month,
        account__number=account_number,
        account__organisation_id=frozen.house.organisation_id,
    ).values_list("service__code", *COLUMNS)
    return {row[:4]: row[4:] for row in rows}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def result_digest(result: ScenarioResult) -> str:
    """Of the rows themselves; words and segments follow from what was frozen."""
    return digest_of(result.houses, map(rows_of, result.accounts))
