"""
What a scanner reads from a document: a code to pay by for each payee, the account for the desk.

Payments are coded by ГОСТ Р 56042-2014: "ST", version 0001, 2 for UTF-8, then "Key=Value" pairs.
"""

from typing import Any

import zxingcpp

from payment_docs.document import PayeeRow, PaymentDocument
from payment_docs.pictures import BLACK, WHITE, Picture
from zhkh.kernel.refusal import Refusal

LONGEST_MANDATORY = 300  # bytes of the mandatory block in the declared encoding
_FIRST = "ST00012"
_SEPARATORS = "|#;:^_~{}!$%&()*+,/@"
_LONGEST = {"Name": 160, "BankName": 45, "Purpose": 160, "PayerAddress": 160, "LastName": 160}
_SHADES = bytes([BLACK, *[WHITE] * 255])
_QUIET = 4  # white points around a code, as the standards of both kinds ask


class CodeRefusal(Refusal):
    """The requisites cannot be coded as the standard wants them; `str()` is a sentence."""


def payment_text(document: PaymentDocument, payee: PayeeRow) -> str:
    """
    The text of the payee's code: requisites, the sum in kopecks, the account and the month.

    :raises CodeRefusal: the mandatory block would be longer than the standard allows.
    """
    requisites = payee.requisites
    mandatory = {
        "Name": payee.name,
        "PersonalAcc": requisites.account,
        "BankName": requisites.bank,
        "BIC": requisites.bic,
        "CorrespAcc": requisites.correspondent_account or "0",
    }
    others = {
        "Sum": str(int(payee.to_pay * 100)),
        "Purpose": f"ЖКУ {document.period.month:02}.{document.period.year} ЛС {payee.account_number}",
        "PayeeINN": requisites.inn,
        "KPP": requisites.kpp,
        "PersAcc": payee.account_number,
        "PaymPeriod": f"{document.period.month:02}{document.period.year}",
        "TechCode": "02",
    }
    pairs = {key: _cut(key, value) for key, value in {**mandatory, **others}.items() if value}
    separator = _separator("".join(pairs.values()))
    size = len(_block(separator, {key: pairs[key] for key in mandatory if key in pairs}).encode())
    if size > LONGEST_MANDATORY:
        raise CodeRefusal(
            f"Наименования получателя «{payee.name}» и его банка слишком длинны для QR-кода: "
            f"{size} байт при {LONGEST_MANDATORY} допустимых. Сократите их в реквизитах."
        )
    return _block(separator, pairs)


def qr_picture(text: str) -> Picture:
    """A QR code of the text in UTF-8, correction level M, with its white margin."""
    code = zxingcpp.create_barcode(text.encode(), zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return _framed(_points(code))


def account_picture(number: str) -> Picture:
    """Code 128 of an account number: one row of points, drawn as high as wanted."""
    code = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.Code128)
    row = _points(code)[0]
    margin = bytes([WHITE]) * (_QUIET * 3)
    return Picture((margin + row + margin,))


def _block(separator: str, pairs: dict[str, str]) -> str:
    return separator.join((_FIRST, *(f"{key}={value}" for key, value in pairs.items())))


def _separator(values: str) -> str:
    """The first of the usual ones that stands in no value."""
    for separator in _SEPARATORS:
        if separator not in values:
            return separator
    raise CodeRefusal(
        "В реквизитах есть все знаки, которыми отделяют поля QR-кода: уберите из наименований «|»."
    )


def _cut(key: str, value: str) -> str:
    return " ".join(value.split())[: _LONGEST.get(key)]


def _points(code: zxingcpp.Barcode) -> list[bytes]:
    image: Any = code.to_image(scale=1, add_quiet_zones=False)  # a buffer its types do not name
    height, width = image.shape
    drawn = memoryview(image).tobytes().translate(_SHADES)
    return [drawn[at : at + width] for at in range(0, height * width, width)]


def _framed(rows: list[bytes]) -> Picture:
    margin = bytes([WHITE]) * _QUIET
    empty = bytes([WHITE]) * (len(rows[0]) + 2 * _QUIET)
    inner = (margin + row + margin for row in rows)
    return Picture((*[empty] * _QUIET, *inner, *[empty] * _QUIET))
