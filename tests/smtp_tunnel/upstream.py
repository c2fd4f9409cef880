"""Real servers on loopback for the tunnel's tests: every behaviour is a function of one socket."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Behaviour = Callable[[socket.socket], None]
PATIENCE = 60
BASE = "[smtp]\nclient = yes\naccept = 127.0.0.1:2525\nconnect = smtp.yandex.ru:465\n"
GREETING = b"220 mail.test ESMTP\r\n"


class Upstream:
    """Accepts until closed; each connection has a thread that runs the behaviour."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            self._behaviour(sock)

    @property
    def is_busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(PATIENCE)
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)


@contextlib.contextmanager
def upstream(behaviour: Behaviour) -> Iterator[Upstream]:
    server = Upstream(behaviour)
    try:
        yield server
    finally:
        server.close()


def inside_tls(context: ssl.SSLContext, behaviour: Callable[[ssl.SSLSocket], None]) -> Behaviour:
    """The behaviour inside TLS; at its end close_notify is sent unless it closed the socket."""

    def serve(sock: socket.socket) -> None:
        sock.getpeername()  # Python leaves a lost connection open when it fails to wrap it
        with context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=False) as tls:
            behaviour(tls)
            if tls.fileno() >= 0:
                tls.unwrap()

    return serve


def smtp_session(tls: ssl.SSLSocket) -> None:
    """Greets, answers 250 to anything, 221 to QUIT."""
    tls.sendall(GREETING)
    answer_lines(tls)


def answer_lines(tls: socket.socket) -> None:
    with tls.makefile("rb") as lines:
        for line in lines:
            if line.upper().startswith(b"QUIT"):
                tls.sendall(b"221 bye\r\n")
                return
            tls.sendall(b"250 " + line)


def context_for(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def old_context_for(leaf: trustme.LeafCert) -> ssl.SSLContext:
    """TLS 1.1 and nothing newer."""
    context = context_for(leaf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def self_signed_context(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server certificate nobody issued, and the PEM file to pin it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "self.pem", folder / "self.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem


def revocation_list(authority: trustme.CA, revoked: trustme.LeafCert) -> bytes:
    """A CRL of the authority with this one certificate, as PEM."""
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    key = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    leaf = x509.load_pem_x509_certificate(revoked.cert_chain_pems[0].bytes())
    now = dt.datetime.now(dt.UTC)
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(leaf.serial_number)
        .revocation_date(now - dt.timedelta(hours=1))
        .build()
    )
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now - dt.timedelta(hours=1))
        .next_update(now + dt.timedelta(days=1))
        .add_revoked_certificate(entry)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def read_to_end(sock: socket.socket) -> bytes:
    """Everything until a clean end; a reset raises ConnectionResetError."""
    parts = []
    with contextlib.suppress(ssl.SSLZeroReturnError):  # close_notify after our own
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


def first_words(client: socket.socket) -> bytes:
    """What the client hears first; then it hangs up."""
    with client:
        return client.recv(100)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
