"""An error found after posting: months counted again, only the difference posted, and only once."""

import dataclasses
from decimal import Decimal

import pytest

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import AccountArea
from charges.corrections.models import DocumentState, Reason
from charges.corrections.services.documents import (
    CorrectedMeanwhile,
    StillCounting,
    discard_document,
    draft_manual,
    draft_storno,
    post_document,
)
from charges.corrections.services.recount import (
    MonthIsNotPosted,
    NoHouses,
    Past,
    request_recount,
    stop_recount,
)
from charges.models import Absence, Benefit, ChargeLine, Interruption, Norm, Tariff
from tests.cast import JULY, NOON
from tests.charges.corrections.conftest import BASIS, TODAY, basis_of, count_now, new_key, sum_for
from tests.priced import BILL, FEE, WATER, add_house, posted
from zhkh.audits.check import audit_books

AUGUST = JULY.next()
HALF = FEE / 2  # 35 m² instead of 70


def requested(okean, *, months=(JULY,), service=None, houses=None, key=None, basis=BASIS):
    return request_recount(
        organisation=okean.organisation,
        past=Past(houses or [okean.house], months, service),
        basis=basis,
        key=key or new_key(),
        by=None,
        at=NOON,
    )


def counted(okean, **chosen):
    document = requested(okean, **chosen)
    count_now(document)
    document.refresh_from_db()
    return document


def posted_now(document):
    return post_document(document=document, today=TODAY, by=None, at=NOON)


def halve_area(account):
    AccountArea.objects.filter(account=account).update(area_m2=Decimal("35.00"))


def lines_of(document):
    return [
        (line.account.number[-1], line.service.code, str(line.for_period), line.amount)
        for line in document.lines.select_related("account", "service").order_by("id")
    ]


def findings():
    return [(title, found) for title, found in audit_books() if found]


def enter(account, service, amount, reason):
    document = draft_manual(
        account=account,
        rows=[sum_for(account, service, amount)],
        basis=basis_of(reason),
        key=new_key(),
        by=None,
        at=NOON,
    )
    return posted_now(document)


def test_nothing_changed_gives_no_difference(okean):
    document = counted(okean)

    assert (document.state, lines_of(document)) == (DocumentState.DRAFT, [])


def test_the_difference_of_each_account_is_drafted_with_what_it_is_made_of(okean):
    halve_area(okean.fet)

    document = counted(okean)

    assert lines_of(document) == [("2", "maintenance", "2013-07", -HALF)]
    line = document.lines.get()
    assert (line.charged, line.corrected, line.counted) == (FEE, 0, HALF)
    assert balance_of(okean.fet) == BILL


def test_posted_it_puts_the_debt_right_and_frozen_lines_stay(okean):
    halve_area(okean.fet)
    posted_now(counted(okean))

    assert balance_of(okean.fet) == BILL - HALF
    assert ChargeLine.objects.get(account=okean.fet, service=okean.fee).charged == FEE
    posted(okean.organisation, AUGUST)
    assert (
        ChargeLine.objects.get(
            account=okean.fet, service=okean.fee, month=AUGUST.first_day
        ).recalculated
        == -HALF
    )
    assert findings() == []


def test_counting_again_finds_nothing_more(okean):
    halve_area(okean.fet)
    posted_now(counted(okean))

    assert lines_of(counted(okean)) == []


def test_two_months_are_corrected_each_for_itself(okean):
    posted(okean.organisation, AUGUST)
    halve_area(okean.fet)

    document = counted(okean, months=(AUGUST, JULY))

    assert lines_of(document) == [
        ("2", "maintenance", "2013-07", -HALF),
        ("2", "maintenance", "2013-08", -HALF),
    ]


def test_only_the_named_service_is_compared(okean):
    halve_area(okean.fet)
    Norm.objects.update(per_person=Decimal("11.10"))

    water = counted(okean, service=okean.cold_water)

    assert lines_of(water) == [
        (str(n), "cold_water", "2013-07", Decimal("149.85") - WATER) for n in (1, 2, 3, 4)
    ]


def test_a_change_and_its_undoing_come_to_nothing(okean):
    halve_area(okean.fet)
    posted_now(counted(okean))
    AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("70.00"))

    posted_now(counted(okean))

    assert balance_of(okean.fet) == BILL
    assert lines_of(counted(okean)) == []


def test_a_late_fact_is_found(okean):
    Interruption.objects.create(
        house=okean.house,
        service=okean.fee,
        month=JULY.first_day,
        hours=24,
        allowed_hours=4,
        rate=Decimal("0.0015"),
    )
    Benefit.objects.create(
        account=okean.fet,
        service=okean.cold_water,
        share=Decimal("0.5"),
        valid=(JULY.first_day, None),
    )

    document = counted(okean)

    assert sorted(lines_of(document)) == [
        ("1", "maintenance", "2013-07", Decimal("-33.39")),
        ("2", "cold_water", "2013-07", Decimal("-37.47")),
        ("2", "maintenance", "2013-07", Decimal("-33.39")),
        ("3", "maintenance", "2013-07", Decimal("-33.39")),
        ("4", "maintenance", "2013-07", Decimal("-33.39")),
    ]


