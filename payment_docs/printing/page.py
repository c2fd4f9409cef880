"""A document → the texts of its page, in the form and language its organisation chose."""

from decimal import Decimal

from payment_docs.details import Change, Currency, Form
from payment_docs.document import (
    House,
    Mark,
    Organisation,
    PaymentDocument,
    ServiceRow,
)
from payment_docs.printing.blocks import blocks_of, charts_of
from payment_docs.printing.cells import (
    Cell,
    CellKind,
    cells,
    on_paper,
    quantity_cell,
)
from payment_docs.printing.form43 import groups_43, totals_43
from payment_docs.printing.printed import Code, Group, Line, Party, Payee, Printed, Row
from payment_docs.printing.words import Words, day, money_word, month_title, sum_words, words_of
from zhkh.kernel.money import format_money
from zhkh.kernel.quantity import format_quantity

ACCOUNT_CODE = "account"  # address of the picture a desk's scanner reads
_WHOLE_LINE = 150  # letters that surely stand on one line across the page
_PAYMENT_LINE = 90
_MARKED_COLUMNS = (2, 3)
_FIRST_OF_REFERENCE = 13


def printed(document: PaymentDocument) -> Printed:
    """Everything the paper says; the same document always gives the same texts."""
    look = document.look
    words = words_of(look.language, look.currency)
    unit = money_word(look.currency, look.language)
    title = words.title.format(month_title(document.period, words))
    change = change_words(document.change, words, unit)
    is_43 = look.form is Form.ORDER_43
    return Printed(
        look=look,
        words=words,
        author=document.executor.name,
        title=f"{title}, {words.account.lower()} {document.account_number}",
        heading=title,
        account=document.account_number,
        footer_account=f"{words.account} {document.account_number}, "
        + title.removeprefix(words.title.partition("{")[0]),
        footer_number=number_words(document, words),
        payer=_payer(document, words),
        parties=(
            _party(words.executor, document.executor, words),
            _party(words.centre, document.settlement_centre, words),
        ),
        payees_head=_payees_head(document, words),
        payees=_payees(document),
        balance=_balance(document, words, unit),
        last_payment=_last_payment(document, words, unit),
        counted=words.counted.format(day(document.counted_until)),
        due=Line(words.due.partition(" {}")[0], _due(document, words)),
        sums=_sums(document, words, unit),
        change=change,
        change_is_long=len(change) > _WHOLE_LINE,
        codes=_codes(document, words),
        groups=groups_43(document, words) if is_43 else _groups(document),
        totals=totals_43(document) if is_43 else (on_paper(quantity_cell(document.to_pay)),),
        house=_house(document.house, words),
        footnote=_footnote(words),
        legend=words.legend,
        blocks=blocks_of(document, words),
        charts=charts_of(document, words),
        notice=tuple(filter(None, (line.strip() for line in document.notice.splitlines()))),
    )


def number_words(document: PaymentDocument, words: Words) -> str:
    """Empty for a document that is not issued; later versions say which they are."""
    if not document.number:
        return ""
    version = words.version.format(document.version) if document.version > 1 else ""
    return words.number.format(document.number) + version


def change_words(change: Change | None, words: Words, unit: str) -> str:
    """One sentence: how much the bill differs from last month's, and what did most of it."""
    if change is None:
        return ""
    if change.now == change.before:
        return words.same_as_before.format(format_money(change.now), unit).replace("..", ".")
    told = words.more_than_before if change.now > change.before else words.less_than_before
    difference = abs(change.now - change.before)
    said = told.format(format_money(difference), unit, format_money(change.before), unit)
    if not change.service:
        return f"{said}."
    most = words.most_changed.format(
        change.service,
        format_money(change.service_now),
        unit,
        format_money(change.service_before),
        unit,
    )
    return f"{said}{most}".replace("..", ".")


def _payer(document: PaymentDocument, words: Words) -> tuple[Line, ...]:
    return (
        Line.of(words.payer, document.payer),
        Line.of(words.address, document.address),
        Line(words.area, f"{format_quantity(document.area)} {words.square_metres}"),
        Line(words.residents, f"{document.residents} {words.persons}"),
    )


