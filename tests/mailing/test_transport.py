"""Protection of the connection: verified, or not at all."""

import contextlib
import ssl
from collections.abc import Iterator

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from mailing.outcome.answer import Phase
from mailing.transport import MailConnection, MailServer, NotDone
from tests.mailing.office import PASSWORD, QUICK, USERNAME, LoopbackController, check_password


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch) -> None:
    """The system's own way to name its authorities."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


def context_for(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


class StartTls(LoopbackController):
    """Wants STARTTLS before anything else."""

    def __init__(self, handler, context: ssl.SSLContext) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0)
        self._context = context

    def factory(self):
        return SMTP(
            self.handler,
            hostname="127.0.0.1",
            tls_context=self._context,
            require_starttls=True,
            authenticator=check_password,
        )


@contextlib.contextmanager
def running(controller: LoopbackController) -> Iterator[int]:
    controller.start()
    try:
        yield controller.address[1]
    finally:
        controller.stop()


def reach(port: int, **settings) -> MailConnection:
    server = MailServer(
        host="127.0.0.1", port=port, **{"username": USERNAME, "password": PASSWORD, **settings}
    )
    return MailConnection.ready(server, QUICK)


def send_through(connection: MailConnection) -> int:
    with contextlib.closing(connection):
        connection.offer(sender="post@ocean.ru", recipient="fet@mail.ru", size=10)
        return connection.hand_over(b".\r\n..\r\nlast\r\n").code


@pytest.mark.usefixtures("trusted")
def test_starttls_is_verified_and_used(post_office, authority):
    with running(StartTls(post_office, context_for(authority))) as port:
        code = send_through(reach(port, secure=True, starttls=True))

    assert (code, post_office.letters) == (250, [b".\r\n..\r\nlast\r\n"])


def test_unknown_issuer_is_refused(post_office, authority):
    with (
        running(StartTls(post_office, context_for(authority))) as port,
        pytest.raises(NotDone) as refusal,
    ):
        reach(port, secure=True, starttls=True)

    answer = refusal.value.answer
    assert (answer.phase, answer.reason) == (Phase.TLS, "cert_unknown_ca")


@pytest.mark.usefixtures("trusted")
def test_certificate_of_another_host_is_refused(post_office, authority):
    context = context_for(authority, "smtp.example.org")
    with (
        running(StartTls(post_office, context)) as port,
        pytest.raises(NotDone) as refusal,
    ):
        reach(port, secure=True, starttls=True)

    assert refusal.value.answer.reason == "cert_host"


def test_server_without_starttls_gets_no_password(smtp):
    with pytest.raises(NotDone) as refusal:
        reach(smtp.address[1], secure=True, starttls=True)

    assert refusal.value.answer.reason == "no_starttls"


def test_plain_server_on_a_tls_port_is_recognised(smtp):
    with pytest.raises(NotDone) as refusal:
        reach(smtp.address[1], secure=True)

    assert refusal.value.answer.reason == "tls_on_plain_port"


def test_letter_with_dots_arrives_as_it_is(post_office, smtp):
    send_through(reach(smtp.address[1], secure=False))

    assert post_office.letters == [b".\r\n..\r\nlast\r\n"]


def test_name_that_does_not_exist():
    server = MailServer(host="no-such-host.invalid", port=25, secure=True)

    with pytest.raises(NotDone) as refusal:
        MailConnection.ready(server, QUICK)

    assert refusal.value.answer.phase is Phase.CONNECT
    assert refusal.value.answer.reason in {"dns_not_found", "dns_temporary"}


def test_password_is_not_printed():
    server = MailServer(host="h", port=25, secure=True, username="u", password="hidden")

    assert "hidden" not in repr(server)
