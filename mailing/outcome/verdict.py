"""SMTP answer → what becomes of the letter and of the sending account."""

import dataclasses
import datetime as dt
import enum
import re
from collections.abc import Callable

from mailing.outcome.answer import SESSION_PHASES, Answer, Phase
from mailing.outcome.wording import happened

RETRY_STEPS = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 480, 960))
RETRY_HORIZON = dt.timedelta(hours=48)
FIRST_PAUSE = dt.timedelta(seconds=30)
LONGEST_PAUSE = dt.timedelta(minutes=30)
QUOTA_PAUSE = dt.timedelta(hours=24)

_ASKED_WAIT = re.compile(
    r"(\d{1,5})\s*(seconds?|secs?|сек\w*|minutes?|mins?|мин\w*|hours?|час\w*)\b", re.IGNORECASE
)
_UNITS: dict[str, int] = {"s": 1, "с": 1, "m": 60, "м": 60, "h": 3600, "ч": 3600}


class Kind(enum.StrEnum):
    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # this letter waits
    FAILED = "failed"  # this letter is refused for good
    UNCERTAIN = "uncertain"  # the body went out, no answer came
    PAUSE = "pause"  # the account backs off, letters stay in the queue
    STOP = "stop"  # the account waits for a person, letters stay in the queue


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """
    The meaning of an answer.

    `after`: for DEFERRED when to try again, for PAUSE how long at least (None: the usual steps).
    """

    kind: Kind
    reason: str
    explanation: str
    after: dt.timedelta | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Rule:
    """The first rule whose test holds gives the kind and the reason."""

    reason: str
    kind: Kind
    holds: Callable[[Answer], bool]
    after: dt.timedelta | None = None


def judge(answer: Answer, *, attempt: int, age: dt.timedelta) -> Verdict:
    """
    Decide what an answer means (spec: reply classification).

    `attempt` counts from 1; `age` is how long the letter has been in the queue: after the
    horizon a letter is not deferred any more.
    """
    assert attempt >= 1, attempt
    if answer.phase is Phase.BODY and not 200 <= answer.code < 600:
        return Verdict(Kind.UNCERTAIN, "no_final_reply", happened("no_final_reply"))
    if answer.phase is Phase.BODY and answer.code < 300:
        return Verdict(Kind.ACCEPTED, "", "")
    tunnel = answer.tunnel_reason
    if tunnel:
        return Verdict(Kind.PAUSE, tunnel[0], f"Туннель работает, но: {tunnel[1]}")
    rules = _SESSION_RULES if answer.phase in SESSION_PHASES or not answer.code else _LETTER_RULES
    rule = next(rule for rule in rules if rule.holds(answer))
    return _by_rule(rule, answer, attempt, age)


def _by_rule(rule: _Rule, answer: Answer, attempt: int, age: dt.timedelta) -> Verdict:
    reason = answer.reason or rule.reason
    explanation = answer.sentence or happened(reason)
    if rule.kind is not Kind.DEFERRED:
        return Verdict(rule.kind, reason, explanation, rule.after)
    after = asked_wait(answer.text) or RETRY_STEPS[min(attempt, len(RETRY_STEPS)) - 1]
    if age + after > RETRY_HORIZON:
        return Verdict(Kind.FAILED, "horizon", f"{explanation} {happened('horizon')}")
    return Verdict(Kind.DEFERRED, reason, explanation, after)


def asked_wait(text: str) -> dt.timedelta | None:
    """How long the server itself asks to wait, between a minute and a day."""
    match = _ASKED_WAIT.search(text)
    if not match:
        return None
    asked = dt.timedelta(seconds=int(match[1]) * _UNITS[match[2][0].lower()])
    return min(max(asked, dt.timedelta(minutes=1)), dt.timedelta(hours=24))


