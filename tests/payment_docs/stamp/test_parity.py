"""Both ways to one paper: whatever the document, the stamped page is the laid-out one."""

import dataclasses
from decimal import Decimal

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from payment_docs.codes import payment_text
from payment_docs.details import Form, Look, PdfVariant
from payment_docs.document import Blank, PayeeRow, Requisites, Section
from payment_docs.press import Press, filling_of, laid_out
from payment_docs.printing.page import printed
from payment_docs.render import document_pdf
from payment_docs.stamp.pages import content_of
from payment_docs.stamp.parity import difference
from tests.payment_docs.conftest import COLD_WATER, SECTIONS
from tests.payment_docs.stamp.conftest import (
    apart,
    blackest,
    points_of,
    text_of,
    tool,
    words_of,
)

NEAR = 0.02  # pt
PALE = 80  # of 255: the edge of a letter
COMPLETE = Requisites(
    inn="7701234567",
    kpp="770101001",
    account="40702810900000001234",
    bank="ПАО «Банк»",
    bic="044525225",
    correspondent_account="30101810400000000225",
)
"""The letters of the form's own fonts, as people's names have them."""
NAMES = st.text(
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюяІЇЄҐіїєґ -.", max_size=55
)
SUMS = st.decimals(min_value=Decimal("-999999999.99"), max_value=Decimal("999999999.99"), places=2)


def with_sections(bill, sections, opening=None):
    to_pay = sum((row.total for section in sections for row in section.rows), Decimal("0.00"))
    opening = bill.opening if opening is None else opening
    return dataclasses.replace(
        bill,
        sections=sections,
        opening=opening,
        to_pay=to_pay,
        to_pay_with_balance=max(Decimal("0.00"), to_pay + opening),
        payees=tuple(dataclasses.replace(payee, amount=None) for payee in bill.payees),
    )


def payees(bill):
    return dataclasses.replace(
        bill,
        payees=(
            PayeeRow("УК «Тихий океан»", COMPLETE, "000000001001", Decimal("2347.90")),
            PayeeRow("Фонд", COMPLETE, "77-1001", Decimal("100.00")),
        ),
    )


def debt(bill):
    return with_sections(bill, bill.sections, Decimal("999999999.99"))


def forty_services(bill):
    rows = tuple(dataclasses.replace(COLD_WATER, name=f"Услуга {n:02}") for n in range(40))
    return with_sections(bill, (Section("Коммунальные услуги", rows),))


def long_name_of_a_service(bill):
    row = dataclasses.replace(COLD_WATER, name="Обращение с твёрдыми коммунальными отходами " * 4)
    return with_sections(bill, (Section("", (row,)),))


def several_meters(bill):
    reference = dataclasses.replace(
        COLD_WATER.reference,
        meter_readings=(Decimal("123456.789"), Decimal(5)),
        house_readings=Blank.EMPTY,
    )
    row = dataclasses.replace(COLD_WATER, reference=reference)
    return with_sections(bill, (Section("", (row,)),))


def nothing_to_pay(bill):
    return with_sections(bill, ())


def never_paid(bill):
    return dataclasses.replace(bill, last_payment=None)


def told_of(bill):
    return dataclasses.replace(bill, notice="Показания до 25 числа.\nТел. 8 800 000-00-00.")


def second_version(bill):
    return dataclasses.replace(bill, number="2013-07/000000001001", version=12)


def of_order_43(bill):
    return dataclasses.replace(payees(bill), look=Look(form=Form.ORDER_43))


def archived(bill):
    return dataclasses.replace(payees(bill), look=Look(variant=PdfVariant.ARCHIVE))


def read_aloud(bill):
    return dataclasses.replace(payees(bill), look=Look(variant=PdfVariant.ACCESSIBLE))


BILLS = [
    dataclasses.replace,
    payees,
    debt,
    forty_services,
    long_name_of_a_service,
    several_meters,
    nothing_to_pay,
    never_paid,
    told_of,
    second_version,
    of_order_43,
    archived,
    read_aloud,
]


@pytest.fixture
def press(db):
    return Press(lays_out_forms=True, checks=False)


@pytest.mark.parametrize("made", BILLS, ids=lambda made: made.__name__)
def test_stamped_document_is_the_one_laid_out(press, sample_bill, made, tmp_path):
    document = made(sample_bill)

    stamped, exact = press.paper(document), document_pdf(document)

    assert (stamped.path, stamped.detail) == ("stamp", "")
    assert text_of(stamped.pdf, tmp_path) == text_of(exact, tmp_path)
    assert apart(words_of(stamped.pdf, tmp_path), words_of(exact, tmp_path)) < NEAR
    assert blackest(points_of(stamped.pdf, tmp_path), points_of(exact, tmp_path)) <= PALE
    assert press.paper(document).pdf == stamped.pdf
    (tmp_path / "a.pdf").write_bytes(stamped.pdf)
    assert "No syntax or stream encoding errors found" in tool(
        "qpdf", "--check", str(tmp_path / "a.pdf")
    )


def test_codes_of_a_stamped_page_say_where_to_pay(press, sample_bill, tmp_path):
    document = payees(sample_bill)
    (tmp_path / "a.pdf").write_bytes(press.paper(document).pdf)
    tool(
        "pdftoppm", "-r", "200", "-singlefile", "-png", str(tmp_path / "a.pdf"), str(tmp_path / "a")
    )

    with Image.open(tmp_path / "a.png") as page:
        read = {code.bytes.decode() for code in zxingcpp.read_barcodes(page)}

    assert read == {
        *(payment_text(document, payee) for payee in document.payees),
        document.account_number,
    }


def test_any_texts_stand_where_they_are_laid_out(press, sample_bill):
    found = set[str]()

    @settings(max_examples=12)
    @given(payer=NAMES, amount=SUMS, opening=SUMS, area=st.decimals(0, 10**6, places=2))
    def compare(payer, amount, opening, area):
        row = dataclasses.replace(
            SECTIONS[0].rows[0], charged=amount, total=amount, price=abs(amount)
        )
        sections = (Section("", (row,)), *SECTIONS[1:])
        document = with_sections(sample_bill, sections, opening)
        document = dataclasses.replace(document, payer=payer, area=area)
        page = printed(document)
        form = press._form(page, content_of(page).key)
        assert form is not None
        found.add(difference(form, filling_of(document)[0], laid_out(document)))

    compare()

    assert found == {""}
