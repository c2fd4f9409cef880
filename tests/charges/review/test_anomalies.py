"""What is told of a draft: every kind on the smallest month that has it."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.ledger.posting import AdjustmentKind, AdjustmentToPost, post_adjustments
from accounts_registry.models import AccountArea, PersonalAccount
from charges.models import Anomaly, AnomalyKind, ChargeLine, CommonVolume, Tariff
from charges.review import anomalies
from tests.cast import JULY, NOON, accountant_of
from tests.factories import connect, give_facts, make_account, make_meter, make_premises
from tests.priced import FEE, WATER, add_house, calculated, posted, priced_tihiy_okean
from zhkh.runs.services import latest_run, subject_of

JUNE = JULY.previous()
AUGUST = JULY.next()


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


def found(okean, period=JULY):
    """Kind, account, service, now, usual, day of every anomaly, in the order of the list."""
    rows = anomalies.anomalies_of(organisation=okean.organisation, period=period)
    return [
        (
            row.kind,
            row.account.number if row.account else "",
            row.service.code if row.service else "",
            row.now,
            row.usual,
            row.day,
        )
        for row in rows
    ]


def of_kind(okean, kind, period=JULY):
    return [row[1:] for row in found(okean, period) if row[0] == kind]


def look_again(okean, period=JULY, house=None):
    """How many there are then."""
    run = latest_run(kind="charges", subject=subject_of(okean.organisation, period))
    assert run
    houses = [house] if house else okean.organisation.houses.all()
    anomalies.find_anomalies(
        organisation=okean.organisation,
        period=period,
        run_id=run.pk,
        house_ids=[one.pk for one in houses],
    )
    return anomalies.anomalies_of(organisation=okean.organisation, period=period).count()


def test_an_ordinary_month_has_none(okean):
    calculated(okean.organisation)

    assert found(okean) == []


def test_an_account_charged_nothing_is_told(okean):
    okean.fet.services.all().delete()
    calculated(okean.organisation)

    assert found(okean) == [("zero", okean.fet.number, "", 0, None, None)]


def test_a_service_that_usually_costs_something_and_now_nothing_is_told(okean):
    posted(okean.organisation, JULY)
    Tariff.objects.filter(service=okean.cold_water).update(price=0)
    calculated(okean.organisation, AUGUST)

    assert of_kind(okean, "zero", AUGUST) == [
        (f"00000000100{n}", "cold_water", 0, WATER, None) for n in (1, 2, 3, 4)
    ]


def test_a_service_no_longer_connected_is_not(okean):
    posted(okean.organisation, JULY)
    okean.fet.services.filter(service=okean.cold_water).update(
        valid=(dt.date(2012, 10, 1), dt.date(2013, 8, 1))
    )
    calculated(okean.organisation, AUGUST)

    assert of_kind(okean, "zero", AUGUST) == []


@pytest.mark.parametrize(
    ("area", "kind", "charged"),
    [("210.00", "jump_up", 3 * FEE), ("23.33", "jump_down", Decimal("370.95"))],
)
def test_three_times_more_or_less_than_usual_is_told(okean, area, kind, charged):
    posted(okean.organisation, JULY)
    AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal(area))
    calculated(okean.organisation, AUGUST)

    assert found(okean, AUGUST) == [(kind, okean.fet.number, "maintenance", charged, FEE, None)]


@pytest.mark.parametrize("area", ["209.99", "23.34"])
def test_a_little_less_than_three_times_is_not(okean, area):
    posted(okean.organisation, JULY)
    AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal(area))
    calculated(okean.organisation, AUGUST)

    assert found(okean, AUGUST) == []


def test_kopecks_may_treble_without_being_told(okean):
    Tariff.objects.filter(service=okean.cold_water).update(price=Decimal("0.50"))
    posted(okean.organisation, JULY)
    Tariff.objects.filter(service=okean.cold_water).update(price=Decimal("5.00"))
    calculated(okean.organisation, AUGUST)

    assert found(okean, AUGUST) == []


def test_a_negative_total_is_told(okean):
    calculated(okean.organisation)
    post_adjustments(
        organisation_id=okean.organisation.pk,
        on=JULY.first_day,
        adjustments=[
            AdjustmentToPost(
                account_id=okean.fet.pk,
                service_id=okean.cold_water.pk,
                kind=AdjustmentKind.RECALCULATION,
                amount=Decimal("-100.00"),
                for_period=JUNE,
                reason="возврат",
            )
        ],
        by=None,
        at=NOON,
    )
    calculated(okean.organisation)

    assert found(okean) == [("negative", okean.fet.number, "cold_water", WATER - 100, None, None)]


def test_more_than_the_norm_by_meter_is_told(okean):
    make_meter(
        at=okean.fet,
        service=okean.cold_water,
        readings=[(dt.date(2013, 6, 25), "10"), (dt.date(2013, 7, 25), "16")],
    )
    calculated(okean.organisation)

    assert found(okean) == [("over_norm", okean.fet.number, "cold_water", 6, Decimal("5.55"), None)]


def test_a_meter_without_reading_is_told_with_its_last_one(okean):
    make_meter(at=okean.fet, service=okean.cold_water, readings=[(dt.date(2013, 6, 25), "10")])
    calculated(okean.organisation)

    assert found(okean) == [
        ("no_reading", okean.fet.number, "cold_water", None, None, dt.date(2013, 6, 25))
    ]


def test_a_removed_meter_needs_no_reading(okean):
    make_meter(
        at=okean.fet,
        service=okean.cold_water,
        removed_on=dt.date(2013, 7, 1),
        readings=[(dt.date(2013, 6, 25), "10")],
    )
    calculated(okean.organisation)

    assert found(okean) == []


def test_a_lapsed_verification_is_told_instead_of_the_reading(okean):
    make_meter(
        at=okean.fet,
        service=okean.cold_water,
        verified_until=dt.date(2013, 7, 30),
        readings=[(dt.date(2013, 6, 25), "10")],
    )
    calculated(okean.organisation)

    assert found(okean) == [
        ("lapsed", okean.fet.number, "cold_water", None, None, dt.date(2013, 7, 30))
    ]


def test_a_house_meter_below_its_flats_is_told(okean):
    make_meter(
        at=okean.house,
        service=okean.cold_water,
        readings=[(dt.date(2013, 6, 25), "100"), (dt.date(2013, 7, 25), "120")],
    )
    calculated(okean.organisation)

    assert of_kind(okean, "house_less") == [("", "cold_water", 20, Decimal("22.2"), None)]


def test_a_common_volume_nobody_shares_is_told(okean):
    empty = add_house(okean, code="7")
    PersonalAccount.objects.get(number="7-1").services.filter(service=okean.cold_water).delete()
    CommonVolume.objects.create(
        house=empty, service=okean.cold_water, month=JULY.first_day, volume=9, method="house_meter"
    )
    calculated(okean.organisation)

    assert of_kind(okean, "common_left") == [("", "cold_water", 9, 9, None)]


def test_a_shared_common_volume_is_not(okean):
    CommonVolume.objects.create(
        house=okean.house,
        service=okean.cold_water,
        month=JULY.first_day,
        volume=Decimal(200),
        method="house_meter",
    )
    calculated(okean.organisation)
    shared = Decimal(200) * 4 * 70 / Decimal("3182.60")

    [(_, _, left, given, _)] = of_kind(okean, "common_left")
    assert (abs(left - (200 - shared)) < Decimal("0.001"), given) == (True, 200)


def test_an_account_closed_this_month_is_told_if_charged(okean):
    PersonalAccount.objects.filter(pk=okean.fet.pk).update(closed_on=dt.date(2013, 7, 10))
    calculated(okean.organisation)

    bill = sum(ChargeLine.objects.filter(account=okean.fet).values_list("total", flat=True))
    assert of_kind(okean, "closed") == [(okean.fet.number, "", bill, None, dt.date(2013, 7, 10))]


def test_a_changed_area_is_told(okean):
    AccountArea.objects.filter(account=okean.fet).update(
        valid=(dt.date(2012, 10, 1), dt.date(2013, 7, 16))
    )
    give_facts(okean.fet, area_m2="75.00", since=dt.date(2013, 7, 16))
    calculated(okean.organisation)

    assert of_kind(okean, "area_changed") == [(okean.fet.number, "", 75, 70, dt.date(2013, 7, 16))]


def test_a_new_account_is_told(okean):
    account = make_account(
        premises=make_premises(house=okean.house, number="5"),
        number="000000001005",
        opened_on=dt.date(2013, 7, 1),
    )
    give_facts(account, area_m2="70.00", residents=1, owners=1)
    connect(account, okean.fee)
    calculated(okean.organisation)

    assert of_kind(okean, "new_account") == [("000000001005", "", FEE, None, dt.date(2013, 7, 1))]


def test_a_bad_house_is_told_with_its_sentences(okean):
    AccountArea.objects.filter(account=okean.fet).delete()
    calculated(okean.organisation)

    [row] = Anomaly.objects.all()
    assert (row.kind, row.house, row.account, row.text) == (
        "bad_house",
        okean.house,
        None,
        "Лицевой счёт 000000001002, кв. 2, площадь: не заполнено.",
    )


class TestMarks:
    @pytest.fixture
    def told(self, okean):
        okean.fet.services.all().delete()
        calculated(okean.organisation)
        return okean

    def test_whoever_looked_first_stays(self, told):
        rows = anomalies.anomalies_of(organisation=told.organisation, period=JULY)
        first = accountant_of(told.organisation)
        second = accountant_of(told.organisation, username="second")

        marked = [
            anomalies.mark_checked(rows, by=first, at=NOON),
            anomalies.mark_checked(rows, by=second, at=NOON),
        ]

        assert (marked, [row.checked_by for row in rows.all()]) == ([1, 0], [first])

    def test_the_same_found_again_stays_checked(self, told):
        rows = anomalies.anomalies_of(organisation=told.organisation, period=JULY)
        anomalies.mark_checked(rows, by=accountant_of(told.organisation), at=NOON)

        calculated(told.organisation)

        assert anomalies.unchecked_count(organisation=told.organisation, period=JULY) == 0

    def test_other_figures_are_to_be_looked_at_again(self, told):
        Anomaly.objects.update(
            now=Decimal(5), checked_by=accountant_of(told.organisation), checked_at=NOON
        )

        look_again(told)

        assert anomalies.unchecked_count(organisation=told.organisation, period=JULY) == 1

    def test_what_is_gone_is_dropped(self, told):
        connect(told.fet, told.fee)

        calculated(told.organisation)

        assert found(told) == []

    def test_one_house_looked_through_leaves_the_others(self, told):
        other = add_house(told, code="7")
        calculated(told.organisation)

        assert look_again(told, house=other) == 1
        assert found(told) == [("zero", told.fet.number, "", 0, None, None)]


def test_counts_are_by_kind_and_narrowed_by_all_but_the_kind(okean):
    okean.fet.services.all().delete()
    make_meter(at=okean.tyutchev, service=okean.cold_water)
    calculated(okean.organisation)
    of_month = {"organisation": okean.organisation, "period": JULY}
    asked = anomalies.Asked(kind="zero", text="Тютчев")

    counts = anomalies.counts_by_kind(**of_month)
    narrowed = anomalies.counts_by_kind(**of_month, asked=asked)

    assert counts == [
        anomalies.KindCount(AnomalyKind.ZERO, 1, 1),
        anomalies.KindCount(AnomalyKind.NO_READING, 1, 1),
    ]
    assert narrowed == [anomalies.KindCount(AnomalyKind.NO_READING, 1, 1)]


def test_another_month_has_its_own(okean):
    okean.fet.services.all().delete()
    calculated(okean.organisation)

    assert anomalies.unchecked_count(organisation=okean.organisation, period=AUGUST) == 0
