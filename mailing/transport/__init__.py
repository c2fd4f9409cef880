"""The conversation with a mail server, phase by phase."""

from mailing.transport.client import MailConnection, NotDone
from mailing.transport.server import MailServer, Timeouts

__all__ = ["MailConnection", "MailServer", "NotDone", "Timeouts"]
