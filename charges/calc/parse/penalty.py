"""The terms of penalties, read from a scenario."""

import datetime as dt

from charges.calc.inputs import PenaltyRule, PenaltyTerms, Rate, RateMode, Suspension
from charges.calc.parse.nodes import Node, Sound, interval

_LAST_YEAR = 9998  # a span ends the day after: there must be such a day


def read_penalty(node: Node) -> PenaltyTerms | None:
    sound = Sound(node)
    fields = node.fields(
        ("as_of", "rule", "rates"), ("cap", "suspended", "rate_mode", "working_days")
    )
    as_of = fields["as_of"].day() if "as_of" in fields else dt.date.min
    if as_of.year > _LAST_YEAR:
        fields["as_of"].refuse(f"дата {as_of}", f"не позже {_LAST_YEAR} года")
    rule = fields["rule"].choice(PenaltyRule) if "rule" in fields else PenaltyRule.RU155
    rates = _rates(fields["rates"]) if "rates" in fields else ()
    cap = _rates(fields["cap"]) if "cap" in fields else ()
    suspended = fields["suspended"].each(_suspension) if "suspended" in fields else []
    mode = fields["rate_mode"].choice(RateMode) if "rate_mode" in fields else RateMode.PAYMENT_DAY
    working_days = fields["working_days"].flag() if "working_days" in fields else False
    if not sound:
        return None
    pauses = tuple(pause for _, pause in suspended)
    return PenaltyTerms(as_of, rule, rates, cap, pauses, mode, working_days)


def _rates(node: Node) -> tuple[Rate, ...]:
    seen: set[dt.date] = set()
    rows = node.each(_rate)
    for item, rate in rows:
        if rate.since in seen:
            item.refuse(f"вторая ставка с {rate.since}", "одна ставка с каждой даты")
        seen.add(rate.since)
    return tuple(rate for _, rate in rows)


def _rate(node: Node) -> Rate | None:
    sound = Sound(node)
    fields = node.fields(("from", "rate"))
    since, _ = interval(fields)
    percent = fields["rate"].not_negative(6) if "rate" in fields else None
    return Rate(since, percent) if sound and percent is not None else None


def _suspension(node: Node) -> Suspension | None:
    sound = Sound(node)
    since, until = interval(node.fields(("from",), ("to",)))
    return Suspension(since, until) if sound else None
