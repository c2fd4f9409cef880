"""What a scanner reads from the paper is what the document says."""

import dataclasses
import subprocess
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image

from payment_docs.codes import CodeRefusal, payment_text
from payment_docs.details import Look, PdfVariant
from payment_docs.document import PayeeRow
from payment_docs.render import document_pdf
from tests.payment_docs.full_bill import MANAGER, ORDER_43, full_bill

MANAGER_CODE = (
    "ST00012|Name=УК «Тихий океан»|PersonalAcc=40702810500000001234|BankName=ПАО «Банк примера»"
    "|BIC=044525225|CorrespAcc=30101810400000000225|Sum=269024|Purpose=ЖКУ 07.2013 ЛС 000000001001"
    "|PayeeINN=7701234560|KPP=770101001|PersAcc=000000001001|PaymPeriod=072013|TechCode=02"
)
FUND_CODE = (
    "ST00012|Name=Фонд капитального ремонта|PersonalAcc=40703810200000000042"
    "|BankName=ПАО «Банк примера»|BIC=044525225|CorrespAcc=30101810400000000225|Sum=7000"
    "|Purpose=ЖКУ 07.2013 ЛС 77-1001|PayeeINN=7701234560|KPP=770101001|PersAcc=77-1001"
    "|PaymPeriod=072013|TechCode=02"
)


def read_from_paper(document, folder):
    """Every code of the first page as a scanner at 300 points an inch sees it."""
    (folder / "bill.pdf").write_bytes(document_pdf(document))
    subprocess.run(
        ["pdftoppm", "-r", "300", "-gray", "-png", "-l", "1", "bill.pdf", "page"],
        cwd=folder,
        check=True,
    )
    [page] = folder.glob("page*.png")
    with Image.open(page) as drawn:
        found = zxingcpp.read_barcodes(drawn)
    return sorted(code.bytes.decode() for code in found)


@pytest.mark.parametrize("look", [Look(), ORDER_43, Look(variant=PdfVariant.ACCESSIBLE)])
def test_codes_are_read_back_from_the_paper(sample_bill, tmp_path, look):
    codes = read_from_paper(full_bill(sample_bill, look=look), tmp_path)

    assert codes == ["000000001001", MANAGER_CODE, FUND_CODE]


@pytest.mark.parametrize(("place", "text"), [(0, MANAGER_CODE), (1, FUND_CODE)])
def test_code_names_the_payee_the_sum_in_kopecks_and_the_month(sample_bill, place, text):
    bill = full_bill(sample_bill)

    assert payment_text(bill, bill.payees[place]) == text


def test_advance_is_nothing_to_pay(sample_bill):
    bill = full_bill(sample_bill)
    payee = dataclasses.replace(bill.payees[1], opening=Decimal("-500.00"))

    assert "|Sum=0|" in payment_text(bill, payee)


def test_separator_never_stands_in_a_value(sample_bill):
    bill = full_bill(sample_bill)
    payee = dataclasses.replace(bill.payees[0], name="УК | #1")

    text = payment_text(bill, payee)

    assert text.startswith("ST00012;Name=УК | #1;PersonalAcc=40702810500000001234;")


def test_mandatory_block_of_300_bytes_fits_and_more_is_refused(sample_bill):
    bill = full_bill(sample_bill)

    def named(letters):
        return payment_text(bill, PayeeRow("Я" * letters, MANAGER, "1"))

    longest = next(letters for letters in range(160, 0, -1) if fits(named, letters))

    block = named(longest).partition("|Sum=")[0].encode()
    assert 299 <= len(block) <= 300
    with pytest.raises(CodeRefusal, match=r"слишком длинны для QR-кода: 30[12] байт"):
        named(longest + 1)


def fits(named, letters):
    try:
        named(letters)
    except CodeRefusal:
        return False
    return True
