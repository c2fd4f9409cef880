"""Quarrels of life: what makes an account unlike its neighbours, each kind again and again."""

import datetime as dt
import random
from collections.abc import Callable

from zhkh.kernel.period import Period
from zhkh.town.facts import AccountFacts, Away, Entry, Held, MeterFacts, Paid, Relief
from zhkh.town.meters import THREE_ZONES, ZONES, by_zones, meter_of, replaced, rolled_over
from zhkh.town.names import company
from zhkh.town.plan import Plan

_EVERY = 4  # every fourth account has a quarrel
_HISTORY = 7  # months of readings a mean is taken from
_UNSPLIT = ""

Quarrel = Callable[[Plan, Period, AccountFacts, random.Random], None]


def make_quarrel(plan: Plan, number: int, account: AccountFacts, chance: random.Random) -> None:
    """
    Change the account as its turn in the list of quarrels says.

    The first round happens in the last month, the later ones in earlier months too.
    """
    turn, rest = divmod(number, _EVERY)
    if rest:
        return
    round_, kind = divmod(turn, len(QUARRELS))
    title, quarrel = QUARRELS[kind]
    quarrel(plan, plan.last.shifted(-(round_ % plan.eventful_months)), account, chance)
    account.quarrel = title


def shares_a_flat(number: int) -> bool:
    """Whether the account stands in the flat of the one before it."""
    turn, rest = divmod(number, _EVERY)
    return rest == 0 and QUARRELS[turn % len(QUARRELS)][1] is _shared_flat


# --- meters


def _measured(
    plan: Plan, account: AccountFacts, chance: random.Random, months_before: int = 1
) -> MeterFacts:
    """The account's own meter of cold water, put in where there was none."""
    _without_meters(account, "cold_water")
    meter = meter_of(
        plan,
        "cold_water",
        persons=account.persons,
        opened=account.opened,
        chance=chance,
        months_before=months_before,
    )
    account.meters.insert(0, meter)
    return meter


def _without_meters(account: AccountFacts, *services: str) -> None:
    account.meters = [meter for meter in account.meters if meter.service not in services]


