"""Rates of VAT and coefficients from the reference books: whose row holds, and what is charged."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts_registry.models import (
    Country,
    Premises,
    ReferenceRate,
    Service,
    UpliftCoefficient,
)
from accounts_registry.reference_data import Book, Span, uplifts_within, vat_on, without
from charges.loading import by_book_in_words, load_terms
from charges.models import ChargeInput, ChargeLine, Uplift
from charges.services import calculate_month
from charges.why import bill_why
from tests.priced import at_noon, priced_tihiy_okean
from zhkh.kernel.period import Period

DECEMBER = Period(2025, 12)
JANUARY = Period(2026, 1)
SIXTH = dt.date(2025, 12, 6)


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    Service.objects.filter(pk=okean.cold_water.pk).update(has_uplift=True, uplift_kind="cold_water")
    Service.objects.filter(pk=okean.fee.pk).update(vat_by_book=True)
    return okean


def uplifts(okean, period=DECEMBER):
    terms = load_terms(organisation_id=okean.organisation.pk, period=period)
    return [(row["coefficient"], row["from"], row.get("to")) for row in terms["uplifts"]]


def vat(okean, period):
    terms = load_terms(organisation_id=okean.organisation.pk, period=period)
    return {row["code"]: row.get("vat") for row in terms["services"]}


def told_about(account):
    bill = bill_why(ChargeInput.objects.get(), account.number)
    assert bill is not None
    return [(one.name, one.value) for line in bill.lines for one in line.facts]


def test_the_book_names_the_coefficient_of_every_day(okean):
    assert uplifts(okean) == [
        ("1.5", "2025-12-01", "2025-12-06"),
        ("3", "2025-12-06", None),
    ]


def test_a_row_of_the_service_comes_before_the_book(okean):
    Uplift.objects.create(
        service=okean.cold_water, coefficient=2, valid=(dt.date(2025, 12, 4), dt.date(2025, 12, 20))
    )

    assert uplifts(okean) == [
        ("2", "2025-12-04", "2025-12-20"),
        ("1.5", "2025-12-01", "2025-12-04"),
        ("3", "2025-12-20", None),
    ]


def test_a_row_of_the_organisation_comes_before_the_country(okean):
    UpliftCoefficient.objects.create(
        kind="cold_water", organisation=okean.organisation, coefficient=Decimal("1.7"),
        valid=(dt.date(2025, 12, 10), None), source="постановление области",
    )  # fmt: skip

    assert uplifts(okean) == [
        ("1.5", "2025-12-01", "2025-12-06"),
        ("3", "2025-12-06", "2025-12-10"),
        ("1.7", "2025-12-10", None),
    ]


def test_a_service_that_does_not_go_by_the_book_has_only_its_rows(okean):
    Service.objects.update(uplift_kind="")

    assert uplifts(okean) == []


def test_before_the_first_row_of_the_book_there_is_no_coefficient(okean):
    assert uplifts(okean, Period(2013, 7)) == []


def test_the_rate_of_the_month_is_that_of_its_first_day(okean):
    assert vat(okean, DECEMBER) == {"maintenance": "0.2", "cold_water": None}
    assert vat(okean, JANUARY) == {"maintenance": "0.22", "cold_water": None}


def test_a_rate_of_the_organisation_comes_before_the_country(okean):
    ReferenceRate.objects.create(
        kind="vat", organisation=okean.organisation, percent=10, source="договор", since=SIXTH
    )

    assert vat(okean, DECEMBER)["maintenance"] == "0.2"
    assert vat(okean, JANUARY)["maintenance"] == "0.1"


def test_without_a_rate_in_the_book_houses_are_left_out_with_a_sentence(okean):
    ReferenceRate.objects.filter(kind="vat").delete()

    outcome = calculate_month(
        organisation=okean.organisation, period=JANUARY, by=None, clock=at_noon
    )

    assert [item.message for item in outcome.items.all()] == [
        (
            "Услуги, «Содержание и ремонт жилого помещения», ставка НДС: на первое число месяца её "
            "нет: впишите её в справочник «Ставки» или в услугу."
        )
    ]


def test_a_service_has_one_rate_and_a_kind_only_with_its_mark(okean):
    for wrong in ({"vat_by_book": True, "vat_rate": Decimal("0.2")}, {"uplift_kind": "heating"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Service.objects.filter(pk=okean.fee.pk).update(**wrong)
    assert Service.objects.get(pk=okean.fee.pk).uplift_kind == ""


def test_the_month_is_charged_by_the_book_and_explained_with_the_act(okean):
    Premises.objects.filter(accounts=okean.fet).update(kind="nonresidential")

    calculate_month(organisation=okean.organisation, period=JANUARY, by=None, clock=at_noon)

    fee, water = ChargeLine.objects.filter(account=okean.fet).order_by("service__position")
    assert (fee.charged, fee.vat) == (Decimal("1357.86"), Decimal("244.86"))
    assert water.individual_amount == Decimal("224.78")  # 5,55 × 3 × 13,50
    facts = told_about(okean.fet)
    assert ("НДС", "22 %, по справочнику: ст. 164 НК РФ, ставка с 2026 года") in facts
    assert (
        "Повышающий коэффициент", "3, по справочнику: ПП РФ № 1871 от 25.11.2025"
    ) in facts  # fmt: skip


def test_an_explanation_names_no_act_that_says_another_number(okean):
    calculate_month(organisation=okean.organisation, period=JANUARY, by=None, clock=at_noon)
    UpliftCoefficient.objects.filter(kind="cold_water").update(coefficient=4)

    facts = told_about(okean.fet)
    assert ("Повышающий коэффициент", "3") in facts


def test_the_page_of_the_month_says_what_comes_from_the_books(okean):
    told = by_book_in_words(organisation=okean.organisation, period=DECEMBER)

    assert told == [
        ("Ставка НДС по справочнику", "20 %, ст. 164 НК РФ в ред. № 303-ФЗ от 03.08.2018"),
        (
            "Повышающий коэффициент: холодная вода",
            (
                "× 1,5, ПП РФ № 603 от 29.06.2016, прил. 2 к Правилам № 354; "
                "× 3 с 06.12.2025, ПП РФ № 1871 от 25.11.2025"
            ),
        ),
    ]


def test_in_ukraine_the_books_of_ukraine_are_read(okean):
    book = Book(okean.organisation.pk, Country.UKRAINE)

    assert vat_on(book, SIXTH) is None
    assert uplifts_within(book, "cold_water", (SIXTH, None)) == []


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2025, 3, 1))
SPANS = st.tuples(DAYS, st.none() | DAYS).filter(lambda span: span[1] is None or span[0] < span[1])


def covers(spans, day):
    return any(since <= day and (until is None or day < until) for since, until in spans)


@given(SPANS, st.lists(SPANS, max_size=4))
def test_what_is_left_is_every_day_not_taken(span, drawn):
    taken: list[Span] = []
    for one in drawn:
        taken += without(one, taken)

    left = without(span, taken)

    for number in range(70):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=number)
        assert covers(left, day) == (covers([span], day) and not covers(taken, day))
