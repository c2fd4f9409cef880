from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from smtp_tunnel.conf import ConfigError
from smtp_tunnel.config import TunnelConfig, read_config
from smtp_tunnel.supervise import running
from tests.smtp_tunnel.process import Process

Dial = Callable[..., socket.socket]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def leaf(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("localhost", "127.0.0.1")


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def write_conf(tmp_path: Path, ca_file: Path) -> Callable[..., Path]:
    """A file with one section [smtp] to localhost:port; more lines may be added or replaced."""

    def write(port: int, *lines: str, name: str = "smtp", ca: Path | None = ca_file) -> Path:
        path = tmp_path / "stunnel.conf"
        first = [f"[{name}]", "client = yes", "accept = 127.0.0.1:0"]
        target = (
            []
            if any(line.startswith("connect") for line in lines)
            else [f"connect = localhost:{port}"]
        )
        trust = [f"CAfile = {ca}"] if ca else []
        path.write_text("\n".join([*first, *target, *trust, *lines, ""]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def dial(write_conf: Callable[..., Path]) -> Iterator[Dial]:
    """Start the tunnel for these lines and connect to it as the local mail program."""
    with contextlib.ExitStack() as stack:

        def connect(port: int, *lines: str, **options: object) -> socket.socket:
            config = read_config(write_conf(port, *lines, **options))
            addresses = stack.enter_context(running(config))
            address = next(iter(addresses.values()))
            client = socket.create_connection((address.host, address.port), timeout=60)
            return stack.enter_context(client)

        yield connect


@pytest.fixture
def read(tmp_path):
    def read_text(text: str | bytes) -> TunnelConfig:
        path = tmp_path / "stunnel.conf"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_config(path)

    return read_text


@pytest.fixture
def complaints(read, tmp_path):
    """The problems, with the file's name cut to «conf»."""

    def complain(text: str) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            read(text)
        whole = str(tmp_path / "stunnel.conf")
        return [problem.replace(whole, "conf") for problem in refused.value.problems]

    return complain


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    with contextlib.ExitStack() as stack:

        def begin(conf: Path, **environment: str) -> Process:
            process = Process(conf, **environment)
            stack.callback(process.kill)
            return process

        yield begin
