"""Months posted as a confirmation does it, with penalties, and a debt nobody pays."""

from decimal import Decimal

from django.db import transaction

from accounts_registry.ledger.posting import post_month
from charges.penalties.posting import post_penalties
from tests.accounts_registry.ledger.books import AUGUST, drafted
from tests.cast import JULY, NOON


def close(okean, period, *charges):
    """Post a month as a confirmation does: penalties first, then its turnover."""
    drafted(okean, period)
    with transaction.atomic():
        post_penalties(organisation_id=okean.organisation.pk, period=period, by=None, at=NOON)
        post_month(
            organisation_id=okean.organisation.pk,
            period=period,
            charges=[(a.pk, s.pk, Decimal(amount)) for a, s, amount in charges],
            by=None,
        )


def owes_for_july(okean, amount="1000.00"):
    """Due on 10.08.2013, a Saturday: on Monday 12.08."""
    close(okean, JULY, (okean.fet, okean.fee, amount))
    close(okean, AUGUST)
