"""STARTTLS upgrades against raw servers: what is sent in clear, what the client hears."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence

import pytest

from tests.smtp_tunnel.upstream import (
    Behaviour,
    answer_lines,
    context_for,
    first_words,
    read_to_end,
    upstream,
)

SMTP = (b"220 mail.test ESMTP\r\n", b"250-mail.test\r\n250 STARTTLS\r\n", b"220 go ahead\r\n")
POP3 = (b"+OK pop ready\r\n", b"+OK begin TLS\r\n")
IMAP = (
    b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n",
    b"* NOTE\r\ntls OK begin\r\n",
)


def clear_talk(
    answers: Sequence[bytes], then: Callable[[socket.socket], None], heard: list[bytes]
) -> Behaviour:
    """Says the first answer, then one answer for each line heard, then goes on with `then`."""

    def serve(sock: socket.socket) -> None:
        sock.sendall(answers[0])
        for answer in answers[1:]:
            heard.append(read_line(sock))
            sock.sendall(answer)
        then(sock)

    return serve


def read_line(sock: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = sock.recv(1)
        if not byte:
            break
        line += byte
    return line


def upgrade(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def serve(sock: socket.socket) -> None:
        sock.getpeername()  # Python leaves a lost connection open when it fails to wrap it
        with context.wrap_socket(sock, server_side=True) as tls:
            answer_lines(tls)

    return serve


def to_nothing(sock: socket.socket) -> None:
    """Wait until the tunnel hangs up."""
    sock.recv(1)


@pytest.mark.parametrize(
    ("protocol", "answers", "commands", "greeting"),
    [
        ("smtp", SMTP, [b"EHLO localhost\r\n", b"STARTTLS\r\n"], b"220 mail.test ESMTP\r\n"),
        ("pop3", POP3, [b"STLS\r\n"], b"+OK pop ready\r\n"),
        ("imap", IMAP, [b"tls STARTTLS\r\n"], b"* OK ready\r\n"),
    ],
)
def test_upgrade_then_greeting_then_session(dial, leaf, protocol, answers, commands, greeting):
    heard: list[bytes] = []
    with upstream(clear_talk(answers, upgrade(context_for(leaf)), heard)) as server:
        client = dial(server.port, f"protocol = {protocol}")
        told = client.recv(100)
        client.sendall(b"QUIT\r\n")
        told += read_to_end(client)
        client.close()

    assert heard == commands
    assert told == greeting + b"221 bye\r\n"


def test_the_greeting_waits_for_a_verified_certificate(dial, authority):
    other = context_for(authority.issue_cert("other.test"))
    with upstream(clear_talk(SMTP, upgrade(other), [])) as server:
        heard = read_to_end(dial(server.port, "protocol = smtp"))

    assert heard.split(b":")[0] == b"421 4.4.2 cert_host"


def test_several_lines_of_greeting_in_one_byte_packets(dial, leaf):
    greeting = b"220-first\r\n220 second\r\n"

    def slowly(sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in greeting:
            sock.sendall(bytes([byte]))
            time.sleep(0.002)
        clear_talk((b"", *SMTP[1:]), upgrade(context_for(leaf)), [])(sock)

    with upstream(slowly) as server:
        heard = first_words(dial(server.port, "protocol = smtp"))

    assert heard == greeting


@pytest.mark.parametrize(
    ("protocol", "answers", "words"),
    [
        ("smtp", (SMTP[0], b"250-mail.test\r\n250 SIZE 1\r\n"), b"421 4.4.2 no_starttls"),
        ("smtp", (SMTP[0], b"502 what?\r\n"), b"421 4.4.2 no_starttls"),
        ("smtp", (*SMTP[:2], b"454 not now\r\n"), b"421 4.4.2 no_starttls"),
        ("pop3", (POP3[0], b"-ERR unknown\r\n"), b"-ERR no_starttls"),
        ("imap", (IMAP[0], b"tls BAD unknown\r\n"), b"* BYE no_starttls"),
        ("imap", (b"* PREAUTH hello\r\n",), b"* BYE no_starttls"),
    ],
)
def test_stripped_starttls_ends_before_any_greeting(dial, protocol, answers, words):
    with upstream(clear_talk(answers, to_nothing, [])) as server:
        heard = read_to_end(dial(server.port, f"protocol = {protocol}"))

    assert heard.split(b":")[0] == words


@pytest.mark.parametrize(
    ("protocol", "answers", "words"),
    [
        ("smtp", SMTP, b"421 4.4.2 starttls_injected"),
        ("pop3", POP3, b"-ERR starttls_injected"),
        ("imap", IMAP, b"* BYE starttls_injected"),
    ],
)
def test_bytes_after_the_consent_are_an_attack(dial, protocol, answers, words):
    *first, consent = answers
    poisoned = (*first, consent + b"250 injected\r\n")
    with upstream(clear_talk(poisoned, to_nothing, [])) as server:
        heard = read_to_end(dial(server.port, f"protocol = {protocol}"))

    assert heard.split(b":")[0] == words


def test_clear_bytes_that_come_later_than_the_consent_are_an_attack_too(dial):
    def inject(sock: socket.socket) -> None:
        sock.recv(1000)
        sock.sendall(b"250 injected after the handshake began\r\n")
        sock.recv(1)

    with upstream(clear_talk(SMTP, inject, [])) as server:
        heard = read_to_end(dial(server.port, "protocol = smtp"))

    assert heard.split(b":")[0] == b"421 4.4.2 starttls_injected"


@pytest.mark.parametrize(
    ("protocol", "answer", "words"),
    [
        ("smtp", b"554 5.7.1 go\x07 away\r\n", "421 4.4.2 greeting_refused: {}554 5.7.1 go  away"),
        ("pop3", b"-ERR busy\r\n", "-ERR greeting_refused: {}-ERR busy"),
        ("imap", b"* BYE busy\r\n", "* BYE greeting_refused: {}* BYE busy"),
    ],
)
def test_refusal_of_the_server_is_passed_on_in_its_words(dial, protocol, answer, words):
    with upstream(clear_talk((answer,), to_nothing, [])) as server:
        heard = read_to_end(dial(server.port, f"protocol = {protocol}"))

    assert heard.decode() == words.format("Сервер localhost отказал сразу: ") + ".\r\n"


@pytest.mark.parametrize(
    "answers",
    [
        (b"HTTP/1.1 400 Bad Request\r\n",),
        (b"220-one\r\n250 two\r\n",),
        (b"220-more\r\n" * 200,),
        (b"220 " + b"x" * 5000,),
    ],
)
def test_answers_outside_the_protocol_are_named_and_bounded(dial, answers):
    with upstream(clear_talk(answers, to_nothing, [])) as server:
        heard = read_to_end(dial(server.port, "protocol = smtp"))

    assert heard.split(b":")[0] == b"421 4.4.2 protocol_error"
    assert len(heard) <= 512


def test_silent_server_gets_the_hint_about_tls_at_once(dial):
    with upstream(to_nothing) as server:
        heard = read_to_end(dial(server.port, "protocol = smtp", "TIMEOUTbusy = 1"))

    assert heard.split(b":")[0] == b"421 4.4.2 plain_on_tls_port"


def test_server_that_hangs_up_during_the_talk(dial):
    with upstream(lambda sock: sock.sendall(b"220 hel")) as server:
        heard = read_to_end(dial(server.port, "protocol = smtp"))

    assert heard.decode() == ("421 4.4.2 upstream_lost: Сервер localhost оборвал соединение.\r\n")
