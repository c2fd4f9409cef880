"""Two accountants confirm one month at the same moment: its penalties are posted once."""

import pytest

from accounts_registry.ledger.models import Adjustment
from accounts_registry.ledger.posting import AdjustmentKind
from charges.models import PenaltyAccrual
from charges.services import calculate_month, confirm_month
from tests.accounts_registry.ledger.books import JUNE, at_once, day, owe
from tests.cast import JULY
from tests.priced import at_noon, priced_tihiy_okean
from zhkh.audits.check import audit_books


@pytest.mark.usefixtures("committed_db")
def test_two_confirmations_post_a_penalty_once():
    okean = priced_tihiy_okean()
    owe(okean.fet, okean.fee, "1000.00", about=JUNE, due_on=day("06-01"))
    calculate_month(organisation=okean.organisation, period=JULY, by=None, clock=at_noon)

    answers = at_once(
        [lambda: confirm_month(organisation=okean.organisation, period=JULY, by=None)] * 2
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["MonthIsPosted", "int"]
    rows = Adjustment.objects.filter(kind=AdjustmentKind.PENALTY)
    assert [str(row.amount) for row in rows] == ["7.70"]
    assert [str(row.amount) for row in PenaltyAccrual.objects.all()] == ["7.70"]
    assert [(title, found) for title, found in audit_books() if found] == []
