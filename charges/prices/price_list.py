"""
Dated prices of one service as plain values: what holds when, what a change leaves, what is wrong.

Spans are half-open; no `until` means "until further notice". A version is what holds together
from one change to the next.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity, plain_price

WATER, HEAT = "water", "heat"
_ZONES = {"": "", "day": "день", "halfpeak": "полупик", "night": "ночь"}
_COMPONENTS = {"": "", WATER: "холодная вода", HEAT: "тепловая энергия"}
_USES = {"": "", "individual": "индивидуальное потребление", "common": "общедомовые нужды"}


@dataclasses.dataclass(frozen=True, slots=True)
class PriceRow:
    """Price of a unit; `up_to` bounds its range from above, None is the open end."""

    price: Decimal
    zone: str = ""
    component: str = ""
    use: str = ""
    up_to: Decimal | None = None

    @property
    def position(self) -> tuple[str, str, str]:
        return (self.zone, self.component, self.use)

    @property
    def words(self) -> str:
        names = [_ZONES[self.zone], _COMPONENTS[self.component], _USES[self.use]]
        if self.up_to is not None:
            names.append(f"до {format_quantity(self.up_to)}")
        what = ", ".join(filter(None, names))
        price = plain_price(self.price).replace(".", ",")
        return f"{what}: {price}" if what else price


@dataclasses.dataclass(frozen=True, slots=True)
class NormRow:
    """Norms that hold together, monthly or, all of them, yearly."""

    per_person: Decimal | None = None
    per_common_m2: Decimal | None = None
    per_m2: Decimal | None = None
    heat_per_unit: Decimal | None = None
    is_yearly: bool = False

    @property
    def words(self) -> str:
        names = {
            "на человека": self.per_person,
            "на м² общего имущества": self.per_common_m2,
            "на м² помещения": self.per_m2,
            "Гкал на м³": self.heat_per_unit,
        }
        told = [f"{name} {format_quantity(v)}" for name, v in names.items() if v is not None]
        return ", ".join(told) + (" в год" if self.is_yearly else "")


@dataclasses.dataclass(frozen=True, slots=True)
class UpliftRow:
    coefficient: Decimal

    @property
    def words(self) -> str:
        return f"× {format_quantity(self.coefficient)}"


Row = PriceRow | NormRow | UpliftRow


@dataclasses.dataclass(frozen=True, slots=True)
class DatedRow:
    """A row with the days it holds and the document it comes from."""

    since: dt.date
    until: dt.date | None
    row: Row
    source: str = ""

    def holds_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """Rows that hold together; `rows` is empty for days without any."""

    since: dt.date
    until: dt.date | None
    rows: tuple[Row, ...]
    source: str = ""

    @property
    def words(self) -> str:
        return "; ".join(row.words for row in self.rows)


def versions(dated: Iterable[DatedRow]) -> list[Version]:
    """From the first row on, without gaps: days nothing holds on are a version without rows."""
    known = list(dated)
    borders = sorted({row.since for row in known} | {row.until for row in known if row.until})
    ends: list[dt.date | None] = [*borders[1:], None][: len(borders)]
    found: list[Version] = []
    for since, until in zip(borders, ends, strict=True):
        here = [row for row in known if row.holds_on(since)]
        source = "; ".join(dict.fromkeys(row.source for row in here if row.source))
        rows = tuple(sorted((row.row for row in here), key=_order))
        found.append(Version(since, until, rows, source))
    return found


def version_on(found: Sequence[Version], day: dt.date) -> Version | None:
    """What holds on the day; None before the first version."""
    before = [version for version in found if version.since <= day]
    return before[-1] if before else None


def laid_over(
    dated: Iterable[DatedRow],
    since: dt.date,
    until: dt.date | None,
    new: Sequence[Row],
    source: str,
) -> list[DatedRow]:
    """The rows with the span given to `new`: what lay there ends before and goes on after it."""
    left = [piece for row in dated for piece in _around(row, since, until)]
    return _joined([*left, *(DatedRow(since, until, row, source) for row in new)])


def _joined(dated: Iterable[DatedRow]) -> list[DatedRow]:
    """What goes on unchanged from the same document is one row."""
    whole: list[DatedRow] = []
    for row in sorted(dated, key=lambda row: row.since):
        earlier = dataclasses.replace(row, until=row.since)
        place = next(
            (
                place
                for place, one in enumerate(whole)
                if dataclasses.replace(one, since=row.since) == earlier
            ),
            None,
        )
        if place is None:
            whole.append(row)
        else:
            whole[place] = dataclasses.replace(whole[place], until=row.until)
    return whole


def _around(row: DatedRow, since: dt.date, until: dt.date | None) -> Iterator[DatedRow]:
    before = since if row.until is None else min(row.until, since)
    if row.since < before:
        yield dataclasses.replace(row, until=before)
    if until is None:
        return
    after = max(row.since, until)
    if row.until is None or after < row.until:
        yield dataclasses.replace(row, since=after)


def _order(row: Row) -> tuple[object, ...]:
    if not isinstance(row, PriceRow):
        return (row.words,)
    places = (tuple(_ZONES).index(row.zone), tuple(_COMPONENTS).index(row.component))
    bound = row.up_to if row.up_to is not None else Decimal("Infinity")
    return (*places, tuple(_USES).index(row.use), bound)


# --- what is wrong with a version


def price_problems(rows: Sequence[PriceRow], *, two_part: bool) -> list[str]:
    """Sentences about a price list that cannot be calculated with; none when it can."""
    if not rows:
        return ["Впишите хотя бы одну цену."]
    problems = [*_component_problems(rows, two_part=two_part), *_use_problems(rows)]
    positions = dict.fromkeys(row.position for row in rows)
    for position in positions:
        ranges = [row.up_to for row in rows if row.position == position]
        problems += _range_problems(ranges, _named(position))
    return problems


def _component_problems(rows: Sequence[PriceRow], *, two_part: bool) -> Iterator[str]:
    if not two_part:
        if any(row.component for row in rows):
            yield "Компоненты бывают только у горячей воды из двух компонентов: очистите компонент."
        return
    if any(not row.component for row in rows):
        yield "У каждой цены горячей воды выберите компонент: холодная вода или тепловая энергия."
        return
    for component in (WATER, HEAT):
        if not any(row.component == component for row in rows):
            yield f"Нет цены компонента «{_COMPONENTS[component]}»: впишите обе цены."


def _use_problems(rows: Sequence[PriceRow]) -> Iterator[str]:
    """A price for both uses beside one for a single use says two things at once."""
    places = dict.fromkeys((row.zone, row.component) for row in rows)
    for place in places:
        uses = {row.use for row in rows if (row.zone, row.component) == place}
        if "" in uses and len(uses) > 1:
            yield (
                f"{_named((*place, ''))}: одна цена на всё потребление и отдельная цена "
                "накладываются друг на друга. Оставьте одну цену или выберите применение у обеих."
            )


def _range_problems(bounds: Sequence[Decimal | None], name: str) -> Iterator[str]:
    given = [bound for bound in bounds if bound is not None]
    if len(set(bounds)) != len(bounds):
        yield f"{name}: одна и та же цена записана дважды. Уберите лишнюю строку."
    if None not in bounds:
        yield (
            f"{name}: нет цены сверх {format_quantity(max(given))}. "
            "Добавьте строку без верхней границы."
        )
    elif bounds[-1] is not None or any(one > other for one, other in pairwise(given)):
        yield (
            f"{name}: границы диапазонов идут не по возрастанию. "
            "Поставьте их от меньшей к большей, последней — строку без границы."
        )


def _named(position: tuple[str, str, str]) -> str:
    zone, component, use = position
    names = ", ".join(filter(None, (_ZONES[zone], _COMPONENTS[component], _USES[use])))
    return names[:1].upper() + names[1:] if names else "Цена"


# --- days without a price


def gaps(found: Sequence[Version]) -> list[tuple[dt.date, dt.date | None]]:
    """Spans after the first version on which nothing holds."""
    return [(version.since, version.until) for version in found if not version.rows]


def months_between(since: dt.date, until: dt.date | None, months: Iterable[Period]) -> list[Period]:
    """Those of the months that have a day in the span, the earliest first."""
    touched = (
        month
        for month in months
        if since < month.next_first_day and (until is None or month.first_day < until)
    )
    return sorted(touched)
