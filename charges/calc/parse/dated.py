"""What begins, ends or changes inside a month about an account, and its share of a flat."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from charges.calc.inputs import Account, Connection, DatedArea
from charges.calc.parse.context import Context, overlap_in_words, refuse_overlaps
from charges.calc.parse.nodes import Node, Sound, interval
from zhkh.kernel.exact import total

DATED_KEYS = ("x_opened", "x_closed", "x_areas", "x_connected", "x_share")


def read_dated(fields: Mapping[str, Node], context: Context) -> dict[str, Any]:
    """By the names of the account's own fields."""
    opened, closed = (
        fields[key].day() if key in fields else None for key in ("x_opened", "x_closed")
    )
    if opened and closed and opened >= closed:
        fields["x_closed"].refuse(f"{closed} не позже, чем x_opened ({opened})", "дата позже")
    return {
        "opened": opened,
        "closed": closed,
        "areas": _areas(fields["x_areas"]) if "x_areas" in fields else (),
        "connections": _connections(fields["x_connected"], context)
        if "x_connected" in fields
        else (),
        "share": _share(fields["x_share"]) if "x_share" in fields else None,
    }


def _areas(node: Node) -> tuple[DatedArea, ...]:
    rows = node.each(_area)
    refuse_overlaps(rows, key=lambda _: "area", clash=_clash)
    return tuple(row for _, row in rows)


def _area(node: Node) -> DatedArea | None:
    sound = Sound(node)
    fields = node.fields(("area", "from"), ("to",))
    area = fields["area"].above_zero(2) if "area" in fields else Decimal(1)
    since, until = interval(fields)
    return DatedArea(area, since, until) if sound else None


def _connections(node: Node, context: Context) -> tuple[Connection, ...]:
    rows = node.each(lambda item: _connection(item, context))
    refuse_overlaps(rows, key=lambda row: row.service, clash=_clash)
    return tuple(row for _, row in rows)


def _connection(node: Node, context: Context) -> Connection | None:
    sound = Sound(node)
    fields = node.fields(("service", "from"), ("to",))
    service = context.service(fields["service"]) if "service" in fields else ""
    since, until = interval(fields)
    return Connection(service, since, until) if sound else None


def _clash(one: DatedArea | Connection, other: DatedArea | Connection) -> str | None:
    return overlap_in_words((one.since, one.until), (other.since, other.until))


def _share(node: Node) -> Decimal:
    share = node.decimal(5)
    if not 0 < share <= 1:
        node.refuse(f"число {share}", "доля больше 0, не больше 1")
        return Decimal(1)
    return share


# --- what the accounts of a house come to on a day


def check_house(premises_area: Node, limit: Decimal, rows: Sequence[tuple[Node, Account]]) -> None:
    """No account, nor all that are open on one day, over the area of the house; no flat over 1."""
    sound = Sound(premises_area)
    for node, account in rows:
        _check_area(node.member("area"), account.area, limit)
        for place, row in enumerate(account.areas):
            _check_area(_within(node.member("x_areas"), place).member("area"), row.area, limit)
    if sound:
        whole = max((_area_on(day, rows) for day in _borders(rows)), default=Decimal(0))
        if whole > limit:
            premises_area.refuse(
                f"сумма площадей лицевых счетов {whole} больше {limit}",
                "площадь всех помещений дома не меньше этой суммы",
            )
    _check_shares(rows)


def _check_area(node: Node, area: Decimal, limit: Decimal) -> None:
    if area > limit:
        node.refuse(f"площадь {area} больше площади дома", f"не больше {limit}")


def _within(node: Node, place: int) -> Node:
    assert isinstance(node.value, list), "its rows were read"
    return Node(node.value[place], (*node.place, place), node.problems)


def _borders(rows: Sequence[tuple[Node, Account]]) -> list[dt.date]:
    """Days on which the accounts of a house may come to something else than the day before."""
    days = {dt.date.min}
    for _, account in rows:
        dated = [account.opened, account.closed]
        dated += [day for row in account.areas for day in (row.since, row.until)]
        days.update(day for day in dated if day is not None)
    return sorted(days)


def _is_open(account: Account, day: dt.date) -> bool:
    return (account.opened or day) <= day and (account.closed is None or day < account.closed)


def _area_on(day: dt.date, rows: Sequence[tuple[Node, Account]]) -> Decimal:
    return total(
        (_area_of(account, day) for _, account in rows if _is_open(account, day)), Decimal(0)
    )


def _area_of(account: Account, day: dt.date) -> Decimal:
    return next(
        (
            row.area
            for row in account.areas
            if row.since <= day and (row.until is None or day < row.until)
        ),
        account.area,
    )


def _check_shares(rows: Sequence[tuple[Node, Account]]) -> None:
    flats: dict[object, list[tuple[Node, Account]]] = {}
    for node, account in rows:
        if account.share is not None:
            flats.setdefault((account.premises, account.kind), []).append((node, account))
    for flat in flats.values():
        for node, whole in _over_one(flat):
            node.member("x_share").refuse(
                f"доли помещения вместе {whole}", "вместе не больше 1 в каждый день"
            )


def _over_one(flat: Sequence[tuple[Node, Account]]) -> Iterator[tuple[Node, Decimal]]:
    """At the last account of a flat whose shares are too many."""
    whole = max(
        total(
            (account.share for _, account in flat if account.share and _is_open(account, day)),
            Decimal(0),
        )
        for day in _borders(flat)
    )
    if whole > 1:
        yield flat[-1][0], whole