def pause_after(troubles: int) -> dt.timedelta:
    """How long an account backs off after `troubles` failures in a row: 30 s, doubling."""
    assert troubles >= 1, troubles
    doublings: int = 2 ** min(troubles - 1, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def _enhanced(*prefixes: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.enhanced.startswith(prefixes)


def _codes(*codes: int) -> Callable[[Answer], bool]:
    return lambda answer: answer.code in codes


def _says(pattern: str, *, permanent: bool = True) -> Callable[[Answer], bool]:
    words = re.compile(pattern, re.IGNORECASE)
    first = 5 if permanent else 4
    return lambda answer: answer.code // 100 == first and bool(words.search(answer.text))


def _any_answer(answer: Answer) -> bool:
    return bool(answer.phase)


_APP_WORDS = r"5\.7\.9|application[- ]specific|app password|пароль приложения"
_WEB_LOGIN = r"5\.7\.14|web browser|через браузер"
_LOGIN_OFF = r"5\.7\.139|5\.7\.3\b|disabled"
_BLOCKED = r"(sending|account|mailbox|user)\b.*\b(disabled|blocked|suspended)"
_QUOTA = r"5\.4\.5|quota|limit exceeded|(daily|sending|message|rate) limit|too many messages|лимит"
_THROTTLED = r"rate limit|too many messages|throttl|лимит"
_NOT_OWNED = r"not owned|sender address rejected|not allowed to send|from address|must match"

_SESSION_RULES = (
    _Rule("auth_app_password", Kind.STOP, _says(_APP_WORDS)),
    _Rule("auth_web_login", Kind.STOP, _says(_WEB_LOGIN)),
    _Rule("auth_disabled", Kind.STOP, lambda a: a.phase is Phase.AUTH and _says(_LOGIN_OFF)(a)),
    _Rule("auth_not_offered", Kind.STOP, lambda a: a.reason in {"auth_not_offered", "plain_auth"}),
    _Rule("auth_535", Kind.STOP, lambda a: a.phase is Phase.AUTH and a.code >= 500),
    _Rule("auth_too_many", Kind.PAUSE, lambda a: a.phase is Phase.AUTH and a.code >= 400),
    _Rule("quota", Kind.PAUSE, _says(_QUOTA), after=QUOTA_PAUSE),
    _Rule("greeting_refused", Kind.PAUSE, lambda a: a.code >= 400),
    _Rule("connection_lost", Kind.PAUSE, _any_answer),
)

_LETTER_RULES = (
    _Rule("mailbox_full", Kind.DEFERRED, _enhanced("5.2.2", "4.2.2")),
    _Rule("too_large", Kind.FAILED, _enhanced("5.3.4", "4.5.3", "5.2.3")),
    _Rule("too_large", Kind.FAILED, _codes(552)),
    _Rule("account_blocked", Kind.STOP, _says(_BLOCKED)),
    _Rule("quota", Kind.PAUSE, _says(_QUOTA), after=QUOTA_PAUSE),
    _Rule("throttled", Kind.PAUSE, _says(_THROTTLED, permanent=False)),
    _Rule("server_busy", Kind.PAUSE, _codes(421, 432, 454)),
    _Rule("auth_535", Kind.STOP, _codes(530, 534, 535)),
    _Rule("sender_not_owned", Kind.STOP, _says(_NOT_OWNED)),
    _Rule("sender_not_owned", Kind.STOP, lambda a: a.phase is Phase.MAIL and a.code >= 500),
    _Rule("relay_denied", Kind.STOP, _says(r"\brelay")),
    _Rule("no_such_address", Kind.FAILED, _enhanced("5.1.")),
    _Rule("no_such_address", Kind.FAILED, _codes(551, 553)),
    _Rule("policy", Kind.FAILED, _enhanced("5.7.")),
    _Rule("temporary", Kind.DEFERRED, lambda a: 400 <= a.code < 500),
    _Rule("refused_letter", Kind.FAILED, lambda a: 500 <= a.code < 600),
    _Rule("protocol_error", Kind.PAUSE, _any_answer),
)
