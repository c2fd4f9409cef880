"""Our any-of matcher; OpenSSL's own opinion on the same certificates stands beside it."""

from __future__ import annotations

import functools
import ssl
from typing import Any

import pytest
import trustme

from smtp_tunnel.names import ascii_name, belongs_to, names_in

CASES = [
    ("mail.example.org", "mail.example.org", True),
    ("mail.example.org", "MAIL.Example.ORG", True),
    ("mail.example.org", "mail.example.com", False),
    ("mail.example.org", "example.org", False),
    ("mail.example.org", "x.mail.example.org", False),
    ("*.example.org", "mail.example.org", True),
    ("*.example.org", "example.org", False),
    ("*.example.org", "a.b.example.org", False),
    ("*.org", "example.org", False),
    ("127.0.0.1", "127.0.0.1", True),
    ("127.0.0.1", "127.0.0.2", False),
    ("::1", "::1", True),
    ("::1", "0:0:0:0:0:0:0:1", True),
    ("mail.example.org", "127.0.0.1", False),
]


@pytest.mark.parametrize(("issued_for", "expected", "verdict"), CASES)
def test_our_verdict_is_the_expected_one_and_openssls(issued_for, expected, verdict):
    certificate, accepted_by_openssl = shake_hands(issued_for, expected)

    assert belongs_to(certificate, [expected]) is verdict
    assert accepted_by_openssl is verdict


def test_one_of_several_names_is_enough():
    certificate, _ = shake_hands("mail.example.org", "mail.example.org")

    assert belongs_to(certificate, ["a.test", "mail.example.org"]) is True
    assert belongs_to(certificate, ["a.test", "b.test"]) is False
    assert belongs_to(certificate, []) is False


@pytest.mark.parametrize(
    ("alternatives", "expected"),
    [
        ((), "mail.example.org"),
        ((("DNS", "127.0.0.1"),), "127.0.0.1"),  # an address written as a name
        ((("DNS", "*"),), "localhost"),
        ((("DNS", "m*.example.org"),), "mail.example.org"),
        ((("DNS", "*.*.org"),), "mail.example.org"),
        ((("DNS", "mail.example.org\0.evil.test"),), "mail.example.org"),
        ((("email", "mail.example.org"),), "mail.example.org"),
        ((("DNS", ""),), ""),
        ((("DNS", ".example.org"),), ".example.org"),
    ],
)
def test_what_names_nobody(alternatives, expected):
    subject = ((("commonName", expected),),)

    found = belongs_to({"subjectAltName": alternatives, "subject": subject}, [expected])

    assert found is (expected == ".example.org")  # equal texts, which no server can have


def test_cyrillic_names_are_compared_as_dns_carries_them():
    certificate = {"subjectAltName": (("DNS", "xn--80a1acny.xn--p1ai"),)}

    assert belongs_to(certificate, ["почта.рф"]) is True
    assert ascii_name("ПОЧТА.рф.") == "xn--80a1acny.xn--p1ai"
    assert ascii_name("я" * 80) == ""


def test_the_dot_of_the_root_does_not_matter():
    certificate, _ = shake_hands("mail.example.org", "mail.example.org")

    assert belongs_to(certificate, ["mail.example.org."]) is True


def test_names_for_a_message():
    certificate, _ = shake_hands("mail.example.org", "mail.example.org")

    assert names_in(certificate) == ("mail.example.org",)


@functools.cache
def shake_hands(issued_for: str, expected: str):
    """A real certificate as Python shows it, and whether OpenSSL's name check passes it."""
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(issued_for).configure_cert(server_context)
    certificates: list[dict[str, Any] | None] = []
    for checks in (False, True):
        client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client_context.check_hostname = checks
        authority.configure_trust(client_context)
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = client_context.wrap_bio(to_client, to_server, server_hostname=expected)
        server = server_context.wrap_bio(to_server, to_client, server_side=True)
        try:
            talk(client, server)
        except ssl.SSLCertVerificationError:
            return certificates[0], False
        certificates.append(client.getpeercert())
    return certificates[0], True


def talk(client: ssl.SSLObject, server: ssl.SSLObject) -> None:
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
