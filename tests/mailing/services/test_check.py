"""«Проверить учётную запись»."""

import socket
import threading

import pytest

from mailing.models import MailAccount
from mailing.services import check_account
from tests.cast import NOON
from tests.mailing.office import QUICK, make_mail_account, with_login


def checked(account):
    steps = check_account(account=account, at=NOON, timeouts=QUICK)
    return [(step.title, step.passed) for step in steps], steps[-1].sentence


def test_good_account_passes_every_step_and_sends_nothing(mail_account, smtp, post_office):
    with_login(mail_account)

    steps, _ = checked(mail_account)

    mail_account.refresh_from_db()
    assert steps == [
        (f"Соединение с 127.0.0.1:{smtp.address[1]}", True),
        ("Приветствие сервера", True),
        ("Вход пользователя post@ocean.ru", True),
        ("Отправка от post@ocean.ru", True),
        ("Отмена пробного письма", True),
    ]
    assert (mail_account.check_passed, mail_account.check_result, mail_account.checked_at) == (
        True,
        "Проверка прошла успешно.",
        NOON,
    )
    assert post_office.letters == []


def test_wrong_password_is_the_step_that_fails(mail_account):
    with_login(mail_account, password="wrong")

    steps, sentence = checked(mail_account)

    assert steps[-1] == ("Вход пользователя post@ocean.ru", False)
    assert sentence == (
        "Неверный логин или пароль. Проверьте логин (полный адрес) и пароль. В Яндексе, Mail.ru и"
        " Gmail нужен пароль приложения и включённый доступ по протоколам."
    )


def test_typed_password_stands_in_for_one_not_remembered(mail_account):
    with_login(mail_account, remember=False)

    steps = check_account(account=mail_account, password="letters", at=NOON, timeouts=QUICK)

    assert all(step.passed for step in steps)


def test_foreign_sender_is_found_without_a_letter(mail_account, post_office):
    post_office.at_sender = "553 5.7.1 sender address rejected: not owned by user"

    steps, _ = checked(mail_account)

    assert steps[-1] == ("Отправка от post@ocean.ru", False)


def test_tunnel_that_is_not_started_is_told(okean, free_port):
    account = make_mail_account(okean.organisation, port=free_port)

    _, sentence = checked(account)

    account.refresh_from_db()
    assert sentence == (
        f"127.0.0.1:{free_port} не принимает подключения: туннель не запущен или слушает другой"
        " порт. Запустите туннель: zhkh tunnel ФАЙЛ_НАСТРОЕК."
    )
    assert account.check_passed is False


def test_incoming_mail_is_tried_too(mail_account, free_port):
    MailAccount.objects.filter(pk=mail_account.pk).update(
        use_for_receiving=True, pop3_host="127.0.0.1", pop3_port=free_port
    )
    mail_account.refresh_from_db()

    steps, _ = checked(mail_account)

    assert steps[-1] == (f"Ящик входящей почты 127.0.0.1:{free_port} (POP3)", False)


def test_pop3_password_never_goes_unprotected(mail_account):
    mail_account.use_for_receiving = True
    mail_account.pop3_host = "pop.mail.ru"

    _, sentence = checked(mail_account)

    assert sentence == (
        "Соединение не защищено: пароль не отправлен. Включите защищённую версию POP3 или укажите"
        " туннель на этом компьютере."
    )


@pytest.fixture
def mailbox():
    """A POP3 server with two letters in the box; knows one password."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        client, _ = listener.accept()
        with client, client.makefile("rwb", buffering=0) as stream:
            stream.write(b"+OK hello\r\n")
            for line in iter(stream.readline, b""):
                stream.write(_pop3_answer(line.strip().decode()))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()
    thread.join(5)


def _pop3_answer(command: str) -> bytes:
    if command.startswith("PASS"):
        return b"+OK\r\n" if command == "PASS letters" else b"-ERR [AUTH] no\r\n"
    return b"+OK 2 320\r\n" if command == "STAT" else b"+OK\r\n"


@pytest.mark.parametrize(
    ("password", "passed", "sentence"),
    [
        ("letters", True, "Писем: 2."),
        (
            "wrong",
            False,
            "Вход не выполнен. Возможно, протокол POP3 выключен в настройках ящика.",
        ),
    ],
)
def test_incoming_mailbox_is_counted(okean, mailbox, password, passed, sentence):
    account = make_mail_account(
        okean.organisation,
        port=9,
        use_for_sending=False,
        use_for_receiving=True,
        pop3_host="127.0.0.1",
        pop3_port=mailbox,
    )
    with_login(account, password=password)

    [step] = check_account(account=account, at=NOON, timeouts=QUICK)

    assert (step.passed, step.sentence) == (passed, sentence)


def test_account_that_is_for_nothing_does_not_pass(okean):
    account = make_mail_account(okean.organisation, port=9, use_for_sending=False)

    steps = check_account(account=account, at=NOON, timeouts=QUICK)

    account.refresh_from_db()
    assert (steps, account.check_passed) == ([], False)
