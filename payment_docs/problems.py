"""Why a document is not issued, and what is worth a word about one that is."""

import re
import unicodedata
from collections.abc import Iterator

from accounts_registry.models import PersonalAccount
from accounts_registry.requisites import BankRequisites, missing, mistakes
from payment_docs.document import PayeeRow, PaymentDocument
from zhkh import pdf
from zhkh.kernel.money import format_money
from zhkh.kernel.refusal import Refusal

MOST_MARKS = 4  # combining marks on one letter: more of them only stall the layout
LONG_NAME = 150
_TAG = re.compile(r"<[/!a-zA-Zа-яА-Я][^<>]*>")
_REQUISITES = "«Документы» → «Настройки» → «Реквизиты»"


class DocumentProblem(Refusal):
    """The document of an account cannot be issued until somebody puts this right."""


def refuse_what_is_wrong(account: PersonalAccount, document: PaymentDocument) -> None:
    """:raises DocumentProblem: the first thing that is wrong, and where to put it right."""
    for sentence in _wrong(account, document):
        raise DocumentProblem(sentence)


def notes_about(document: PaymentDocument) -> str:
    """What the journal says of a document that was issued all the same; empty for most."""
    told = []
    if not document.rows:
        told.append("начислений за месяц нет")
    elif document.to_pay < 0:
        told.append(f"итог за месяц отрицательный: {format_money(document.to_pay)}")
    elif document.to_pay == 0:
        told.append("итог за месяц нулевой")
    if len(document.payer) > LONG_NAME:
        told.append(f"имя плательщика длиннее {LONG_NAME} знаков: напечатано в несколько строк")
    return "; ".join(told)


def markup_in(text: str) -> str:
    """The first tag of HTML in a text that has to be plain; empty when there is none."""
    found = _TAG.search(text)
    return found[0] if found else ""


def piled_up_marks(text: str) -> bool:
    """Whether some letter carries more combining marks than any language needs."""
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            return True
    return False


def _wrong(account: PersonalAccount, document: PaymentDocument) -> Iterator[str]:
    if account.closed_on and account.closed_on < document.period.first_day:
        yield (
            f"Счёт закрыт {account.closed_on:%d.%m.%Y}, а за {document.period.title} на нём есть "
            "начисления: исправьте дату закрытия или снимите начисления перерасчётом."
        )
    for place, payee in enumerate(document.payees):
        yield from _wrong_requisites(document, place, payee)
    yield from _wrong_texts(document)


def _wrong_requisites(document: PaymentDocument, place: int, payee: PayeeRow) -> Iterator[str]:
    found = payee.requisites
    requisites = BankRequisites(
        inn=found.inn,
        kpp=found.kpp,
        account=found.account,
        bank=found.bank,
        bic=found.bic,
        correspondent_account=found.correspondent_account,
    )
    absent = missing(requisites)
    if absent:
        services = [item.name for item in document.services if item.payee == place]
        about = f"услуга «{services[0]}»" if services else "платёж"
        yield (
            f"Некому платить: {about} идёт получателю «{payee.name}», у которого не заполнено: "
            f"{', '.join(absent)}. Заполните: {_REQUISITES}, или укажите другого получателя "
            "в карточке услуги."
        )
    for sentence in mistakes(requisites).values():
        yield f"Реквизиты получателя «{payee.name}»: {sentence} Исправьте: {_REQUISITES}."


def _wrong_texts(document: PaymentDocument) -> Iterator[str]:
    tag = markup_in(document.notice)
    if tag:
        yield (
            f"В уведомлении есть разметка «{tag[:30]}»: печатается только текст. Исправьте "
            "уведомление в настройках документов."
        )
    texts = [unicodedata.normalize("NFC", text) for text in _texts(document)]
    for text in texts:
        if piled_up_marks(text):
            yield (
                f"В тексте «{text[:20]}…» больше {MOST_MARKS} надстрочных знаков на одной букве: "
                "исправьте его в карточке."
            )
    unknown = pdf.letters_without_glyph("".join(texts))
    if unknown:
        letter = unknown[0]
        text = next(text for text in texts if letter in text)
        yield (
            f"Знака «{letter}» (U+{ord(letter):04X}) нет в шрифте документа, он есть в тексте "
            f"«{text[:60]}»: замените его в карточке."
        )


def _texts(document: PaymentDocument) -> Iterator[str]:
    """What people typed."""
    yield from (document.payer, document.address, document.notice, document.account_number)
    for party in (document.executor, document.settlement_centre):
        yield from (party.name, party.address, party.hours, party.phone, party.email)
    for payee in document.payees:
        yield from (payee.name, payee.requisites.bank, payee.account_number)
    for row in document.rows:
        yield from (row.name, row.unit)
    yield from (meter.serial for meter in document.meters)
    for recalculation in document.recalculations:
        yield from (recalculation.reason, recalculation.basis)
    yield from (benefit.category for benefit in document.benefits)
    yield from (instalment.number for instalment in document.instalments)
