"""Charge lines into the database by COPY, and the frozen inputs behind them."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from django.db import connection

from accounts_registry.models import House
from charges.calc.calculation import calculate
from charges.calc.inputs import Scenario
from charges.calc.parse import parse_text
from charges.calc.result import LineResult, Part, ScenarioResult, result_json
from charges.models import ChargeInput
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

# Raised whenever the same inputs would give another result.
RULES_VERSION = "3"

COLUMNS = (
    "month", "account_id", "service_id", "zone", "component", "use", "unit", "price",
    "individual_volume", "individual_method", "individual_amount",
    "common_volume", "common_method", "common_amount",
    "uplift_coefficient", "uplift_amount", "vat", "charged", "recalculated", "benefit", "total",
)  # fmt: skip


def clear_house(house: House, *, period: Period) -> None:
    """Remove the house's lines and frozen inputs of a month that is being calculated."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_clear_house(%s, %s)", [house.pk, period.first_day])


def copy_lines(
    result: ScenarioResult,
    *,
    period: Period,
    account_ids: Mapping[str, int],
    service_ids: Mapping[str, int],
) -> int:
    """Write the lines of a calculated house; returns how many."""
    rows = [
        (
            period.first_day,
            account_ids[account.number],
            service_ids[line.service],
            *columns_of(line),
        )
        for account in result.accounts
        for line in account.lines
    ]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY charges_chargeline ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    return len(rows)


def freeze(house: House, *, period: Period, document: Mapping[str, Any], result: str) -> None:
    """Keep what the house was calculated from, with digests of input and result."""
    text = document_text(document)
    ChargeInput.objects.create(
        house=house,
        month=period.first_day,
        document=zlib.compress(text.encode()),
        input_digest=digest(text),
        result_digest=digest(result),
        rules_version=RULES_VERSION,
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
    return digest(result_json(result))


def columns_of(line: LineResult) -> tuple[object, ...]:
    """What a line says, in the order of `COLUMNS` after month, account and service."""
    return (
        line.zone or "",
        line.component or "",
        line.use or "",
        line.unit,
        line.price,
        *_part(line.individual),
        *_part(line.common),
        line.uplift.coefficient,
        line.uplift.amount,
        line.vat,
        line.charged,
        line.recalculated,
        line.benefit,
        line.total,
    )


def _part(part: Part | None) -> tuple[object, ...]:
    return (part.volume, part.method or "", part.amount) if part else (None, "", None)
