"""The sample organisation with July posted, and how its accountant words a basis."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from charges.corrections.models import Reason
from charges.corrections.services.documents import Basis, Row
from charges.corrections.services.recount import run_of, work_on
from tests.cast import JULY
from tests.priced import at_noon, posted, priced_tihiy_okean

TODAY = dt.date(2013, 8, 10)
BASIS = Basis(
    reason=Reason.MISTAKE,
    title="Акт",
    number="12",
    on=dt.date(2013, 8, 5),
    note="неверная площадь",
)


def basis_of(reason) -> Basis:
    return Basis(reason=reason, title="Акт", number="12", on=dt.date(2013, 8, 5))


def sum_for(account, service, amount: str, period=JULY) -> Row:
    return Row(account.pk, service.pk, period, Decimal(amount))


def count_now(document) -> None:
    """What a worker does after the ring."""
    run = run_of(document)
    assert run is not None
    work_on(run_id=run.pk, clock=at_noon)


def new_key() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def okean(db):
    """July is posted, August is the month in work."""
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean
