"""The demo's post office: a TLS mail server and our tunnel to it, as processes of this folder."""

import dataclasses
import datetime as dt
import json
import secrets
import socket
import sys
import time
from pathlib import Path

from zhkh.demo.certificates import make_certificates
from zhkh.kernel.refusal import Refusal
from zhkh.services import start_background, stop_background

HOST = "mail.example"
USER = "ileonteva@ailant.example"
PATIENCE_SECONDS = 60.0


class PostRefusal(Refusal):
    """The mail server or the tunnel does not answer."""


@dataclasses.dataclass(frozen=True, slots=True)
class PostOffice:
    """Where letters go in, how to log in, and where they come out."""

    tunnel_port: int
    server_port: int
    user: str
    password: str
    folder: Path

    @property
    def mailbox(self) -> Path:
        return self.folder / "mailbox"

    @property
    def tunnel_config(self) -> Path:
        return self.folder / "stunnel.conf"


def open_post_office(folder: Path, *, at: dt.datetime) -> PostOffice:
    """
    Start the mail server and the tunnel, with a new certificate authority.

    :raises PostRefusal: one of them does not come up.
    """
    office = _prepared(folder)
    make_certificates(folder, host=HOST, at=at)
    office.tunnel_config.write_text(
        "; туннель примера: проверяет цепочку (CAfile) и имя сервера (checkHost)\n"
        "[smtp-demo]\n"
        "client = yes\n"
        f"accept = 127.0.0.1:{office.tunnel_port}\n"
        f"connect = 127.0.0.1:{office.server_port}\n"
        f"CAfile = {folder / 'ca.pem'}\n"
        "verifyChain = yes\n"
        f"checkHost = {HOST}\n"
    )
    close_post_office()  # one left behind still trusts the old authority
    start_background(
        "mail-server",
        [sys.executable, "-m", "zhkh.demo.mail_server", str(folder), str(office.server_port)],
    )
    start_background("tunnel", [sys.executable, "-m", "smtp_tunnel", str(office.tunnel_config)])
    for name, port in (("mail-server", office.server_port), ("tunnel", office.tunnel_port)):
        _wait_for(name, port)
    return office


def close_post_office() -> None:
    stop_background("tunnel")
    stop_background("mail-server")


def _prepared(folder: Path) -> PostOffice:
    """Ports and password are chosen once for a folder and kept."""
    (folder / "mailbox").mkdir(parents=True, exist_ok=True)
    kept = folder / "post-office.json"
    if not kept.exists():
        server_port, tunnel_port = _free_ports()
        kept.touch(mode=0o600)
        kept.write_text(
            json.dumps(
                {
                    "server_port": server_port,
                    "tunnel_port": tunnel_port,
                    "password": secrets.token_urlsafe(12),
                }
            )
        )
    known = json.loads(kept.read_text())
    login = folder / "mail-login"
    login.touch(mode=0o600)
    login.write_text(f"{USER} {known['password']}\n")
    return PostOffice(
        tunnel_port=known["tunnel_port"],
        server_port=known["server_port"],
        user=USER,
        password=known["password"],
        folder=folder,
    )


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _wait_for(name: str, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise PostRefusal(
        f"«{name}» не отвечает на порту {port}: посмотрите var/log/{name}.log. "
        "Если порт занят другой программой, удалите var/demo и повторите."
    )
