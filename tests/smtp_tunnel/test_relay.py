"""Bytes through the tunnel: halves that close, sides that break, sides that do not read."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from smtp_tunnel.config import read_config
from smtp_tunnel.supervise import running
from tests.smtp_tunnel.upstream import (
    GREETING,
    context_for,
    inside_tls,
    read_to_end,
    smtp_session,
    upstream,
)

RESET = struct.pack("ii", 1, 0)


def ready(tls: ssl.SSLSocket) -> None:
    tls.sendall(GREETING)


def reset(tls: socket.socket) -> None:
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    tls.close()


# Who closes first


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_client_closes_its_half_and_still_hears_everything(dial, leaf, newest):
    context = context_for(leaf)
    context.maximum_version = newest
    answer = os.urandom(3_000_000)

    def answer_after_end(tls: ssl.SSLSocket) -> None:
        ready(tls)
        assert read_to_end(tls) == b"DATA\r\n"
        tls.sendall(answer)

    with upstream(inside_tls(context, answer_after_end)) as server:
        client = dial(server.port)
        client.sendall(b"DATA\r\n")
        client.shutdown(socket.SHUT_WR)
        heard = read_to_end(client)

    assert heard == GREETING + answer


def test_client_closes_its_half_while_the_server_is_talking(dial, leaf):
    answer = os.urandom(20_000_000)

    def talk(tls: ssl.SSLSocket) -> None:
        tls.sendall(answer)
        assert read_to_end(tls) == b"NOOP\r\n"
        tls.sendall(b"the end")

    with upstream(inside_tls(context_for(leaf), talk)) as server:
        client = dial(server.port)
        begin = client.recv(10, socket.MSG_WAITALL)
        client.sendall(b"NOOP\r\n")
        client.shutdown(socket.SHUT_WR)
        heard = begin + read_to_end(client)

    assert hashlib.sha256(heard).digest() == hashlib.sha256(answer + b"the end").digest()


def test_server_closes_its_half_and_still_hears_everything(dial, leaf):
    heard: list[bytes] = []
    letter = os.urandom(3_000_000)

    def close_first(sock: socket.socket) -> None:
        with context_for(leaf).wrap_socket(sock, server_side=True) as tls:
            ready(tls)
            say_tls_end(tls)
            heard.append(read_to_end(tls))

    with upstream(close_first) as server:
        client = dial(server.port)
        assert read_to_end(client) == GREETING
        client.sendall(letter)
        client.close()

    assert [hashlib.sha256(got).digest() for got in heard] == [hashlib.sha256(letter).digest()]


def say_tls_end(tls: ssl.SSLSocket) -> None:
    """close_notify without waiting for the other side's."""
    tls.settimeout(0)
    with pytest.raises(ssl.SSLWantReadError):
        tls.unwrap()
    tls.settimeout(8)


def test_silent_client_is_let_go_after_the_closing_time(dial, leaf):
    with upstream(inside_tls(context_for(leaf), ready)) as server:
        client = dial(server.port, "TIMEOUTclose = 1")
        started = time.monotonic()
        assert read_to_end(client) == GREETING
        while server.is_busy:  # our close_notify comes when the tunnel gives the client up
            time.sleep(0.05)

    assert 0.9 <= time.monotonic() - started < 5.0


def test_idle_connection_is_reset(dial, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        client = dial(server.port, "TIMEOUTidle = 1")
        assert client.recv(100) == GREETING

        with pytest.raises(ConnectionResetError):
            read_to_end(client)


# Broken in the middle


@pytest.mark.parametrize("how", ["reset", "no close_notify"])
def test_a_letter_cut_by_the_server_never_ends_cleanly(dial, leaf, how):
    def cut(tls: ssl.SSLSocket) -> None:
        ready(tls)
        tls.recv(1000)
        if how == "reset":
            reset(tls)
        else:
            tls.shutdown(socket.SHUT_RDWR)
            tls.close()

    with upstream(inside_tls(context_for(leaf), cut)) as server:
        client = dial(server.port)
        assert client.recv(100) == GREETING
        client.sendall(b"DATA\r\nSubject: half a let")

        with pytest.raises(ConnectionResetError):
            read_to_end(client)


@pytest.mark.parametrize("goodbye", [b"QUIT\r\n", b"noop\r\nquit\n", b"a7 LOGOUT\r\n"])
def test_rude_end_after_goodbye_is_a_clean_end(dial, leaf, goodbye):
    def hang_up(tls: ssl.SSLSocket) -> None:
        ready(tls)
        tls.recv(1000)
        tls.sendall(b"221 bye\r\n")
        tls.shutdown(socket.SHUT_RDWR)
        tls.close()

    with upstream(inside_tls(context_for(leaf), hang_up)) as server:
        client = dial(server.port)
        assert client.recv(100) == GREETING
        client.sendall(goodbye)
        heard = read_to_end(client)

    assert heard == b"221 bye\r\n"


def test_the_word_quit_inside_a_line_is_no_goodbye(dial, leaf):
    def hang_up(tls: ssl.SSLSocket) -> None:
        ready(tls)
        tls.recv(1000)
        tls.shutdown(socket.SHUT_RDWR)
        tls.close()

    with upstream(inside_tls(context_for(leaf), hang_up)) as server:
        client = dial(server.port)
        assert client.recv(100) == GREETING
        client.sendall(b"we never QUIT\r\n")

        with pytest.raises(ConnectionResetError):
            read_to_end(client)


def test_server_gone_before_its_first_word_is_explained(dial, leaf):
    with upstream(inside_tls(context_for(leaf), reset)) as server:
        heard = read_to_end(dial(server.port))

    assert heard.split(b":")[0] in {b"421 4.4.2 upstream_lost", b"421 4.4.2 tls_reset"}


def test_client_that_breaks_off_in_a_letter_does_not_end_it_cleanly(dial, leaf):
    clean: list[bool] = []

    def listen(tls: ssl.SSLSocket) -> None:
        ready(tls)
        try:
            read_to_end(tls)
        except OSError:  # SSLEOFError or ConnectionResetError, as Python pleases
            clean.append(False)
        else:
            clean.append(True)

    with upstream(inside_tls(context_for(leaf), listen)) as server:
        client = dial(server.port)
        assert client.recv(100) == GREETING
        client.sendall(b"DATA\r\nhalf")
        time.sleep(0.1)
        reset(client)
        while not clean:
            time.sleep(0.01)

    assert clean == [False]


# Flow


def test_slow_client_stops_the_server_instead_of_filling_memory(dial, leaf):
    sent = 0
    finished = threading.Event()
    block = os.urandom(1 << 20)
    expected = hashlib.sha256(block * 50).digest()

    def flood(tls: ssl.SSLSocket) -> None:
        nonlocal sent
        for _ in range(50):
            tls.sendall(block)
            sent += len(block)
        finished.set()

    with upstream(inside_tls(context_for(leaf), flood)) as server:
        client = dial(server.port)
        digest = hashlib.sha256(client.recv(1))
        time.sleep(0.5)
        in_flight = sent
        while part := client.recv(65536):
            digest.update(part)
        client.close()

    assert in_flight < 30 << 20  # buffers of the kernel on three sockets; ours hold 128 KB
    assert finished.is_set()
    assert digest.digest() == expected


def test_slow_server_stops_the_client(dial, leaf):
    letter = os.urandom(30 << 20)
    digests: list[bytes] = []
    go = threading.Event()

    def sleep_then_read(tls: ssl.SSLSocket) -> None:
        ready(tls)
        go.wait(5)
        digests.append(hashlib.sha256(read_to_end(tls)).digest())
        tls.sendall(b"250 ok\r\n")

    with upstream(inside_tls(context_for(leaf), sleep_then_read)) as server:
        client = dial(server.port)
        assert client.recv(100) == GREETING
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.sendall(letter)
        client.close()
        go.set()
        while not digests:
            time.sleep(0.01)

    assert len(digests) == 1


@pytest.mark.parametrize("size", [1, 16384, 16385])
def test_pieces_of_any_size_pass_both_ways(dial, leaf, size):
    total = 300 if size == 1 else 200_000
    data = os.urandom(total)

    def echo(tls: ssl.SSLSocket) -> None:
        while part := tls.recv(size):
            tls.sendall(part)

    with upstream(inside_tls(context_for(leaf), echo)) as server:
        client = dial(server.port)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, total, size):
            client.sendall(data[at : at + size])
        client.shutdown(socket.SHUT_WR)
        heard = read_to_end(client)

    assert heard == data


def test_two_hundred_clients_at_once(write_conf, leaf):
    together = threading.Barrier(200, timeout=60)

    def visit(address) -> bytes:
        with socket.create_connection((address.host, address.port), timeout=60) as client:
            heard = client.recv(100)
            together.wait()
            client.sendall(b"QUIT\r\n")
            return heard + read_to_end(client)

    with (
        upstream(inside_tls(context_for(leaf), smtp_session)) as server,
        running(read_config(write_conf(server.port))) as addresses,
        ThreadPoolExecutor(200) as pool,
    ):
        heard = list(pool.map(visit, [addresses["smtp"]] * 200))

    assert heard == [GREETING + b"221 bye\r\n"] * 200
