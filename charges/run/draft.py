"""Houses into the draft of a month: loaded, calculated and written many at once."""

import gc
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.db import DataError, connection, transaction

from accounts_registry.models import House
from charges import computed, lines
from charges.calc.columns import rows_of
from charges.calc.inputs import House as InputHouse
from charges.calc.inputs import NegativeCommon, Recalculation, Scenario
from charges.calc.parse import parse_document
from charges.calc.problems import ScenarioProblems
from charges.calc.result import ScenarioResult
from charges.calc.rows import HouseRows, MonthPlans, digest_of, house_rows
from charges.calc.tables import MonthTables
from charges.calc.writing import document_text, house_text
from charges.loading import (
    Soundness,
    load_houses,
    load_service_codes,
    load_terms,
    sentences,
)
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal

TOO_LARGE = (
    "Рассчитанная сумма или объём больше, чем хранит база данных: проверьте цены и показания."
)
PROGRAM_FAILED = (
    "Ошибка программы: дом не рассчитан. Повторите расчёт; если не поможет, "
    "сообщите администратору время и адрес дома."
)

logger = logging.getLogger(__name__)

Failures = dict[int, str]  # what is wrong, by house


class MonthInWork:
    """What all houses of an organisation share in a month, read once by every worker."""

    def __init__(self, *, organisation_id: int, period: Period) -> None:
        self.period = period
        self.terms = load_terms(organisation_id=organisation_id, period=period)
        self.codes = load_service_codes(organisation_id=organisation_id)
        self.service_ids = {code: pk for pk, code in self.codes.items()}
        self._text = document_text(self.terms)
        self.rules = _Rules.of(self.terms)

    def text_of(self, house: str) -> str:
        """As `document_text` of the whole document: houses come before all other keys."""
        return f'{{"houses":[{house}],{self._text[1:]}'


class _Rules(NamedTuple):
    """The terms ready for a calculation; absent where something in them is wrong."""

    plans: MonthPlans
    soundness: Soundness
    negative_common: NegativeCommon

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "_Rules | None":
        try:
            terms = parse_document({**document, "houses": []}).terms
        except ScenarioProblems:
            return None
        services = {service.code: service for service in terms.services}
        return cls(MonthPlans(MonthTables(terms)), Soundness(services), terms.negative_common)


class Calculated(NamedTuple):
    """A house ready to be written."""

    house_id: int
    document: str
    rows: HouseRows
    account_ids: Mapping[str, int]
    entered: Mapping[str, Sequence[Recalculation]]  # recalculations somebody entered, by account


def calculated(
    house: House, document: Mapping[str, Any], scenario: Scenario, result: ScenarioResult
) -> Calculated:
    """A house calculated the general way, ready to be written."""
    of_house = (account for one in scenario.houses for account in one.accounts)
    accounts = house.organisation.accounts.filter(premises__house=house)
    return Calculated(
        house.pk,
        document_text(document),
        HouseRows(result.houses[0], [rows_of(account) for account in result.accounts]),
        dict(accounts.values_list("number", "pk")),
        {account.number: account.recalculations for account in of_house},
    )


def put_in_draft(month: MonthInWork, house_ids: Sequence[int]) -> Failures:
    """
    Replace houses in the draft, or leave them out with the sentences of what is wrong.

    Runs inside the caller's transaction.
    """
    try:
        with transaction.atomic():
            with _without_collector():
                ready, failures = _calculate(month, house_ids)
            clear(house_ids, period=month.period)
            write(month, ready)
    except Exception as failure:  # noqa: BLE001 (told apart and logged in `_sentence`)
        if len(house_ids) > 1:
            return _one_by_one(month, house_ids)
        clear(house_ids, period=month.period)
        return {house_ids[0]: _sentence(failure, house_ids[0], month.period)}
    return failures


@contextmanager
def _without_collector() -> Iterator[None]:
    """
    Facts of a chunk are many and hold no circles: looking for these took a sixth of the time.

    Whatever circles there are wait for the end of the chunk.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _one_by_one(month: MonthInWork, house_ids: Iterable[int]) -> Failures:
    """Something in one of the houses breaks us; the others are not to suffer from it."""
    failures: Failures = {}
    for house_id in house_ids:
        failures |= put_in_draft(month, [house_id])
    return failures


def _sentence(failure: Exception, house_id: int, period: Period) -> str:
    if isinstance(failure, Refusal):
        return str(failure)
    if isinstance(failure, DataError | psycopg.DataError):  # COPY answers without Django
        return TOO_LARGE
    logger.error("house %s, %s", house_id, period, exc_info=failure)
    return PROGRAM_FAILED


# --- calculation


def _calculate(month: MonthInWork, house_ids: Sequence[int]) -> tuple[list[Calculated], Failures]:
    ready: list[Calculated] = []
    failures: Failures = {}
    loaded = load_houses(house_ids, period=month.period, codes=month.codes)
    for house_id in house_ids:
        house = loaded[house_id]
        text = month.text_of(house_text(house.house))
        try:
            rows = _rows(month, house.house, text)
        except ScenarioProblems as refusal:
            failures[house_id] = "\n".join(sentences(json.loads(text), refusal.problems))
            continue
        entered = {
            account.number: account.recalculations
            for account in house.house.accounts
            if account.recalculations
        }
        ready.append(Calculated(house_id, text, rows, house.account_ids, entered))
    return ready, failures


def _rows(month: MonthInWork, house: InputHouse, text: str) -> HouseRows:
    """:raises ScenarioProblems: what the reader of documents or the rules miss."""
    if month.rules is None or not month.rules.soundness.holds(house):
        scenario = parse_document(json.loads(text))
        rules = month.rules or _Rules.of(month.terms)
        assert rules is not None, "terms that can be read with a house can be read without it"
        return house_rows(rules.plans, scenario.houses[0])
    return house_rows(month.rules.plans, house)


# --- writing


def clear(house_ids: Sequence[int], *, period: Period) -> None:
    """Remove what an earlier calculation of the month left of these houses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT charges_clear_house(house_id, month) FROM charges_chargeinput"
            " WHERE house_id = ANY(%s) AND month = %s",
            [list(house_ids), period.first_day],
        )


def write(month: MonthInWork, houses: Sequence[Calculated]) -> None:
    """Lines, findings and frozen inputs of houses that are not in the draft."""
    period, service_ids = month.period, month.service_ids
    account_ids = {number: pk for house in houses for number, pk in house.account_ids.items()}
    accounts = [account for house in houses for account in house.rows.accounts]
    lines.copy_rows(accounts, period=period, account_ids=account_ids, service_ids=service_ids)
    entered = {number: rows for house in houses for number, rows in house.entered.items()}
    changed = [
        computed.Changed(
            account_ids[account.number], account.changed, entered.get(account.number, ())
        )
        for account in accounts
        if account.changed or account.number in entered
    ]
    computed.keep_computed(changed, period=period, service_ids=service_ids)
    if month.rules is not None:
        computed.keep_common(
            {house.house_id: house.rows.house for house in houses},
            period=period,
            service_ids=service_ids,
            negative=month.rules.negative_common,
        )
    frozen = (
        lines.Frozen(
            house.house_id, house.document, digest_of([house.rows.house], house.rows.accounts)
        )
        for house in houses
    )
    lines.freeze(frozen, period=period)
