"""Several services, addresses of every kind, and the API a parent program uses."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import stat
from pathlib import Path

import pytest

from smtp_tunnel.address import Address
from smtp_tunnel.config import read_config
from smtp_tunnel.listener import ListenError
from smtp_tunnel.resolve import Resolver
from smtp_tunnel.supervise import running
from smtp_tunnel.tunnel import Tunnel
from tests.smtp_tunnel.upstream import (
    GREETING,
    context_for,
    first_words,
    inside_tls,
    read_to_end,
    smtp_session,
    upstream,
)


def open_descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208  # names of numbers, not files


# Addresses


def test_unix_socket_is_for_the_owner_and_disappears(write_conf, leaf, tmp_path):
    path = tmp_path / "mail.sock"
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        conf = write_conf(server.port, f"accept = {path}")
        with running(read_config(conf)) as addresses:
            mode = stat.S_IMODE(path.stat().st_mode)
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(8)
                client.connect(str(path))
                heard = client.recv(100)

    assert addresses == {"smtp": Address(path=str(path))}
    assert (mode, heard, path.exists()) == (0o600, GREETING, False)


def test_left_over_unix_socket_is_replaced_and_a_live_one_is_not(write_conf, tmp_path):
    path = tmp_path / "mail.sock"
    left_over = socket.socket(socket.AF_UNIX)
    left_over.bind(str(path))
    left_over.close()
    config = read_config(write_conf(465, f"accept = {path}"))

    with running(config), pytest.raises(ListenError) as refused, running(config):
        pass

    assert str(refused.value) == (
        f"[smtp]: сокет {path} занят другой программой. Остановите её или укажите другой accept"
    )


def test_ipv6_on_both_sides(write_conf, authority):
    context = context_for(authority.issue_cert("::1"))
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        conf = write_conf(0, "accept = [::1]:0", f"connect = [::1]:{port}")
        with running(read_config(conf)) as addresses:
            at = addresses["smtp"]
            with (
                socket.create_connection((at.host, at.port), timeout=60) as client,
                context.wrap_socket(listener.accept()[0], server_side=True) as tls,
            ):
                tls.sendall(GREETING)
                heard = client.recv(100)

    assert at.host == "::1"
    assert heard == GREETING


def test_unknown_listening_name_is_refused(write_conf):
    impossible = "a" * 64 + ".test"
    config = read_config(write_conf(465, f"accept = {impossible}:2525"))

    with pytest.raises(ListenError) as refused, running(config):
        pass

    assert str(refused.value) == (
        f"[smtp]: адрес {impossible}:2525 не найден на этом компьютере."
        " Напишите accept = 127.0.0.1:порт"
    )


def test_one_busy_port_releases_the_others(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        path = tmp_path / "two.conf"
        path.write_text(
            "client = yes\nconnect = mail.test:465\n"
            f"[a]\naccept = {tmp_path}/a.sock\n[b]\naccept = {busy.getsockname()[1]}\n"
        )
        with pytest.raises(ListenError), running(read_config(path)):
            pass

    assert not (tmp_path / "a.sock").exists()


def test_the_name_of_the_section_is_sent_as_sni(dial, leaf):
    asked: list[str | None] = []
    context = context_for(leaf)
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    with upstream(inside_tls(context, smtp_session)) as server:
        first_words(dial(server.port))
        first_words(dial(server.port, "sni = mx.example.org"))
        first_words(dial(server.port, "sni ="))
        first_words(dial(0, f"connect = 127.0.0.1:{server.port}"))

    assert asked == ["localhost", "mx.example.org", None, None]


def test_local_address_is_the_source(dial, leaf):
    sources: list[str] = []

    def note(tls: ssl.SSLSocket) -> None:
        sources.append(tls.getpeername()[0])
        smtp_session(tls)

    with upstream(inside_tls(context_for(leaf), note)) as server:
        first_words(dial(server.port, f"connect = 127.0.0.1:{server.port}", "local = 127.0.0.7"))

    assert sources == ["127.0.0.7"]


def test_check_ip_accepts_an_address_in_the_certificate(dial, authority):
    context = context_for(authority.issue_cert("10.20.30.40"))
    with upstream(inside_tls(context, smtp_session)) as server:
        heard = first_words(dial(server.port, "checkIP = 10.20.30.40"))

    assert heard == GREETING


# Sessions and names


def test_a_kept_session_does_not_vouch_for_another_name(write_conf, authority):
    context = context_for(authority.issue_cert("localhost"))
    with upstream(inside_tls(context, smtp_session)) as server:
        lines = [f"connect = {host}:{server.port}" for host in ("localhost", "127.0.0.1")]
        with running(read_config(write_conf(0, *lines, "failover = rr"))) as addresses:
            at = addresses["smtp"]
            heard = [
                first_words(socket.create_connection((at.host, at.port), timeout=60))
                for _ in range(4)
            ]

    assert [words[:20] for words in heard] == [
        GREETING[:20],
        b"421 4.4.2 cert_host:",
        GREETING[:20],
        b"421 4.4.2 cert_host:",
    ]


@pytest.mark.parametrize("line", ["sessionCacheTimeout = 0", "sessionCacheSize = 0"])
def test_limits_of_kept_sessions(write_conf, leaf, line):
    resumed: list[bool | None] = []

    def note(tls: ssl.SSLSocket) -> None:
        resumed.append(tls.session_reused)
        smtp_session(tls)

    with (
        upstream(inside_tls(context_for(leaf), note)) as server,
        running(read_config(write_conf(server.port, line))) as addresses,
    ):
        at = addresses["smtp"]
        for _ in range(2):
            first_words(socket.create_connection((at.host, at.port), timeout=60))

    assert resumed == [False, False]


# In a program's own event loop


def test_start_serve_reload_stop_leave_no_descriptor(write_conf, leaf, tmp_path):
    before = open_descriptors()
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        conf = write_conf(server.port)
        heard, left = asyncio.run(a_day_of(conf))

    assert heard == [GREETING, GREETING + b"221 bye\r\n"]
    assert left == 0
    assert open_descriptors() == before


async def a_day_of(conf: Path) -> tuple[list[bytes], int]:
    """Serve one client, reload, serve another to its end, stop while a third is still there."""
    tunnel = Tunnel(read_config(conf))
    await tunnel.start()
    at = tunnel.addresses["smtp"]
    reader, writer = await asyncio.open_connection(at.host, at.port)
    heard = [await reader.readline()]
    await tunnel.reload(read_config(conf))
    assert tunnel.addresses["smtp"] == at

    second_reader, second_writer = await asyncio.open_connection(at.host, at.port)
    second_writer.write(b"QUIT\r\n")
    heard.append(await second_reader.read())
    second_writer.close()

    await tunnel.stop(drain=0)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    return heard, tunnel.connections


def test_equal_questions_to_dns_share_one_answer():
    async def ask() -> list[list[str]]:
        resolver = Resolver()
        address = Address("localhost", 25)
        answers = await asyncio.gather(*(resolver.targets(address) for _ in range(50)))
        answers.append(await resolver.targets(address))
        return [[str(target) for target in answer] for answer in answers]

    answers = asyncio.run(ask())

    assert "127.0.0.1:25" in answers[0]
    assert answers == [answers[0]] * 51


def test_a_hundred_visits_leave_nothing_behind(write_conf, leaf):
    with (
        upstream(inside_tls(context_for(leaf), smtp_session)) as server,
        running(read_config(write_conf(server.port))) as addresses,
    ):
        at = addresses["smtp"]
        visit(at)
        before = len(open_descriptors())
        for _ in range(100):
            visit(at)
        after = len(open_descriptors())

    assert after <= before + 2  # the last connection may still be closing


def visit(at: Address) -> None:
    with socket.create_connection((at.host, at.port), timeout=60) as client:
        client.sendall(b"QUIT\r\n")
        assert read_to_end(client) == GREETING + b"221 bye\r\n"
