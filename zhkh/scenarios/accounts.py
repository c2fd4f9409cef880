"""An account of a scenario → its rows: facts, meters, and what it owed and paid."""

import datetime as dt
import uuid

from accounts_registry.ledger.posting import (
    AdjustmentKind,
    AdjustmentToPost,
    LineToPost,
    PaymentSource,
    post_adjustments,
    post_payment,
)
from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    House,
    Meter,
    MeterReading,
    Person,
    PersonalAccount,
    Premises,
    PremisesKind,
    ReadingSource,
)
from charges.calc import inputs
from charges.models import Absence, Benefit, HeatingCharged
from zhkh.scenarios.dated import areas_by_day, service_days
from zhkh.scenarios.target import Target, span


def store_account(house: House, account: inputs.Account, target: Target) -> None:
    row = PersonalAccount.objects.create(
        organisation=target.organisation,
        number=account.number,
        premises=_premises(house, account),
        payer=Person.objects.create(organisation=target.organisation, full_name=account.payer),
        opened_on=_opened_on(account, target),
        closed_on=account.closed,
    )
    _facts(row, account, target)
    _reliefs(row, account, target)
    for meter in account.meters:
        _meter(row, meter, target)
    _brought_in(row, account, target)
    _payments(row, account, target)


def _opened_on(account: inputs.Account, target: Target) -> dt.date:
    """Nothing said: with the month; an account closed by then was open on the day before."""
    first = target.period.first_day
    if account.opened or account.closed is None or account.closed > first:
        return account.opened or first
    return account.closed


def _premises(house: House, account: inputs.Account) -> Premises:
    """One premises for accounts that share it; «1» as a flat and «1» as a shop are two."""
    same_number = Premises.objects.filter(house=house, number=account.premises).first()
    number = account.premises
    if same_number and same_number.kind != account.kind.value:
        number = f"{number} ({PremisesKind(account.kind.value).label})"
    premises, _ = Premises.objects.get_or_create(
        house=house, number=number, kind=account.kind.value
    )
    return premises


def _facts(row: PersonalAccount, account: inputs.Account, target: Target) -> None:
    AccountArea.objects.bulk_create(
        AccountArea(account=row, area_m2=area, living_area_m2=account.living_area, valid=valid)
        for area, valid in areas_by_day(account, target)
    )
    AccountOwnership.objects.create(
        account=row, owners=account.owners, share=account.share or 1, valid=target.onward
    )
    AccountResidents.objects.bulk_create(
        AccountResidents(account=row, count=item.count, valid=span(item))
        for item in account.residents
    )
    AccountService.objects.bulk_create(
        AccountService(
            account=row,
            service=service,
            meter_impossible=code in account.meter_impossible,
            valid=valid,
        )
        for code, service in target.services.items()
        for valid in service_days(account, code, target)
    )


def _reliefs(row: PersonalAccount, account: inputs.Account, target: Target) -> None:
    Absence.objects.bulk_create(
        Absence(
            account=row,
            persons=item.persons,
            left_on=item.left,
            returned_on=item.returned,
            applied_on=item.applied_on,
        )
        for item in account.absences
    )
    Benefit.objects.bulk_create(
        Benefit(
            account=row,
            service=target.services[item.service],
            share=item.share,
            persons=item.persons,
            area_norm_m2=item.area_norm,
            valid=target.onward,
        )
        for item in account.benefits
    )
    if account.heating_charged is not None:
        HeatingCharged.objects.create(
            account=row, month=target.period.first_day, amount=account.heating_charged
        )


def _meter(account: PersonalAccount, item: inputs.Meter, target: Target) -> None:
    meter = Meter.objects.create(
        account=account,
        service=target.services[item.service],
        zone=item.zone or "",
        digits=item.digits,
        installed_on=item.installed,
        removed_on=item.removed,
        verified_until=item.verified_until,
        access_refused_on=item.access_refused_on,
    )
    before = [None, *item.readings]
    MeterReading.objects.bulk_create(
        MeterReading(
            meter=meter,
            read_on=reading.on,
            value=reading.value,
            rolled_over=previous is not None and reading.value < previous.value,
            source=ReadingSource.IMPORT,
            entered_at=target.at,
        )
        for previous, reading in zip(before, item.readings, strict=False)
    )


def _brought_in(row: PersonalAccount, account: inputs.Account, target: Target) -> None:
    """Debts or advances of earlier months, and recalculations entered for this one."""
    opening = [
        AdjustmentToPost(
            account_id=row.pk,
            service_id=(target.services[item.service] if item.service else target.unsplit).pk,
            kind=AdjustmentKind.OPENING,
            amount=item.amount,
            for_period=item.period,
            due_on=item.due,
        )
        for item in account.opening
        if item.amount
    ]
    recalculations = [
        AdjustmentToPost(
            account_id=row.pk,
            service_id=target.services[item.service].pk,
            kind=AdjustmentKind.RECALCULATION,
            amount=item.amount,
            for_period=item.for_period or target.period,
            reason=item.reason,
            basis=item.basis,
        )
        for item in account.recalculations
    ]
    post_adjustments(
        organisation_id=target.organisation.pk,
        on=target.period.first_day,
        adjustments=[*opening, *recalculations],
        by=None,
        at=target.at,
    )


def _payments(row: PersonalAccount, account: inputs.Account, target: Target) -> None:
    for payment in account.payments:
        post_payment(
            account=row,
            lines=[LineToPost(target.unsplit.pk, payment.amount, payment.period)],
            paid_on=payment.on,
            key=uuid.uuid4(),
            source=PaymentSource.BANK,
            by=None,
            at=target.at,
        )