def test_what_the_charge_found_itself_is_no_difference(okean):
    interrupted = {"service": okean.fee, "hours": 24, "allowed_hours": 4, "rate": Decimal("0.0015")}
    Interruption.objects.create(house=okean.house, month=AUGUST.first_day, **interrupted)
    posted(okean.organisation, AUGUST)

    assert lines_of(counted(okean, months=(AUGUST,))) == []


def test_a_recount_is_counted_whatever_its_reason(okean):
    halve_area(okean.fet)
    document = counted(okean, basis=basis_of(Reason.ABSENCE))
    posted_now(document)

    assert lines_of(counted(okean)) == []


class TestEnteredByHand:
    def test_a_sum_that_put_the_mistake_right_is_counted(self, okean):
        enter(okean.fet, okean.fee, "-500.00", Reason.MISTAKE)
        halve_area(okean.fet)

        assert lines_of(counted(okean)) == [("2", "maintenance", "2013-07", Decimal(500) - HALF)]

    @pytest.mark.parametrize("reason", [Reason.COURT, Reason.MAINTENANCE, Reason.QUALITY])
    def test_a_sum_beside_the_calculation_is_not_taken_back(self, okean, reason):
        enter(okean.fet, okean.fee, "-500.00", reason)

        assert lines_of(counted(okean)) == []

    def test_its_storno_is_counted_as_it_was(self, okean):
        for reason in (Reason.MISTAKE, Reason.COURT):
            document = enter(okean.fet, okean.fee, "-500.00", reason)
            basis = dataclasses.replace(BASIS, reason=Reason.OTHER)
            storno = draft_storno(document=document, basis=basis, key=new_key(), by=None, at=NOON)
            posted_now(storno)

        assert lines_of(counted(okean)) == []


class TestTwoAccountants:
    def test_the_second_of_two_drafts_is_refused(self, okean):
        halve_area(okean.fet)
        first, second = counted(okean), counted(okean)
        posted_now(first)

        with pytest.raises(CorrectedMeanwhile, match=r"Счёт 000000001002.*Июль 2013"):
            posted_now(second)

        assert balance_of(okean.fet) == BILL - HALF

    def test_the_same_request_is_one_document(self, okean):
        key = new_key()

        assert requested(okean, key=key) == requested(okean, key=key)

    def test_a_document_being_counted_is_neither_posted_nor_thrown_away(self, okean):
        document = requested(okean)

        with pytest.raises(StillCounting):
            posted_now(document)
        with pytest.raises(StillCounting):
            discard_document(document=document)


class TestBadInput:
    def test_a_month_not_posted_is_calculated_the_ordinary_way(self, okean):
        with pytest.raises(MonthIsNotPosted, match="Август 2013"):
            requested(okean, months=(JULY, AUGUST))

    def test_nothing_chosen_is_told(self, okean):
        with pytest.raises(NoHouses):
            request_recount(
                organisation=okean.organisation,
                past=Past([], [JULY]),
                basis=BASIS,
                key=new_key(),
                by=None,
                at=NOON,
            )

    def test_a_bad_house_stops_itself(self, okean):
        other = add_house(okean, code="7")
        AccountArea.objects.filter(account__premises__house=other).delete()
        halve_area(okean.fet)

        document = counted(okean, houses=[other, okean.house])

        assert lines_of(document) == [("2", "maintenance", "2013-07", -HALF)]
        assert [row.title for row in document.refusals.all()] == [
            "Москва, Лесная, дом № 7, Июль 2013"
        ]
        assert "площадь: не заполнено" in document.refusals.get().wrong

    def test_a_stopped_recount_says_what_is_missing(self, okean):
        document = requested(okean)
        stop_recount(document=document, at=NOON)
        document.refresh_from_db()

        assert document.state == DocumentState.DRAFT
        assert document.refusals.get().wrong == "Не пересчитан: пересчёт остановили раньше."


def test_an_absence_told_later_is_found_where_no_meter_can_be(okean):
    okean.fet.services.filter(service=okean.cold_water).update(meter_impossible=True)
    Absence.objects.create(
        account=okean.fet,
        persons=1,
        left_on=JULY.first_day.replace(day=1),
        returned_on=JULY.first_day.replace(day=17),
        applied_on=JULY.first_day.replace(day=20),
    )

    # 74,93 × 15 / 31 = 36,256…
    assert lines_of(counted(okean)) == [("2", "cold_water", "2013-07", Decimal("-36.26"))]


def test_a_new_price_of_the_past_is_found(okean):
    Tariff.objects.filter(service=okean.fee).update(price=Decimal("16.00"))

    assert [amount for *_, amount in lines_of(counted(okean))] == [Decimal("7.00")] * 4
