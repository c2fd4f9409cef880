"""Charge lines, balances and registry facts → payment documents as plain data."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from accounts_registry.ledger import balances
from accounts_registry.models import (
    AccountArea,
    AccountResidents,
    ChargeKind,
    Meter,
    Organisation,
    PersonalAccount,
    Service,
    ServiceGroup,
    SourceRole,
)
from accounts_registry.models import House as HouseRow
from charges.models import ChargeLine, CommonVolume, Norm
from charges.queries import printing_order
from payment_docs.document import (
    NO_REFERENCE,
    Blank,
    House,
    LastPayment,
    Mark,
    PaymentDocument,
    Reference,
    Section,
    ServiceRow,
    Volume,
)
from payment_docs.document import Organisation as OrganisationBlock
from payment_docs.own_rows import OwnSum, own_sums, with_own_rows
from payment_docs.payee_rows import payee_rows
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

_MARKS = {
    "norm": Mark.NORM,
    "norm_uplifted": Mark.NORM_UPLIFTED,
    "meter": Mark.METER,
    "average": Mark.AVERAGE,
    "house_meter": Mark.HOUSE_METER,
}
_FEES = {
    ChargeKind.PER_AREA,
    ChargeKind.PER_ACCOUNT,
    ChargeKind.PER_PERSON,
    ChargeKind.APPORTIONED,
}


@dataclasses.dataclass(frozen=True, slots=True)
class _HouseFacts:
    """What the documents of one house share in a month."""

    house: HouseRow
    period: Period
    lines: dict[int, list[ChargeLine]]
    own_sums: dict[int, list[OwnSum]]
    areas: dict[int, Decimal]
    residents: dict[int, int]
    norms: dict[int, Norm]
    common: dict[tuple[int, str], CommonVolume]
    readings: dict[tuple[int, int, str], tuple[Decimal, ...]]
    house_readings: dict[tuple[int, str], tuple[Decimal, ...]]
    openings: dict[int, Decimal]
    paid: dict[int, Decimal]
    last_payments: dict[int, balances.LastPayment]
    counted_until: dt.date


def assemble_documents(
    accounts: Sequence[PersonalAccount], *, period: Period, counted_until: dt.date
) -> list[PaymentDocument]:
    """
    The documents of a posted month: accounts of one house, in their order, without charges too.

    A fixed number of queries. Payments up to `counted_until` inclusive are in the balance.
    """
    facts = _house_facts(accounts, period=period, counted_until=counted_until)
    return [_document(account, facts) for account in accounts]


def counting_day(organisation: Organisation, period: Period) -> dt.date:
    """The last day whose payments the month's document counts."""
    return period.first_day.replace(day=organisation.counting_day)


def _document(account: PersonalAccount, facts: _HouseFacts) -> PaymentDocument:
    rows = facts.lines.get(account.pk, [])
    own = facts.own_sums.get(account.pk, [])
    owed = [(line.service, line.total) for line in rows]
    owed += [(item.service, item.amount) for item in own]
    to_pay = sum((amount for _, amount in owed), ZERO)
    opening = facts.openings[account.pk] - facts.paid[account.pk]
    last = facts.last_payments.get(account.pk)
    organisation = account.organisation
    return PaymentDocument(
        period=facts.period,
        account_number=account.number,
        payer=account.payer.full_name,
        address=f"{facts.house.address}, {account.premises.label}",
        area=facts.areas.get(account.pk, ZERO),
        residents=facts.residents.get(account.pk, 0),
        executor=OrganisationBlock(
            organisation.name, organisation.address, organisation.working_hours
        ),
        settlement_centre=OrganisationBlock(
            organisation.settlement_centre,
            organisation.settlement_centre_address,
            organisation.settlement_centre_hours,
        ),
        payees=payee_rows(account, owed),
        opening=opening,
        last_payment=LastPayment(last.paid_on, last.amount) if last else None,
        counted_until=facts.counted_until,
        to_pay=to_pay,
        to_pay_with_balance=max(ZERO, to_pay + opening),
        sections=with_own_rows(_sections(account, rows, facts), own),
        house=House(
            common_area=facts.house.common_area_m2 or ZERO,
            residents=facts.house.residents or 0,
            premises_area=facts.house.premises_area_m2,
            total_area=facts.house.total_area_m2 or ZERO,
        ),
        notice=organisation.notice,
    )


