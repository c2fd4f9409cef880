"""One client through a real tunnel to real TLS servers on loopback."""

from __future__ import annotations

import datetime as dt
import hashlib
import smtplib
import socket
import ssl
import threading
from email.message import EmailMessage

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from smtp_tunnel.config import read_config
from smtp_tunnel.supervise import running
from tests.smtp_tunnel.upstream import (
    GREETING,
    context_for,
    first_words,
    free_port,
    inside_tls,
    old_context_for,
    read_to_end,
    revocation_list,
    self_signed_context,
    smtp_session,
    upstream,
)


class Mailbox:
    """aiosmtpd handler: keeps the letters it accepted."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        assert isinstance(envelope.original_content, bytes)
        self.letters.append(envelope.original_content)
        return "250 2.0.0 accepted"


def test_a_letter_of_five_megabytes_arrives_byte_for_byte(write_conf, leaf):
    mailbox = Mailbox()
    port = free_port()
    server = Controller(mailbox, "127.0.0.1", port, ssl_context=context_for(leaf))
    server.start()
    letter = EmailMessage()
    letter["Subject"] = "bill"
    letter.set_content("text")
    letter.add_attachment(bytes(range(256)) * 15000, maintype="application", subtype="pdf")
    raw = letter.as_bytes(policy=letter.policy.clone(linesep="\r\n"))

    with running(read_config(write_conf(port))) as addresses:
        at = addresses["smtp"]
        with smtplib.SMTP(at.host, at.port, timeout=60) as client:
            client.sendmail("a@example.org", ["b@example.org"], raw)
    server.stop()

    assert len(raw) > 5_000_000
    assert [hashlib.sha256(got).hexdigest() for got in mailbox.letters] == [
        hashlib.sha256(raw).hexdigest()
    ]


def test_two_sections_serve_at_once(tmp_path, ca_file, leaf):
    with (
        upstream(inside_tls(context_for(leaf), smtp_session)) as smtp,
        upstream(inside_tls(context_for(leaf), lambda tls: tls.sendall(b"+OK pop\r\n"))) as pop,
    ):
        path = tmp_path / "two.conf"
        path.write_text(
            f"client = yes\nCAfile = {ca_file}\naccept = 127.0.0.1:0\n"
            f"[smtp-out]\nconnect = localhost:{smtp.port}\n"
            f"[pop3-in]\nconnect = 127.0.0.1:{pop.port}\n"
        )
        with running(read_config(path)) as addresses:
            heard = {}
            for name, at in addresses.items():
                with socket.create_connection((at.host, at.port), timeout=60) as client:
                    heard[name] = client.recv(100)

    assert heard == {"smtp-out": GREETING, "pop3-in": b"+OK pop\r\n"}


# What the mail program hears when the server cannot be trusted or reached


def test_certificate_of_another_name(dial, authority):
    other = context_for(authority.issue_cert("mail.example.org", "smtp.example.org"))
    with upstream(inside_tls(other, smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.decode() == (
        "421 4.4.2 cert_host: Сертификат выдан для mail.example.org, smtp.example.org,"
        " а подключаемся к localhost. Укажите одно из этих имён.\r\n"
    )


def test_no_byte_of_the_client_reaches_a_server_with_a_wrong_name(dial, authority):
    got: list[bytes] = []

    def listen(tls: ssl.SSLSocket) -> None:
        got.append(tls.recv(100))

    with upstream(inside_tls(context_for(authority.issue_cert("other.test")), listen)) as server:
        client = dial(server.port)
        client.sendall(b"AUTH PLAIN c2VjcmV0\r\n")
        read_to_end(client)

    assert b"".join(got) == b""


def test_check_host_names_the_certificate_instead_of_the_address(dial, authority):
    other = context_for(authority.issue_cert("mail.example.org"))
    with upstream(inside_tls(other, smtp_session)) as server:
        client = dial(server.port, "checkHost = wrong.test", "checkHost = mail.example.org")
        heard = first_words(client)

    assert heard == GREETING


def test_unknown_authority(dial):
    stranger = context_for(trustme.CA().issue_cert("localhost"))
    with upstream(inside_tls(stranger, smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.decode().startswith("421 4.4.2 cert_unknown_ca: Издатель сертификата localhost")


def test_the_system_store_does_not_know_our_authority(dial, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        heard = read_to_end(dial(server.port, ca=None))

    assert heard[:29] == b"421 4.4.2 cert_unknown_ca: \xd0\x98"


def test_expired_certificate(dial, authority):
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    old = authority.issue_cert(
        "localhost", not_before=yesterday - dt.timedelta(days=9), not_after=yesterday
    )
    with upstream(inside_tls(context_for(old), smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.decode() == (
        "421 4.4.2 cert_expired: Сертификат localhost истёк."
        " Сообщите владельцу сервера; проверьте часы компьютера.\r\n"
    )


def test_certificate_of_tomorrow(dial, authority):
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    early = authority.issue_cert("localhost", not_before=tomorrow)
    with upstream(inside_tls(context_for(early), smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.split()[2] == b"cert_not_yet:"


def test_self_signed_certificate(dial, tmp_path):
    context, _ = self_signed_context(tmp_path, "localhost")
    with upstream(inside_tls(context, smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.split()[2] == b"cert_self_signed:"


def test_pinned_self_signed_certificate_is_accepted(dial, tmp_path):
    context, pem = self_signed_context(tmp_path, "any.name")
    with upstream(inside_tls(context, smtp_session)) as server:
        heard = first_words(dial(server.port, "verifyPeer = yes", ca=pem))

    assert heard == GREETING


def test_another_certificate_of_the_pinned_authority_is_refused(dial, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        heard = read_to_end(dial(server.port, "verify = 3"))

    assert heard.split()[2] == b"cert_not_pinned:"


def test_anonymous_ciphers_are_not_offered_whatever_the_file_says(dial):
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    anonymous.maximum_version = ssl.TLSVersion.TLSv1_2
    anonymous.set_ciphers("aNULL:@SECLEVEL=0")
    with upstream(inside_tls(anonymous, smtp_session)) as server:
        client = dial(server.port, "ciphers = ALL:aNULL", "securityLevel = 0")
        heard = read_to_end(client)

    assert heard.split()[2] == b"tls_failed:"


def test_server_of_tls_1_1_only(dial, leaf):
    with upstream(inside_tls(old_context_for(leaf), smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.decode() == (
        "421 4.4.2 tls_old: Сервер localhost умеет только устаревший TLS. Обновите сервер;"
        " временно: sslVersionMin для этого раздела.\r\n"
    )


def test_server_of_tls_1_1_is_reached_when_the_file_asks_for_it(dial, leaf):
    with upstream(inside_tls(old_context_for(leaf), smtp_session)) as server:
        heard = first_words(dial(server.port, "sslVersionMin = TLSv1.1", "securityLevel = 0"))

    assert heard == GREETING


def test_plain_server_on_a_tls_port(dial):
    with upstream(lambda sock: sock.sendall(GREETING)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.decode() == (
        f"421 4.4.2 tls_on_plain_port: На порту {server.port} сервер localhost работает без TLS"
        " с первого байта. Нужен STARTTLS (строка protocol) или порт 465"
        " (995 для POP3, 993 для IMAP).\r\n"
    )


def test_nobody_listens_upstream(dial):
    with upstream(lambda sock: None) as server:
        port = server.port
    heard = read_to_end(dial(port, f"connect = 127.0.0.1:{port}"))

    assert heard.decode() == (
        f"421 4.4.1 refused: 127.0.0.1:{port} не принимает подключения. Проверьте адрес и порт.\r\n"
    )


def test_unknown_server_name(dial):
    impossible = "a" * 64 + ".test"  # longer than DNS allows: known without asking anybody
    heard = read_to_end(dial(0, f"connect = {impossible}:465"))

    assert heard.decode() == (
        f"421 4.4.3 dns_not_found: Сервер {impossible} не найден."
        " Проверьте имя: возможно, опечатка.\r\n"
    )


def test_server_that_accepts_and_keeps_silent(dial):
    def keep_silent(sock: socket.socket) -> None:
        while sock.recv(10000):
            pass

    with upstream(keep_silent) as server:
        heard = read_to_end(dial(server.port, "TIMEOUTbusy = 1"))

    assert heard.decode() == (
        f"421 4.4.2 tls_timeout: Сервер localhost:{server.port} не закончил установку TLS за 1 с.\r\n"
    )


def test_revoked_certificate(dial, authority, leaf, tmp_path):
    crl = tmp_path / "crl.pem"
    crl.write_bytes(revocation_list(authority, leaf))
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        heard = read_to_end(dial(server.port, f"CRLfile = {crl}"))

    assert heard.decode() == (
        "421 4.4.2 cert_revoked: Сертификат localhost отозван. Соединение запрещено.\r\n"
    )


@pytest.mark.parametrize("abruptly", [True, False])
def test_connection_cut_in_the_handshake(dial, abruptly):
    def cut(sock: socket.socket) -> None:
        if not abruptly:
            sock.recv(100000)

    with upstream(cut) as server:
        heard = read_to_end(dial(server.port))

    assert heard.split()[2] == b"tls_reset:"


def test_server_that_wants_a_client_certificate(dial, leaf, authority):
    demanding = context_for(leaf)
    demanding.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(demanding)
    with upstream(inside_tls(demanding, smtp_session)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.split()[2] == b"tls_client_cert:"


def test_client_certificate_of_the_file_is_shown(dial, leaf, authority, tmp_path):
    demanding = context_for(leaf)
    demanding.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(demanding)
    mine = authority.issue_cert("bookkeeper@example.org")
    pem = tmp_path / "mine.pem"
    mine.private_key_and_cert_chain_pem.write_to_path(str(pem))
    with upstream(inside_tls(demanding, smtp_session)) as server:
        heard = first_words(dial(server.port, f"cert = {pem}"))

    assert heard == GREETING


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("pop3-in", b"-ERR refused: "), ("imap-in", b"* BYE refused: "), ("smtp", b"421 4.4.1 ref")],
)
def test_the_reason_is_told_in_the_mail_protocol_of_the_section(dial, name, beginning):
    with upstream(lambda sock: None) as server:
        port = server.port
    heard = read_to_end(dial(port, name=name))

    assert heard[: len(beginning)] == beginning


@pytest.mark.parametrize(("name", "lines"), [("box", ()), ("smtp", (";! onFailure = reset",))])
def test_without_a_known_protocol_or_by_wish_the_client_gets_a_reset(dial, name, lines):
    with upstream(lambda sock: None) as server:
        port = server.port

    with pytest.raises(ConnectionResetError):
        read_to_end(dial(port, *lines, name=name))


def test_dead_first_server_gives_way_to_the_second(dial, leaf):
    with upstream(lambda sock: None) as dead:
        port = dead.port
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        client = dial(0, f"connect = 127.0.0.1:{port}", f"connect = 127.0.0.1:{server.port}")
        heard = first_words(client)

    assert heard == GREETING


def test_round_robin_alternates(write_conf, leaf):
    with (
        upstream(inside_tls(context_for(leaf), smtp_session)) as one,
        upstream(inside_tls(context_for(leaf), smtp_session)) as two,
    ):
        lines = [f"connect = 127.0.0.1:{server.port}" for server in (one, two)]
        with running(read_config(write_conf(0, *lines, "failover = rr"))) as addresses:
            at = addresses["smtp"]
            for _ in range(4):
                with smtplib.SMTP(at.host, at.port, timeout=60):
                    pass

    assert (one.accepted, two.accepted) == (2, 2)


# Sessions


def resumptions(write_conf, context: ssl.SSLContext, times: int, *lines: str) -> list[bool]:
    seen: list[bool] = []
    lock = threading.Lock()

    def note(tls: ssl.SSLSocket) -> None:
        with lock:
            seen.append(bool(tls.session_reused))
        smtp_session(tls)

    with (
        upstream(inside_tls(context, note)) as server,
        running(read_config(write_conf(server.port, *lines))) as addresses,
    ):
        at = addresses["smtp"]
        for _ in range(times):
            with smtplib.SMTP(at.host, at.port, timeout=60):
                pass
    return seen


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_second_connection_resumes_the_session_of_the_first(write_conf, leaf, newest):
    context = context_for(leaf)
    context.maximum_version = newest

    assert resumptions(write_conf, context, 3) == [False, True, True]


def test_sessions_can_be_switched_off(write_conf, leaf):
    assert resumptions(write_conf, context_for(leaf), 2, "sessionResume = no") == [False, False]
