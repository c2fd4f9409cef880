"""Sums of a month that no column of a charge line holds: each has a row of its own."""

import dataclasses
import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from accounts_registry.ledger.posting import AdjustmentKind
from accounts_registry.ledger.statements import adjustment_totals
from accounts_registry.models import Service
from charges.models import ChargeLine
from payment_docs.details import Language
from payment_docs.document import NO_REFERENCE, Blank, Section, ServiceRow
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


class _Column(enum.Enum):
    CHARGED = enum.auto()  # 8
    RECALCULATED = enum.auto()  # 9
    BENEFIT = enum.auto()  # 10, «Льготы, субсидии»


@dataclasses.dataclass(frozen=True, slots=True)
class _Printed:
    """How a kind is printed; a row by service says which service the sum is about."""

    title: str
    ukrainian: str
    column: _Column
    by_service: bool = False

    def title_in(self, language: Language) -> str:
        return self.ukrainian if language is Language.UKRAINIAN else self.title


_RECALCULATION = _Printed(
    "Перерасчёт за прошлые месяцы",
    "Перерахунок за минулі місяці",
    _Column.RECALCULATED,
    by_service=True,
)
# In the order of the rows.
_PRINTED: Mapping[str, _Printed] = {
    AdjustmentKind.RECALCULATION: _RECALCULATION,
    AdjustmentKind.CORRECTION: _RECALCULATION,
    AdjustmentKind.BENEFIT: _Printed("Льгота", "Пільга", _Column.BENEFIT, by_service=True),
    AdjustmentKind.SUBSIDY: _Printed("Субсидия", "Субсидія", _Column.BENEFIT),
    AdjustmentKind.FINE: _Printed("Штраф исполнителя", "Штраф виконавця", _Column.RECALCULATED),
    AdjustmentKind.TRANSFER: _Printed(
        "Перенос переплаты", "Перенесення переплати", _Column.RECALCULATED
    ),
    AdjustmentKind.WRITE_OFF: _Printed("Списание долга", "Списання боргу", _Column.RECALCULATED),
    AdjustmentKind.PENALTY: _Printed("Пени", "Пеня", _Column.CHARGED),
    AdjustmentKind.STATE_FEE: _Printed("Государственная пошлина", "Державне мито", _Column.CHARGED),
    AdjustmentKind.COURT_COSTS: _Printed("Судебные расходы", "Судові витрати", _Column.CHARGED),
    AdjustmentKind.INSTALMENT: _Printed(
        "Рассрочка: проценты", "Розстрочення: відсотки", _Column.CHARGED
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class OwnSum:
    """A signed sum of one kind for a service, not zero; roubles."""

    kind: str
    service: Service
    amount: Decimal


def own_sums(
    lines: Mapping[int, Iterable[ChargeLine]], account_ids: Sequence[int], *, period: Period
) -> dict[int, list[OwnSum]]:
    """
    What adjustments of the posted month come to beyond what the lines hold of them, by account.

    So the rows of a document always come to the turnover: recalculations and benefits of a service
    without lines are here too.
    """
    left = adjustment_totals(account_ids, period=period)
    for account_id, rows in lines.items():
        for line in rows:
            left[account_id, line.service_id, AdjustmentKind.RECALCULATION] -= line.recalculated
            left[account_id, line.service_id, AdjustmentKind.BENEFIT] += line.benefit
    named = {service_id for (_, service_id, _), amount in left.items() if amount}
    services = Service.objects.select_related("payee").in_bulk(named)
    found: defaultdict[int, list[OwnSum]] = defaultdict(list)
    for (account_id, service_id, kind), amount in left.items():
        if amount:
            found[account_id].append(OwnSum(kind, services[service_id], amount))
    return dict(found)


def with_own_rows(
    sections: tuple[Section, ...], sums: Iterable[OwnSum], *, title: str, language: Language
) -> tuple[Section, ...]:
    """
    The rows follow the other services under `title`; what comes to nothing in a row is not printed.
    """
    rows = tuple(_rows(sums, language))
    if not rows:
        return sections
    if sections and sections[-1].title == title:
        return (*sections[:-1], Section(title, (*sections[-1].rows, *rows)))
    return (*sections, Section(title, rows))


def _rows(sums: Iterable[OwnSum], language: Language) -> Iterable[ServiceRow]:
    amounts: defaultdict[tuple[str, _Column], Decimal] = defaultdict(lambda: ZERO)
    for item in sorted(sums, key=_place):
        printed = _PRINTED[item.kind]
        about = f": {item.service.name}" if printed.by_service else ""
        amounts[printed.title_in(language) + about, printed.column] += item.amount
    for (name, column), amount in amounts.items():
        if amount:
            yield _row(name, column, amount)


def _place(item: OwnSum) -> tuple[int, str, str]:
    return list(_PRINTED).index(item.kind), item.service.name, item.service.code


def _row(name: str, column: _Column, amount: Decimal) -> ServiceRow:
    """A benefit is printed without its sign, so one that was taken back is a recalculation."""
    is_benefit = column is _Column.BENEFIT and amount < ZERO
    is_charge = column is _Column.CHARGED
    return ServiceRow(
        name=name,
        unit="",
        volume_individual=Blank.NOT_APPLICABLE,
        volume_common=Blank.NOT_APPLICABLE,
        price=Blank.NOT_APPLICABLE,
        charged_individual=Blank.NOT_APPLICABLE,
        charged_common=Blank.NOT_APPLICABLE,
        charged=amount if is_charge else ZERO,
        recalculated=ZERO if is_charge or is_benefit else amount,
        benefit=-amount if is_benefit else ZERO,
        total=amount,
        reference=NO_REFERENCE,
        is_apart=True,
    )
