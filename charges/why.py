"""
«Почему столько?»: the bill of an account for a month with everything each line was made from.

Derived again from the frozen inputs of its house; what was entered since changes nothing in it.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from accounts_registry.models import Service as ServiceRow
from charges.calc.inputs import (
    Account,
    Charge,
    House,
    Meter,
    Scenario,
    Service,
    Tariff,
    Uplift,
    Use,
)
from charges.calc.result import AccountResult, LineResult, Segment
from charges.line_words import METHODS, line_name
from charges.lines import reproduced_account
from charges.loading import origin_of_uplift, origin_of_vat
from charges.models import ChargeInput
from zhkh.kernel.money import ZERO, format_money
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity, plain_price

_USES = {Use.INDIVIDUAL: "индивидуальное", Use.COMMON: "общедомовое"}
_NORMS = {
    "per_person": "на человека",
    "per_common_m2": "на м² общего имущества",
    "per_m2": "на м² помещения",
    "heat_per_unit": "Гкал на м³ горячей воды",
}
_AREA = frozenset({Charge.PER_AREA, Charge.NORM_AREA, Charge.HEATING, Charge.APPORTIONED})
_PERSONS = frozenset({Charge.PER_PERSON, Charge.METERED, Charge.HOT_WATER_TWO_PART})


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One thing a line was made from, in words."""

    name: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentRow:
    """Days with one price and one number of residents; both days belong to it."""

    part: str
    first: dt.date
    last: dt.date
    volume: Decimal
    price: str
    amount: Decimal


@dataclasses.dataclass(frozen=True, slots=True)
class LineWhy:
    """A line; `sentences` are its formulas with the paragraphs of the rules."""

    anchor: str
    name: str
    line: LineResult
    individual_method: str
    common_method: str
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    segments: tuple[SegmentRow, ...]

    @property
    def total_words(self) -> str:
        """«Итого: 74,25 + 61,62 = 135,87 руб.», nothing for a line of one sum."""
        line = self.line
        parts = [part.amount for part in (line.individual, line.common) if part]
        parts += [amount for amount in (line.vat, line.recalculated, -line.benefit) if amount]
        if len(parts) < 2:
            return ""
        added = " + ".join(map(format_money, parts)).replace("+ \N{MINUS SIGN}", "\N{MINUS SIGN} ")
        return f"Итого: {added} = {format_money(line.total)} руб."


@dataclasses.dataclass(frozen=True, slots=True)
class BillWhy:
    """The month of an account; `facts` are those of the account and its house."""

    period: Period
    facts: tuple[Fact, ...]
    lines: tuple[LineWhy, ...]
    charged: Decimal
    recalculated: Decimal
    benefit: Decimal
    total: Decimal
    rules_version: str


def bill_why(frozen: ChargeInput, account_number: str) -> BillWhy | None:
    """
    The bill explained; None for an account that is not in the house.

    :raises NotReproduced: the figures would be others than those charged.
    """
    derived = reproduced_account(frozen, account_number)
    if derived is None:
        return None
    scenario, charged = derived
    (house,) = scenario.houses
    account = next(one for one in house.accounts if one.number == account_number)
    found = _Explained(scenario, house, account, frozen.house.organisation_id)
    return BillWhy(
        period=scenario.period,
        facts=tuple(found.facts()),
        lines=tuple(found.line(place, line) for place, line in enumerate(charged.lines)),
        charged=_sum(charged, "charged"),
        recalculated=_sum(charged, "recalculated"),
        benefit=_sum(charged, "benefit"),
        total=charged.charged,
        rules_version=frozen.rules_version,
    )


def _sum(account: AccountResult, column: str) -> Decimal:
    return sum((getattr(line, column) for line in account.lines), ZERO)