def _replaced(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    meter = _measured(plan, account, chance)
    account.meters[:1] = replaced(meter, month, chance)


def _lapsed(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    """In the second month without verification: the mean."""
    _measured(plan, account, chance, _HISTORY).verified_until = month.shifted(-2).last_day


def _lapsed_long_ago(
    plan: Plan, month: Period, account: AccountFacts, chance: random.Random
) -> None:
    """After three months of the mean: the norm with its coefficient."""
    _measured(plan, account, chance, _HISTORY).verified_until = month.shifted(-5).last_day


def _silent(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    """Two months without readings: the mean."""
    _forget(_measured(plan, account, chance, _HISTORY), month, months=2)


def _silent_for_long(
    plan: Plan, month: Period, account: AccountFacts, chance: random.Random
) -> None:
    """Five months without readings: the norm."""
    _forget(_measured(plan, account, chance, _HISTORY), month, months=5)


def _forget(meter: MeterFacts, month: Period, *, months: int) -> None:
    since = month.shifted(1 - months).first_day
    meter.readings = [
        reading for reading in meter.readings if not since <= reading.on < month.next_first_day
    ]


def _rolled_over(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    rolled_over(_measured(plan, account, chance), month)


def _used_nothing(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    meter = _measured(plan, account, chance)
    still = max(reading.value for reading in meter.readings if reading.on < month.first_day)
    meter.readings = [
        reading if reading.on < month.first_day else reading._replace(value=still)
        for reading in meter.readings
    ]


def _leaked(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    """Twenty times as much as usual."""
    meter = _measured(plan, account, chance)
    leaked = 100_000 * max(1, account.persons)
    meter.readings = [
        reading if reading.on < month.first_day else reading._replace(value=reading.value + leaked)
        for reading in meter.readings
    ]


def _two_meters(plan: Plan, _: Period, account: AccountFacts, chance: random.Random) -> None:
    """In the kitchen and in the bathroom."""
    kitchen = _measured(plan, account, chance)
    bath = meter_of(
        plan, kitchen.service, persons=account.persons, opened=account.opened, chance=chance
    )
    account.meters.insert(1, bath)


def _zones(plan: Plan, _: Period, account: AccountFacts, chance: random.Random) -> None:
    _by_zones(plan, account, chance, ZONES)


def _three_zones(plan: Plan, _: Period, account: AccountFacts, chance: random.Random) -> None:
    _by_zones(plan, account, chance, THREE_ZONES)


def _by_zones(
    plan: Plan, account: AccountFacts, chance: random.Random, zones: dict[str, int]
) -> None:
    _without_meters(account, "electricity")
    meter = meter_of(
        plan, "electricity", persons=account.persons, opened=account.opened, chance=chance
    )
    account.meters += by_zones(meter, zones)


def _no_meter(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    """A meter could stand and does not: the norm with its coefficient."""
    account.meters.clear()


def _meter_impossible(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    account.meters.clear()
    account.services = [
        row._replace(meter_impossible=row.service in _WATER) for row in account.services
    ]


_WATER = ("cold_water", "hot_water", "hot_water_two_part")


# --- people and premises


def _absent(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    """Away for three weeks, from a flat where no meter can stand."""
    _meter_impossible(plan, month, account, chance)
    account.absences.append(Away(1, _day(month, 3), _day(month, 25), applied=_day(month, 27)))


def _closed(plan: Plan, month: Period, account: AccountFacts, _: random.Random) -> None:
    """In months that repeat one another nobody leaves."""
    last = plan.first.previous() if plan.is_copied else month.shifted(-3)
    account.closed = last.last_day


def _closed_inside(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    account.closed = _day(month, 12)


def _opened_inside(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    opened = _day(month, 10)
    account.opened = opened
    account.meters.clear()
    account.areas = [row._replace(since=opened) for row in account.areas]
    account.residents = [row._replace(since=opened) for row in account.residents]
    account.services = [row._replace(since=opened) for row in account.services]


def _owners_only(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    account.meters.clear()
    account.residents.clear()
    account.owners = 2


def _shop(_: Plan, __: Period, account: AccountFacts, chance: random.Random) -> None:
    account.kind, account.category = "nonresidential", "Нежилые помещения"
    account.payer = company(chance)
    account.residents.clear()


def _moved_in(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    (living,) = account.residents
    moved = _day(month, 12)
    account.residents = [
        living._replace(until=moved),
        Held(living.value + 1, moved),
    ]


def _rebuilt(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    """The flat was measured anew inside the month and became larger."""
    (area,) = account.areas
    measured = _day(month, 16)
    account.areas = [area._replace(until=measured), Held(area.value + 150, measured)]


def _large_family(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    account.residents = [row._replace(value=9) for row in account.residents]


def _shared_flat(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    """A room of the flat before, owned in part."""
    account.share, account.owners = 50_000, 2


def _disconnected(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    account.services = [
        row._replace(until=_day(month, 10)) if row.service == "intercom" else row
        for row in account.services
    ]


def _paper_with_address(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    """An address is known, yet the bill is wanted on paper."""
    account.by_email, account.email = False, f"paper{account.number}@example.com"


def _lost_address(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    """The bill is wanted by e-mail, and nothing answers there."""
    account.by_email, account.email = True, f"gone{account.number}@example.invalid"


# --- money


def _benefit(_: Plan, __: Period, account: AccountFacts, ___: random.Random) -> None:
    since = account.opened.replace(day=1)
    account.benefits += [
        Relief("content", 50, 1, 3_300, since),
        Relief("cold_water", 50, 1, None, since),
    ]


def _overpaid(plan: Plan, _: Period, account: AccountFacts, chance: random.Random) -> None:
    account.entries.append(_opening(plan, _UNSPLIT, -chance.randrange(50_000, 900_000), months=1))


def _old_debts(plan: Plan, _: Period, account: AccountFacts, chance: random.Random) -> None:
    """Of some months and services, the oldest past the three years of a court."""
    account.entries += [
        _opening(plan, service, chance.randrange(30_000, 250_000), months=months)
        for months in (1, 2, 3, 14, 40)
        for service in ("content", "cold_water", "capital_repair")
    ]


def _opening(plan: Plan, service: str, amount: int, *, months: int) -> Entry:
    of = plan.first.shifted(-months)
    due = _day(of.next(), 10) if amount > 0 else None
    return Entry("opening", service, amount, plan.first, of, due)


def _recalculated(_: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    account.entries.append(
        Entry(
            "recalculation",
            "content",
            -chance.randrange(5_000, 60_000),
            month,
            month.previous(),
            reason="Уборка подъезда не проводилась",
            basis="Акт от жильцов и управляющей компании",
        )
    )


def _refunded(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    """Paid by mistake and given back two days later."""
    account.payments.append(Paid(_day(month, 5), 250_000, taken_back=_day(month, 7)))


def _prepaid(_: Plan, month: Period, account: AccountFacts, __: random.Random) -> None:
    account.payments.append(Paid(_day(month, 6), 3_000_000))


def _named_month(plan: Plan, month: Period, account: AccountFacts, chance: random.Random) -> None:
    """Old debts, and a payment the payer meant for one of those months."""
    _old_debts(plan, month, account, chance)
    account.payments.append(Paid(_day(month, 8), 120_000, named=plan.first.shifted(-2)))


def _day(month: Period, day: int) -> dt.date:
    return dt.date(month.year, month.month, day)


QUARRELS: tuple[tuple[str, Quarrel], ...] = (
    ("счётчик заменён посреди месяца", _replaced),
    ("поверка счётчика истекла", _lapsed),
    ("поверка счётчика истекла давно", _lapsed_long_ago),
    ("нет показаний два месяца", _silent),
    ("нет показаний пять месяцев", _silent_for_long),
    ("счётчик прошёл через ноль", _rolled_over),
    ("нулевой расход", _used_nothing),
    ("расход в двадцать раз больше обычного", _leaked),
    ("два счётчика одной услуги", _two_meters),
    ("электричество по двум зонам", _zones),
    ("электричество по трём зонам", _three_zones),
    ("счётчиков нет", _no_meter),
    ("счётчик поставить нельзя", _meter_impossible),
    ("временное отсутствие", _absent),
    ("счёт закрыт", _closed),
    ("счёт закрыт посреди месяца", _closed_inside),
    ("счёт открыт посреди месяца", _opened_inside),
    ("никто не прописан", _owners_only),
    ("магазин с НДС", _shop),
    ("прописался посреди месяца", _moved_in),
    ("площадь изменилась", _rebuilt),
    ("большая семья", _large_family),
    ("комната в чужой квартире", _shared_flat),
    ("услугу отключили посреди месяца", _disconnected),
    ("адрес есть, документ на бумаге", _paper_with_address),
    ("адрес не отвечает", _lost_address),
    ("льгота", _benefit),
    ("переплата", _overpaid),
    ("старые долги", _old_debts),
    ("перерасчёт", _recalculated),
    ("платёж возвращён", _refunded),
    ("заплачено вперёд", _prepaid),
    ("оплата названного месяца", _named_month),
)
