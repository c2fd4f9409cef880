"""Houses of a made-up town as plain values: no database, the same whenever they are asked for."""

import dataclasses
import itertools
from decimal import Decimal

from zhkh.kernel.period import Period
from zhkh.town.accounts import account_number
from zhkh.town.catalogue import PriceTerms, prices_over_time
from zhkh.town.houses import build_house
from zhkh.town.names import street
from zhkh.town.plan import Plan, Profile
from zhkh.town.rows import fixed

PLAN = Plan(accounts=900, months=3, seed=1, profile=Profile.FULL, last=Period(2026, 10))


def test_a_house_is_the_same_whenever_it_is_asked_for():
    first = [build_house(PLAN, house) for house in (0, 1, 2)]
    again = [build_house(PLAN, house) for house in (2, 1, 0)]

    assert first == again[::-1]


def test_another_seed_makes_another_house():
    other = dataclasses.replace(PLAN, seed=2)

    assert build_house(PLAN, 0) != build_house(other, 0)


def test_flats_fill_the_house():
    for house in range(3):
        facts = build_house(PLAN, house)
        assert facts.premises_area == sum(account.area for account in facts.accounts)


def test_readings_of_every_meter_go_forward_but_over_the_top():
    for account in build_house(PLAN, 0).accounts:
        for meter in account.meters:
            days = [reading.on for reading in meter.readings]
            assert days == sorted(set(days)), account
            for one, other in zip(meter.readings, meter.readings[1:], strict=False):
                assert (other.value >= one.value) != other.rolled_over, account
            assert all(0 <= r.value < 10**meter.digits * 1000 for r in meter.readings), account


def test_account_numbers_have_twelve_digits_with_the_seed_in_front():
    assert account_number(PLAN, 0) == "000000001001"
    assert account_number(dataclasses.replace(PLAN, accounts=1_000_000), 999_999) == "000011000000"


def test_prices_rise_every_july_and_the_last_holds_on():
    prices = list(prices_over_time(PriceTerms("100.00"), PLAN))

    assert len(prices) == 10
    assert prices[0][0] == Decimal("100.00")
    assert prices[1][0] == Decimal("104.00")
    assert all(one[2] == other[1] for one, other in itertools.pairwise(prices))
    assert prices[-1][2] is None


def test_streets_go_on_when_names_run_out():
    assert len({street(house) for house in range(10_000)}) == 834


def test_whole_numbers_are_written_with_their_places():
    assert fixed(1234, 2) == "12.34"
    assert fixed(-5, 2) == "-0.05"
    assert fixed(7, 3) == "0.007"
