"""The sample organisation with July posted, and how its accountant words a basis."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from corrections.models import Reason
from corrections.services.documents import Basis, Row
from tests.cast import JULY
from tests.priced import posted, priced_tihiy_okean

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


def new_key() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def okean(db):
    """July is posted, August is the month in work."""
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean
