"""The tunnel as a process: readiness, signals, exit codes, logs."""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from smtp_tunnel.__main__ import main
from tests.smtp_tunnel.process import Process
from tests.smtp_tunnel.upstream import (
    BASE,
    GREETING,
    context_for,
    free_port,
    inside_tls,
    read_to_end,
    smtp_session,
    upstream,
)


def letter_in_two_halves(tls: ssl.SSLSocket) -> None:
    """Reads until the client's lone dot, then accepts the letter."""
    tls.sendall(GREETING)
    heard = b""
    while not heard.endswith(b"\r\n.\r\n"):
        part = tls.recv(1000)
        if not part:
            return
        heard += part
    tls.sendall(b"250 accepted\r\n")


# Life of a process


def test_ready_line_then_service_then_clean_stop(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        tunnel = start(write_conf(server.port))
        with tunnel.call() as client:
            assert client.recv(100) == GREETING
            client.sendall(b"AUTH PLAIN c2VjcmV0\r\nQUIT\r\n")
            read_to_end(client)
        tunnel.signal(signal.SIGTERM)
        code, log = tunnel.end()

    lines = [line.split(" ", 3)[3] for line in log.splitlines()]
    assert tunnel.first_line == f"слушаю 127.0.0.1:{tunnel.port} [smtp]\n"
    assert code == 0
    assert len([line for line in lines if line.startswith("conn=1 service=smtp peer=127")]) == 1
    assert f"upstream=localhost(127.0.0.1:{server.port}) tls=TLSv1.3 resumed=no up=27" in log
    assert "c2VjcmV0" not in log


def test_sigterm_lets_the_open_letter_finish(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), letter_in_two_halves)) as server:
        tunnel = start(write_conf(server.port))
        with tunnel.call() as client:
            assert client.recv(100) == GREETING
            client.sendall(b"first half\r\n")
            tunnel.signal(signal.SIGTERM)
            wait_until_refused(tunnel)
            client.sendall(b"second half\r\n.\r\n")
            heard = read_to_end(client)
        code, _ = tunnel.end()

    assert heard == b"250 accepted\r\n"
    assert code == 0


@pytest.mark.parametrize("limit", ["second signal", "drain time"])
def test_after_the_drain_the_letter_is_cut_with_a_reset(start, write_conf, leaf, tmp_path, limit):
    with upstream(inside_tls(context_for(leaf), letter_in_two_halves)) as server:
        conf = write_conf(server.port)
        if limit == "drain time":
            conf.write_text(";! drain = 1\n" + conf.read_text())
        tunnel = start(conf)
        with tunnel.call() as client:
            assert client.recv(100) == GREETING
            client.sendall(b"first half\r\n")
            tunnel.signal(signal.SIGTERM)
            wait_until_refused(tunnel)
            if limit == "second signal":
                tunnel.signal(signal.SIGTERM)
            with pytest.raises(ConnectionResetError):
                read_to_end(client)
        code, log = tunnel.end()

    assert code == 0
    assert "up=12 down=21" in log
    assert "reason=stopped" in log


def test_killed_in_a_letter_the_server_sees_no_clean_end(start, write_conf, leaf):
    clean: list[bool] = []

    def listen(tls: ssl.SSLSocket) -> None:
        tls.sendall(GREETING)
        try:
            read_to_end(tls)
        except OSError:
            clean.append(False)
        else:
            clean.append(True)

    with upstream(inside_tls(context_for(leaf), listen)) as server:
        tunnel = start(write_conf(server.port))
        with tunnel.call() as client:
            assert client.recv(100) == GREETING
            client.sendall(b"DATA\r\nhalf a letter")
            time.sleep(0.1)
            tunnel.signal(signal.SIGKILL)
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(100) == b""
        while not clean:
            time.sleep(0.01)

    assert clean == [False]


def wait_until_refused(tunnel: Process) -> None:
    with contextlib.suppress(ConnectionRefusedError):
        while True:
            tunnel.call().close()
            time.sleep(0.01)


def test_systemd_is_told_of_readiness(start, write_conf, tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(8)
        tunnel = start(write_conf(465), NOTIFY_SOCKET=path)
        ready = notify.recv(100)
        tunnel.signal(signal.SIGTERM)
        stopping = notify.recv(100)

    assert (ready, stopping) == (b"READY=1", b"STOPPING=1")


# Reload


def test_broken_new_file_keeps_the_old_settings(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        conf = write_conf(server.port)
        tunnel = start(conf)
        conf.write_text("[smtp]\nclient = yes\nacept = 1\n")
        tunnel.signal(signal.SIGHUP)
        with tunnel.call() as client:
            heard = client.recv(100)
        tunnel.signal(signal.SIGTERM)
        _, log = tunnel.end()

    assert heard == GREETING
    assert f"{conf}:3: неизвестная настройка «acept»" in log


def test_open_letter_keeps_the_old_settings_and_new_clients_get_the_new(start, write_conf, leaf):
    with (
        upstream(inside_tls(context_for(leaf), letter_in_two_halves)) as old,
        upstream(inside_tls(context_for(leaf), lambda tls: tls.sendall(b"220 new\r\n"))) as new,
    ):
        tunnel = start(write_conf(old.port))
        with tunnel.call() as client:
            assert client.recv(100) == GREETING
            write_conf(new.port)
            reload_and_wait(tunnel, lambda: heard_by(tunnel) == b"220 new\r\n")
            client.sendall(b"letter\r\n.\r\n")
            heard = read_to_end(client)

    assert heard == b"250 accepted\r\n"


def test_distrust_after_reload_is_not_softened_by_a_kept_session(start, write_conf, leaf, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        tunnel = start(write_conf(server.port))
        assert heard_by(tunnel) == GREETING
        write_conf(server.port, ca=other)
        reload_and_wait(tunnel, lambda: heard_by(tunnel) != GREETING)
        heard = heard_by(tunnel)

    assert heard.split(b":")[0] == b"421 4.4.2 cert_unknown_ca"


def test_reload_opens_and_closes_listeners(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        tunnel = start(write_conf(server.port))
        port = free_port()
        write_conf(server.port, f"accept = 127.0.0.1:{port}")
        tunnel.signal(signal.SIGHUP)
        wait_until_refused(tunnel)
        tunnel.port = port
        heard = heard_by(tunnel)

    assert heard == GREETING


def reload_and_wait(tunnel: Process, happened: Callable[[], bool]) -> None:
    tunnel.signal(signal.SIGHUP)
    give_up = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def heard_by(tunnel: Process) -> bytes:
    with tunnel.call() as client:
        return client.recv(100)


# Limits


def test_out_of_descriptors_it_waits_and_recovers(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        tunnel = start(write_conf(server.port))
        resource.prlimit(tunnel.pid, resource.RLIMIT_NOFILE, (24, 24))
        with contextlib.ExitStack() as stack:
            for _ in range(30):
                stack.enter_context(tunnel.call())
            time.sleep(0.3)
        give_up = time.monotonic() + 5
        while heard_by(tunnel) != GREETING:
            assert time.monotonic() < give_up
        tunnel.signal(signal.SIGTERM)
        code, log = tunnel.end()

    assert code == 0
    assert "reason=internal" not in log


def test_connections_over_the_limit_wait_their_turn(start, write_conf, leaf):
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        conf = write_conf(server.port)
        conf.write_text(";! maxConnections = 1\n" + conf.read_text())
        tunnel = start(conf)
        with tunnel.call() as first, tunnel.call() as second:
            assert first.recv(100) == GREETING
            second.settimeout(0.3)
            with pytest.raises(TimeoutError):
                second.recv(100)
            first.close()
            second.settimeout(8)
            heard = second.recv(100)

    assert heard == GREETING


# Exit codes and words


def test_busy_port_is_named(capsys, write_conf):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code = main([str(write_conf(465, f"accept = 127.0.0.1:{port}"))])

    assert code == 3
    assert capsys.readouterr().err == (
        f"[smtp]: порт {port} (127.0.0.1:{port}) занят другой программой."
        " Остановите её или укажите другой accept\n"
    )


def test_foreign_address_is_named(capsys, write_conf):
    code = main([str(write_conf(465, "accept = 192.0.2.7:2525"))])

    assert code == 3
    assert capsys.readouterr().err == (
        "[smtp]: адреса 192.0.2.7:2525 нет на этом компьютере. Напишите accept = 127.0.0.1:порт\n"
    )


def test_bad_file_is_told_line_by_line(capsys, tmp_path):
    conf = tmp_path / "bad.conf"
    conf.write_text(BASE + "verify = 0\nfoo = 1\n")

    code = main([str(conf)])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert [line.split(": ")[0] for line in lines] == [f"{conf}:6", f"{conf}:5"]


def test_file_that_is_no_certificate_is_named(capsys, write_conf, tmp_path):
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")

    code = main(["--check", str(write_conf(465, ca=junk))])

    assert code == 2
    assert capsys.readouterr().err == (
        "[smtp]: настройки TLS не применяются (NO_CERTIFICATE_OR_CRL_FOUND)."
        " Проверьте файлы CAfile, CRLfile, cert, key (формат PEM) и строку ciphers\n"
    )


def test_nothing_to_run(capsys):
    assert main([]) == 2
    assert capsys.readouterr().err == (
        "не указан файл настроек. Пример: python -m smtp_tunnel stunnel.conf\n"
    )


def test_check_describes_and_warns_without_listening(capsys, write_conf, ca_file):
    conf = write_conf(25, "delay = yes", "connect = mail.test:465")

    code = main(["--check", str(conf)])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "[smtp] 127.0.0.1:0 → mail.test:465, TLS с первого байта",
        f"[smtp] сертификат сервера: выдан УЦ из {ca_file}, имя: mail.test; TLS 1.2 и новее",
        f"предупреждение: {conf}:5: delay: имя сервера и так определяется при каждом соединении",
    ]


def test_options_are_listed_by_what_happens_to_them(capsys):
    code = main(["--options"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line for line in lines if not line.startswith(" ")] == [
        "исполняется:",
        "принимается без действия:",
        "отклоняется:",
    ]
    assert "  ;! drain" in lines


def test_log_goes_to_the_file_of_output_and_survives_its_rename(start, write_conf, leaf, tmp_path):
    log = tmp_path / "tunnel.log"
    with upstream(inside_tls(context_for(leaf), smtp_session)) as server:
        conf = write_conf(server.port)
        conf.write_text(f"output = {log}\n" + conf.read_text())
        tunnel = start(conf)
        heard_by(tunnel)
        wait_for("conn=1", log)
        log.rename(tmp_path / "old.log")
        tunnel.signal(signal.SIGUSR1)
        heard_by(tunnel)
        wait_for("conn=2", log)
        tunnel.signal(signal.SIGTERM)
        _, stderr = tunnel.end()

    assert stderr == ""
    assert "conn=2" not in (tmp_path / "old.log").read_text()


def wait_for(word: str, log: Path) -> None:
    give_up = time.monotonic() + 5
    while not log.exists() or word not in log.read_text():
        assert time.monotonic() < give_up
        time.sleep(0.01)
