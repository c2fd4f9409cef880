"""Charge lines into the database by COPY, and the frozen inputs behind them."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from charges.calc.calculation import calculate
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_text
from charges.calc.result import ScenarioResult
from charges.calc.rows import COLUMNS, AccountRows, digest_of, rows_of
from charges.models import ChargeInput
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

# Raised whenever the same inputs would give another result.
RULES_VERSION = "3"

_COPY = f"COPY charges_chargeline (month, account_id, service_id, {', '.join(COLUMNS)}) FROM STDIN"
_COPY_INPUTS = """COPY charges_chargeinput (house_id, month, document, input_digest, result_digest,
rules_version) FROM STDIN"""
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


def document_text(document: Mapping[str, Any]) -> str:
    """The bytes a scenario document is frozen as: the same facts always give the same."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def thaw(frozen: ChargeInput) -> bytes:
    """The scenario document a house was calculated from."""
    return zlib.decompress(bytes(frozen.document))


LineKey = tuple[str, str, str, str]  # service code, zone, component, use; absent values are ""


class NotReproduced(Refusal):
    """The rules have changed since: the frozen inputs no longer give the stored result."""

    def __init__(self, frozen: ChargeInput) -> None:
        super().__init__(
            f"Месяц рассчитан по правилам версии {frozen.rules_version}, которые с тех пор "
            "изменились: объяснение дало бы другие числа. Обратитесь к администратору."
        )


def explain(frozen: ChargeInput, account_number: str) -> dict[LineKey, tuple[str, ...]]:
    """
    «Почему столько?»: what each line of the account was made from, derived again.

    :raises NotReproduced: it would tell about other figures than those charged.
    """
    _, result = reproduced(frozen)
    return {
        (line.service, line.zone or "", line.component or "", line.use or ""): line.why
        for account in result.accounts
        if account.number == account_number
        for line in account.lines
    }


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


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def result_digest(result: ScenarioResult) -> str:
    """Of the rows themselves; words and segments follow from what was frozen."""
    return digest_of(result.houses, map(rows_of, result.accounts))
