"""
An SMTP client that keeps the phases apart: what was said before the body, what after it.

The standard library's `SMTP.data` runs from DATA to the last reply in one call; the journal must
be written between the two.
"""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator

from mailing.outcome.answer import Answer, Phase
from mailing.transport.server import MailServer, Timeouts
from smtp_tunnel.failure import of_connect, of_tls, printable

_LINE_OF_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_REPLY = 2000


class NotDone(Exception):
    """The phase did not succeed: `answer` is what the server said, or that it said nothing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words or answer.sentence or answer.phase)
        self.answer = answer


class MailConnection:
    """
    One connection: `connect`, `hello`, `login`, then for each letter `offer` and `hand_over`.

    Every method raises NotDone. After a NotDone without a code the connection is of no use.
    """

    def __init__(self, server: MailServer, timeouts: Timeouts) -> None:
        self._server, self._timeouts = server, timeouts
        self._smtp = smtplib.SMTP(local_hostname="localhost")

    @classmethod
    def ready(cls, server: MailServer, timeouts: Timeouts) -> "MailConnection":
        """Connected, protected as the settings say, logged in."""
        connection = cls(server, timeouts)
        try:
            connection.connect()
            connection.hello()
            connection.login()
        except BaseException:
            connection.close()
            raise
        return connection

    def connect(self) -> None:
        """TCP, TLS from the first byte when it is asked for, and the greeting."""
        sock = self._reach()
        if self._server.secure and not self._server.starttls:
            sock = self._protect(sock)
        self._smtp.sock = sock
        self._smtp.local_hostname = _literal(sock)
        with self._talking(Phase.GREETING, self._timeouts.greeting):
            code, text = self._smtp.getreply()
        self._expect(Phase.GREETING, code, text, 220)

    def hello(self) -> None:
        """EHLO; STARTTLS and EHLO again when it is asked for. Never goes on without it."""
        self._ehlo()
        if not self._server.starttls:
            return
        if not self._smtp.has_extn("starttls"):
            raise NotDone(
                Answer(
                    Phase.HELLO,
                    0,
                    "",
                    "no_starttls",
                    f"Сервер {self._server.host} не поддерживает STARTTLS; пароль открытым"
                    " текстом не отправлен.",
                )
            )
        with self._talking(Phase.TLS, self._timeouts.command):
            code, text = self._smtp.docmd("STARTTLS")
        self._expect(Phase.TLS, code, text, 220)
        assert self._smtp.sock is not None
        self._smtp.sock = self._protect(self._smtp.sock)
        self._smtp.file = None  # what came in plain text before the protection is not believed
        self._smtp.ehlo_resp = self._smtp.helo_resp = None
        self._ehlo()

    def login(self) -> None:
        """AUTH, in plain text only to this very computer, where the tunnel listens."""
        if not self._server.username:
            return
        sock = self._smtp.sock
        assert sock is not None
        if not isinstance(sock, ssl.SSLSocket) and not _stays_here(sock):
            raise NotDone(Answer(Phase.AUTH, 0, "", "plain_auth"))
        try:
            with self._talking(Phase.AUTH, self._timeouts.command):
                self._smtp.login(self._server.username, self._server.password)
        except smtplib.SMTPResponseException as refusal:
            raise NotDone(_answer(Phase.AUTH, refusal.smtp_code, refusal.smtp_error)) from None
        except smtplib.SMTPNotSupportedError:
            raise NotDone(Answer(Phase.AUTH, 0, "", "auth_not_offered")) from None

    def offer(self, *, sender: str, recipient: str, size: int) -> None:
        """MAIL, RCPT and DATA: after this the server waits for the letter."""
        self.offer_sender(sender, size=size)
        with self._talking(Phase.RCPT, self._timeouts.command):
            code, text = self._smtp.rcpt(recipient)
        self._expect(Phase.RCPT, code, text, 250, 251)
        with self._talking(Phase.DATA, self._timeouts.command):
            code, text = self._smtp.docmd("DATA")
        self._expect(Phase.DATA, code, text, 354)

    def offer_sender(self, sender: str, *, size: int = 0) -> None:
        """MAIL alone: shows whether the server lets the account send from the address."""
        options = [f"SIZE={size}"] if size and self._smtp.has_extn("size") else []
        with self._talking(Phase.MAIL, self._timeouts.command):
            code, text = self._smtp.mail(sender, options)
        self._expect(Phase.MAIL, code, text, 250)

    def hand_over(self, letter: bytes) -> Answer:
        """The letter and the server's last word on it, whatever it is."""
        assert letter.endswith(b"\r\n"), letter[-10:]
        with self._talking(Phase.BODY, self._timeouts.body):
            self._smtp.send(_LINE_OF_DOT.sub(b"..", letter))
            self._smtp.send(b".\r\n")
            self._wait(self._timeouts.final)
            code, text = self._smtp.getreply()
        return _answer(Phase.BODY, code, text)

    def reset(self) -> None:
        """Forget the letter that was refused, keep the connection."""
        with self._talking(Phase.HELLO, self._timeouts.command):
            code, text = self._smtp.rset()
        self._expect(Phase.HELLO, code, text, 250)

    def close(self, *, politely: bool = False) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if politely and self._smtp.sock is not None:
                self._wait(self._timeouts.connect)
                self._smtp.docmd("QUIT")
        self._smtp.close()

    def _reach(self) -> socket.socket:
        where = (self._server.host, self._server.port)
        try:
            return socket.create_connection(where, timeout=self._timeouts.connect)
        except TimeoutError:
            raise NotDone(self._silent_port()) from None
        except OSError as trouble:
            failure = of_connect(trouble, host=where[0], port=where[1])
            if failure.key == "refused" and where[0] in {"127.0.0.1", "localhost", "::1"}:
                raise NotDone(self._no_tunnel(str(trouble))) from None
            answer = Answer(Phase.CONNECT, 0, str(trouble), failure.key, failure.text)
            raise NotDone(answer) from None

    def _protect(self, sock: socket.socket) -> ssl.SSLSocket:
        """Always verified: chain and host name against the system's authorities."""
        sock.settimeout(self._timeouts.greeting)
        try:
            return ssl.create_default_context().wrap_socket(sock, server_hostname=self._server.host)
        except OSError as trouble:
            sock.close()
            failure = of_tls(trouble, host=self._server.host, port=self._server.port)
            raise NotDone(Answer(Phase.TLS, 0, str(trouble), failure.key, failure.text)) from None

    def _ehlo(self) -> None:
        with self._talking(Phase.HELLO, self._timeouts.command):
            code, text = self._smtp.ehlo()
        self._expect(Phase.HELLO, code, text, 250)

    @contextlib.contextmanager
    def _talking(self, phase: Phase, seconds: float) -> Iterator[None]:
        """A connection that breaks or stays silent in a phase is an answer with code 0."""
        try:
            self._wait(seconds)
            yield
        except smtplib.SMTPResponseException:
            raise
        except smtplib.SMTPNotSupportedError:
            raise
        except (OSError, smtplib.SMTPException) as trouble:
            raise NotDone(Answer(phase, 0, printable(str(trouble)))) from None

    def _expect(self, phase: Phase, code: int, text: bytes, *wanted: int) -> None:
        if code not in wanted:
            raise NotDone(_answer(phase, code, text))

    def _wait(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def _silent_port(self) -> Answer:
        where = f"{self._server.host}:{self._server.port}"
        sentence = (
            f"Нет ответа от {where} за {self._timeouts.connect:.0f} с. Часто порт закрыт"
            " провайдером или межсетевым экраном (особенно 25)."
        )
        return Answer(Phase.CONNECT, 0, "", "timeout_tcp", sentence)

    def _no_tunnel(self, text: str) -> Answer:
        sentence = (
            f"{self._server.host}:{self._server.port} не принимает подключения: туннель"
            " не запущен или слушает другой порт."
        )
        return Answer(Phase.CONNECT, 0, text, "tunnel_down", sentence)


def _answer(phase: Phase, code: int, text: bytes | str) -> Answer:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return Answer(phase, max(code, 0), printable(words)[:_LONGEST_REPLY])


def _literal(sock: socket.socket) -> str:
    """The name for EHLO of a computer without a public one: its address in brackets."""
    address = str(sock.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _stays_here(sock: socket.socket) -> bool:
    return ipaddress.ip_address(str(sock.getpeername()[0]).partition("%")[0]).is_loopback
