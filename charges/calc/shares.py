"""
Accounts that pay for one flat by shares of ownership (§ 2.6 of the rules; ст. 249 ГК РФ).

The flat is calculated as one account: areas, people and meters together. What it is charged is
divided by share to the kopeck, by largest remainder, so that nothing is lost between neighbours.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from charges.calc.inputs import (
    Account,
    Connection,
    DatedArea,
    House,
    Residents,
    Service,
)
from charges.calc.lines import Draft, with_vat
from charges.calc.pieces import note
from charges.calc.presence import (
    AREA_PLACES,
    areas,
    at_the_end,
    connected_days,
    is_whole,
    open_days,
)
from charges.calc.pricing import Slice
from charges.calc.timeline import Month, Steps, at, cut
from charges.calc.words import money_words, number_words, price_words
from zhkh.kernel.exact import difference, product, total
from zhkh.kernel.money import round_ratio
from zhkh.kernel.split import split_by_weight

_ONE = Decimal(1)
_UNITS = 5  # a unit of the seventh place is split as a kopeck is: 10⁻⁷ × 10⁵ = 10⁻²


@dataclasses.dataclass(frozen=True, slots=True)
class Payer:
    """An account of the house and where it stands there."""

    place: int
    account: Account


@dataclasses.dataclass(frozen=True, slots=True)
class Flat:
    """What is calculated together: an account, or those who share its flat."""

    account: Account
    payers: tuple[Payer, ...]

    @property
    def is_shared(self) -> bool:
        return _is_part(self.payers[0].account)


def flats(house: House, services: Sequence[Service], month: Month) -> tuple[Flat, ...]:
    """In the order of the house; accounts with shares of the same premises are one flat."""
    groups: dict[object, list[Payer]] = {}
    for place, account in enumerate(house.accounts):
        key = (account.premises, account.kind) if _is_part(account) else place
        groups.setdefault(key, []).append(Payer(place, account))
    return tuple(_flat(payers, services, month) for payers in groups.values())


def _is_part(account: Account) -> bool:
    return account.share is not None and account.share < 1


def _flat(payers: Sequence[Payer], services: Sequence[Service], month: Month) -> Flat:
    payers = sorted(payers, key=lambda payer: payer.account.number)
    accounts = [payer.account for payer in payers]
    if len(accounts) == 1:
        return Flat(accounts[0], tuple(payers))
    return Flat(_together(accounts, services, month), tuple(payers))


def _together(accounts: Sequence[Account], services: Sequence[Service], month: Month) -> Account:
    first = accounts[0]
    codes = frozenset(
        service.code
        for service in services
        if any(account.has(service.code) for account in accounts)
    )
    return dataclasses.replace(
        first,
        area=total(account.area for account in accounts),
        owners=sum(account.owners for account in accounts),
        residents=_people(accounts, month),
        services=codes,
        meter_impossible=frozenset().union(*(account.meter_impossible for account in accounts)),
        meters=tuple(meter for account in accounts for meter in account.meters),
        absences=tuple(absence for account in accounts for absence in account.absences),
        opened=None,
        closed=None,
        areas=() if all(map(is_whole, accounts)) else _areas(accounts, month),
        connections=() if all(map(is_whole, accounts)) else _connections(accounts, codes, month),
    )


def _people(accounts: Sequence[Account], month: Month) -> tuple[Residents, ...]:
    """Everybody registered with an account that is open on the day."""
    counted = [
        (open_days(account, month), month.steps(_rows(account), otherwise=0))
        for account in accounts
    ]
    borders = [steps for pair in counted for steps in pair]
    return tuple(
        Residents(
            sum(at(people, lo) for opened, people in counted if at(opened, lo)),
            month.date(lo),
            month.date(hi),
        )
        for lo, hi in cut(0, month.days, *borders)
    )


def _rows(account: Account) -> Iterable[tuple[dt.date, dt.date | None, int]]:
    return ((row.since, row.until, row.count) for row in account.residents)


def _areas(accounts: Sequence[Account], month: Month) -> tuple[DatedArea, ...]:
    dated = [areas(account, month) for account in accounts]
    return tuple(
        DatedArea(
            round_ratio(sum((at(steps, lo) for steps in dated), Fraction(0)), AREA_PLACES),
            month.date(lo),
            month.date(hi),
        )
        for lo, hi in cut(0, month.days, *dated)
    )


def _connections(
    accounts: Sequence[Account], codes: Iterable[str], month: Month
) -> tuple[Connection, ...]:
    """A service is there while any of its payers has it."""
    found = []
    for code in sorted(codes):
        dated = [connected_days(one, code, month) for one in accounts if one.has(code)]
        for lo, hi in cut(0, month.days, *dated):
            if any(at(steps, lo) for steps in dated):
                found.append(Connection(code, month.date(lo), month.date(hi)))
    return tuple(found)


def living_together(payer: Payer, flat: Flat, month: Month) -> Account:
    """The payer among everybody who lives in the flat: for absences and benefits."""
    whole = flat.account
    return dataclasses.replace(
        at_the_end(payer.account, month),
        owners=whole.owners,
        residents=whole.residents,
        absences=whole.absences,
        meter_impossible=whole.meter_impossible,
    )


# --- dividing what the flat is charged


def divided(draft: Draft, flat: Flat, month: Month) -> list[Draft | None]:
    """The line of each payer in turn; none for one without the service or any of its days."""
    code = draft.service.code
    holders = [(payer.account, connected_days(payer.account, code, month)) for payer in flat.payers]
    parts: list[tuple[list[Slice], list[Slice]]] = [([], []) for _ in holders]
    for side, slices in enumerate((draft.individual, draft.common)):
        for one in slices:
            weights = [_weight(account, code, one, days) for account, days in holders]
            for own, part in zip(parts, _divided(one, weights), strict=True):
                if part is not None:
                    own[side].append(part)
    return [
        _line(draft, account, *own) if any(own) else None
        for (account, _), own in zip(holders, parts, strict=True)
    ]


def _weight(account: Account, service: str, one: Slice, days: Steps[bool]) -> Decimal:
    """Share of ownership × days of the slice it is paid for."""
    if not account.has(service):
        return Decimal(0)
    paid = sum(max(0, min(one.hi, span.hi) - max(one.lo, span.lo)) for span in days if span.value)
    return product(account.share or _ONE, Decimal(paid))


def _line(
    draft: Draft, account: Account, individual: Sequence[Slice], common: Sequence[Slice]
) -> Draft:
    key = (draft.service, draft.zone, draft.component)
    return with_vat(key, draft.use, account, tuple(individual), tuple(common))


def _divided(whole: Slice, weights: Sequence[Decimal]) -> list[Slice | None]:
    """What is left of the whole nobody pays for; ties go by account number."""
    days = Decimal(whole.hi - whole.lo)
    rest = max(Decimal(0), difference(days, total(weights, Decimal(0))))
    shares = [*weights, rest]
    volumes = split_by_weight(whole.volume.scaleb(_UNITS), shares)
    plain = split_by_weight(whole.plain_amount, shares)
    excess = split_by_weight(difference(whole.amount, whole.plain_amount), shares)
    return [
        _part(
            whole,
            Fraction(weight) / Fraction(days),
            volumes[place].scaleb(-_UNITS),
            plain[place],
            excess[place],
        )
        if weight
        else None
        for place, weight in enumerate(weights)
    ]


def _part(whole: Slice, share: Fraction, volume: Decimal, plain: Decimal, excess: Decimal) -> Slice:
    return dataclasses.replace(
        whole,
        volume=volume,
        plain_amount=plain,
        amount=total((plain, excess)),
        note=note(_part_words, whole, share),
        whole=None,
        divided=True,
    )


def _part_words(whole: Slice, share: Fraction) -> str:
    factors = [number_words(whole.volume)]
    if whole.coefficient != _ONE:
        factors.append(f"К {number_words(whole.coefficient)}")
    if whole.price is not None:
        factors.append(price_words(whole.price))
    words = " × ".join(factors)
    return (
        f"{whole.note()}; за всё помещение {words} = {money_words(whole.amount)}; доля в праве "
        f"{number_words(share)}, делится между долями без остатка (ст. 249 ГК РФ)"
    )
