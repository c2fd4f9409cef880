from __future__ import annotations

import errno
import socket
import string

import pytest

from smtp_tunnel.failure import SENTENCES, TunnelFailure, answer, of_connect

FACTS = {"host", "port", "seconds", "names", "text"}


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "dns_not_found"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "dns_temporary"),
        (OSError(errno.ECONNREFUSED, "x"), "refused"),
        (OSError(errno.ETIMEDOUT, "x"), "timeout_tcp"),
        (OSError(errno.ENETUNREACH, "x"), "unreachable"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (OSError(errno.EMFILE, "x"), "connect_failed"),
        (OSError("no number"), "connect_failed"),
    ],
)
def test_errors_of_connecting_have_names(error, key):
    assert of_connect(error, host="mail.test", port=465).key == key


def test_sentences_use_only_known_facts_and_end_with_a_full_stop():
    for key, sentence in SENTENCES.items():
        used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert (key, used - FACTS, sentence[-1]) == (key, set(), ".")


@pytest.mark.parametrize("speech", ["smtp", "pop3", "imap"])
@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_answer_is_one_short_line(key, speech):
    failure = TunnelFailure(key, host="a" * 300 + "\r\nQUIT", text="ы" * 300, names="b")

    line = answer(failure, speech)

    assert len(line) <= 512
    assert line.count(b"\n") == line.count(b"\r") == 1
    assert line.endswith(b"\r\n")
    assert key in line.decode()


def test_an_unknown_fact_is_a_dash():
    assert TunnelFailure("refused", host="a").text == (
        "a:— не принимает подключения. Проверьте адрес и порт."
    )


def test_a_failure_learns_its_place_later():
    assert TunnelFailure("no_starttls").at("a.ru", 25).text == (
        "Сервер a.ru не поддерживает STARTTLS; открытым текстом ничего не отправлено."
    )
