"""Several accountants at one moment, each with their own connection."""

import uuid
from decimal import Decimal
from functools import partial

from accounts_registry.ledger.models import Adjustment, Operation
from accounts_registry.ledger.operations import (
    ItemToWriteOff,
    Move,
    NotSoMuchOwed,
    Order,
    transfer,
    write_off,
)
from tests.accounts_registry.ledger.books import at_once, day, line, owe, pay
from tests.cast import JULY, NOON, tihiy_okean


def order():
    return Order(
        key=uuid.uuid4(), on=day("07-25"), basis="заявление", by=None, at=NOON, today=day("07-25")
    )


def test_two_presses_are_one_operation(committed_db):
    okean = tihiy_okean()
    pay(okean.fet, line(okean.fee, "100.00"))
    move = Move(okean.fee, okean.fet, okean.cold_water, Decimal("100.00"))
    asked = order()

    answers = at_once([lambda: transfer(account=okean.fet, move=move, order=asked)] * 6)

    assert len({a.pk for a in answers if isinstance(a, Operation)}) == 1
    assert (Operation.objects.count(), Adjustment.objects.count()) == (1, 2)


def test_a_debt_is_written_off_once(committed_db):
    okean = tihiy_okean()
    owe(okean.fet, okean.fee, "60.00", about=JULY)
    items = [ItemToWriteOff(okean.fee, JULY, Decimal("60.00"))]

    answers = at_once(
        [partial(write_off, account=okean.fet, items=items, order=order()) for _ in range(4)]
    )

    assert [type(a) for a in answers if not isinstance(a, Operation)] == [NotSoMuchOwed] * 3
    assert Operation.objects.count() == 1
