import pytest

from accounts_registry.ledger.models import AccountingPeriod, PeriodState
from accounts_registry.ledger.periods import (
    MonthIsBusy,
    MonthIsNotDraft,
    MonthIsOutOfTurn,
    MonthIsPosted,
    MonthIsTooEarly,
    accounting_month,
    finish_calculation,
    lock_draft,
    open_month,
    periods_of,
    reopen,
    start_calculation,
)
from accounts_registry.ledger.posting import post_month
from tests.accounts_registry.ledger.books import (
    AUGUST,
    JUNE,
    SEPTEMBER,
    at_once,
    charged,
    day,
    drafted,
)
from tests.cast import JULY, TihiyOkean, tihiy_okean
from tests.factories import make_organisation


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    return tihiy_okean()


def states(okean: TihiyOkean) -> list[tuple[str, str]]:
    return [
        (str(row.period), row.state)
        for row in AccountingPeriod.objects.filter(organisation=okean.organisation).order_by(
            "month"
        )
    ]


class TestOpening:
    def test_the_first_month_may_be_any(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        assert states(okean) == [("2013-07", "open")]

    def test_a_later_month_fills_the_gap(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)
        opened = open_month(organisation_id=okean.organisation.pk, period=SEPTEMBER)

        assert opened.period == SEPTEMBER
        assert states(okean) == [("2013-07", "open"), ("2013-08", "open"), ("2013-09", "open")]

    def test_opening_twice_changes_nothing(self, okean):
        first = open_month(organisation_id=okean.organisation.pk, period=JULY)

        assert open_month(organisation_id=okean.organisation.pk, period=JULY) == first
        assert states(okean) == [("2013-07", "open")]

    def test_before_the_books_begin_is_too_early(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        with pytest.raises(MonthIsTooEarly) as refusal:
            open_month(organisation_id=okean.organisation.pk, period=JUNE)
        assert str(refusal.value) == (
            "Июнь 2013 раньше первого месяца учёта (Июль 2013): выберите более поздний."
        )

    def test_each_organisation_has_its_own_months(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)
        other = make_organisation(name="ТСЖ «Сосна»")
        open_month(organisation_id=other.pk, period=JUNE)

        assert [str(row.period) for row in periods_of(organisation_id=other.pk)] == ["2013-06"]
        assert states(okean) == [("2013-07", "open")]

    def test_months_are_listed_from_the_latest(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)
        open_month(organisation_id=okean.organisation.pk, period=AUGUST)

        listed = periods_of(organisation_id=okean.organisation.pk)
        assert [str(row) for row in listed] == ["Август 2013", "Июль 2013"]


class TestAccountingMonth:
    def month(self, okean, on):
        row = accounting_month(organisation_id=okean.organisation.pk, on=day(on))
        return str(row.period)

    def test_the_first_movement_begins_the_books(self, okean):
        assert self.month(okean, "07-25") == "2013-07"
        assert states(okean) == [("2013-07", "open")]

    def test_is_the_days_own_month(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        assert self.month(okean, "08-05") == "2013-08"
        assert self.month(okean, "07-05") == "2013-07"

    def test_a_far_day_opens_the_months_between(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        assert self.month(okean, "10-01") == "2013-10"
        assert [month for month, _ in states(okean)] == ["2013-07", "2013-08", "2013-09", "2013-10"]

    def test_before_the_books_begin_is_the_first(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        assert self.month(okean, "02-01") == "2013-07"

    def test_a_posted_month_gives_way_to_the_earliest_unposted(self, okean):
        open_month(organisation_id=okean.organisation.pk, period=SEPTEMBER.shifted(-2))
        open_month(organisation_id=okean.organisation.pk, period=SEPTEMBER)
        charged(okean, period=JULY)

        assert self.month(okean, "07-31") == "2013-08"

    def test_after_the_last_posted_month_the_next_is_opened(self, okean):
        charged(okean, period=JULY)

        assert self.month(okean, "07-31") == "2013-08"
        assert states(okean) == [("2013-07", "posted"), ("2013-08", "open")]

    def test_a_draft_takes_movements(self, okean):
        drafted(okean)

        assert self.month(okean, "07-31") == "2013-07"


class TestCalculation:
    def test_a_posted_month_is_not_calculated_again(self, okean):
        charged(okean)

        with pytest.raises(MonthIsPosted) as refusal:
            start_calculation(organisation_id=okean.organisation.pk, period=JULY)
        assert str(refusal.value) == (
            "Июль 2013 уже проведён и не пересчитывается: "
            "исправление вносится перерасчётом в открытом месяце."
        )

    def test_two_do_not_calculate_one_month(self, okean):
        start_calculation(organisation_id=okean.organisation.pk, period=JULY)

        with pytest.raises(MonthIsBusy):
            start_calculation(organisation_id=okean.organisation.pk, period=JULY)

    @pytest.mark.parametrize(("complete", "state"), [(True, "draft"), (False, "open")])
    def test_an_unfinished_one_leaves_the_month_open(self, okean, complete, state):
        start_calculation(organisation_id=okean.organisation.pk, period=JULY)
        finish_calculation(organisation_id=okean.organisation.pk, period=JULY, complete=complete)

        assert states(okean) == [("2013-07", state)]

    def test_a_draft_may_be_calculated_again(self, okean):
        drafted(okean)
        drafted(okean)

        assert states(okean) == [("2013-07", "draft")]


class TestPosting:
    def test_out_of_turn_is_refused(self, okean):
        drafted(okean, JULY)
        drafted(okean, AUGUST)

        with pytest.raises(MonthIsOutOfTurn) as refusal:
            lock_draft(organisation_id=okean.organisation.pk, period=AUGUST)
        assert str(refusal.value) == (
            "Август 2013 нельзя провести раньше, чем Июль 2013: "
            "сначала проведите более ранний месяц."
        )

    def test_a_month_nobody_opened_is_no_draft(self, okean):
        with pytest.raises(MonthIsNotDraft):
            lock_draft(organisation_id=okean.organisation.pk, period=JULY)

    @pytest.mark.parametrize("act", [lock_draft, reopen])
    def test_an_open_month_is_no_draft(self, okean, act):
        open_month(organisation_id=okean.organisation.pk, period=JULY)

        with pytest.raises(MonthIsNotDraft) as refusal:
            act(organisation_id=okean.organisation.pk, period=JULY)
        assert str(refusal.value) == "Июль 2013 ещё не рассчитан: сначала выполните расчёт."

    @pytest.mark.parametrize("act", [lock_draft, reopen])
    def test_a_month_being_calculated_is_busy(self, okean, act):
        start_calculation(organisation_id=okean.organisation.pk, period=JULY)

        with pytest.raises(MonthIsBusy):
            act(organisation_id=okean.organisation.pk, period=JULY)

    @pytest.mark.parametrize("act", [lock_draft, reopen])
    def test_a_posted_month_is_posted_for_ever(self, okean, act):
        charged(okean)

        with pytest.raises(MonthIsPosted):
            act(organisation_id=okean.organisation.pk, period=JULY)


class TestReopening:
    def test_a_draft_is_open_again_and_cannot_be_posted(self, okean):
        drafted(okean)
        reopen(organisation_id=okean.organisation.pk, period=JULY)

        assert states(okean) == [("2013-07", "open")]
        with pytest.raises(MonthIsNotDraft):
            post_month(organisation_id=okean.organisation.pk, period=JULY, charges=[], by=None)

    def test_a_month_nobody_opened_is_refused(self, okean):
        with pytest.raises(MonthIsNotDraft):
            reopen(organisation_id=okean.organisation.pk, period=JULY)


def test_months_opened_at_once_follow_one_another(committed_db):
    okean = tihiy_okean()
    wanted = [JULY.shifted(months) for months in range(8)]

    def opening(period):
        return lambda: open_month(organisation_id=okean.organisation.pk, period=period)

    answers = at_once([opening(period) for period in wanted])

    months = [month for month, _ in states(okean)]
    first = months[0]
    assert months == [str(period) for period in wanted if str(period) >= first]
    assert [type(answer) for answer in answers] == [
        MonthIsTooEarly if str(period) < first else AccountingPeriod for period in wanted
    ]
    assert set(AccountingPeriod.objects.values_list("state", flat=True)) == {PeriodState.OPEN}
