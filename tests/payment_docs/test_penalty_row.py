"""Penalties of the month stand in the document as a row of their own, and are in its sums."""

from decimal import Decimal

import pytest

from accounts_registry.models import PersonalAccount
from payment_docs.assemble import assemble_documents
from tests.accounts_registry.ledger.books import JUNE, day, owe
from tests.cast import JULY
from tests.factories import make_payee
from tests.priced import BILL, issued, posted, priced_tihiy_okean
from zhkh.audits.check import audit_books

pytestmark = pytest.mark.django_db


def test_penalties_are_printed_paid_and_agree_with_the_books():
    okean = priced_tihiy_okean()
    okean.fee.payee = make_payee(organisation=okean.organisation, name="Мосводоканал")
    okean.fee.save()
    owe(okean.fet, okean.fee, "1000.00", about=JUNE, due_on=day("06-01"))
    posted(okean.organisation)
    accounts = list(PersonalAccount.objects.order_by("number")[:2])

    without, document = assemble_documents(accounts, period=JULY, counted_until=day("07-25"))

    last = document.sections[-1]
    assert [(last.title, row.name, row.total) for row in last.rows] == [
        ("Прочие", "Пени", Decimal("7.70"))
    ]
    assert "Прочие" not in [section.title for section in without.sections]
    assert (document.to_pay, document.to_pay_with_balance) == (
        BILL + Decimal("7.70"),
        BILL + Decimal("1007.70"),
    )
    assert sum(row.amount or 0 for row in document.payees) == document.to_pay
    issued(okean.organisation)
    assert [(title, found) for title, found in audit_books() if found] == []
