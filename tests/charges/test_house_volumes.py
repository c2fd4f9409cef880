"""Common volumes of a house: what may be entered, and what keeps it from being written."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts_registry.ledger import periods
from accounts_registry.ledger.periods import MonthIsBusy, MonthIsPosted, MonthIsTooEarly
from accounts_registry.models import ChargeKind
from charges.house_volumes import (
    MeteredAsWell,
    save_common_volumes,
    volume_sheet,
)
from charges.models import CommonVolume, Tariff
from charges.services import request_calculation
from tests.cast import JULY, NOON
from tests.charges.volumes import (
    AUGUST,
    MAY,
    electricity_with_zones,
    rows_of,
    save,
    stored,
    volume,
)
from tests.factories import (
    connect,
    make_meter,
    make_service,
)
from tests.priced import add_house, calculated, posted, priced_tihiy_okean


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


class TestRows:
    def test_fee_takes_no_common_volume(self, okean):
        assert rows_of(okean) == [("cold_water", "")]

    def test_zones_are_those_a_common_volume_is_priced_in(self, okean):
        electricity_with_zones(okean)

        assert rows_of(okean) == [
            ("cold_water", ""),
            ("electricity", "day"),
            ("electricity", "night"),
        ]

    def test_service_without_tariff_has_one_row(self, okean):
        Tariff.objects.all().delete()

        assert rows_of(okean) == [("cold_water", "")]

    @pytest.mark.parametrize("charge", ChargeKind.values)
    def test_only_charges_of_the_contract_have_rows(self, okean, charge):
        service = make_service(organisation=okean.organisation, code="x", charge=charge)
        connect(okean.fet, service)

        expected = {"metered", "drainage", "hot_water_two_part"}
        assert (("x", "") in rows_of(okean)) == (charge in expected)

    def test_service_of_other_houses_is_left_out(self, okean):
        make_service(organisation=okean.organisation, code="gas", position=9)

        assert rows_of(okean) == [("cold_water", "")]

    def test_written_volume_has_its_row_whatever_the_tariffs(self, okean):
        save(okean, volume(okean.cold_water, zone="night"))

        assert rows_of(okean) == [("cold_water", ""), ("cold_water", "night")]
        assert rows_of(okean, AUGUST) == [("cold_water", "")]

    def test_month_before_and_house_meter_stand_beside(self, okean):
        save(okean, volume(okean.cold_water, "9.5"))
        make_meter(
            at=okean.house,
            service=okean.cold_water,
            readings=[(MAY, "100"), (dt.date(2013, 8, 25), "130.5")],
        )

        (row,) = volume_sheet(okean.house, period=AUGUST).rows

        assert row.before is not None
        assert (row.entered, row.before.volume, row.metered) == (
            None,
            Decimal("9.5"),
            Decimal("30.5"),
        )


class TestSaving:
    def test_month_becomes_exactly_what_was_given(self, okean):
        service = electricity_with_zones(okean)
        save(okean, volume(okean.cold_water), volume(service, "3", "day"))

        save(okean, volume(okean.cold_water, "16", method="house_meter"), volume(service, "1"))

        assert stored() == [
            ("cold_water", "", Decimal(16), "house_meter"),
            ("electricity", "", Decimal(1), "norm"),
        ]

    def test_other_months_and_houses_stay(self, okean):
        other = add_house(okean, code="7")
        save_common_volumes(
            house=other, period=JULY, volumes=[volume(okean.cold_water, "7")], by=None
        )
        save(okean, volume(okean.cold_water, "8"), period=AUGUST)

        save(okean)

        assert (stored(), stored(AUGUST)) == (
            [("cold_water", "", Decimal(7), "norm")],
            [("cold_water", "", Decimal(8), "norm")],
        )

    def test_printed_figures_are_kept(self, okean):
        printed = {"meter_reading": Decimal(174), "premises_volume": Decimal("24.1")}

        save(okean, volume(okean.cold_water, **printed))

        row = CommonVolume.objects.get()
        assert (row.meter_reading, row.premises_volume) == (Decimal(174), Decimal("24.1"))

    def test_posted_month_is_refused(self, okean):
        save(okean, volume(okean.cold_water))
        posted(okean.organisation)

        with pytest.raises(MonthIsPosted):
            save(okean)

        assert stored() == [("cold_water", "", Decimal("15.75"), "norm")]

    def test_month_being_calculated_is_refused(self, okean):
        request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        with pytest.raises(MonthIsBusy):
            save(okean)

    def test_month_before_the_books_is_refused(self, okean):
        periods.open_month(organisation_id=okean.organisation.pk, period=AUGUST)

        with pytest.raises(MonthIsTooEarly):
            save(okean, volume(okean.cold_water))

    def test_month_the_books_do_not_reach_stays_unknown_to_them(self, okean):
        assert save(okean, volume(okean.cold_water)) is False
        assert periods.find_period(organisation_id=okean.organisation.pk, period=JULY) is None

    def test_house_meter_of_the_month_excludes_a_volume(self, okean):
        service = electricity_with_zones(okean)
        readings = [(MAY, "100"), (dt.date(2013, 7, 25), "130")]
        make_meter(at=okean.house, service=okean.cold_water, readings=readings)
        save(okean, volume(service, "5", "day"))

        with pytest.raises(MeteredAsWell) as refusal:
            save(okean, volume(service, "6", "day"), volume(okean.cold_water))

        assert refusal.value.services == (okean.cold_water,)
        assert stored() == [("electricity", "day", Decimal(5), "norm")]

    def test_house_meter_not_read_in_the_month_does_not(self, okean):
        make_meter(at=okean.house, service=okean.cold_water, readings=[(MAY, "100")])

        save(okean, volume(okean.cold_water))

        assert stored() == [("cold_water", "", Decimal("15.75"), "norm")]

    def test_draft_is_outdated_only_by_other_figures(self, okean):
        save(okean, volume(okean.cold_water))
        calculated(okean.organisation)

        answers = [
            save(okean, volume(okean.cold_water, figure)) for figure in ("15.750", "16", "16")
        ]

        assert answers == [False, True, False]
