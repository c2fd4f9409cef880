import datetime as dt
import threading
from decimal import Decimal

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from accounts_registry.ledger import periods
from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import AccountArea
from charges.models import ChargeInput, ChargeLine
from charges.services import (
    HOUSES_IN_A_CHUNK,
    DraftChanged,
    DraftTotals,
    HousesNotCalculated,
    NothingToCharge,
    calculate_month,
    confirm_month,
    draft_totals,
    reopen_month,
    request_calculation,
    stop_calculation,
    unready_houses,
    work_on,
)
from tests.cast import JULY, NOON
from tests.factories import make_house, make_organisation
from tests.priced import BILL, add_house, at_noon, calculated, posted, priced_tihiy_okean
from zhkh.runs.models import ItemState, Run, RunItem, RunState
from zhkh.runs.services import progress_of


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


def state_of(organisation, period=JULY):
    row = periods.find_period(organisation_id=organisation.pk, period=period)
    return row.state if row else None


def written():
    """Everything a calculation leaves: lines as they stand and digests of inputs and results."""
    lines = sorted(
        ChargeLine.objects.values_list(
            "account__number",
            "service__code",
            "individual_volume",
            "individual_method",
            "price",
            "charged",
            "total",
        )
    )
    digests = sorted(ChargeInput.objects.values_list("input_digest", "result_digest"))
    return lines, digests


class TestDraft:
    def test_run_makes_a_draft_of_every_account(self, okean):
        run = calculated(okean.organisation)

        assert run.state == RunState.DONE
        assert state_of(okean.organisation) == "draft"
        assert draft_totals(organisation=okean.organisation, period=JULY) == DraftTotals(
            accounts=4, total=4 * BILL
        )

    def test_lines_say_how_they_came_about(self, okean):
        calculated(okean.organisation)

        line = ChargeLine.objects.get(account=okean.fet, service=okean.cold_water)
        assert (line.individual_volume, line.individual_method, line.price, line.total) == (
            Decimal("5.55"),
            "norm",
            Decimal("13.5"),
            Decimal("74.93"),
        )

    def test_running_again_writes_the_same_lines_and_digests(self, okean):
        calculated(okean.organisation)
        first = written()

        calculated(okean.organisation)

        assert written() == first

    def test_running_again_takes_changed_data(self, okean):
        calculated(okean.organisation)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("80.00"))

        calculated(okean.organisation)

        line = ChargeLine.objects.get(account=okean.fet, service=okean.fee)
        assert line.total == Decimal("1272.00")

    def test_a_draft_owes_nobody_anything(self, okean):
        calculated(okean.organisation)

        assert balance_of(okean.fet) == Decimal(0)

    def test_an_organisation_without_houses_is_refused(self, db):
        organisation = make_organisation()

        with pytest.raises(NothingToCharge):
            calculated(organisation)

    def test_a_house_without_accounts_does_not_hold_the_month(self, okean):
        make_house(organisation=okean.organisation, code="empty", number="99")

        assert calculated(okean.organisation).state == RunState.DONE


class TestConfirmation:
    def test_confirmed_month_is_debt(self, okean):
        rows = posted(okean.organisation)

        assert rows == 8  # four accounts, two services each
        assert balance_of(okean.fet) == BILL

    def test_confirmed_month_is_not_calculated_again(self, okean):
        posted(okean.organisation)

        with pytest.raises(periods.MonthIsPosted, match="Июль 2013 уже проведён"):
            calculated(okean.organisation)
        assert written()[0]  # the lines stay

    def test_confirmed_month_is_not_confirmed_again(self, okean):
        posted(okean.organisation)

        with pytest.raises(periods.MonthIsPosted):
            confirm_month(organisation=okean.organisation, period=JULY, by=None)

    def test_a_month_nobody_calculated_is_not_confirmed(self, okean):
        with pytest.raises(periods.MonthIsNotDraft):
            confirm_month(organisation=okean.organisation, period=JULY, by=None)

    def test_what_was_seen_is_what_is_confirmed(self, okean):
        calculated(okean.organisation)
        seen = draft_totals(organisation=okean.organisation, period=JULY)
        set_price_later(okean)
        calculated(okean.organisation)

        with pytest.raises(DraftChanged):
            confirm_month(organisation=okean.organisation, period=JULY, by=None, seen=seen)
        assert state_of(okean.organisation) == "draft"

    def test_totals_seen_let_the_confirmation_through(self, okean):
        calculated(okean.organisation)
        seen = draft_totals(organisation=okean.organisation, period=JULY)

        assert confirm_month(organisation=okean.organisation, period=JULY, by=None, seen=seen) == 8


