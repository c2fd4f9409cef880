"""Anomalies in the words of the screens: what happened and what to do."""

import dataclasses
from decimal import Decimal

from charges.models import Anomaly, AnomalyKind
from zhkh.kernel.money import format_money, round_places
from zhkh.kernel.quantity import format_quantity

ROUBLES = "₽"
_AREA = "м²"
_VOLUMES = {
    AnomalyKind.OVER_NORM,
    AnomalyKind.HOUSE_LESS,
    AnomalyKind.COMMON_NEGATIVE,
    AnomalyKind.COMMON_LEFT,
}
_WITHOUT_FIGURES = {AnomalyKind.NO_READING, AnomalyKind.LAPSED, AnomalyKind.BAD_HOUSE}
VOLUME_PLACES = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A sentence, an advice, the figures as they are printed with their unit."""

    what: str
    advice: str
    now: str
    usual: str
    unit: str


def told(row: Anomaly) -> Told:
    kind = AnomalyKind(row.kind)
    unit = _unit(row, kind)
    return Told(
        what=_what(row, kind),
        advice=_ADVICE[kind],
        now=_figure(row.now, unit),
        usual=_figure(row.usual, unit),
        unit=unit,
    )


def _unit(row: Anomaly, kind: AnomalyKind) -> str:
    if kind in _WITHOUT_FIGURES:
        return ""
    if kind == AnomalyKind.AREA_CHANGED:
        return _AREA
    if kind in _VOLUMES:
        return row.service.unit if row.service else ""
    return ROUBLES


def _figure(value: Decimal | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == ROUBLES:
        return format_money(value)
    return format_quantity(round_places(value, VOLUME_PLACES))


def _what(row: Anomaly, kind: AnomalyKind) -> str:
    if kind == AnomalyKind.BAD_HOUSE:
        return row.text
    if kind in _DAYS:
        return _DAYS[kind].format(day=f"{row.day:%d.%m.%Y}") if row.day else _NEVER
    return _compared(row, kind)


def _compared(row: Anomaly, kind: AnomalyKind) -> str:
    if kind == AnomalyKind.ZERO:
        return "раньше услуга начислялась" if row.usual else "по счёту нет ни рубля"
    if kind in (AnomalyKind.JUMP_UP, AnomalyKind.JUMP_DOWN) and row.now and row.usual:
        more = kind == AnomalyKind.JUMP_UP
        times = row.now / row.usual if more else row.usual / row.now
        shown = format_quantity(round_places(times, 1))
        return f"в {shown} раза {'больше' if more else 'меньше'} обычного"
    return _SAID.get(kind, "")


_NEVER = "показаний не было ни разу"
_DAYS = {
    AnomalyKind.NO_READING: "последнее показание {day}",
    AnomalyKind.LAPSED: "поверка действовала по {day}",
    AnomalyKind.CLOSED: "счёт закрыт {day}",
    AnomalyKind.NEW_ACCOUNT: "счёт открыт {day}",
    AnomalyKind.AREA_CHANGED: "площадь изменилась с {day}",
}
_SAID = {
    AnomalyKind.NEGATIVE: "перерасчёт больше начисления",
    AnomalyKind.OVER_NORM: "расход больше норматива на проживающих",
    AnomalyKind.HOUSE_LESS: "по общедомовому прибору меньше, чем по квартирам вместе",
    AnomalyKind.COMMON_NEGATIVE: "на общедомовые нужды вышел отрицательный объём",
    AnomalyKind.COMMON_LEFT: "часть введённого объёма не распределена на счета",
}
_ADVICE = {
    AnomalyKind.BAD_HOUSE: "Исправьте данные и пересчитайте дом.",
    AnomalyKind.NEGATIVE: "Сверьте перерасчёт с его основанием.",
    AnomalyKind.ZERO: "Проверьте площадь, проживающих, показания и подключение услуги.",
    AnomalyKind.JUMP_UP: "Проверьте показание и тариф; ошибку исправьте и пересчитайте дом.",
    AnomalyKind.JUMP_DOWN: "Проверьте показание, отсутствие и перерасчёты.",
    AnomalyKind.OVER_NORM: "Проверьте показание и число проживающих.",
    AnomalyKind.NO_READING: "Внесите показание: без него начислено по среднему или нормативу.",
    AnomalyKind.LAPSED: "Внесите новый срок поверки: по просроченному счётчику не начисляют.",
    AnomalyKind.HOUSE_LESS: "Проверьте показания дома и квартир за месяц.",
    AnomalyKind.COMMON_NEGATIVE: "Проверьте показания дома и квартир за месяц.",
    AnomalyKind.COMMON_LEFT: "Проверьте, подключена ли услуга счетам дома; остаток платит исполнитель.",
    AnomalyKind.CLOSED: "Проверьте день закрытия; счёту без жильца закройте услуги.",
    AnomalyKind.AREA_CHANGED: "Сверьте с документом: от площади зависят все доли дома.",
    AnomalyKind.NEW_ACCOUNT: "Проверьте площадь, проживающих и услуги нового счёта.",
}
