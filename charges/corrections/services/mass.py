"""One document for many accounts: who they are, what each gets, who is left out and why."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from accounts_registry.ledger import periods
from accounts_registry.ledger.posting import HasPrimaryKey
from accounts_registry.models import (
    AccountArea,
    AccountService,
    House,
    Organisation,
    PersonalAccount,
    Service,
)
from charges.corrections import rules
from charges.corrections.models import (
    CorrectionDocument,
    DocumentKind,
    DocumentState,
    MassMethod,
)
from charges.corrections.services.documents import (
    Basis,
    CorrectionsRefusal,
    Row,
    start_document,
    write_lines,
    write_refusals,
)
from charges.models import ChargeLine
from zhkh.kernel.money import round_money
from zhkh.kernel.period import Period

ACCOUNTS_AT_ONCE = 5_000
LONGEST_LIST = 5_000


class MonthHasNoCharges(CorrectionsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"{period.title} ещё не проведён: процент берут от начисленного в проведённом месяце."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """Accounts of a house, those with the numbers, or all of the organisation."""

    organisation: Organisation
    house: House | None = None
    numbers: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        if self.numbers:
            return f"По списку лицевых счетов: {len(self.numbers)}"
        return f"Дом: {self.house.address}" if self.house else "Все лицевые счета организации"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """What each account gets: `rate` is signed, below zero lowers the debt."""

    service: Service
    period: Period
    method: MassMethod
    rate: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What the rule needs of a batch of accounts, by account."""

    connected: set[int]
    areas: dict[int, Decimal]
    charged: dict[int, Decimal]


@transaction.atomic
def draft_mass(
    *,
    selection: Selection,
    rule: Rule,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft with a line for every account the rule gives a sum, and a refusal for every other.

    :raises MonthHasNoCharges: a per cent of a month that is not posted.
    """
    _refuse_unposted(selection.organisation, rule)
    document = CorrectionDocument(
        organisation=selection.organisation,
        kind=DocumentKind.MASS,
        state=DocumentState.DRAFT,
        scope=selection.words[:300],
        service=rule.service,
        method=rule.method,
        rate=rule.rate,
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known:
        return known
    write_refusals(document, _unknown_numbers(selection))
    for accounts in _batches(selection):
        rows, refused = _apply(rule, accounts)
        write_lines(document, rows)
        write_refusals(document, refused)
    return document


def _refuse_unposted(organisation: Organisation, rule: Rule) -> None:
    if rule.method != MassMethod.PERCENT:
        return
    month = periods.find_period(organisation_id=organisation.pk, period=rule.period)
    if month is None or not month.is_posted:
        raise MonthHasNoCharges(rule.period)


def _batches(selection: Selection) -> Iterator[list[PersonalAccount]]:
    accounts = PersonalAccount.objects.filter(organisation=selection.organisation)
    if selection.house:
        accounts = accounts.filter(premises__house=selection.house)
    if selection.numbers:
        accounts = accounts.filter(number__in=selection.numbers)
    last = ""
    while batch := list(accounts.filter(number__gt=last).order_by("number")[:ACCOUNTS_AT_ONCE]):
        yield batch
        last = batch[-1].number


def _unknown_numbers(selection: Selection) -> list[tuple[str, str]]:
    if not selection.numbers:
        return []
    found = set(
        PersonalAccount.objects.filter(
            organisation=selection.organisation, number__in=selection.numbers
        ).values_list("number", flat=True)
    )
    return [
        (f"Счёт {number}", "Такого счёта в организации нет: проверьте номер.")
        for number in dict.fromkeys(selection.numbers)
        if number not in found
    ]


def _apply(
    rule: Rule, accounts: Sequence[PersonalAccount]
) -> tuple[list[Row], list[tuple[str, str]]]:
    known = _known(rule, [account.pk for account in accounts])
    rows: list[Row] = []
    refused: list[tuple[str, str]] = []
    for account in accounts:
        wrong = _wrong(rule, account, known)
        amount = None if wrong else _amount(rule, account.pk, known)
        if amount:
            rows.append(_row(rule, account.pk, amount, known))
        else:
            told = wrong or "Получается 0,00: перерасчитывать нечего."
            refused.append((f"Счёт {account.number}", told))
    return rows, refused


def _known(rule: Rule, ids: list[int]) -> _Known:
    period = rule.period
    connected = AccountService.objects.filter(
        account_id__in=ids,
        service=rule.service,
        valid__overlap=(period.first_day, period.next_first_day),
    )
    areas = AccountArea.objects.filter(
        account_id__in=ids, valid__overlap=(period.first_day, period.next_first_day)
    ).order_by("valid")
    charged = ChargeLine.objects.filter(
        month=period.first_day, service=rule.service, account_id__in=ids
    ).order_by()
    return _Known(
        connected=set(connected.values_list("account_id", flat=True)),
        areas=dict(areas.values_list("account_id", "area_m2")),
        charged=dict(charged.values_list("account_id").annotate(Sum("charged"))),
    )


def _wrong(rule: Rule, account: PersonalAccount, known: _Known) -> str:
    """Why the account gets nothing; empty when it does."""
    title = rule.period.title.lower()
    if account.opened_on >= rule.period.next_first_day:
        return f"За {title} счёта ещё не было: он открыт {account.opened_on:%d.%m.%Y}."
    if account.closed_on and account.closed_on < rule.period.first_day:
        return f"За {title} счёта уже не было: он закрыт {account.closed_on:%d.%m.%Y}."
    if account.pk not in known.connected:
        return f"Услуга «{rule.service}» за {title} у счёта не подключена."
    if rule.method == MassMethod.PER_M2 and account.pk not in known.areas:
        return "У счёта не указана площадь: впишите её в карточке."
    if rule.method == MassMethod.PERCENT and account.pk not in known.charged:
        return f"За {title} по услуге «{rule.service}» счёту ничего не начислено."
    return ""


def _amount(rule: Rule, account_id: int, known: _Known) -> Decimal:
    if rule.method == MassMethod.PER_M2:
        return rules.priced(known.areas[account_id], rule.rate)
    if rule.method == MassMethod.PERCENT:
        return rules.percent_of(known.charged[account_id], rule.rate)
    return round_money(rule.rate)


def _row(rule: Rule, account_id: int, amount: Decimal, known: _Known) -> Row:
    by_area = rule.method == MassMethod.PER_M2
    by_charge = rule.method == MassMethod.PERCENT
    return Row(
        account_id=account_id,
        service_id=rule.service.pk,
        period=rule.period,
        amount=amount,
        volume=known.areas[account_id] if by_area else None,
        price=rule.rate if by_area else None,
        charged=known.charged[account_id] if by_charge else None,
    )


def typed_numbers(text: str) -> tuple[str, ...]:
    """Account numbers of a list: by commas, semicolons, spaces or lines, each once."""
    words: Iterable[str] = text.replace(",", " ").replace(";", " ").split()
    return tuple(dict.fromkeys(words))
