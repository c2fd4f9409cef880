"""The result of a real charge run, read back from the rows it wrote, in the contract's form."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from accounts_registry.ledger import balances, open_items
from accounts_registry.ledger.statements import posted_charges
from accounts_registry.models import Organisation, PersonalAccount
from charges import lines
from charges.calc.calculation import calculate
from charges.calc.inputs import Component, Method, Use, Zone
from charges.calc.parse import parse_text
from charges.calc.penalty import NO_PENALTY
from charges.calc.result import (
    AccountResult,
    AllocationResult,
    HouseResult,
    LineResult,
    Part,
    PenaltyResult,
    ScenarioResult,
    UpliftResult,
)
from charges.models import ChargeInput, ChargeLine
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period
from zhkh.scenarios.penalties import stored_penalties

LineKey = tuple[str, str, str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class _Balance:
    """What an account brought in and what the month added, by the books; roubles."""

    opening: Decimal
    charged: Decimal
    penalty: PenaltyResult
    period: Period
    counted_until: dt.date | None


def books_result(
    organisation: Organisation, *, period: Period, counted_until: dt.date | None
) -> ScenarioResult:
    """
    What the month came to, by the rows of the database alone.

    Figures of lines come from charge lines, balances from turnover and payments. Only what is
    never stored per line (`segments`, `why`) is derived from the house's frozen inputs.
    """
    frozen = [
        calculate(parse_text(lines.thaw(row)))
        for row in ChargeInput.objects.filter(
            house__organisation=organisation, month=period.first_day
        )
    ]
    explained = {account.number: account for part in frozen for account in part.accounts}
    accounts = list(PersonalAccount.objects.filter(organisation=organisation).order_by("number"))
    ids = [account.pk for account in accounts]
    stored = _stored_lines(ids, period)
    opening = balances.opening_of_month(ids, period=period)
    paid = balances.paid_since_month(ids, period=period, until=counted_until)
    charged = posted_charges(ids, period=period)
    penalties = stored_penalties(ids, period=period)
    return ScenarioResult(
        period=period,
        houses=_houses(part for result in frozen for part in result.houses),
        accounts=tuple(
            _account(
                account,
                _lines(stored[account.pk], explained.get(account.number)),
                _Balance(
                    opening=opening[account.pk] - paid[account.pk],
                    charged=charged.get(account.pk, ZERO)
                    - penalties.get(account.pk, NO_PENALTY).total,
                    penalty=penalties.get(account.pk, NO_PENALTY),
                    period=period,
                    counted_until=counted_until,
                ),
            )
            for account in accounts
        ),
    )


def _houses(houses: Iterable[HouseResult]) -> tuple[HouseResult, ...]:
    return tuple(sorted(houses, key=lambda house: house.code))


def _account(
    account: PersonalAccount, account_lines: tuple[LineResult, ...], balance: _Balance
) -> AccountResult:
    settled = open_items.settlement_of(account, before=balance.period, until=balance.counted_until)
    closing = balance.opening + balance.charged + balance.penalty.total
    return AccountResult(
        number=account.number,
        lines=account_lines,
        allocations=tuple(
            AllocationResult(item.payment, item.period, item.service, item.amount)
            for item in settled.allocations
        ),
        penalty=balance.penalty,
        opening=balance.opening,
        charged=balance.charged,
        to_pay=max(ZERO, closing),
        advance_left=max(ZERO, -closing),
    )


def _lines(
    stored: Mapping[LineKey, ChargeLine], explained: AccountResult | None
) -> tuple[LineResult, ...]:
    """Every stored line in the order of the bill, with the words the core has for it."""
    words = {_key(line): line for line in explained.lines} if explained else {}
    order = {key: place for place, key in enumerate(words)}
    return tuple(
        _line(row, words.get(key))
        for key, row in sorted(stored.items(), key=lambda item: order.get(item[0], len(order)))
    )


def _line(row: ChargeLine, words: LineResult | None) -> LineResult:
    return LineResult(
        service=row.service.code,
        zone=Zone(row.zone) if row.zone else None,
        component=Component(row.component) if row.component else None,
        use=Use(row.use) if row.use else None,
        unit=row.unit,
        price=row.price,
        individual=_part(row.individual_volume, row.individual_method, row.individual_amount),
        common=_part(row.common_volume, row.common_method, row.common_amount),
        uplift=UpliftResult(row.uplift_coefficient, row.uplift_amount),
        vat=row.vat,
        charged=row.charged,
        recalculated=row.recalculated,
        benefit=row.benefit,
        total=row.total,
        segments=words.segments if words else (),
        tell=words.tell if words else tuple,
    )


def _part(volume: Decimal | None, method: str, amount: Decimal | None) -> Part | None:
    if volume is None or amount is None:
        return None
    return Part(volume, Method(method) if method else None, amount)


def _key(line: LineResult) -> LineKey:
    return line.service, line.zone or "", line.component or "", line.use or ""


def _stored_lines(account_ids: list[int], period: Period) -> dict[int, dict[LineKey, ChargeLine]]:
    found: defaultdict[int, dict[LineKey, ChargeLine]] = defaultdict(dict)
    for row in ChargeLine.objects.filter(
        month=period.first_day, account_id__in=account_ids
    ).select_related("service"):
        found[row.account_id][row.service.code, row.zone, row.component, row.use] = row
    return found