def _sections(
    account: PersonalAccount, rows: list[ChargeLine], facts: _HouseFacts
) -> tuple[Section, ...]:
    """Housing services first and without a heading, as the form has them."""
    grouped: defaultdict[str, list[ServiceRow]] = defaultdict(list)
    for line in rows:
        grouped[line.service.group].append(_row(account, line, rows, facts))
    titles = dict(ServiceGroup.choices) | {ServiceGroup.HOUSING: ""}
    return tuple(
        Section(str(titles[group]), tuple(grouped[group]))
        for group in ServiceGroup.values
        if grouped[group]
    )


def _row(
    account: PersonalAccount, line: ChargeLine, rows: list[ChargeLine], facts: _HouseFacts
) -> ServiceRow:
    if line.service.charge in _FEES:
        return _fee_row(line)
    siblings = [row for row in rows if row.service_id == line.service_id]
    return ServiceRow(
        name=line.service.name,
        unit=line.unit,
        volume_individual=_volume(
            line.individual_volume, line.individual_method or _unused(siblings, "individual")
        ),
        volume_common=_volume(
            line.common_volume, _common_mark(line.common_method or _unused(siblings, "common"))
        ),
        price=Blank.EMPTY if line.price is None else line.price,
        charged_individual=_money(line.individual_amount, line.vat),
        charged_common=_money(line.common_amount, _vat_of_common(line)),
        charged=line.charged,
        recalculated=line.recalculated,
        benefit=line.benefit,
        total=line.total,
        reference=_reference(account, line, facts, is_alone=len(siblings) == 1),
    )


def _fee_row(line: ChargeLine) -> ServiceRow:
    """Fees print their price and sum only; a fee per account has no unit."""
    return ServiceRow(
        name=line.service.name,
        unit="" if line.service.charge == ChargeKind.PER_ACCOUNT else line.unit,
        volume_individual=Blank.NOT_APPLICABLE,
        volume_common=Blank.NOT_APPLICABLE,
        price=Blank.EMPTY if line.price is None else line.price,
        charged_individual=Blank.NOT_APPLICABLE,
        charged_common=Blank.NOT_APPLICABLE,
        charged=line.charged,
        recalculated=line.recalculated,
        benefit=line.benefit,
        total=line.total,
        reference=NO_REFERENCE,
    )


def _unused(siblings: list[ChargeLine], part: str) -> str:
    """
    A service with several prices stands in several lines; each prints 0 for the part that stands
    in another, with that part's mark, as the sample bill does.
    """
    if len(siblings) == 1:
        return ""
    methods = [getattr(row, f"{part}_method") for row in siblings]
    return next((method for method in methods if method), "")


def _common_mark(method: str) -> str:
    """The form leaves a common volume by norm without a mark."""
    return "" if method == "norm" else method


def _volume(volume: Decimal | None, method: str) -> Volume | Blank:
    if volume is None:
        return Volume(Decimal(0), _MARKS[method]) if method else Blank.EMPTY
    return Volume(volume, _MARKS.get(method))


def _money(amount: Decimal | None, vat: Decimal) -> Decimal | Blank:
    return Blank.EMPTY if amount is None else amount + vat


def _vat_of_common(line: ChargeLine) -> Decimal:
    """VAT is one sum for the line: it stands with the individual part where there is one."""
    return line.vat if line.individual_amount is None else ZERO


def _reference(
    account: PersonalAccount, line: ChargeLine, facts: _HouseFacts, *, is_alone: bool
) -> Reference:
    """A service in several lines has each reference figure beside the part it is about."""
    norm_individual, norm_common = _norms(line, facts)
    if not is_alone and line.individual_volume is None:
        norm_individual = Blank.EMPTY
    if not is_alone and line.common_volume is None:
        norm_common = Blank.EMPTY
    common = facts.common.get((line.service_id, line.zone))
    shows_meter = line.individual_volume is not None
    readings = facts.readings.get((account.pk, line.service_id, line.zone), ())
    house_readings = facts.house_readings.get((line.service_id, line.zone), ())
    if common and common.meter_reading is not None:
        house_readings = (common.meter_reading,)
    return Reference(
        norm_individual=norm_individual,
        norm_common=norm_common,
        meter_readings=readings if shows_meter else (),
        house_readings=house_readings,
        house_premises=_or_empty(common.premises_volume if common else None),
        house_common=_or_empty(common.volume if common else None),
    )


