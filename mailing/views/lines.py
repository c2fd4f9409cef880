"""Rows of the journal as people read them."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import timezone

from mailing.models import JournalRow, JournalState
from mailing.models.states import SENT
from mailing.outcome.wording import advice
from mailing.rules import Skip, masked
from mailing.services import decisions_for

_KINDS = {
    JournalState.ACCEPTED: "ok",
    JournalState.DELIVERED: "ok",
    JournalState.FAILED: "bad",
    JournalState.BOUNCED: "bad",
    JournalState.UNCERTAIN: "warn",
    JournalState.HELD: "warn",
    JournalState.DEFERRED: "info",
}
DECISION_WORDS = {
    "send-again": "Отправить ещё раз",
    "consider-sent": "Считать отправленным",
    "cancel": "Отменить",
    "release": "Вернуть в очередь",
    "try-now": "Повторить сейчас",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One row of the journal, worded; the address is masked for those who may not see it."""

    row: JournalRow
    payer: str
    address: str
    kind: str
    state: str
    happened: str
    reply: str
    to_do: str
    decisions: list[tuple[str, str]]


def lines_of(rows: Iterable[JournalRow], *, shows_addresses: bool) -> Iterator[Line]:
    for row in rows:
        state = JournalState(row.state)
        yield Line(
            row=row,
            payer=row.account.payer.full_name,
            address=row.address if shows_addresses else masked(row.address),
            kind=_KINDS.get(state, "none"),
            state=state.label,
            happened=_happened(row, state),
            reply=row.last_reply,
            to_do=_to_do(row, state),
            decisions=[(key, DECISION_WORDS[key]) for key in decisions_for(row.state)],
        )


def _happened(row: JournalRow, state: JournalState) -> str:
    if state in SENT and row.accepted_at:
        return f"Отправлено {_moment(row.accepted_at)}"
    return row.explanation or state.label


def _to_do(row: JournalRow, state: JournalState) -> str:
    if state is JournalState.SKIPPED:
        return Skip(row.skip_reason).advice
    if state is JournalState.DEFERRED and row.next_try_at:
        return f"Повторим сами {_moment(row.next_try_at)}"
    return advice(row.reason)


def _moment(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y в %H:%M}"
