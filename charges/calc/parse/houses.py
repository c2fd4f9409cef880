"""Houses with their common volumes, meters, heating and voted sums, read from a scenario."""

from collections.abc import Sequence
from decimal import Decimal

from charges.calc.inputs import (
    Account,
    CarriedRest,
    Charge,
    CommonVolume,
    Heating,
    House,
    HouseMeter,
    Interruption,
    Method,
    Season,
    Voted,
    Zone,
)
from charges.calc.parse.accounts import read_account
from charges.calc.parse.context import Context, takes_common_volume
from charges.calc.parse.dated import check_house
from charges.calc.parse.nodes import Node, Sound

_REQUIRED = ("code", "address", "premises_area", "accounts")
_OPTIONAL = (
    "common_area",
    "residents",
    "common_volumes",
    "house_meters",
    "heating",
    "voted",
    "interruptions",
    "x_carried_common",
)


def read_house(node: Node, context: Context) -> House | None:
    sound = Sound(node)
    fields = node.fields(_REQUIRED, _OPTIONAL)
    code = _unrepeated_code(fields, context)
    address = fields["address"].text() if "address" in fields else ""
    area = _premises_area(fields)
    common_area = fields["common_area"].above_zero(2) if "common_area" in fields else None
    residents = fields["residents"].count(least=0) if "residents" in fields else None
    common, meters = _house_volumes(fields, context)
    heating = _heating(fields["heating"]) if "heating" in fields else None
    voted = _voted_sums(fields["voted"], context) if "voted" in fields else ()
    breaks = _interruptions(fields["interruptions"], context) if "interruptions" in fields else ()
    carried = _carried(fields["x_carried_common"], context) if "x_carried_common" in fields else ()
    accounts = _accounts(fields, area, context)
    if not sound or area is None:
        return None
    return House(
        code,
        address,
        area,
        accounts,
        common_area,
        residents,
        common,
        meters,
        heating,
        voted,
        breaks,
        carried,
    )


def _unrepeated_code(fields: dict[str, Node], context: Context) -> str:
    if "code" not in fields:
        return ""
    code = fields["code"].name()
    if code in context.houses:
        fields["code"].refuse("код дома повторяется", "у каждого дома свой код")
    context.houses.add(code)
    return code


def _premises_area(fields: dict[str, Node]) -> Decimal | None:
    """None where it cannot be read: areas are then not measured against it."""
    if "premises_area" not in fields:
        return None
    sound = Sound(fields["premises_area"])
    area = fields["premises_area"].above_zero(2)
    return area if sound else None


def _accounts(
    fields: dict[str, Node], area: Decimal | None, context: Context
) -> tuple[Account, ...]:
    if "accounts" not in fields:
        return ()
    rows = fields["accounts"].each(lambda item: read_account(item, context))
    if area is not None:
        check_house(fields["premises_area"], area, rows)
    return tuple(account for _, account in rows)


# --- volumes of the house


def _house_volumes(
    fields: dict[str, Node], context: Context
) -> tuple[tuple[CommonVolume, ...], tuple[HouseMeter, ...]]:
    volumes: list[tuple[Node, CommonVolume]] = []
    meters: list[tuple[Node, HouseMeter]] = []
    if "common_volumes" in fields:
        volumes = fields["common_volumes"].each(lambda item: _common_volume(item, context))
        _refuse_repeated(volumes)
    if "house_meters" in fields:
        meters = fields["house_meters"].each(lambda item: _house_meter(item, context))
        _refuse_repeated(meters)
    given = {volume.service for _, volume in volumes}
    for node, meter in meters:
        if meter.service in given:
            node.refuse("для услуги уже дан объём в common_volumes", "что-то одно")
    return tuple(row for _, row in volumes), tuple(row for _, row in meters)


def _carried(node: Node, context: Context) -> tuple[CarriedRest, ...]:
    rows = node.each(lambda item: _house_meter(item, context))
    _refuse_repeated(rows)
    return tuple(CarriedRest(row.service, row.volume, row.zone) for _, row in rows)


