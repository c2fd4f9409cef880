"""Penalties of the books against those that were counted."""

import pytest

from accounts_registry.ledger.posting import AdjustmentKind
from charges.models import PenaltyShare
from tests.accounts_registry.ledger.books import JUNE, adjust, day, owe
from tests.priced import posted, priced_tihiy_okean
from zhkh.audits.audit import findings_of
from zhkh.audits.check import AUDITS

pytestmark = pytest.mark.django_db

[PENALTY_SHARES] = [audit for audit in AUDITS if audit.code == "penalty-shares"]


@pytest.fixture
def okean():
    """Фет is late with June's 1 000 for the fee."""
    okean = priced_tihiy_okean()
    owe(okean.fet, okean.fee, "1000.00", about=JUNE, due_on=day("06-01"))
    return okean


def found() -> list[str]:
    return [finding.text for finding in findings_of(PENALTY_SHARES)]


def test_counted_penalties_stand_in_the_books(okean):
    posted(okean.organisation)

    assert PenaltyShare.objects.count() == 1
    assert found() == []


def test_a_penalty_nobody_counted(okean):
    adjust(okean.fet, okean.fee, "5.00", kind=AdjustmentKind.PENALTY, about=JUNE)
    posted(okean.organisation)

    assert found() == [
        (
            f"счёт 000000001002, {okean.fee.name}, за 06.2013, Июль 2013: "
            "в корректировках 12,70, рассчитано 7,70"
        )
    ]
