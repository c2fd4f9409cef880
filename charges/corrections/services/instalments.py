"""Instalment agreements: signed with their schedule, ended when kept or broken, percents posted."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.posting import HasPrimaryKey, lock_account
from accounts_registry.models import (
    Organisation,
    PenaltySuspension,
    PersonalAccount,
    Service,
)
from charges.corrections import rules
from charges.corrections.models import (
    AgreementState,
    CorrectionDocument,
    CorrectionLine,
    DocumentKind,
    DocumentState,
    Instalment,
    InstalmentPart,
)
from charges.corrections.services.documents import (
    Basis,
    CorrectionsRefusal,
    Row,
    start_document,
    write_lines,
)
from zhkh.kernel.money import format_money
from zhkh.kernel.period import Period


class DebtIsLess(CorrectionsRefusal):
    def __init__(self, balance: Decimal) -> None:
        super().__init__(
            f"Долг счёта — {format_money(max(balance, Decimal(0)))} ₽: рассрочить больше нельзя."
        )


class HasAgreement(CorrectionsRefusal):
    def __init__(self, agreement: Instalment) -> None:
        super().__init__(
            f"У счёта уже действует соглашение {agreement}: сначала закончите или расторгните его."
        )


class AgreementEnded(CorrectionsRefusal):
    def __init__(self) -> None:
        super().__init__("Соглашение уже закончено: откройте его заново.")


class EndsBeforeSigning(CorrectionsRefusal):
    def __init__(self, agreement: Instalment) -> None:
        super().__init__(
            f"Соглашение заключено {agreement.signed_on:%d.%m.%Y}: закончиться раньше не может."
        )


class NothingThisMonth(CorrectionsRefusal):
    def __init__(self, period: Period) -> None:
        super().__init__(
            f"Процентов за {period.title.lower()} начислять некому: их нет в соглашениях "
            "или они уже начислены."
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed; `percent` is yearly, its money goes to `service`."""

    number: str
    signed_on: dt.date
    debt: Decimal
    first: Period
    months: int
    percent: Decimal
    service: Service
    charged: Period | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class InstalmentOfMonth:
    """Section 5 of the payment document: what of the instalment is paid in the month, roubles."""

    of_charge: Decimal
    of_past: Decimal
    percent: Decimal
    percents: Decimal

    @property
    def to_pay(self) -> Decimal:
        return self.of_charge + self.of_past + self.percents


@transaction.atomic
def sign_agreement(
    *,
    account: PersonalAccount,
    terms: Terms,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> Instalment:
    """
    Keep the agreement with its schedule and suspend penalties; the same key again changes nothing.

    :raises HasAgreement: another one is in force.
    :raises DebtIsLess: the account owes less.
    """
    lock_account(account.pk)
    known = Instalment.objects.filter(account=account, key=key).first()
    if known:
        return known
    active = Instalment.objects.filter(account=account, state=AgreementState.ACTIVE).first()
    if active:
        raise HasAgreement(active)
    balance = balance_of(account)
    if terms.debt > balance:
        raise DebtIsLess(balance)
    agreement = _with_schedule(
        Instalment(
            account=account,
            number=terms.number,
            signed_on=terms.signed_on,
            debt=terms.debt,
            first_month=terms.first.first_day,
            months=terms.months,
            percent=terms.percent,
            service=terms.service,
            charged_month=terms.charged.first_day if terms.charged else None,
            key=key,
            created_at=at,
            created_by_id=by.pk if by else None,
        )
    )
    PenaltySuspension.objects.create(
        account=account,
        source=source_of(agreement),
        valid=(terms.signed_on, terms.first.shifted(terms.months).first_day),
    )
    return agreement


@transaction.atomic
def end_agreement(*, agreement: Instalment, broken: bool, on: dt.date, because: str) -> Instalment:
    """
    Kept, or broken: then penalties accrue again from the day on, and the rest is due at once.

    :raises AgreementEnded: somebody ended it first.
    :raises EndsBeforeSigning: the day is before it was signed.
    """
    locked = Instalment.objects.select_for_update().get(pk=agreement.pk)
    if not locked.is_active:
        raise AgreementEnded
    if on < locked.signed_on:
        raise EndsBeforeSigning(locked)
    locked.state = AgreementState.BROKEN if broken else AgreementState.KEPT
    locked.ended_on = on
    locked.ended_because = because
    locked.save(update_fields=["state", "ended_on", "ended_because"])
    own = PenaltySuspension.objects.filter(account_id=locked.account_id, source=source_of(locked))
    if on == locked.signed_on:
        own.delete()
    else:
        own.filter(valid__contains=on).update(valid=(locked.signed_on, on))
    return locked


def source_of(agreement: Instalment) -> str:
    """What the suspension of its penalties names as its source."""
    return f"Соглашение о рассрочке {agreement}"


def instalments_of_month(
    account_ids: Iterable[int], *, period: Period
) -> dict[int, InstalmentOfMonth]:
    """By account: the part of the month of the agreement in force."""
    parts = InstalmentPart.objects.filter(
        agreement__account_id__in=list(account_ids),
        agreement__state=AgreementState.ACTIVE,
        month=period.first_day,
    ).select_related("agreement")
    return {part.agreement.account_id: _of_month(part) for part in parts}


@transaction.atomic
def draft_percents(
    *,
    organisation: Organisation,
    period: Period,
    basis: Basis,
    key: uuid.UUID,
    by: HasPrimaryKey | None,
    at: dt.datetime,
) -> CorrectionDocument:
    """
    A draft of the month's percents of every agreement in force; those drafted before are not.

    :raises NothingThisMonth: nobody owes any.
    """
    document = CorrectionDocument(
        organisation=organisation,
        kind=DocumentKind.INSTALMENT,
        state=DocumentState.DRAFT,
        scope=f"Соглашения о рассрочке, {period.title.lower()}",
        key=key,
    )
    known = start_document(document, basis=basis, by=by, at=at)
    if known:
        return known
    done = CorrectionLine.objects.filter(
        document__kind=DocumentKind.INSTALMENT,
        document__reversed_by__isnull=True,
        for_month=period.first_day,
    )
    parts = (
        InstalmentPart.objects.filter(
            agreement__account__organisation=organisation,
            agreement__state=AgreementState.ACTIVE,
            month=period.first_day,
            percents__gt=0,
        )
        .exclude(agreement__account__in=done.values("account"))
        .select_related("agreement")
        .order_by("agreement__account__number")
    )
    rows = [
        Row(part.agreement.account_id, part.agreement.service_id, period, part.percents)
        for part in parts
    ]
    if not rows:
        raise NothingThisMonth(period)
    write_lines(document, rows)
    return document


def _with_schedule(agreement: Instalment) -> Instalment:
    agreement.save(force_insert=True)
    first = Period.of(agreement.first_month)
    parts = rules.schedule(agreement.debt, agreement.months, agreement.percent)
    InstalmentPart.objects.bulk_create(
        InstalmentPart(
            agreement=agreement,
            month=first.shifted(later).first_day,
            principal=part.principal,
            percents=part.percents,
        )
        for later, part in enumerate(parts)
    )
    return agreement


def _of_month(part: InstalmentPart) -> InstalmentOfMonth:
    is_of_charge = part.agreement.charged_month == part.month
    nothing = Decimal("0.00")
    return InstalmentOfMonth(
        of_charge=part.principal if is_of_charge else nothing,
        of_past=nothing if is_of_charge else part.principal,
        percent=part.agreement.percent,
        percents=part.percents,
    )
