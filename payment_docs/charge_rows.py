"""A charge line as a row of the document, with the reference figures beside it."""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from accounts_registry.models import ChargeKind, PersonalAccount, Service, SourceRole
from charges.models import ChargeLine, CommonVolume, Norm
from payment_docs.details import MeterRow
from payment_docs.document import NO_REFERENCE, Blank, Mark, Reference, ServiceRow, Volume
from zhkh.kernel.money import ZERO

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
class RowFacts:
    """What the rows of one house share in a month."""

    norms: dict[int, Norm]
    common: dict[tuple[int, str], CommonVolume]
    meters: dict[int | None, list[MeterRow]]


def charge_row(
    account: PersonalAccount, line: ChargeLine, rows: list[ChargeLine], facts: RowFacts
) -> ServiceRow:
    """A line of the account as a row of its document; `rows` are all lines of the account."""
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
        service=line.service.code,
        uplift=line.uplift_coefficient if line.uplift_amount else None,
        excess=line.uplift_amount,
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
        service=line.service.code,
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
    account: PersonalAccount, line: ChargeLine, facts: RowFacts, *, is_alone: bool
) -> Reference:
    """A service in several lines has each reference figure beside the part it is about."""
    norm_individual, norm_common = _norms(line, facts)
    if not is_alone and line.individual_volume is None:
        norm_individual = Blank.EMPTY
    if not is_alone and line.common_volume is None:
        norm_common = Blank.EMPTY
    common = facts.common.get((line.service_id, line.zone))
    shows_meter = line.individual_volume is not None
    readings = _readings(facts.meters.get(account.pk, ()), line)
    house_readings = _readings(facts.meters.get(None, ()), line)
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


def _readings(meters: Iterable[MeterRow], line: ChargeLine) -> tuple[Decimal, ...]:
    key = f"{line.service_id}/{line.zone}"
    return tuple(meter.current for meter in meters if meter.key == key)


def _norms(line: ChargeLine, facts: RowFacts) -> tuple[Decimal | Blank, Decimal | Blank]:
    norm = facts.norms.get(line.service_id)
    individual = norm.per_person if norm else None
    if line.service.charge == ChargeKind.DRAINAGE:
        individual = _sum_of_source_norms(line.service, facts)
    common = norm.per_common_m2 if norm else None
    return _or_empty(individual), _or_empty(common)


def _sum_of_source_norms(service: Service, facts: RowFacts) -> Decimal | None:
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
