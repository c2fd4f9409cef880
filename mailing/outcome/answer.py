"""What a server said, and when in the conversation."""

import dataclasses
import enum
import re

from smtp_tunnel.failure import SENTENCES

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
_FROM_TUNNEL = re.compile(r"^(?:4\.\d\.\d )?([a-z0-9_]+): (.+)$", re.DOTALL)


class Phase(enum.StrEnum):
    """How far the conversation got; BODY begins with the first byte of the letter."""

    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    HELLO = "hello"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"


SESSION_PHASES = frozenset(
    {Phase.CONNECT, Phase.TLS, Phase.GREETING, Phase.HELLO, Phase.AUTH}
)  # no letter is concerned yet


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """
    One answer of the server, or its absence.

    `code` 0: the connection was lost or stayed silent. `reason` and `sentence` are filled when
    the transport itself knows what is wrong (no such host, certificate, …).
    """

    phase: Phase
    code: int
    text: str
    reason: str = ""
    sentence: str = ""

    @property
    def enhanced(self) -> str:
        """«5.1.1», or nothing when the server does not use enhanced codes."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else ""

    @property
    def words(self) -> str:
        """The answer as the server gave it, for the journal."""
        return f"{self.code} {self.text}".strip() if self.code else self.text

    @property
    def tunnel_reason(self) -> tuple[str, str] | None:
        """Key and sentence when this is the tunnel of ours explaining why it cannot go on."""
        match = _FROM_TUNNEL.match(self.text) if self.code == 421 else None
        return (match[1], match[2]) if match and match[1] in SENTENCES else None
