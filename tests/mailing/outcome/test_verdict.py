import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.outcome.answer import Answer, Phase
from mailing.outcome.verdict import (
    RETRY_HORIZON,
    Kind,
    asked_wait,
    judge,
    pause_after,
)
from mailing.outcome.wording import happened

NEW = dt.timedelta()


def judged(phase, code, text="", **more):
    verdict = judge(Answer(phase, code, text, **more), attempt=1, age=NEW)
    return verdict.kind, verdict.reason


@pytest.mark.parametrize(
    ("phase", "code", "text", "verdict"),
    [
        (Phase.BODY, 250, "2.0.0 Ok: queued", (Kind.ACCEPTED, "")),
        (Phase.BODY, 0, "timed out", (Kind.UNCERTAIN, "no_final_reply")),
        (Phase.BODY, 451, "4.7.1 greylisted", (Kind.DEFERRED, "temporary")),
        (Phase.BODY, 554, "5.7.1 spam", (Kind.FAILED, "policy")),
        (Phase.BODY, 421, "closing", (Kind.PAUSE, "server_busy")),
        (Phase.RCPT, 550, "5.1.1 no such user", (Kind.FAILED, "no_such_address")),
        (Phase.RCPT, 553, "no such domain", (Kind.FAILED, "no_such_address")),
        (Phase.RCPT, 451, "greylisted", (Kind.DEFERRED, "temporary")),
        (Phase.RCPT, 452, "4.2.2 mailbox full", (Kind.DEFERRED, "mailbox_full")),
        (Phase.RCPT, 552, "5.2.2 over quota", (Kind.DEFERRED, "mailbox_full")),
        (Phase.MAIL, 552, "5.3.4 too big", (Kind.FAILED, "too_large")),
        (Phase.RCPT, 452, "4.5.3 too many recipients", (Kind.FAILED, "too_large")),
        (Phase.MAIL, 550, "5.4.5 daily limit exceeded", (Kind.PAUSE, "quota")),
        (Phase.RCPT, 454, "4.7.0 rate limit", (Kind.PAUSE, "throttled")),
        (Phase.MAIL, 421, "try later", (Kind.PAUSE, "server_busy")),
        (Phase.MAIL, 432, "4.3.2 concurrent connections", (Kind.PAUSE, "server_busy")),
        (Phase.MAIL, 550, "5.7.1 not owned by user", (Kind.STOP, "sender_not_owned")),
        (Phase.RCPT, 553, "sender address rejected", (Kind.STOP, "sender_not_owned")),
        (Phase.RCPT, 550, "5.7.1 relaying denied", (Kind.STOP, "relay_denied")),
        (Phase.MAIL, 530, "5.7.0 authentication required", (Kind.STOP, "auth_535")),
        (Phase.MAIL, 554, "sending from your account is disabled", (Kind.STOP, "account_blocked")),
        (Phase.RCPT, 550, "rejected", (Kind.FAILED, "refused_letter")),
        (Phase.DATA, 0, "", (Kind.PAUSE, "connection_lost")),
        (Phase.DATA, 250, "what?", (Kind.PAUSE, "protocol_error")),
        (Phase.AUTH, 535, "5.7.8 bad credentials", (Kind.STOP, "auth_535")),
        (Phase.AUTH, 535, "5.7.9 application-specific password", (Kind.STOP, "auth_app_password")),
        (Phase.AUTH, 534, "5.7.14 log in via your web browser", (Kind.STOP, "auth_web_login")),
        (
            Phase.AUTH,
            535,
            "5.7.139 SmtpClientAuthentication disabled",
            (Kind.STOP, "auth_disabled"),
        ),
        (Phase.AUTH, 454, "4.7.0 too many logins", (Kind.PAUSE, "auth_too_many")),
        (Phase.GREETING, 554, "go away", (Kind.PAUSE, "greeting_refused")),
        (Phase.GREETING, 0, "", (Kind.PAUSE, "connection_lost")),
    ],
)
def test_answer_has_one_meaning(phase, code, text, verdict):
    assert judged(phase, code, text) == verdict


def test_transport_names_its_own_reason():
    answer = Answer(Phase.TLS, 0, "", "cert_expired", "Сертификат mail истёк.")

    verdict = judge(answer, attempt=1, age=NEW)

    assert (verdict.kind, verdict.reason, verdict.explanation) == (
        Kind.PAUSE,
        "cert_expired",
        "Сертификат mail истёк.",
    )


def test_tunnel_is_heard_through_its_answer():
    words = "4.4.1 refused: mail:465 не принимает подключения. Проверьте адрес и порт."

    verdict = judge(Answer(Phase.GREETING, 421, words), attempt=1, age=NEW)

    assert (verdict.kind, verdict.reason, verdict.explanation) == (
        Kind.PAUSE,
        "refused",
        "Туннель работает, но: mail:465 не принимает подключения. Проверьте адрес и порт.",
    )


def test_steps_of_a_deferred_letter_grow():
    answer = Answer(Phase.RCPT, 451, "later")

    waits = [judge(answer, attempt=attempt, age=NEW).after for attempt in (1, 2, 3, 4, 5)]

    assert waits == [dt.timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240)]


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("Greylisted, try in 300 seconds", dt.timedelta(seconds=300)),
        ("retry after 7 minutes", dt.timedelta(minutes=7)),
        ("повторите через 2 часа", dt.timedelta(hours=2)),
        ("in 5 seconds", dt.timedelta(minutes=1)),
        ("in 90 hours", dt.timedelta(hours=24)),
        ("later", None),
    ],
)
def test_server_may_say_when_to_come_again(text, wait):
    assert asked_wait(text) == wait


def test_letter_older_than_the_horizon_is_given_up():
    verdict = judge(Answer(Phase.RCPT, 451, "later"), attempt=3, age=RETRY_HORIZON)

    assert (verdict.kind, verdict.reason) == (Kind.FAILED, "horizon")


def test_pauses_of_an_account_double_up_to_half_an_hour():
    assert [pause_after(troubles).total_seconds() for troubles in (1, 2, 3, 9, 1000)] == [
        30,
        60,
        120,
        1800,
        1800,
    ]


def test_quota_waits_a_day():
    verdict = judge(Answer(Phase.MAIL, 550, "5.4.5 quota"), attempt=1, age=NEW)

    assert verdict.after == dt.timedelta(hours=24)


@given(
    phase=st.sampled_from(Phase),
    code=st.one_of(st.just(0), st.integers(200, 599)),
    text=st.text(max_size=40),
)
def test_every_answer_has_a_meaning_and_words(phase, code, text):
    verdict = judge(Answer(phase, code, text), attempt=1, age=NEW)

    assert bool(verdict.explanation) == (verdict.kind is not Kind.ACCEPTED)
    assert (verdict.kind is Kind.ACCEPTED) == (phase is Phase.BODY and 200 <= code < 300)


@given(code=st.integers(400, 599), text=st.text(max_size=40))
def test_refused_body_is_never_uncertain(code, text):
    assert judged(Phase.BODY, code, text)[0] is not Kind.UNCERTAIN


def test_reason_without_words_is_told_by_its_key():
    assert happened("martian") == "Причина: martian."
