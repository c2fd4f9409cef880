"""
Opening balances brought from elsewhere: checked all together before anything is written.

A sum already entered for the same account, service and month is a mistake of the row, so the same
file read twice adds nothing.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Sum

from accounts_registry.ledger.models import Adjustment, AdjustmentKind
from accounts_registry.ledger.operations import OperationRefusal
from accounts_registry.ledger.posting import AdjustmentToPost
from accounts_registry.models import Organisation, PersonalAccount, Service
from zhkh.kernel.money import ZERO, format_money, is_whole_kopecks
from zhkh.kernel.period import Period

_LARGEST = Decimal("999999999.99")


class OpeningsDoNotFit(OperationRefusal):
    """Some row cannot be entered; the sentence is of the first one."""


@dataclasses.dataclass(frozen=True, slots=True)
class TypedOpening:
    """A row as it was read: what could not be read is said in `mistake`."""

    row: int  # as the reader numbers it, 0 for a form
    number: str
    service: str  # code or name; empty for a sum nobody has split
    period: Period | None
    amount: Decimal | None
    due_on: dt.date | None = None
    basis: str = ""
    mistake: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row and what to do."""

    row: int
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class CheckedOpenings:
    """Either every row fits and `to_post` has them all, or `problems` say what does not."""

    to_post: list[AdjustmentToPost]
    problems: list[Problem]
    accounts: int
    debts: Decimal
    advances: Decimal

    def or_refuse(self) -> None:
        """:raises OpeningsDoNotFit: there are problems."""
        if self.problems:
            raise OpeningsDoNotFit(self.problems[0].sentence)


def typed_opening(
    account: PersonalAccount,
    service: Service,
    period: Period,
    amount: Decimal,
    data: Mapping[str, object],
) -> TypedOpening:
    """A row of the account's own form."""
    due_on = data.get("due_on")
    return TypedOpening(
        row=0,
        number=account.number,
        service=service.code,
        period=period,
        amount=amount,
        due_on=due_on if isinstance(due_on, dt.date) else None,
        basis=str(data.get("basis", "")),
    )


def check_openings(organisation: Organisation, rows: Sequence[TypedOpening]) -> CheckedOpenings:
    """Every row against the registry and the books; nothing is written."""
    registry = _Registry.of(organisation, rows)
    fitting: list[AdjustmentToPost] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            fitting.append(registry.fitted(row))
        except OperationRefusal as refusal:
            problems.append(Problem(row.row, str(refusal)))
    amounts = [item.amount for item in fitting]
    return CheckedOpenings(
        to_post=[] if problems else fitting,
        problems=problems,
        accounts=len({item.account_id for item in fitting}),
        debts=sum((amount for amount in amounts if amount > ZERO), ZERO),
        advances=sum((amount for amount in amounts if amount < ZERO), ZERO),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Registry:
    accounts: dict[str, int]
    services: dict[str, int]
    entered: dict[tuple[int, int, dt.date], Decimal]
    rows: dict[tuple[int, int, dt.date], int]  # of this very file

    @classmethod
    def of(cls, organisation: Organisation, rows: Iterable[TypedOpening]) -> "_Registry":
        numbers = {row.number for row in rows}
        accounts = dict(
            PersonalAccount.objects.filter(
                organisation=organisation, number__in=numbers
            ).values_list("number", "pk")
        )
        services: dict[str, int] = {}
        for service in Service.objects.filter(organisation=organisation):
            services[service.name.casefold()] = service.pk
            services[service.code.casefold()] = service.pk
        entered = Adjustment.objects.filter(
            account__in=accounts.values(), kind=AdjustmentKind.OPENING
        ).values_list("account_id", "service_id", "for_month")
        sums = {tuple(key): amount for *key, amount in entered.annotate(Sum("amount")) if amount}
        return cls(accounts, services, sums, {})

    def fitted(self, row: TypedOpening) -> AdjustmentToPost:
        """:raises OperationRefusal: the row does not fit."""
        if row.mistake:
            raise OpeningsDoNotFit(row.mistake)
        assert row.period is not None, row
        account_id = self.accounts.get(row.number)
        if account_id is None:
            raise OpeningsDoNotFit(f"Счёта «{row.number[:30]}» нет: проверьте номер.")
        service_id = self.services.get(row.service.casefold())
        if service_id is None:
            raise OpeningsDoNotFit(
                f"Счёт {row.number}: услуги «{row.service[:50]}» нет, укажите её код или название."
            )
        amount = _fitting_amount(row)
        key = (account_id, service_id, row.period.first_day)
        if key in self.entered:
            raise OpeningsDoNotFit(
                f"Счёт {row.number}: сальдо за {row.period.title.lower()} по этой услуге уже "
                f"введено, {format_money(self.entered[key])}."
            )
        earlier = self.rows.setdefault(key, row.row)
        if earlier != row.row:
            raise OpeningsDoNotFit(
                f"Счёт {row.number}: та же услуга и месяц уже есть в строке {earlier}."
            )
        return AdjustmentToPost(
            account_id=account_id,
            service_id=service_id,
            kind=AdjustmentKind.OPENING,
            amount=amount,
            for_period=row.period,
            due_on=row.due_on,
            basis=row.basis,
        )


def _fitting_amount(row: TypedOpening) -> Decimal:
    amount = row.amount
    assert amount is not None, row
    if not amount:
        raise OpeningsDoNotFit(
            f"Счёт {row.number}: нулевое сальдо вводить не нужно, уберите строку."
        )
    if not is_whole_kopecks(amount) or abs(amount) > _LARGEST:
        raise OpeningsDoNotFit(
            f"Счёт {row.number}: сумма пишется в рублях с копейками, не больше 999 999 999,99."
        )
    return amount
