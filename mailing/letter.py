"""The letter of one journal row: the same row gives the same bytes, always."""

import dataclasses
import datetime as dt
import hashlib
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from django.template.loader import render_to_string

from zhkh.kernel.period import Period

_LONGEST_NAME = 75
_NOT_IN_NAMES = str.maketrans("", "", '@:,;<>"\\')


@dataclasses.dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter says; `dated_at` and `message_id` were fixed when it was queued."""

    account_number: str
    period: Period
    organisation: str
    sender_name: str
    sender_address: str
    recipient: str
    message_id: str
    dated_at: dt.datetime
    pdf: bytes


def build_letter(facts: LetterFacts) -> bytes:
    """
    Text, the same in HTML, and the document as PDF; lines end with CRLF.

    Text and subject name account, period and organisation, as the source document asks; no sums
    and no surname.
    """
    letter = EmailMessage(policy.SMTP)
    letter["From"] = sender(facts.sender_name or facts.organisation, facts.sender_address)
    letter["To"] = facts.recipient
    letter["Subject"] = (
        f"Платёжный документ за {facts.period.title.lower()}, лицевой счёт {facts.account_number}"
    )
    letter["Date"] = format_datetime(facts.dated_at.astimezone(dt.UTC))
    letter["Message-ID"] = facts.message_id
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    words = {
        "account_number": facts.account_number,
        "month": facts.period.title.lower(),
        "organisation": facts.organisation,
    }
    text = render_to_string("mailing/letter.txt", words)
    letter.set_content(text, cte="base64")
    page = render_to_string("mailing/letter.html", words)
    letter.add_alternative(page, subtype="html", cte="base64")
    letter.add_attachment(
        facts.pdf,
        maintype="application",
        subtype="pdf",
        filename=file_name(facts.account_number, facts.period),
    )
    _fix_boundaries(letter, facts.message_id)
    return letter.as_bytes()


def file_name(account_number: str, period: Period) -> str:
    """ASCII whatever the number is: other names get lost on the way."""
    safe = "".join(
        char if char.isascii() and (char.isalnum() or char in "-_") else "_"
        for char in account_number
    )
    return f"kvitanciya_{safe}_{period}.pdf"


def sender(name: str, address: str) -> str:
    """«Name <address>»; signs that break a header or invite a filter are left out of the name."""
    plain = " ".join(name.translate(_NOT_IN_NAMES).split())[:_LONGEST_NAME].strip()
    return f'"{plain}" <{address}>' if plain else address


def message_id(*, key: str, account_id: int, document_version: int, address: str) -> str:
    """The Message-ID of a row: the same for every attempt, another one for every row."""
    token = hashlib.sha256(f"{key}/{account_id}/{document_version}".encode()).hexdigest()[:32]
    domain = address.rpartition("@")[2]
    return f"<{account_id}.{token}@{domain}>"


def _fix_boundaries(letter: EmailMessage, seed: str) -> None:
    """The library draws boundaries by lot; a repeated letter must not differ."""
    for place, part in enumerate(part for part in letter.walk() if part.is_multipart()):
        mark = hashlib.sha256(f"{seed}/{place}".encode()).hexdigest()[:32]
        part.set_boundary(f"={mark}=")
