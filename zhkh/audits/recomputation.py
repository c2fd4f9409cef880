"""Old bills proved anew: frozen inputs through the pure core give the stored lines again."""

import zlib
from collections.abc import Iterator
from decimal import Decimal

from charges import lines
from charges.calc.calculation import calculate
from charges.calc.columns import columns_of
from charges.calc.parse import parse_text
from charges.calc.result import ScenarioResult
from charges.models import ChargeInput, ChargeLine
from zhkh.audits.audit import Finding, one_moment
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity
from zhkh.kernel.refusal import Refusal

CODE = "recompute"
TITLE = "пересчёт сохранённых домов даёт те же суммы"
HOUSES_AT_ONCE = 50

_KEY = ("account__number", "service__code", "zone", "component", "use")
_FIGURES = {
    "unit": "единица",
    "price": "цена",
    "individual_volume": "индивидуальный объём",
    "individual_method": "способ определения индивидуального объёма",
    "individual_amount": "индивидуальное потребление, руб.",
    "common_volume": "общедомовой объём",
    "common_method": "способ определения общедомового объёма",
    "common_amount": "общедомовые нужды, руб.",
    "uplift_coefficient": "повышающий коэффициент",
    "uplift_amount": "превышение по коэффициенту",
    "vat": "НДС",
    "charged": "начислено",
    "recalculated": "перерасчёт",
    "benefit": "льгота",
    "total": "итого",
}

Stored = dict[tuple[object, ...], tuple[object, ...]]


def recompute() -> tuple[str, list[Finding]]:
    """
    Calculate every frozen house again and compare digests and stored lines.

    Houses calculated by an earlier version of the rules are proved by their digests alone.
    """
    with one_moment():
        frozen_inputs = ChargeInput.objects.select_related("house").order_by("month", "house_id")
        return TITLE, [
            Finding(CODE, f"{frozen.house.address}, {Period.of(frozen.month).title}: {problem}")
            for frozen in frozen_inputs.iterator(chunk_size=HOUSES_AT_ONCE)
            for problem in _problems(frozen)
        ]


def _problems(frozen: ChargeInput) -> Iterator[str]:
    try:
        text = lines.thaw(frozen)
        is_as_frozen = lines.digest(text.decode()) == frozen.input_digest
    except (zlib.error, UnicodeDecodeError):
        yield "сохранённые исходные данные не читаются"
        return
    if not is_as_frozen:
        yield "сохранённые исходные данные изменены: отпечаток не совпадает"
    if frozen.rules_version != lines.RULES_VERSION:
        return
    try:
        result = calculate(parse_text(text))
    except Refusal as refusal:
        yield f"сохранённые исходные данные не рассчитываются: {refusal}"
        return
    if lines.result_digest(result) != frozen.result_digest:
        yield "пересчёт даёт другой результат: отпечаток не совпадает"
    yield from _different_lines(_stored(frozen), _calculated(result))


def _different_lines(stored: Stored, calculated: Stored) -> Iterator[str]:
    for key in sorted(stored.keys() | calculated.keys(), key=str):
        line = ", ".join(["счёт " + str(key[0]), *(str(part) for part in key[1:] if part)])
        if key not in calculated:
            yield f"{line}: лишняя строка начислений"
        elif key not in stored:
            yield f"{line}: нет строки начислений"
        else:
            for name, said, due in zip(_FIGURES, stored[key], calculated[key], strict=True):
                if said != due:
                    yield f"{line}, {_FIGURES[name]}: в строке {_word(said)}, должно быть {_word(due)}"


def _stored(frozen: ChargeInput) -> Stored:
    rows = ChargeLine.objects.filter(
        month=frozen.month, account__premises__house_id=frozen.house_id
    ).values_list(*_KEY, *_FIGURES)
    return {row[: len(_KEY)]: row[len(_KEY) :] for row in rows}


def _calculated(result: ScenarioResult) -> Stored:
    """Columns as `lines` writes them: zone, component and use first."""
    rows: Stored = {}
    for account in result.accounts:
        for line in account.lines:
            columns = columns_of(line)
            rows[account.number, line.service, *columns[:3]] = columns[3:]
    return rows


def _word(value: object) -> str:
    if isinstance(value, Decimal):
        return format_quantity(value)
    return str(value) if value else "нет"
