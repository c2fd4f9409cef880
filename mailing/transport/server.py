"""Where to send and how long to wait."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server; no `username` means no login. The password is never printed."""

    host: str
    port: int
    secure: bool
    starttls: bool = False
    username: str = ""
    password: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `final` is the wait after the letter's last byte: RFC 5321 asks for ten minutes."""

    connect: float = 30.0
    greeting: float = 60.0
    command: float = 300.0
    body: float = 180.0
    final: float = 600.0


PATIENT = Timeouts()
INTERACTIVE = Timeouts(connect=8.0, greeting=8.0, command=8.0, body=8.0, final=8.0)
