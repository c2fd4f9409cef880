"""What each service of an account owes besides the month's charges, and to whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from accounts_registry.ledger.posting import AdjustmentKind
from accounts_registry.models import Service
from payment_docs.details import BenefitRow, ServiceSums
from payment_docs.own_rows import OwnSum
from zhkh.kernel.money import ZERO

# Which sum of a service a kind of adjustment belongs to; in the document benefits are positive.
_SUMS: Mapping[str, str] = {
    AdjustmentKind.RECALCULATION: "recalculated",
    AdjustmentKind.CORRECTION: "recalculated",
    AdjustmentKind.TRANSFER: "recalculated",
    AdjustmentKind.WRITE_OFF: "recalculated",
    AdjustmentKind.BENEFIT: "benefit",
    AdjustmentKind.SUBSIDY: "benefit",
    AdjustmentKind.FINE: "fine",
    AdjustmentKind.PENALTY: "penalty",
    AdjustmentKind.STATE_FEE: "state_fee",
    AdjustmentKind.COURT_COSTS: "court_costs",
    AdjustmentKind.INSTALMENT: "instalment",
}
_BENEFIT, _SUBSIDY = "льгота", "субсидия"


def service_sums(
    charged: Iterable[Service],
    own: Iterable[OwnSum],
    openings: Mapping[Service, Decimal],
    payees: Sequence[int | None],
) -> tuple[ServiceSums, ...]:
    """One for each service that was charged, has a sum of its own or a debt, in printing order."""
    sums: defaultdict[Service, defaultdict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for service in charged:
        sums[service]["opening"] += ZERO
    for service, amount in openings.items():
        sums[service]["opening"] += amount
    for item in own:
        name = _SUMS[item.kind]
        sums[item.service][name] += -item.amount if name == "benefit" else item.amount
    return tuple(
        ServiceSums(
            code=service.code, name=service.name, payee=payees.index(service.payee_id), **found
        )
        for service, found in sorted(sums.items(), key=lambda pair: _place(pair[0]))
    )


def benefit_rows(
    lowered: Mapping[Service, Decimal],
    own: Iterable[OwnSum],
    categories: Mapping[int, str],
) -> tuple[BenefitRow, ...]:
    """What benefits of the month's lines, of earlier months and subsidies lower the bill by."""
    rows = [
        BenefitRow(service.name, categories.get(service.pk) or _BENEFIT, amount)
        for service, amount in lowered.items()
        if amount
    ]
    for item in own:
        if item.kind == AdjustmentKind.BENEFIT:
            category = categories.get(item.service.pk) or _BENEFIT
            rows.append(BenefitRow(item.service.name, category, -item.amount))
        elif item.kind == AdjustmentKind.SUBSIDY:
            rows.append(BenefitRow(item.service.name, _SUBSIDY, -item.amount))
    return tuple(rows)


def _place(service: Service) -> tuple[int, int, int]:
    return service.position, service.file_position, service.pk
