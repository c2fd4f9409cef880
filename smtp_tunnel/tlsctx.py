"""TLS towards the mail server: always verified; kept sessions never skip the name check."""

from __future__ import annotations

import re
import socket
import ssl
import warnings
from collections import OrderedDict
from pathlib import Path

from smtp_tunnel.conf import ConfigError
from smtp_tunnel.failure import TunnelFailure
from smtp_tunnel.names import ascii_name, belongs_to, names_in
from smtp_tunnel.service import Service

PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
NAMES_SHOWN = 3


class TlsClient:
    """
    The TLS side of one service.

    Kept sessions belong to this object (one trust) and to the names that were verified, so a
    session never vouches for another name; dropping the object forgets them.
    """

    def __init__(self, service: Service) -> None:
        """:raises ConfigError: a certificate, key or cipher list of the service is unusable."""
        self._service = service
        self._context = _context(service)
        self._pins = _pins(service) if service.trust.pinned else frozenset[bytes]()
        self._sessions: OrderedDict[tuple[str, ...], ssl.SSLSession] = OrderedDict()

    def wrap(self, sock: socket.socket, host: str, *, now: float) -> ssl.SSLSocket:
        """The socket ready for a handshake, offering a kept session. `now` is Unix time."""
        key = self._key(host)
        session = self._sessions.get(key)
        if session and now >= session.time + self._lifetime(session):
            del self._sessions[key]
            session = None
        return self._context.wrap_socket(
            sock,
            server_hostname=self._sni(host),
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
            session=session,
        )

    def verify(self, tls: ssl.SSLSocket, host: str) -> None:
        """
        Compare the certificate with the expected names and pins, resumed session or not.

        :raises TunnelFailure: cert_host, cert_not_pinned, cert_invalid; nothing was sent yet.
        """
        certificate = tls.getpeercert()
        raw = tls.getpeercert(binary_form=True)
        if not certificate or not raw:
            raise TunnelFailure("cert_invalid", host=host, text="сервер не прислал сертификат")
        if self._service.trust.pinned and raw not in self._pins:
            raise TunnelFailure("cert_not_pinned", host=host)
        expected = self._service.expected_names(host)
        if expected and not belongs_to(certificate, expected):
            raise TunnelFailure("cert_host", host=" или ".join(expected), names=_some(certificate))

    def keep_session(self, tls: ssl.SSLSocket, host: str) -> None:
        """
        Remember the session of a verified connection.

        The first session of TLS 1.3 has no ticket and resumes nothing: such are not kept.
        """
        if not self._service.tls.keep_sessions or tls.session_reused:
            return
        session = tls.session  # a copy of the whole certificate: not cheap
        if session is None:
            return
        if session.has_ticket or (session.id and tls.version() != "TLSv1.3"):
            self._sessions[self._key(host)] = session
            while len(self._sessions) > self._service.tls.sessions:
                self._sessions.popitem(last=False)

    def forget_session(self, host: str) -> None:
        self._sessions.pop(self._key(host), None)

    def _key(self, host: str) -> tuple[str, ...]:
        return (self._sni(host) or "", *self._service.expected_names(host))

    def _sni(self, host: str) -> str | None:
        sni = self._service.tls.sni
        return ascii_name(host if sni is None else sni) or None

    def _lifetime(self, session: ssl.SSLSession) -> int:
        """Seconds: the server's hint, our limit."""
        return min(session.timeout, self._service.tls.session_seconds)


def _some(certificate: object) -> str:
    assert isinstance(certificate, dict), certificate
    names = names_in(certificate)
    more = " и др." if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more or "неизвестно кого"


def _context(service: Service) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # any of several names, and resumed sessions: see verify()
    assert context.verify_mode is ssl.CERT_REQUIRED
    try:
        _set_protocol(context, service)
        _set_trust(context, service)
        if service.tls.certificate:
            context.load_cert_chain(service.tls.certificate, service.tls.key, _no_password)
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        problem = f"[{service.name}]: настройки TLS не применяются ({why})."
        advice = "Проверьте файлы CAfile, CRLfile, cert, key (формат PEM) и строку ciphers"
        raise ConfigError([f"{problem} {advice}"]) from None
    return context


def _no_password() -> str:
    raise ValueError("ключ закрыт паролем; сохраните его без пароля")


def _set_protocol(context: ssl.SSLContext, service: Service) -> None:
    tls = service.tls
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an old version asked for by name
        context.minimum_version = tls.minimum
        context.maximum_version = tls.maximum
    context.options |= ssl.Options(tls.set_options)
    context.options &= ~ssl.Options(tls.clear_options)
    # Whatever the file asks for, never a cipher without certificate or without encryption.
    ciphers = f"{tls.ciphers or 'DEFAULT'}:!aNULL:!eNULL"
    if tls.security_level is not None:
        ciphers += f":@SECLEVEL={tls.security_level}"
    context.set_ciphers(ciphers)


def _set_trust(context: ssl.SSLContext, service: Service) -> None:
    trust = service.trust
    if trust.ca_file or trust.ca_path:
        context.load_verify_locations(trust.ca_file, trust.ca_path)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if trust.crl_file or trust.crl_path:
        context.load_verify_locations(trust.crl_file, trust.crl_path)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if trust.pinned and not trust.chain:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def _pins(service: Service) -> frozenset[bytes]:
    trust = service.trust
    files = [trust.ca_file] if trust.ca_file else []
    if trust.ca_path:
        files += [file for file in trust.ca_path.iterdir() if file.is_file()]
    return frozenset(certificate for file in files for certificate in _certificates(file))


def _certificates(file: Path) -> list[bytes]:
    text = file.read_text(encoding="latin-1")
    return [ssl.PEM_cert_to_DER_cert(block) for block in PEM.findall(text)]
