"""What a calculation finds besides the charge: kept in the draft, posted once, never doubled."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.posting import AdjustmentKind, AdjustmentToPost, post_adjustments
from accounts_registry.ledger.statements import recalculations_of_month
from charges.models import (
    Absence,
    Benefit,
    ChargeLine,
    CommonOutcome,
    ComputedAdjustment,
    HeatingCharged,
    HouseHeating,
    Interruption,
)
from charges.services import RecalculationsChanged, confirm_month
from tests.cast import JULY, NOON
from tests.priced import BILL, FEE, calculated, posted, priced_tihiy_okean
from zhkh.audits.check import audit_books

INTERRUPTED = Decimal("-33.39")  # 1113,00 × 0,0015 × 20 ч
FIRST = JULY.first_day


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


def interrupt(okean, hours=24):
    return Interruption.objects.create(
        house=okean.house,
        service=okean.fee,
        month=FIRST,
        hours=hours,
        allowed_hours=4,
        rate=Decimal("0.0015"),
    )


def enter_recalculation(account, service, amount):
    post_adjustments(
        organisation_id=account.organisation_id,
        on=FIRST,
        adjustments=[
            AdjustmentToPost(
                account_id=account.pk,
                service_id=service.pk,
                kind=AdjustmentKind.RECALCULATION,
                amount=Decimal(amount),
                for_period=JULY.previous(),
            )
        ],
        by=None,
        at=NOON,
    )


def findings():
    return [(title, found) for title, found in audit_books() if found]


def test_what_was_found_waits_in_the_draft(okean):
    interrupt(okean)
    calculated(okean.organisation)

    assert list(
        ComputedAdjustment.objects.filter(account=okean.fet).values_list(
            "service__code", "kind", "amount"
        )
    ) == [("maintenance", "recalculation", INTERRUPTED)]
    assert recalculations_of_month([okean.fet.pk], period=JULY) == {}


def test_calculating_again_replaces_it(okean):
    row = interrupt(okean)
    calculated(okean.organisation)
    row.delete()

    calculated(okean.organisation)

    assert not ComputedAdjustment.objects.exists()


def test_confirmation_makes_it_an_adjustment_beside_the_entered_ones(okean):
    interrupt(okean)
    enter_recalculation(okean.fet, okean.fee, "-100.00")
    posted(okean.organisation)

    amounts = [
        item.amount for item in recalculations_of_month([okean.fet.pk], period=JULY)[okean.fet.pk]
    ]
    line = ChargeLine.objects.get(account=okean.fet, service=okean.fee)
    assert amounts == [Decimal("-100.00"), INTERRUPTED]
    assert (line.charged, line.recalculated) == (FEE, INTERRUPTED - 100)
    assert balance_of(okean.fet) == BILL + INTERRUPTED - 100
    assert findings() == []


def test_a_benefit_lowers_the_debt(okean):
    Benefit.objects.create(
        account=okean.fet, service=okean.fee, share=Decimal("0.5"), valid=(FIRST, None)
    )
    posted(okean.organisation)

    line = ChargeLine.objects.get(account=okean.fet, service=okean.fee)
    assert (line.benefit, balance_of(okean.fet)) == (FEE / 2, BILL - FEE / 2)
    assert findings() == []


def test_a_benefit_of_other_months_does_nothing(okean):
    Benefit.objects.create(
        account=okean.fet, service=okean.fee, share=Decimal(1), valid=(dt.date(2013, 1, 1), FIRST)
    )
    Benefit.objects.create(
        account=okean.fet, service=okean.fee, share=Decimal(1), valid=(dt.date(2013, 8, 1), None)
    )

    posted(okean.organisation)

    assert balance_of(okean.fet) == BILL


def test_recalculations_entered_after_the_calculation_are_not_lost(okean):
    interrupt(okean)
    calculated(okean.organisation)
    enter_recalculation(okean.fet, okean.fee, "-100.00")

    with pytest.raises(RecalculationsChanged, match="рассчитайте месяц ещё раз"):
        confirm_month(organisation=okean.organisation, period=JULY, by=None)

    posted(okean.organisation)
    assert balance_of(okean.fet) == BILL + INTERRUPTED - 100


def test_a_recalculation_of_an_account_without_lines_does_not_hold_the_month(okean):
    okean.fet.closed_on = dt.date(2013, 6, 30)
    okean.fet.save()
    enter_recalculation(okean.fet, okean.fee, "-100.00")

    posted(okean.organisation)

    assert balance_of(okean.fet) == Decimal(-100)


def test_what_was_posted_is_neither_added_to_nor_taken_away(okean):
    interrupt(okean)
    posted(okean.organisation)

    with pytest.raises(IntegrityError, match="is not being calculated"), transaction.atomic():
        ComputedAdjustment.objects.create(
            account=okean.fet, service=okean.cold_water, month=FIRST, kind="benefit", amount=-1
        )


def test_what_common_volumes_came_to_stays_once_posted(okean):
    posted(okean.organisation)

    with pytest.raises(IntegrityError, match="is posted"), transaction.atomic():
        outcome(okean, month=FIRST).save()


BROKEN = {
    "absence_is_of_somebody": lambda okean: Absence(
        account=okean.fet, persons=0, left_on=FIRST, returned_on=dt.date(2013, 7, 9), applied_on=FIRST
    ),
    "absence_ends_after_it_begins": lambda okean: Absence(
        account=okean.fet, persons=1, left_on=FIRST, returned_on=FIRST, applied_on=FIRST
    ),
    "benefit_share_is_a_share": lambda okean: benefit(okean, share=Decimal("1.0001")),
    "benefit_is_of_somebody": lambda okean: benefit(okean, persons=0),
    "benefit_area_norm_is_positive": lambda okean: benefit(okean, area_norm_m2=0),
    "benefit_holds_for_whole_months": lambda okean: benefit(okean, valid=(dt.date(2013, 7, 2), None)),
    "heating_charged_is_given_once": lambda okean: HeatingCharged(
        account=okean.fet, month=FIRST, amount=2
    ),
    "house_heating_is_given_once": lambda okean: heating(okean, month=FIRST),
    "heating_season_is_known": lambda okean: heating(okean, season="summer"),
    "heating_months_are_1_to_12": lambda okean: heating(okean, months=13),
    "heating_house_volume_is_not_negative": lambda okean: heating(okean, house_volume=-1),
    "heating_previous_year_mean_is_not_negative": lambda okean: heating(
        okean, previous_year_mean=-1
    ),
    "heating_year_volume_is_not_negative": lambda okean: heating(okean, year_volume=-1),
    "interruption_rate_is_a_share": lambda okean: Interruption(
        house=okean.house, service=okean.fee, month=FIRST, hours=1, allowed_hours=0, rate=2
    ),
    "computed_adjustment_is_given_once": lambda okean: computed(okean, kind="recalculation"),
    "computed_kind_is_known": lambda okean: computed(okean, kind="gift"),
    "computed_adjustment_is_not_zero": lambda okean: computed(okean, amount=0),
    "common_outcome_is_given_once": lambda okean: outcome(okean, month=dt.date(2013, 5, 1)),
    "common_outcome_method_is_known": lambda okean: outcome(okean, method="meter"),
    "common_outcome_shares_no_less_than_nothing": lambda okean: outcome(okean, volume=-1),
    "only_what_was_saved_is_carried": lambda okean: outcome(okean, undistributed=2, carried=2),
}  # fmt: skip


def benefit(okean, **columns):
    given = {"share": Decimal(1), "valid": (FIRST, None), **columns}
    return Benefit(account=okean.fet, service=okean.fee, **given)


def heating(okean, **columns):
    return HouseHeating(
        house=okean.house, **{"month": dt.date(2013, 6, 1), "season": "year", **columns}
    )


def computed(okean, **columns):
    given = {"month": FIRST, "kind": "benefit", "amount": -1, **columns}
    return ComputedAdjustment(account=okean.fet, service=okean.fee, **given)


def outcome(okean, **columns):
    given = {"month": dt.date(2013, 6, 1), "volume": 1, "method": "norm", "undistributed": -2}
    return CommonOutcome(house=okean.house, service=okean.cold_water, **given | columns)


@pytest.mark.parametrize("name", BROKEN)
def test_every_constraint_is_held_by_the_database(okean, name):
    interrupt(okean)
    heating(okean, month=FIRST, season="heating").save()
    HeatingCharged.objects.create(account=okean.fet, month=FIRST, amount=1)
    outcome(okean, month=dt.date(2013, 5, 1)).save()
    calculated(okean.organisation)

    with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
        BROKEN[name](okean).save(force_insert=True)