@dataclasses.dataclass(frozen=True, slots=True)
class _Explained:
    scenario: Scenario
    house: House
    account: Account
    organisation_id: int

    def line(self, place: int, line: LineResult) -> LineWhy:
        service = next(one for one in self.scenario.terms.services if one.code == line.service)
        return LineWhy(
            anchor=f"line-{place + 1}",
            name=line_name(
                service.name,
                zone=line.zone or "",
                component=line.component or "",
                use=line.use or "",
            ),
            line=line,
            individual_method=_method(line.individual.method if line.individual else None),
            common_method=_method(line.common.method if line.common else None),
            sentences=line.why,
            facts=tuple(self._line_facts(service, line)),
            segments=tuple(_segment(one) for one in line.segments),
        )

    def facts(self) -> Iterator[Fact]:
        account = self.account
        yield Fact("Площадь помещения", f"{format_quantity(account.area)} м²")
        for row in account.residents:
            days = self._days(row.since, row.until)
            yield Fact("Зарегистрировано", f"{row.count} чел.{days}")
        yield Fact("Собственников", str(account.owners))
        yield Fact("Площадь помещений дома", f"{format_quantity(self.house.premises_area)} м²")
        if self.house.common_area is not None:
            yield Fact("Общее имущество", f"{format_quantity(self.house.common_area)} м²")

    def _line_facts(self, service: Service, line: LineResult) -> Iterator[Fact]:
        terms = self.scenario.terms
        for tariff in terms.tariffs:
            if tariff.service == service.code and _serves(tariff, line):
                yield Fact("Тариф", f"{_price(tariff.price)} ₽{self._tariff_words(tariff)}")
        yield from self._norms(service)
        for uplift in terms.uplifts:
            if uplift.service == service.code and service.uplift:
                days = self._days(uplift.since, uplift.until)
                value = f"{format_quantity(uplift.coefficient)}{days}"
                origin = self._origin_of_uplift(service, uplift)
                yield Fact("Повышающий коэффициент", f"{value}{origin}")
        if line.vat:
            origin = self._origin_of_vat(service)
            yield Fact("НДС", f"{format_quantity(service.vat * 100)} %{origin}")
        if service.charge in _PERSONS:
            yield from self._meters(service, line)
        if line.common is not None:
            yield from self._house_volumes(service, line)

    def _origin_of_uplift(self, service: Service, uplift: Uplift) -> str:
        until = uplift.until or self.scenario.period.next_first_day
        row = self._row_of(service)
        found = origin_of_uplift(
            row, uplift.coefficient, (uplift.since, until), self.scenario.period
        )
        return f", по справочнику: {found}" if found else ""

    def _origin_of_vat(self, service: Service) -> str:
        found = origin_of_vat(self._row_of(service), service.vat, self.scenario.period)
        return f", по справочнику: {found}" if found else ""

    def _row_of(self, service: Service) -> ServiceRow:
        return ServiceRow.objects.get(organisation=self.organisation_id, code=service.code)

    def _tariff_words(self, tariff: Tariff) -> str:
        bound = "" if tariff.up_to is None else f" до {format_quantity(tariff.up_to)} в месяц"
        use = "" if tariff.use is None else f", {_USES[tariff.use]} потребление"
        return f"{bound}{use}{self._days(tariff.since, tariff.until)}"

    def _norms(self, service: Service) -> Iterator[Fact]:
        for norm in self.scenario.terms.norms:
            if norm.service != service.code:
                continue
            for key, words in _NORMS.items():
                value = getattr(norm, key)
                if value is not None:
                    year = " в год" if norm.year and key != "heat_per_unit" else ""
                    days = self._days(norm.since, norm.until)
                    yield Fact("Норматив", f"{format_quantity(value)} {words}{year}{days}")

    def _meters(self, service: Service, line: LineResult) -> Iterator[Fact]:
        for meter in self.account.meters:
            if meter.service == service.code and meter.zone in {None, line.zone}:
                yield Fact("Прибор учёта", _meter_words(meter))

    def _house_volumes(self, service: Service, line: LineResult) -> Iterator[Fact]:
        unit = service.unit
        for row in self.house.common_volumes:
            if row.service == service.code and row.zone in {None, line.zone}:
                method = _method(row.method)
                volume = format_quantity(row.volume)
                yield Fact("Общедомовой объём", f"{volume} {unit}, {method}")
        for meter in self.house.house_meters:
            if meter.service == service.code and meter.zone in {None, line.zone}:
                volume = format_quantity(meter.volume)
                yield Fact("Общедомовой прибор за месяц", f"{volume} {unit}")

    def _days(self, since: dt.date, until: dt.date | None) -> str:
        """Nothing for the whole month."""
        period = self.scenario.period
        first = max(since, period.first_day)
        last = period.last_day if until is None else until - dt.timedelta(days=1)
        last = min(last, period.last_day)
        if (first, last) == (period.first_day, period.last_day):
            return ""
        return f" с {first:%d.%m.%Y} по {last:%d.%m.%Y}"


def _serves(tariff: Tariff, line: LineResult) -> bool:
    same_place = (tariff.zone, tariff.component) == (line.zone, line.component)
    return same_place and (line.use is None or tariff.use in {None, line.use})


def _meter_words(meter: Meter) -> str:
    readings = ", ".join(
        f"{format_quantity(reading.value)} ({reading.on:%d.%m.%Y})"
        for reading in meter.readings[-6:]
    )
    words = f"показания {readings or 'не передавались'}"
    if meter.verified_until is not None:
        words += f"; поверен по {meter.verified_until:%d.%m.%Y}"
    if meter.removed is not None:
        words += f"; снят {meter.removed:%d.%m.%Y}"
    return words


def _segment(segment: Segment) -> SegmentRow:
    return SegmentRow(
        part=_USES[segment.part],
        first=segment.since,
        last=segment.until - dt.timedelta(days=1),
        volume=segment.volume,
        price="" if segment.price is None else _price(segment.price),
        amount=segment.amount,
    )


def _method(method: str | None) -> str:
    return METHODS.get(method or "", "")


def _price(price: Decimal) -> str:
    return plain_price(price).replace(".", ",")
