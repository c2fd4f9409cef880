"""A calculated month is looked through by shards of houses; their totals are those of the lines."""

from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from charges.models import Anomaly, ChargeLine, HouseTotal
from charges.review import looking
from charges.run.shards import HOUSES_IN_A_SHARD, work_off
from charges.services import help_with, request_calculation, stop_calculation, work_on
from tests.cast import JULY, NOON
from tests.priced import BILL, add_house, at_noon, calculated, priced_tihiy_okean
from zhkh.runs.models import Run, RunState
from zhkh.runs.services import progress_of, request_stop

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_shards():
    okean = priced_tihiy_okean()
    for number in range(HOUSES_IN_A_SHARD):
        add_house(okean, code=f"n{number:03d}")
    return okean


def requested(okean) -> Run:
    return request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)


def kept():
    rows = HouseTotal.objects.order_by("house_id", "service_id")
    return list(rows.values_list("house_id", "service_id", "accounts", "total"))


def added_up():
    """The same from the lines."""
    house, account = "account__premises__house", Count("account", distinct=True)
    by_service = ChargeLine.objects.values_list(house, "service").annotate(account, Sum("total"))
    alone = ChargeLine.objects.values_list(house).annotate(account, Sum("total"))
    whole = [(row[0], None, *row[1:]) for row in alone.order_by(house)]
    return sorted(
        [*by_service.order_by(house), *whole], key=lambda row: (row[0], row[1] is None, row[1])
    )


def test_totals_of_houses_are_those_of_their_lines(two_shards):
    calculated(two_shards.organisation)

    assert kept() == added_up()
    assert HouseTotal.objects.get(house=two_shards.house, service=None).total == 4 * BILL


def test_volumes_are_in_the_unit_of_the_service(two_shards):
    calculated(two_shards.organisation)

    of_house = HouseTotal.objects.filter(house=two_shards.house)
    assert of_house.get(service=two_shards.cold_water).volume == Decimal("22.2")
    assert of_house.get(service=None).volume is None


def test_every_shard_is_looked_through_once(two_shards):
    run = calculated(two_shards.organisation)

    looked = Run.objects.get(kind=looking.KIND, subject=run.subject)
    assert (looked.state, progress_of(looked).passed) == (RunState.DONE, 2)
    assert set(looked.items.values_list("attempts", flat=True)) == {1}


def test_who_helps_looks_through_as_well(two_shards):
    run = requested(two_shards)
    looked = looking.begin(run, at=NOON)

    help_with(run_id=run.pk)

    assert progress_of(looked).passed == 2
    assert work_on(run_id=run.pk, clock=at_noon).state == RunState.DONE
    assert kept() == added_up()


def test_what_is_not_calculated_is_not_looked_through(two_shards):
    run = requested(two_shards)
    looked = looking.begin(run, at=NOON)

    looking.look_through(run)

    assert (progress_of(looked).passed, kept()) == (0, [])


def test_a_stopped_month_has_the_totals_of_what_it_has(two_shards):
    run = requested(two_shards)
    looked = looking.begin(run, at=NOON)
    work_off(run)
    request_stop(run)

    stop_calculation(organisation=two_shards.organisation, period=JULY, at=NOON)

    looked.refresh_from_db()
    assert (looked.state, Anomaly.objects.count()) == (RunState.STOPPED, 0)
    assert kept() == added_up() != []


def test_a_month_calculated_again_begins_with_nothing(two_shards):
    calculated(two_shards.organisation)

    requested(two_shards)

    assert (ChargeLine.objects.count(), HouseTotal.objects.count()) == (0, 0)


def test_without_a_calculation_nobody_looks(two_shards):
    run = calculated(two_shards.organisation)

    looking.look_through(run)
    looking.finish(run, at=NOON)

    assert Run.objects.filter(kind=looking.KIND).count() == 1