def _norms(line: ChargeLine, facts: _HouseFacts) -> tuple[Decimal | Blank, Decimal | Blank]:
    norm = facts.norms.get(line.service_id)
    individual = norm.per_person if norm else None
    if line.service.charge == ChargeKind.DRAINAGE:
        individual = _sum_of_source_norms(line.service, facts)
    common = norm.per_common_m2 if norm else None
    return _or_empty(individual), _or_empty(common)


def _sum_of_source_norms(service: Service, facts: _HouseFacts) -> Decimal | None:
    norms = [
        norm.per_person
        for source in service.sources.all()
        if source.role == SourceRole.DRAINED
        and (norm := facts.norms.get(source.source_id))
        and norm.per_person is not None
    ]
    return sum(norms, Decimal(0)) if norms else None


def _or_empty(value: Decimal | None) -> Decimal | Blank:
    return Blank.EMPTY if value is None else value


def _house_facts(
    accounts: Sequence[PersonalAccount], *, period: Period, counted_until: dt.date
) -> _HouseFacts:
    ids = [account.pk for account in accounts]
    house = accounts[0].premises.house
    assert all(account.premises.house_id == house.pk for account in accounts), "one house"
    month = (period.first_day, period.next_first_day)
    readings, house_readings = _current_readings(house, ids, period)
    lines = _lines(ids, period)
    return _HouseFacts(
        house=house,
        period=period,
        lines=lines,
        own_sums=own_sums(lines, ids, period=period),
        areas={
            row.account_id: row.area_m2
            for row in AccountArea.objects.filter(account_id__in=ids, valid__overlap=month)
        },
        residents={
            row.account_id: row.count
            for row in AccountResidents.objects.filter(account_id__in=ids, valid__overlap=month)
        },
        norms={
            row.service_id: row
            for row in Norm.objects.filter(
                service__organisation_id=house.organisation_id, valid__overlap=month
            )
        },
        common={
            (row.service_id, row.zone): row
            for row in CommonVolume.objects.filter(house=house, month=period.first_day)
        },
        readings=readings,
        house_readings=house_readings,
        openings=balances.opening_of_month(ids, period=period),
        paid=balances.paid_since_month(ids, period=period, until=counted_until),
        last_payments=balances.last_payments(ids, until=counted_until),
        counted_until=counted_until,
    )


def _lines(account_ids: list[int], period: Period) -> dict[int, list[ChargeLine]]:
    found: defaultdict[int, list[ChargeLine]] = defaultdict(list)
    lines = ChargeLine.objects.filter(month=period.first_day, account_id__in=account_ids)
    for line in lines.select_related("service__payee").prefetch_related("service__sources"):
        found[line.account_id].append(line)
    for rows in found.values():
        rows.sort(key=printing_order)
    return dict(found)


def _current_readings(
    house: HouseRow, account_ids: Iterable[int], period: Period
) -> tuple[
    dict[tuple[int, int, str], tuple[Decimal, ...]], dict[tuple[int, str], tuple[Decimal, ...]]
]:
    """The last readings up to the end of the month: of accounts, and of the house."""
    flats: defaultdict[tuple[int, int, str], tuple[Decimal, ...]] = defaultdict(tuple)
    houses: defaultdict[tuple[int, str], tuple[Decimal, ...]] = defaultdict(tuple)
    meters = Meter.objects.filter(account_id__in=list(account_ids)) | Meter.objects.filter(
        house=house
    )
    for meter in meters.prefetch_related("readings").order_by("id"):
        taken = [r for r in meter.readings.all() if r.read_on < period.next_first_day]
        if not taken or (meter.removed_on and meter.removed_on <= period.first_day):
            continue
        if meter.account_id:
            flats[meter.account_id, meter.service_id, meter.zone] += (taken[-1].value,)
        else:
            houses[meter.service_id, meter.zone] += (taken[-1].value,)
    return dict(flats), dict(houses)
