"""What one section means, checked and frozen; `config.py` reads it from the file."""

from __future__ import annotations

import dataclasses
import ssl
from pathlib import Path
from typing import Literal

from smtp_tunnel.address import Address
from smtp_tunnel.failure import Speech


@dataclasses.dataclass(frozen=True, slots=True)
class Trust:
    """Whom to believe. Nothing here can say "everyone"."""

    ca_file: Path | None = None  # neither file nor folder: the system's store
    ca_path: Path | None = None
    crl_file: Path | None = None
    crl_path: Path | None = None
    names: tuple[str, ...] = ()  # checkHost and checkIP; empty: the name we connect to
    chain: bool = True  # the chain must lead to a trusted CA
    pinned: bool = False  # the server's own certificate must stand in CAfile or CApath


@dataclasses.dataclass(frozen=True, slots=True)
class Tls:
    """How to speak TLS. Versions are `ssl.TLSVersion`."""

    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
    ciphers: str = ""
    security_level: int | None = None
    set_options: int = 0
    clear_options: int = 0
    certificate: Path | None = None
    key: Path | None = None
    sni: str | None = None  # None: the name we connect to; empty: send none
    keep_sessions: bool = True
    sessions: int = 1000
    session_seconds: int = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `busy` covers STARTTLS talk and handshake, each on its own."""

    busy: int = 45  # below the minute a mail program waits for a greeting, so it hears the reason
    connect: int = 10
    idle: int = 43200
    close: int = 60


SocketOption = tuple[Literal["a", "l", "r"], int, int, int]  # socket, level, name, value


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """One section of the file: listen at `accept`, carry to the first `connect` that answers."""

    name: str
    accept: Address
    connect: tuple[Address, ...]
    protocol: Speech | None = None  # STARTTLS before TLS
    ehlo: str = "localhost"
    round_robin: bool = False
    local: str = ""
    reset: bool = True
    explain: bool = True  # tell the local client why, in its protocol
    trust: Trust = Trust()
    tls: Tls = Tls()
    timeouts: Timeouts = Timeouts()
    socket_options: tuple[SocketOption, ...] = ()

    @property
    def speech(self) -> Speech | None:
        """Which mail protocol runs inside, as far as the section tells."""
        if self.protocol:
            return self.protocol
        ports = [address.port for address in (*self.connect, self.accept)]
        by_port = next((SPEECH_OF_PORT[port] for port in ports if port in SPEECH_OF_PORT), None)
        name = self.name.lower()
        by_name: list[Speech] = [speech for word, speech in SPEECH_OF_WORD.items() if word in name]
        return by_port or next(iter(by_name), None)

    def expected_names(self, host: str) -> tuple[str, ...]:
        """The names of which the certificate must carry one; empty when the leaf is pinned."""
        if self.trust.names or self.trust.pinned:
            return self.trust.names
        return (host,)


SPEECH_OF_PORT: dict[int, Speech] = {
    25: "smtp",
    465: "smtp",
    587: "smtp",
    2525: "smtp",
    110: "pop3",
    995: "pop3",
    143: "imap",
    993: "imap",
}
SPEECH_OF_WORD: dict[str, Speech] = {"smtp": "smtp", "pop": "pop3", "imap": "imap"}


def describe(service: Service) -> list[str]:
    """What is checked and against what, for the start-up log."""
    trust = service.trust
    store = ", ".join(str(path) for path in (trust.ca_file, trust.ca_path) if path)
    upstream = ", ".join(str(address) for address in service.connect)
    names = trust.names or tuple(dict.fromkeys(a.host or a.path for a in service.connect))
    who = f"закреплён в {store}" if trust.pinned else f"выдан УЦ из {store or 'хранилища системы'}"
    identity = "" if trust.pinned and not trust.names else f", имя: {' или '.join(names)}"
    mode = f"STARTTLS ({service.protocol})" if service.protocol else "TLS с первого байта"
    route = f"{service.accept} → {upstream}, {mode}"
    check = f"сертификат сервера: {who}{identity}; {version_name(service.tls.minimum)} и новее"
    return [f"[{service.name}] {route}", f"[{service.name}] {check}"]


def version_name(version: ssl.TLSVersion) -> str:
    return VERSION_NAMES.get(int(version), "TLS, какой разрешает OpenSSL,")


VERSION_NAMES = {0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
