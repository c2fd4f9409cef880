"""Whose certificate is it: any-of match of names and addresses (RFC 6125, RFC 9525)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from smtp_tunnel.address import as_ip

Certificate = Mapping[str, Any]  # what SSLSocket.getpeercert() returns


def belongs_to(certificate: Certificate, expected: Iterable[str]) -> bool:
    """
    True when the certificate names at least one of `expected` (host names or IP addresses).

    Only subjectAltName counts: a common name proves nothing. A wildcard stands for exactly one
    left-most label. An IP address must stand in the certificate as an address.
    """
    return any(_names(certificate, name) for name in expected)


def names_in(certificate: Certificate) -> tuple[str, ...]:
    """The names the certificate was issued for, for a message to a person."""
    return tuple(value for kind, value in _alternatives(certificate) if kind in _SHOWN)


_SHOWN = ("DNS", "IP Address")


def _names(certificate: Certificate, expected: str) -> bool:
    ip = as_ip(expected)
    if ip is not None:
        return any(
            kind == "IP Address" and _same_ip(value, ip)
            for kind, value in _alternatives(certificate)
        )
    wanted = ascii_name(expected)
    return wanted != "" and any(
        kind == "DNS" and _same_name(value, wanted) for kind, value in _alternatives(certificate)
    )


def _alternatives(certificate: Certificate) -> tuple[tuple[str, str], ...]:
    return tuple(certificate.get("subjectAltName", ()))


def _same_ip(written: str, ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return as_ip(written.strip()) == ip


def _same_name(pattern: str, wanted: str) -> bool:
    pattern = pattern.lower().removesuffix(".")
    if pattern == wanted:
        return True
    star, _, parent = pattern.partition(".")
    label, _, rest = wanted.partition(".")
    return star == "*" and "." in parent and parent == rest and label != ""


def ascii_name(host: str) -> str:
    """The name as DNS carries it, lower case; empty when the name cannot exist."""
    host = host.strip().removesuffix(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