def set_price_later(okean):
    """The area of one flat grows: the draft is no longer the one that was looked at."""
    AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("71.00"))


class TestReopening:
    def test_a_draft_can_be_taken_back(self, okean):
        calculated(okean.organisation)

        reopen_month(organisation=okean.organisation, period=JULY)

        assert state_of(okean.organisation) == "open"

    def test_a_posted_month_cannot(self, okean):
        posted(okean.organisation)

        with pytest.raises(periods.MonthIsPosted):
            reopen_month(organisation=okean.organisation, period=JULY)


class TestHouseWithErrors:
    @pytest.fixture
    def broken(self, okean):
        """Flat 2 has no area: nobody can calculate its house."""
        AccountArea.objects.filter(account=okean.fet).delete()
        add_house(okean, code="7")
        return okean

    def test_house_is_left_out_with_its_sentence(self, broken):
        run = calculated(broken.organisation)

        assert run.state == RunState.FAILED
        [problem] = unready_houses(organisation=broken.organisation, period=JULY)
        assert problem == (
            "Москва, Братиславская, дом № 1: Лицевой счёт 000000001002, кв. 2, площадь: "
            "не заполнено."
        )

    def test_other_houses_are_calculated(self, broken):
        calculated(broken.organisation)

        numbers = set(ChargeLine.objects.values_list("account__number", flat=True))
        assert numbers == {"7-1"}

    def test_month_is_not_confirmed_without_the_house(self, broken):
        calculated(broken.organisation)

        with pytest.raises(HousesNotCalculated, match="дом № 1: Лицевой счёт 000000001002"):
            confirm_month(organisation=broken.organisation, period=JULY, by=None)

    def test_a_mended_house_lets_the_month_through(self, broken):
        calculated(broken.organisation)
        AccountArea.objects.create(
            account=broken.fet, area_m2=Decimal("70.00"), valid=(dt.date(2012, 10, 1), None)
        )

        assert posted(broken.organisation) == 10

    def test_a_missing_tariff_is_named_by_its_service(self, okean):
        okean.cold_water.tariffs.all().delete()

        calculated(okean.organisation)

        [problem] = unready_houses(organisation=okean.organisation, period=JULY)
        assert problem == (
            "Москва, Братиславская, дом № 1: Тарифы: нет тарифа услуги «Холодное водоснабжение» "
            "для индивидуального потребления с 01.07.2013 по 31.07.2013. "
            "Нужно: тариф на каждый день, за который есть объём."
        )