def _refuse_repeated(rows: Sequence[tuple[Node, CommonVolume | HouseMeter]]) -> None:
    seen = set()
    for node, row in rows:
        if (row.service, row.zone) in seen:
            node.refuse("объём этой услуги и зоны уже дан выше", "одна строка на услугу и зону")
        seen.add((row.service, row.zone))


def _common_volume(node: Node, context: Context) -> CommonVolume | None:
    sound = Sound(node)
    fields = node.fields(("service", "volume", "method"), ("zone", "premises_volume"))
    service = _service_with_common(fields, context)
    volume = fields["volume"].not_negative(7) if "volume" in fields else Decimal(0)
    method = fields["method"].choice(Method) if "method" in fields else Method.NORM
    if method not in {Method.NORM, Method.HOUSE_METER}:
        fields["method"].refuse(f"неизвестное значение {method}", "norm или house_meter")
    zone = fields["zone"].choice(Zone) if "zone" in fields else None
    printed = fields["premises_volume"].not_negative(7) if "premises_volume" in fields else None
    return CommonVolume(service, volume, method, zone, printed) if sound else None


def _house_meter(node: Node, context: Context) -> HouseMeter | None:
    sound = Sound(node)
    fields = node.fields(("service", "volume"), ("zone",))
    service = _service_with_common(fields, context)
    volume = fields["volume"].not_negative(7) if "volume" in fields else Decimal(0)
    zone = fields["zone"].choice(Zone) if "zone" in fields else None
    return HouseMeter(service, volume, zone) if sound else None


def _service_with_common(fields: dict[str, Node], context: Context) -> str:
    """A volume nobody would be charged for is a mistake, not something to pass over."""
    if "service" not in fields:
        return ""
    code = context.service(fields["service"])
    charge = context.charge_of(code)
    if code in context.taking_common:
        fields["service"].refuse(
            "общедомовой объём этой услуги берётся у другой (x_common_of)",
            "та, у которой он берётся",
        )
    if charge in set(Charge) and not takes_common_volume(charge):
        fields["service"].refuse(
            f"у услуги вида {charge} нет общедомового объёма",
            "услуга вида metered, hot_water_two_part или drainage",
        )
    return code


# --- heating, voted sums, interruptions


def _heating(node: Node) -> Heating | None:
    sound = Sound(node)
    volumes = ("house_volume", "previous_year_mean", "year_volume")
    fields = node.fields(("season",), ("months", *volumes))
    season = fields["season"].choice(Season) if "season" in fields else Season.HEATING
    months = fields["months"].count(1, 12) if "months" in fields else None
    house, mean, year = (fields[key].not_negative(7) if key in fields else None for key in volumes)
    return Heating(season, months, house, mean, year) if sound else None


def _voted_sums(node: Node, context: Context) -> tuple[Voted, ...]:
    rows = node.each(lambda item: _voted(item, context))
    seen = set()
    for item, voted in rows:
        if voted.service in seen:
            item.refuse("сумма по этой услуге уже дана выше", "одна строка на услугу")
        seen.add(voted.service)
    return tuple(voted for _, voted in rows)


def _voted(node: Node, context: Context) -> Voted | None:
    sound = Sound(node)
    fields = node.fields(("service", "sum"))
    service = context.service(fields["service"]) if "service" in fields else ""
    amount = fields["sum"].not_negative(2) if "sum" in fields else Decimal(0)
    return Voted(service, amount) if sound else None


def _interruptions(node: Node, context: Context) -> tuple[Interruption, ...]:
    rows = node.each(lambda item: _interruption(item, context))
    return tuple(row for _, row in rows)


def _interruption(node: Node, context: Context) -> Interruption | None:
    sound = Sound(node)
    fields = node.fields(("service", "hours", "allowed"), ("rate",))
    service = context.service(fields["service"]) if "service" in fields else ""
    hours = fields["hours"].count(least=0) if "hours" in fields else 0
    allowed = fields["allowed"].count(least=0) if "allowed" in fields else 0
    if not sound:
        return None
    if "rate" not in fields:
        return Interruption(service, hours, allowed)
    rate = fields["rate"].share(places=6)
    return Interruption(service, hours, allowed, rate) if sound else None
