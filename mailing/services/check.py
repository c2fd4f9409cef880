"""«Проверить учётную запись»: every step of sending but the letter."""

import contextlib
import dataclasses
import datetime as dt
import poplib
import ssl
import time
from collections.abc import Callable

from mailing.models import MailAccount
from mailing.models.account import LOOPBACK
from mailing.outcome.answer import Answer
from mailing.outcome.verdict import judge
from mailing.outcome.wording import advice
from mailing.transport import MailConnection, MailServer, NotDone, Timeouts
from mailing.transport.server import INTERACTIVE
from smtp_tunnel.failure import of_connect, of_tls, printable


@dataclasses.dataclass(frozen=True, slots=True)
class CheckStep:
    """One step: what was tried, whether it worked, what to know, how long it took."""

    title: str
    passed: bool
    sentence: str = ""
    reply: str = ""
    milliseconds: int = 0


_Clock = Callable[[], float]


def check_account(
    *, account: MailAccount, password: str = "", at: dt.datetime, timeouts: Timeouts = INTERACTIVE
) -> list[CheckStep]:
    """
    Reach the servers, log in, offer the sender's address and take it back; nothing is sent.

    Stops at the first step that fails; the other protocol is tried all the same. The result is
    kept with the account. `password` stands in for one that is not remembered.

    :raises SecretLost: the kept password cannot be read.
    """
    secret = password or account.kept_password()
    steps = _check_sending(account, secret, timeouts) if account.use_for_sending else []
    if account.use_for_receiving:
        steps.append(_check_receiving(account, secret, timeouts))
    passed = bool(steps) and all(step.passed for step in steps)
    MailAccount.objects.filter(pk=account.pk).update(
        checked_at=at, check_passed=passed, check_result=_summary(steps)
    )
    return steps


def _check_sending(account: MailAccount, password: str, timeouts: Timeouts) -> list[CheckStep]:
    server = MailServer(
        host=account.smtp_host,
        port=account.smtp_port,
        secure=account.smtp_secure,
        starttls=account.smtp_starttls,
        username=account.username if account.logs_in else "",
        password=password,
    )
    connection = MailConnection(server, timeouts)
    where = f"{server.host}:{server.port}"
    plan: list[tuple[str, Callable[[], None]]] = [
        (f"Соединение с {where}", connection.connect),
        ("Приветствие сервера", connection.hello),
    ]
    if server.username:
        plan.append((f"Вход пользователя {server.username}", connection.login))
    plan += [
        (f"Отправка от {account.address}", lambda: connection.offer_sender(account.address)),
        ("Отмена пробного письма", connection.reset),
    ]
    with contextlib.closing(connection):
        return _until_failure(plan)


def _until_failure(plan: list[tuple[str, Callable[[], None]]]) -> list[CheckStep]:
    steps: list[CheckStep] = []
    for title, act in plan:
        started = time.monotonic()
        try:
            act()
        except NotDone as refusal:
            steps.append(_failed(title, refusal.answer, _since(started)))
            break
        steps.append(CheckStep(title, passed=True, milliseconds=_since(started)))
    return steps


def _failed(title: str, answer: Answer, milliseconds: int) -> CheckStep:
    verdict = judge(answer, attempt=1, age=dt.timedelta())
    sentence = f"{verdict.explanation} {advice(verdict.reason)}".strip()
    return CheckStep(
        title, passed=False, sentence=sentence, reply=answer.words, milliseconds=milliseconds
    )


def _check_receiving(account: MailAccount, password: str, timeouts: Timeouts) -> CheckStep:
    host, port = account.pop3_host, account.pop3_port
    title = f"Ящик входящей почты {host}:{port} (POP3)"
    started = time.monotonic()
    if not account.pop3_secure and host not in LOOPBACK:
        sentence = (
            "Соединение не защищено: пароль не отправлен. Включите защищённую версию POP3"
            " или укажите туннель на этом компьютере."
        )
        return CheckStep(title, passed=False, sentence=sentence)
    try:
        letters = _count_letters(account, password, timeouts)
    except poplib.error_proto as refusal:
        words = printable(str(refusal))
        sentence = "Вход не выполнен. Возможно, протокол POP3 выключен в настройках ящика."
        return CheckStep(title, passed=False, sentence=sentence, reply=words)
    except ssl.SSLError as trouble:
        return CheckStep(title, passed=False, sentence=of_tls(trouble, host=host, port=port).text)
    except OSError as trouble:
        return CheckStep(
            title, passed=False, sentence=of_connect(trouble, host=host, port=port).text
        )
    return CheckStep(
        title, passed=True, sentence=f"Писем: {letters}.", milliseconds=_since(started)
    )


def _count_letters(account: MailAccount, password: str, timeouts: Timeouts) -> int:
    host, port, seconds = account.pop3_host, account.pop3_port, timeouts.connect
    box: poplib.POP3
    if account.pop3_secure:
        box = poplib.POP3_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    else:
        box = poplib.POP3(host, port, timeout=seconds)
    try:
        box.user(account.username)
        box.pass_(password)
        return box.stat()[0]
    finally:
        with contextlib.suppress(OSError, poplib.error_proto):
            box.quit()


def _summary(steps: list[CheckStep]) -> str:
    failed = [f"{step.title}: {step.sentence}" for step in steps if not step.passed]
    if failed:
        return " ".join(failed)
    return "Проверка прошла успешно." if steps else "Учётная запись ни для чего не используется."


def _since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