class TestAsking:
    def test_request_waits_for_any_worker(self, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        assert (run.state, progress_of(run).passed, state_of(okean.organisation)) == (
            RunState.WORKING,
            0,
            "calculating",
        )

    def test_a_worker_does_what_was_asked(self, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        ended = work_on(run_id=run.pk, clock=at_noon)

        assert (ended.state, ended.finished_at) == (RunState.DONE, NOON)
        assert state_of(okean.organisation) == "draft"

    def test_asking_twice_is_refused(self, okean):
        request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        with pytest.raises(periods.MonthIsBusy):
            request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

    def test_a_late_ring_changes_nothing(self, okean):
        run = calculated(okean.organisation)
        before = written()

        assert work_on(run_id=run.pk, clock=at_noon).state == RunState.DONE
        assert written() == before

    def test_command_takes_over_what_the_screen_asked(self, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        assert calculated(okean.organisation).pk == run.pk


class TestStopping:
    def test_a_run_no_worker_has_stops_at_once(self, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        stop_calculation(organisation=okean.organisation, period=JULY, at=NOON)

        run.refresh_from_db()
        assert (run.state, state_of(okean.organisation)) == (RunState.STOPPED, "open")

    def test_stopped_month_is_calculated_anew(self, okean):
        request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        stop_calculation(organisation=okean.organisation, period=JULY, at=NOON)

        assert calculated(okean.organisation).state == RunState.DONE

    def test_stopping_when_nothing_runs_changes_nothing(self, okean):
        calculated(okean.organisation)

        stop_calculation(organisation=okean.organisation, period=JULY, at=NOON)

        assert state_of(okean.organisation) == "draft"


class Worker(threading.Thread):
    """A worker with its own connection; what stopped it is kept in `failure`."""

    def __init__(self, run_id, clock=at_noon):
        super().__init__()
        self.run_id, self.clock, self.failure = run_id, clock, None
        self.connected = threading.Event()
        self.backend = None

    def run(self):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = cursor.fetchone()[0]
            self.connected.set()
            work_on(run_id=self.run_id, clock=self.clock)
        except OperationalError as failure:
            self.failure = failure
        finally:
            connections.close_all()


class TestWorkers:
    def test_two_at_once_are_not_let_in(self, committed_db):
        okean = priced_tihiy_okean()
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        inside, leave = threading.Event(), threading.Event()

        def clock():  # asked at the end, with the month still locked
            inside.set()
            assert leave.wait(30)
            return NOON

        worker = Worker(run.pk, clock)
        worker.start()
        try:
            assert inside.wait(30)
            with pytest.raises(periods.MonthIsBusy):
                work_on(run_id=run.pk, clock=at_noon)
            with pytest.raises(periods.MonthIsBusy):
                calculate_month(
                    organisation=okean.organisation, period=JULY, by=None, clock=at_noon
                )
        finally:
            leave.set()
            worker.join(30)

        assert (worker.failure, state_of(okean.organisation)) == (None, "draft")

    def test_what_a_killed_worker_left_is_taken_over(self, committed_db):
        okean = priced_tihiy_okean()
        for number in range(HOUSES_IN_A_CHUNK):
            add_house(okean, code=f"{number:03d}")
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        last = run.items.order_by("-id")[0]  # alone in the second chunk

        worker = killed_at(last, run)

        assert isinstance(worker.failure, OperationalError)
        assert progress_of(run).done == HOUSES_IN_A_CHUNK
        before = set(RunItem.objects.filter(state=ItemState.DONE).values_list("pk", "attempts"))
        assert work_on(run_id=run.pk, clock=at_noon).state == RunState.DONE
        after = set(run.items.values_list("pk", "attempts"))
        assert after - before == {(last.pk, 1)}  # nothing was done twice
        assert draft_totals(organisation=okean.organisation, period=JULY) == DraftTotals(
            accounts=24, total=24 * BILL
        )


def killed_at(item, run):
    """A worker whose connection dies while it waits for the item, as with kill -9."""
    settings = connection.settings_dict
    with psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    ) as other:
        other.execute("SELECT FROM runs_runitem WHERE id = %s FOR UPDATE", [item.pk])
        worker = Worker(run.pk)
        worker.start()
        assert worker.connected.wait(30)
        wait_until_blocked(worker.backend)
        other.execute("SELECT pg_terminate_backend(%s)", [worker.backend])
        worker.join(30)
    return worker


def wait_until_blocked(backend):
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0, pg_sleep(.05)", [backend])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the worker never came to the item")


def test_a_month_is_calculated_and_looked_through(okean):
    calculated(okean.organisation)

    subject = f"{okean.organisation.pk}/2013-07"
    assert list(Run.objects.order_by("id").values_list("kind", "subject", "state")) == [
        ("charges", subject, "done"),
        ("charges review", subject, "done"),
    ]