def _party(word: str, organisation: Organisation, words: Words) -> Party:
    contacts = ", ".join(filter(None, (organisation.phone, organisation.email)))
    lines = [Line.of(words.address, organisation.address), Line.of(words.hours, organisation.hours)]
    if contacts:
        lines.append(Line.of(words.contacts, contacts))
    return Party(word, organisation.name, tuple(lines))


def _payees_head(document: PaymentDocument, words: Words) -> tuple[str, ...]:
    head = (words.payee, words.payee_requisites, words.payee_account, words.payee_amount)
    return (*head, words.payee_with_balance) if len(document.payees) > 1 else head


def _payees(document: PaymentDocument) -> tuple[Payee, ...]:
    several = len(document.payees) > 1
    return tuple(
        Payee(
            name=payee.name,
            requisites=payee.requisites.lines,
            account=payee.account_number,
            amount="" if payee.amount is None else format_money(payee.amount),
            with_balance=format_money(payee.to_pay) if several else "",
        )
        for payee in document.payees
    )


def _balance(document: PaymentDocument, words: Words, unit: str) -> Line:
    caption = words.debt if document.debt else words.advance
    return Line(caption, sum_words(document.balance, unit))


def _last_payment(document: PaymentDocument, words: Words, unit: str) -> Line:
    paid = document.last_payment
    text = f"{day(paid.on)}, {sum_words(paid.amount, unit)}" if paid else words.never_paid
    return Line(words.last_payment, text)


def _due(document: PaymentDocument, words: Words) -> str:
    if document.due_on is None:
        return ""
    return f"{day(document.due_on)}{words.due.partition('{}')[2]}"


def _sums(document: PaymentDocument, words: Words, unit: str) -> tuple[Line, ...]:
    with_balance = words.total_with_debt if document.debt else words.total_with_advance
    return (
        Line(words.total, sum_words(document.to_pay, unit)),
        Line(with_balance, sum_words(document.to_pay_with_balance, unit)),
    )


def _codes(document: PaymentDocument, words: Words) -> tuple[Code, ...]:
    """
    A code for each payee that can be paid by one, and the account for the desk's scanner.

    The code of ГОСТ Р 56042-2014 pays roubles only.
    """
    sign = document.look.currency.value
    found = [
        Code(f"qr{place}", payee.name, words.pay_by_code, f"{format_money(payee.to_pay)} {sign}")
        for place, payee in enumerate(document.payees)
        if payee.requisites.is_complete and document.look.currency is Currency.ROUBLE
    ]
    if found and document.account_number.isascii():
        found.append(Code(ACCOUNT_CODE, "", words.scan_account, document.account_number))
    return tuple(found)


def _groups(document: PaymentDocument) -> tuple[Group, ...]:
    return tuple(
        Group(section.title, tuple(_row(row) for row in section.rows))
        for section in document.sections
    )


def _row(row: ServiceRow) -> Row:
    name, unit, *rest = cells(row)
    figures = [
        on_paper(cell, is_marked=place in _MARKED_COLUMNS, is_narrow=place >= _FIRST_OF_REFERENCE)
        for place, cell in enumerate(rest, 2)
    ]
    return Row(name.text, (Cell(CellKind.TEXT, unit.text), *figures))


def _house(house: House, words: Words) -> tuple[Line, ...]:
    def area(size: Decimal) -> str:
        return f"{format_quantity(size)} {words.square_metres}"

    return (
        Line(words.house_common, area(house.common_area)),
        Line(words.house_residents, f"{house.residents} {words.persons}"),
        Line(words.house_premises, area(house.premises_area)),
        Line(words.house_total, area(house.total_area)),
    )


def _footnote(words: Words) -> str:
    marked = (f"{mark.value} - {told}" for mark, told in zip(Mark, words.marks, strict=True))
    return words.footnote + ", ".join(marked)
