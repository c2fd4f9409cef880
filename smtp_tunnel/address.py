"""Addresses as stunnel writes them: `25`, `host:25`, `[::1]:25`, `:::25`, `/run/mail.sock`."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import socket

HIGHEST_PORT = 65535
BAD_IN_HOST = re.compile(r"[\s;#,\[\]/@]")


class AddressError(ValueError):
    """The text is not an address; `str(error)` is the Russian sentence."""


@dataclasses.dataclass(frozen=True, slots=True)
class Address:
    """A TCP end point, or a Unix socket when `path` is not empty."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """True when only this computer can reach the address."""
        if self.path or self.host.lower() == "localhost":
            return True
        ip = as_ip(self.host)
        return ip is not None and ip.is_loopback


def parse_address(text: str, *, default_host: str) -> Address:
    """
    Read one address; a bare port gets `default_host`.

    :raises AddressError: with a sentence that says what to write instead.
    """
    text = text.strip()
    if text.startswith("/"):
        return Address(path=text)
    host, port_text = _split(text, default_host)
    if BAD_IN_HOST.search(host):
        raise AddressError(f"«{text}» не похоже на адрес. Пример: smtp.yandex.ru:465")
    return Address(host=host, port=_port(port_text, text))


def as_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The host as an IP address, or None when it is a name."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return None


def _split(text: str, default_host: str) -> tuple[str, str]:
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.%\w]+)\]:(\S+)", text)
    if bracketed:
        return bracketed[1], bracketed[2]
    host, colon, port = text.rpartition(":")
    if colon:
        return host or default_host, port
    if not text.isascii() or not text.isdigit():
        example = f"{text or 'smtp.yandex.ru'}:465"
        raise AddressError(f"в адресе «{text}» нет порта. Пример: {example}")
    return default_host, text


def _port(text: str, whole: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5:
        port = int(text)
    else:
        try:
            port = socket.getservbyname(text, "tcp")
        except (OSError, UnicodeError):
            raise AddressError(
                f"в адресе «{whole}» неверный порт «{text}». Порт — число от 1 до {HIGHEST_PORT}"
            ) from None
    if port > HIGHEST_PORT:
        raise AddressError(f"порт {port} в адресе «{whole}» больше {HIGHEST_PORT}")
    return port
