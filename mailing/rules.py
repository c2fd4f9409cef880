"""Who gets a letter, and what an address must look like."""

import dataclasses
import enum
import unicodedata

from email_validator import EmailNotValidError, validate_email

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])


class Skip(enum.StrEnum):
    """Why a personal account gets no letter in a batch."""

    PAPER = "paper"
    ADDRESS_ALONE = "address_alone"
    BAD_ADDRESS = "bad_address"
    NO_DOCUMENT = "no_document"
    ALREADY_SENT = "already_sent"
    ALREADY_QUEUED = "already_queued"

    @property
    def words(self) -> str:
        """A few words for counters."""
        return _TITLES[self]

    @property
    def sentence(self) -> str:
        """What happened."""
        return _SENTENCES[self]

    @property
    def advice(self) -> str:
        """What to do, when there is something to do."""
        return _ADVICE.get(self, "")


_TITLES = {
    Skip.PAPER: "на бумаге",
    Skip.ADDRESS_ALONE: "указан только адрес",
    Skip.BAD_ADDRESS: "неверный адрес",
    Skip.NO_DOCUMENT: "нет документа",
    Skip.ALREADY_SENT: "уже отправлено",
    Skip.ALREADY_QUEUED: "уже в другой рассылке",
}
_SENTENCES = {
    Skip.PAPER: "Способ доставки — не по электронной почте.",
    Skip.ADDRESS_ALONE: "Указан только адрес, а способ доставки — не по электронной почте:"
    " письмо не отправляется.",
    Skip.BAD_ADDRESS: "Адрес электронной почты неверен.",
    Skip.NO_DOCUMENT: "За этот период нет платёжного документа.",
    Skip.ALREADY_SENT: "Этот документ уже отправлен.",
    Skip.ALREADY_QUEUED: "Этот документ ждёт отправки или решения в другой рассылке.",
}
_ADVICE = {
    Skip.ADDRESS_ALONE: "Выберите в карточке счёта способ доставки «По электронной почте».",
    Skip.BAD_ADDRESS: "Исправьте адрес в карточке счёта.",
    Skip.NO_DOCUMENT: "Сформируйте документ и отправьте его.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of an account when a batch is put together."""

    by_email: bool
    email: str
    has_document: bool
    was_sent: bool
    is_queued: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """Either an address to send to, or a reason not to send."""

    address: str
    skip: Skip | None
    detail: str = ""


class BadAddress(ValueError):
    """`str()` says in Russian what is wrong with the address."""


def decide(candidate: Candidate) -> Decision:
    """
    The rule of the source document: a letter goes out only when the delivery method is e-mail.

    An address alone is not enough.
    """
    if not candidate.by_email:
        return Decision("", Skip.ADDRESS_ALONE if candidate.email else Skip.PAPER)
    if not candidate.has_document:
        return Decision("", Skip.NO_DOCUMENT)
    if candidate.was_sent:
        return Decision("", Skip.ALREADY_SENT)
    if candidate.is_queued:
        return Decision("", Skip.ALREADY_QUEUED)
    try:
        return Decision(deliverable(candidate.email), None)
    except BadAddress as trouble:
        return Decision("", Skip.BAD_ADDRESS, str(trouble))


def deliverable(address: str) -> str:
    """
    The address as it goes on the wire: ASCII, the domain in its IDNA form.

    :raises BadAddress: no letter can be sent there.
    """
    cleaned = address.translate(_INVISIBLE).strip().rstrip(".")
    for part in cleaned.replace("@", ".").split("."):
        if len(_scripts(part)) > 1:
            raise BadAddress(f"В адресе «{address}» смешаны русские и латинские буквы.")
    try:
        known = validate_email(cleaned, check_deliverability=False)
    except EmailNotValidError:
        raise BadAddress(f"Адрес «{address}» записан неверно.") from None
    if known.ascii_email is None:
        raise BadAddress(f"В адресе «{address}» русские буквы до знака @: такие не доставляются.")
    return known.ascii_email


def masked(address: str) -> str:
    """«l•••@mail.ru»: enough to recognise, not enough to write to."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••{at}{domain}" if at else address


def _scripts(text: str) -> set[str]:
    """The alphabets of the letters: LATIN, CYRILLIC, …"""
    return {unicodedata.name(char, "?").split()[0] for char in text if char.isalpha()}
