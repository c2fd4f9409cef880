"""Recalculations, opening debts and payments of an account, read from a scenario."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from charges.calc.inputs import Opening, Payment, Recalculation
from charges.calc.parse.context import Context
from charges.calc.parse.nodes import Node, Sound
from zhkh.kernel.period import Period


def read_recalculations(node: Node, context: Context) -> tuple[Recalculation, ...]:
    return tuple(row for _, row in node.each(lambda item: _recalculation(item, context)))


def _recalculation(node: Node, context: Context) -> Recalculation | None:
    sound = Sound(node)
    fields = node.fields(("service", "amount"), ("for_period", "reason", "basis"))
    service = context.service(fields["service"]) if "service" in fields else ""
    amount = fields["amount"].decimal(2) if "amount" in fields else Decimal(0)
    period = fields["for_period"].month() if "for_period" in fields else None
    reason = fields["reason"].text() if "reason" in fields else ""
    basis = fields["basis"].text() if "basis" in fields else ""
    return Recalculation(service, amount, period, reason, basis) if sound else None


# --- opening


def read_opening(node: Node, context: Context) -> tuple[Opening, ...]:
    rows = node.each(lambda item: _opening(item, context))
    _refuse_debt_beside_advance(rows)
    _check_due_days(rows, required=context.with_penalty)
    return tuple(opening for _, opening in rows)


def _opening(node: Node, context: Context) -> Opening | None:
    sound = Sound(node)
    fields = node.fields(("period", "amount"), ("service", "due"))
    period = fields["period"].month() if "period" in fields else None
    amount = fields["amount"].decimal(2) if "amount" in fields else Decimal(0)
    service = context.service(fields["service"]) if "service" in fields else None
    due = fields["due"].day() if "due" in fields else None
    return Opening(period, amount, service, due) if sound and period else None


def _refuse_debt_beside_advance(rows: Sequence[tuple[Node, Opening]]) -> None:
    sign: bool | None = None
    for node, opening in rows:
        if not opening.amount:
            continue
        debt = opening.amount > 0
        if sign is not None and debt != sign:
            node.member("amount").refuse("долг и аванс вместе", "или долги, или авансы")
        sign = debt if sign is None else sign


def _check_due_days(rows: Sequence[tuple[Node, Opening]], *, required: bool) -> None:
    due_of: dict[Period, dt.date] = {}
    for node, opening in rows:
        if opening.amount <= 0:
            continue
        if opening.due is None:
            if required:
                node.member("due").refuse("нет ключа", "срок оплаты нужен для пеней")
            continue
        if due_of.setdefault(opening.period, opening.due) != opening.due:
            node.member("due").refuse(
                f"у долга за {opening.period} другой срок, чем {due_of[opening.period]}",
                "один срок оплаты у долгов одного месяца",
            )


# --- payments


def read_payments(node: Node) -> tuple[Payment, ...]:
    return tuple(payment for _, payment in node.each(_payment))


def _payment(node: Node) -> Payment | None:
    sound = Sound(node)
    fields = node.fields(("on", "amount"), ("period",))
    on = fields["on"].day() if "on" in fields else dt.date.min
    amount = fields["amount"].above_zero(2) if "amount" in fields else Decimal(1)
    period = fields["period"].month() if "period" in fields else None
    return Payment(on, amount, period) if sound else None
