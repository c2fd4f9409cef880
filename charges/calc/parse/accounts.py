"""Personal accounts with everything dated about them, read from a scenario."""

from decimal import Decimal

from charges.calc.inputs import Absence, Account, Benefit, Kind, Residents
from charges.calc.parse.balances import read_opening, read_payments, read_recalculations
from charges.calc.parse.context import Context, overlap_in_words, refuse_overlaps
from charges.calc.parse.dated import DATED_KEYS, read_dated
from charges.calc.parse.meters import read_meters
from charges.calc.parse.nodes import Node, Sound, interval, ordered_days

_REQUIRED = ("number", "payer", "premises", "area")
_OPTIONAL = (
    "kind",
    "living_area",
    "owners",
    "residents",
    "services",
    "meter_impossible",
    "meters",
    "absences",
    "benefits",
    "recalculations",
    "opening",
    "payments",
    "heating_charged",
    *DATED_KEYS,
)


def read_account(node: Node, context: Context) -> Account | None:
    sound = Sound(node)
    fields = node.fields(_REQUIRED, _OPTIONAL)
    account = Account(
        number=_unrepeated_number(fields, context),
        payer=fields["payer"].text() if "payer" in fields else "",
        premises=fields["premises"].text() if "premises" in fields else "",
        area=fields["area"].above_zero(2) if "area" in fields else Decimal(1),
        kind=fields["kind"].choice(Kind) if "kind" in fields else Kind.RESIDENTIAL,
        living_area=fields["living_area"].above_zero(2) if "living_area" in fields else None,
        owners=fields["owners"].count(least=1) if "owners" in fields else 1,
        residents=_residents(fields["residents"]) if "residents" in fields else (),
        services=_services(fields["services"], context) if "services" in fields else None,
        meter_impossible=_services(fields["meter_impossible"], context)
        if "meter_impossible" in fields
        else frozenset(),
        meters=read_meters(fields["meters"], context) if "meters" in fields else (),
        absences=_absences(fields["absences"]) if "absences" in fields else (),
        benefits=_benefits(fields["benefits"], context) if "benefits" in fields else (),
        recalculations=read_recalculations(fields["recalculations"], context)
        if "recalculations" in fields
        else (),
        opening=read_opening(fields["opening"], context) if "opening" in fields else (),
        payments=read_payments(fields["payments"]) if "payments" in fields else (),
        heating_charged=fields["heating_charged"].decimal(2)
        if "heating_charged" in fields
        else None,
        **read_dated(fields, context),
    )
    return account if sound else None


def _unrepeated_number(fields: dict[str, Node], context: Context) -> str:
    if "number" not in fields:
        return ""
    number = fields["number"].name()
    if number in context.numbers:
        fields["number"].refuse("номер счёта повторяется", "у каждого лицевого счёта свой номер")
    context.numbers.add(number)
    return number


def _services(node: Node, context: Context) -> frozenset[str]:
    return frozenset(context.services(node))


def _residents(node: Node) -> tuple[Residents, ...]:
    rows = node.each(_residents_row)
    refuse_overlaps(
        rows,
        key=lambda _: "residents",
        clash=lambda one, other: overlap_in_words(
            (one.since, one.until), (other.since, other.until)
        ),
    )
    return tuple(row for _, row in rows)


def _residents_row(node: Node) -> Residents | None:
    sound = Sound(node)
    fields = node.fields(("count", "from"), ("to",))
    count = fields["count"].count(least=0) if "count" in fields else 0
    since, until = interval(fields)
    return Residents(count, since, until) if sound else None


def _absences(node: Node) -> tuple[Absence, ...]:
    return tuple(absence for _, absence in node.each(_absence))


def _absence(node: Node) -> Absence | None:
    sound = Sound(node)
    fields = node.fields(("persons", "left", "returned", "applied_on"))
    if len(fields) < 4:
        return None
    persons = fields["persons"].count(least=1)
    left, returned = ordered_days(fields, "left", "returned")
    applied_on = fields["applied_on"].day()
    return Absence(persons, left, returned, applied_on) if sound else None


def _benefits(node: Node, context: Context) -> tuple[Benefit, ...]:
    rows = node.each(lambda item: _benefit(item, context))
    return tuple(benefit for _, benefit in rows)


def _benefit(node: Node, context: Context) -> Benefit | None:
    sound = Sound(node)
    fields = node.fields(("service", "share"), ("persons", "area_norm"))
    service = context.service(fields["service"]) if "service" in fields else ""
    share = fields["share"].share() if "share" in fields else Decimal(0)
    persons = fields["persons"].count(least=1) if "persons" in fields else None
    area_norm = fields["area_norm"].above_zero(2) if "area_norm" in fields else None
    return Benefit(service, share, persons, area_norm) if sound else None
