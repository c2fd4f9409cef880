"""
The demo's mail server: SMTP over TLS on loopback, with a login; letters become .eml files.

`python -m zhkh.demo.mail_server FOLDER PORT` serves until it is ended.
"""

import asyncio
import email
import signal
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mailbox:
    """Every letter becomes a file named by its Message-ID: one sent twice would be seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's protocol)
        content = envelope.content
        assert isinstance(content, bytes)
        message_id = email.message_from_bytes(content)["Message-ID"] or "no-id"
        safe = "".join(letter for letter in message_id if letter.isalnum() or letter in "-.@")
        (self.folder / f"{time.time_ns()}-{safe}.eml").write_bytes(content)
        return "250 2.0.0 Kept in the mailbox of the example"


class Logins:
    """Knows one user; aiosmtpd asks it."""

    def __init__(self, user: str, password: str) -> None:
        self.known = (user.encode(), password.encode())

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:  # the signature is aiosmtpd's
        asked = isinstance(auth_data, LoginPassword) and (auth_data.login, auth_data.password)
        return AuthResult(success=asked == self.known)


async def serve(folder: Path, port: int) -> None:
    user, password = (folder / "mail-login").read_text().split()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "server.pem")
    mailbox = Mailbox(folder / "mailbox")
    logins = Logins(user, password)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)

    def session() -> SMTP:
        return SMTP(
            mailbox, hostname="mail.example", authenticator=logins, auth_required=True,
            auth_require_tls=False,  # the socket itself is TLS already
        )  # fmt: skip

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port, ssl=context)
    async with server:
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
