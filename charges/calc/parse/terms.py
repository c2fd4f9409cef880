"""Services, tariffs, norms, uplifts and the rules of rounding, read from a scenario."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from charges.calc.inputs import (
    Charge,
    CommonRounding,
    Component,
    Group,
    Norm,
    RoundingBasis,
    Service,
    Tariff,
    Uplift,
    Use,
    Zone,
)
from charges.calc.parse.context import (
    Context,
    overlap,
    overlap_in_words,
    refuse_overlaps,
    takes_common_volume,
)
from charges.calc.parse.nodes import Node, Sound, interval, shown_or_kind

_ROUNDING = re.compile(r"(per_m2|volume):([0-7])")
_NORM_KEYS = ("per_person", "per_common_m2", "per_m2", "heat_per_unit")
_NOTHING = Decimal(0)


def read_rounding(node: Node) -> CommonRounding:
    fields = node.fields((), ("common",))
    if "common" not in fields:
        return CommonRounding()
    value = fields["common"].value
    match = _ROUNDING.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        fields["common"].refuse(
            f"неизвестное округление {shown_or_kind(value)}", "per_m2 или volume, двоеточие, 0–7"
        )
        return CommonRounding()
    return CommonRounding(RoundingBasis(match[1]), int(match[2]))


# --- services


def read_services(node: Node, context: Context) -> tuple[Service, ...]:
    seen: set[str] = set()
    services = []
    for position, item in enumerate(node.items(), start=1):
        service = _service(item, position, context, seen)
        if service is not None:
            services.append(service)
    return tuple(services)


def _service(node: Node, position: int, context: Context, seen: set[str]) -> Service | None:
    sound = Sound(node)
    fields = node.fields(
        ("code", "name", "unit", "group", "charge"),
        ("order", "from", "minus", "vat", "uplift", "x_common_of", "x_absence"),
    )
    code = _unrepeated_code(fields, seen)
    name = fields["name"].text() if "name" in fields else ""
    unit = fields["unit"].text() if "unit" in fields else ""
    group = fields["group"].choice(Group) if "group" in fields else Group.OTHER
    charge = fields["charge"].choice(Charge) if "charge" in fields else Charge.PER_ACCOUNT
    order = fields["order"].count() if "order" in fields else position
    vat = fields["vat"].share() if "vat" in fields else _NOTHING
    uplift = fields["uplift"].flag() if "uplift" in fields else False
    sources = _sources(node, fields, charge, context)
    minus = context.services(fields["minus"]) if "minus" in fields else []
    common_of = _common_of(fields, charge, context)
    absence = _absence(fields, charge)
    if not sound:
        return None
    named, made = _once(sources), _once(minus)
    return Service(
        code, name, unit, group, charge, order, named, made, vat, uplift, common_of, absence
    )


def _once(codes: Sequence[str]) -> tuple[str, ...]:
    """A service named twice gives its volume once."""
    return tuple(dict.fromkeys(codes))


def _unrepeated_code(fields: dict[str, Node], seen: set[str]) -> str:
    if "code" not in fields:
        return ""
    code = fields["code"].name()
    if code in seen:
        fields["code"].refuse("код услуги повторяется", "у каждой услуги свой код")
    seen.add(code)
    return code


def _sources(
    node: Node, fields: dict[str, Node], charge: Charge, context: Context
) -> Sequence[str]:
    """Drainage needs its sources, and none of them may be drainage: so there are no cycles."""
    if "from" not in fields:
        if charge is Charge.DRAINAGE:
            node.member("from").refuse("нет ключа", "коды услуг, объёмы которых складываются")
        return ()
    codes = []
    for item in fields["from"].items():
        code = context.service(item)
        if charge is Charge.DRAINAGE and context.charge_of(code) == Charge.DRAINAGE:
            item.refuse("водоотведение берёт объём у водоотведения", "услуга другого вида")
        codes.append(code)
    return codes


def _absence(fields: dict[str, Node], charge: Charge) -> bool:
    if "x_absence" not in fields:
        return False
    node = fields["x_absence"]
    absence = node.flag()
    if absence and charge is not Charge.PER_PERSON:
        node.refuse(f"услуга вида {charge}", "услуга вида per_person")
    return absence


def _common_of(fields: dict[str, Node], charge: Charge, context: Context) -> str | None:
    """The service whose common volume this one charges; each has at most one such line."""
    if "x_common_of" not in fields:
        return None
    node = fields["x_common_of"]
    code = context.service(node)
    source = context.charge_of(code)
    if charge not in {Charge.METERED, Charge.HOT_WATER_TWO_PART}:
        node.refuse(f"услуга вида {charge}", "услуга вида metered или hot_water_two_part")
    elif code in context.taking_common or (source and not takes_common_volume(source)):
        node.refuse("у этой услуги нет своего общедомового объёма", "услуга с общедомовым объёмом")
    elif code in context.common_taken:
        node.refuse("её общедомовой объём уже начисляет другая услуга", "одна строка на услугу")
    context.common_taken.add(code)
    return code


# --- tariffs


def read_tariffs(node: Node, context: Context) -> tuple[Tariff, ...]:
    rows = node.each(lambda item: _tariff(item, context))
    refuse_overlaps(rows, key=lambda row: (row.service, row.zone, row.component), clash=_clash)
    _refuse_descending_bounds(rows)
    _refuse_closed_ranges(rows)
    return tuple(tariff for _, tariff in rows)


def _tariff(node: Node, context: Context) -> Tariff | None:
    sound = Sound(node)
    fields = node.fields(("service", "price", "from"), ("to", "zone", "component", "up_to", "use"))
    service = context.service(fields["service"]) if "service" in fields else ""
    price = fields["price"].not_negative(6) if "price" in fields else _NOTHING
    since, until = interval(fields)
    zone = fields["zone"].choice(Zone) if "zone" in fields else None
    component = fields["component"].choice(Component) if "component" in fields else None
    up_to = fields["up_to"].above_zero(7) if "up_to" in fields else None
    use = fields["use"].choice(Use) if "use" in fields else None
    if not sound:
        return None
    return Tariff(service, price, since, until, zone, component, up_to, use)


def _clash(earlier: Tariff, later: Tariff) -> str | None:
    if earlier.up_to != later.up_to or not _share_a_use(earlier, later):
        return None
    return overlap_in_words((earlier.since, earlier.until), (later.since, later.until))


def _refuse_descending_bounds(rows: Sequence[tuple[Node, Tariff]]) -> None:
    """Rows that hold on one day stand in the file from the lowest bound to the open end."""
    refuse_overlaps(
        [(node.member("up_to"), row) for node, row in rows],
        key=lambda row: (row.service, row.zone, row.component),
        clash=_descends,
        expected="up_to по возрастанию, последняя строка без up_to",
    )


def _descends(earlier: Tariff, later: Tariff) -> str | None:
    if later.up_to is None or (earlier.up_to is not None and earlier.up_to <= later.up_to):
        return None
    days = overlap((earlier.since, earlier.until), (later.since, later.until))
    if days is None or not _share_a_use(earlier, later):
        return None
    return "границы диапазонов цен идут не по возрастанию"


def _share_a_use(one: Tariff, other: Tariff) -> bool:
    return one.use is None or other.use is None or one.use == other.use


def _refuse_closed_ranges(rows: Sequence[tuple[Node, Tariff]]) -> None:
    """On every day of a bounded range there must be one without a bound above it."""
    for node, tariff in rows:
        if tariff.up_to is None:
            continue
        uses = tuple(Use) if tariff.use is None else (tariff.use,)
        if not all(_is_open_above(tariff, use, rows) for use in uses):
            node.member("up_to").refuse(
                "у диапазонов цен нет открытого сверху", "ещё одна строка без up_to"
            )


def _is_open_above(tariff: Tariff, use: Use, rows: Sequence[tuple[Node, Tariff]]) -> bool:
    day: dt.date | None = tariff.since
    spans = sorted(
        (row.since, row.until or dt.date.max)
        for _, row in rows
        if row.up_to is None
        and row.use in {None, use}
        and (row.service, row.zone, row.component)
        == (tariff.service, tariff.zone, tariff.component)
    )
    for since, until in spans:
        if day is not None and since <= day < until:
            day = until
    return day is not None and day >= (tariff.until or dt.date.max)


# --- norms and uplifts


def read_norms(node: Node, context: Context) -> tuple[Norm, ...]:
    rows = node.each(lambda item: _norm(item, context))
    refuse_overlaps(rows, key=lambda row: row.service, clash=_clash_of_norms)
    return tuple(norm for _, norm in rows)


def _norm(node: Node, context: Context) -> Norm | None:
    sound = Sound(node)
    fields = node.fields(("service", "from"), ("to", *_NORM_KEYS, "year"))
    service = context.service(fields["service"]) if "service" in fields else ""
    since, until = interval(fields)
    values = {key: fields[key].not_negative(6) if key in fields else None for key in _NORM_KEYS}
    year = fields["year"].flag() if "year" in fields else False
    return Norm(service, since, until, year=year, **values) if sound else None


def _clash_of_norms(earlier: Norm, later: Norm) -> str | None:
    keys = [
        key
        for key in _NORM_KEYS
        if getattr(earlier, key) is not None and getattr(later, key) is not None
    ]
    days = overlap((earlier.since, earlier.until), (later.since, later.until))
    if not keys or days is None:
        return None
    return f"норматив {keys[0]} накладывается на более раннюю строку с {days}"


def read_uplifts(node: Node, context: Context) -> tuple[Uplift, ...]:
    rows = node.each(lambda item: _uplift(item, context))
    refuse_overlaps(
        rows,
        key=lambda row: row.service,
        clash=lambda one, other: overlap_in_words(
            (one.since, one.until), (other.since, other.until)
        ),
    )
    return tuple(uplift for _, uplift in rows)


def _uplift(node: Node, context: Context) -> Uplift | None:
    sound = Sound(node)
    fields = node.fields(("service", "coefficient", "from"), ("to",))
    service = context.service(fields["service"]) if "service" in fields else ""
    coefficient = (
        fields["coefficient"].at_least(Decimal(1), 6) if "coefficient" in fields else Decimal(1)
    )
    since, until = interval(fields)
    return Uplift(service, coefficient, since, until) if sound else None
