import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from payment_docs.document import (
    PayeeRow,
    Requisites,
)


@pytest.mark.parametrize(
    "figures",
    [
        {"to_pay": Decimal("2447.91")},
        {"to_pay_with_balance": Decimal("-137.68")},
        {"opening": Decimal("2585.58")},
        {"sections": ()},
        {"payees": (PayeeRow("УК", Requisites(), "1", Decimal("2447.89")),)},
    ],
)
def test_document_whose_totals_disagree_with_its_rows_cannot_be_made(sample_bill, figures):
    with pytest.raises(AssertionError):
        dataclasses.replace(sample_bill, **figures)


@pytest.mark.parametrize(
    "figures",
    [
        {"charged": Decimal("110.87")},
        {"total": Decimal("0.00")},
        {"benefit": Decimal("-1.00"), "total": Decimal("111.88")},
    ],
)
def test_row_whose_figures_disagree_cannot_be_made(cold_water, figures):
    with pytest.raises(AssertionError):
        dataclasses.replace(cold_water, **figures)


def test_requisites_print_on_three_lines():
    filled = Requisites(
        inn="7701234567",
        kpp="770101001",
        account="40702810900000001234",
        bank="ПАО «Банк»",
        bic="044525225",
        correspondent_account="30101810400000000225",
    )

    assert filled.lines == (
        "ИНН/КПП 7701234567/770101001",
        "р/с 40702810900000001234 в ПАО «Банк» БИК 044525225",
        "к/с 30101810400000000225",
    )
    assert Requisites(inn="770123456789").lines[0] == "ИНН/КПП 770123456789"
    assert Requisites().lines == ("ИНН/КПП", "р/с в БИК", "к/с")


def test_documents_with_equal_figures_are_equal(sample_bill):
    later = dataclasses.replace(sample_bill, counted_until=dt.date(2013, 7, 26))

    assert dataclasses.replace(later, counted_until=dt.date(2013, 7, 25)) == sample_bill
    assert later != sample_bill
