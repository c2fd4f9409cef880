"""A house calculated again inside a draft: the difference first, then the draft takes it whole."""

import threading
from decimal import Decimal

import pytest
from django.db import connections

from accounts_registry.ledger import periods
from accounts_registry.models import AccountArea, AccountResidents
from charges.models import Anomaly, ChargeInput, ChargeLine, ComputedAdjustment, Tariff
from charges.review import redraft
from charges.services import confirm_month, reopen_month, unready_houses
from tests.cast import JULY
from tests.priced import BILL, FEE, add_house, calculated, posted, priced_tihiy_okean
from zhkh.runs.models import RunState
from zhkh.runs.services import latest_run, subject_of


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    okean.house.refresh_from_db()
    add_house(okean, code="7")
    calculated(okean.organisation)
    return okean


def last_run(okean):
    return latest_run(kind="charges", subject=subject_of(okean.organisation, JULY))


def put_in(okean, house=None):
    house = house or okean.house
    seen = redraft.preview_house(house, period=JULY).token
    return redraft.put_in_draft(house, period=JULY, seen=seen, run=last_run(okean))


def written():
    """Lines, digests and findings of the draft."""
    lines = sorted(ChargeLine.objects.values_list("account__number", "service__code", "total"))
    frozen = sorted(ChargeInput.objects.values_list("house", "input_digest", "result_digest"))
    found = sorted(ComputedAdjustment.objects.values_list("account", "service", "amount"))
    return lines, frozen, found


def wider(okean, area="80.00"):
    AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal(area))


class TestPreview:
    def test_shows_who_changes_and_by_how_much(self, okean):
        wider(okean)

        change = redraft.preview_house(okean.house, period=JULY)

        [fet] = change.accounts
        [line] = fet.lines
        assert (fet.account, line.service, line.before.total, line.after.total) == (
            okean.fet,
            okean.fee,
            FEE,
            Decimal("1272.00"),
        )
        assert (change.before, change.after, change.difference) == (
            4 * BILL,
            4 * BILL + 159,
            Decimal(159),
        )

    def test_writes_nothing(self, okean):
        before = written()
        wider(okean)

        redraft.preview_house(okean.house, period=JULY)

        assert written() == before

    def test_nothing_changed_shows_nothing(self, okean):
        assert redraft.preview_house(okean.house, period=JULY).accounts == ()

    def test_lines_that_appear_and_vanish_are_shown(self, okean):
        okean.fet.services.filter(service=okean.cold_water).delete()
        okean.fet.services.create(service=okean.fee, valid=("2001-01-01", "2001-02-01"))

        [fet] = redraft.preview_house(okean.house, period=JULY).accounts

        assert [(line.service, line.after) for line in fet.lines] == [
            (okean.cold_water, redraft.Figures())
        ]

    def test_bad_data_are_told(self, okean):
        AccountArea.objects.filter(account=okean.fet).delete()

        with pytest.raises(redraft.HouseHasErrors) as refusal:
            redraft.preview_house(okean.house, period=JULY)
        assert refusal.value.sentences == (
            "Лицевой счёт 000000001002, кв. 2, площадь: не заполнено.",
        )

    def test_an_open_month_has_no_draft_to_change(self, okean):
        reopen_month(organisation=okean.organisation, period=JULY)

        with pytest.raises(periods.MonthIsNotDraft):
            redraft.preview_house(okean.house, period=JULY)


class TestPuttingIn:
    def test_the_draft_becomes_what_a_whole_calculation_gives(self, okean):
        wider(okean)
        put_in(okean)
        alone = written()

        calculated(okean.organisation)

        assert written() == alone

    def test_other_houses_stay(self, okean):
        wider(okean)
        put_in(okean)

        assert ChargeLine.objects.filter(account__number="7-1").count() == 2

    def test_it_can_be_confirmed(self, okean):
        wider(okean)
        put_in(okean)

        assert confirm_month(organisation=okean.organisation, period=JULY, by=None) == 10

    def test_twice_changes_nothing(self, okean):
        wider(okean)
        put_in(okean)
        first = written()

        assert put_in(okean).accounts == ()
        assert written() == first

    def test_data_changed_since_the_preview_are_not_put_in(self, okean):
        wider(okean)
        seen = redraft.preview_house(okean.house, period=JULY).token
        wider(okean, "90.00")
        before = written()

        with pytest.raises(redraft.NewsSincePreview):
            redraft.put_in_draft(okean.house, period=JULY, seen=seen, run=last_run(okean))
        assert written() == before

    def test_a_draft_changed_since_the_preview_is_not_either(self, okean):
        wider(okean)
        seen = redraft.preview_house(okean.house, period=JULY).token
        put_in(okean)

        with pytest.raises(redraft.NewsSincePreview):
            redraft.put_in_draft(okean.house, period=JULY, seen=seen, run=last_run(okean))

    def test_a_repaired_house_joins_the_draft(self, okean):
        area = AccountArea.objects.get(account=okean.fet)
        AccountArea.objects.filter(pk=area.pk).delete()
        calculated(okean.organisation)
        area.save(force_insert=True)

        put_in(okean)

        assert unready_houses(organisation=okean.organisation, period=JULY) == []
        assert last_run(okean).state == RunState.DONE
        assert not Anomaly.objects.exists()

    def test_a_sum_too_large_leaves_the_draft_as_it_is(self, okean):
        before = written()
        Tariff.objects.filter(service=okean.fee).update(price=Decimal(99999999))
        okean.house.premises_area_m2 = Decimal(999999999)
        okean.house.save()
        AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("99999999.00"))

        with pytest.raises(redraft.HouseHasErrors, match="больше, чем хранит база данных"):
            put_in(okean)
        assert written() == before

    def test_anomalies_of_the_house_follow(self, okean):
        okean.fet.services.all().delete()
        put_in(okean)

        assert list(Anomaly.objects.values_list("kind", "account")) == [("zero", okean.fet.pk)]

    def test_a_posted_month_stays(self, db):
        okean = priced_tihiy_okean()
        okean.house.refresh_from_db()
        posted(okean.organisation)

        with pytest.raises(periods.MonthIsPosted, match="исправление вносится перерасчётом"):
            put_in(okean)


def test_two_accountants_at_once_leave_one_draft(committed_db):
    okean = priced_tihiy_okean()
    okean.house.refresh_from_db()
    calculated(okean.organisation)
    AccountResidents.objects.filter(account=okean.fet).update(count=2)
    run, seen = last_run(okean), redraft.preview_house(okean.house, period=JULY).token
    together, told = threading.Barrier(2), []

    def put():
        try:
            together.wait(20)
            redraft.put_in_draft(okean.house, period=JULY, seen=seen, run=run)
            told.append("put in")
        except redraft.NewsSincePreview:
            told.append("news")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["news", "put in"]
    assert ChargeLine.objects.count() == 8
