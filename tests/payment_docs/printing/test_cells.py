import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_docs.document import NO_REFERENCE, Blank, Mark, Reference, ServiceRow, Volume
from payment_docs.printing.cells import CellKind, cells, total_parts

kopecks = st.decimals(min_value=0, max_value=10**6, places=2)


def printed(row):
    """Texts of the nineteen cells, a mark beside its number."""
    return [with_plain_spaces(f"{cell.text} {cell.mark}".strip()) for cell in cells(row)]


def with_plain_spaces(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def row_of(individual="0.00", common="0.00", recalculated="0.00", benefit="0.00"):
    charged = Decimal(individual) + Decimal(common)
    return ServiceRow(
        name="Горячее водоснабжение",
        unit="м3",
        volume_individual=Volume(Decimal(1), Mark.METER),
        volume_common=Volume(Decimal(1), Mark.HOUSE_METER),
        price=Decimal(1),
        charged_individual=Decimal(individual),
        charged_common=Decimal(common),
        charged=charged,
        recalculated=Decimal(recalculated),
        benefit=Decimal(benefit),
        total=charged + Decimal(recalculated) - Decimal(benefit),
    )


def test_cells_of_the_sample_bill_are_those_of_the_form(sample_bill, sample_cells):
    assert [printed(row) for row in sample_bill.rows] == sample_cells


def test_not_applicable_empty_and_zero_are_three_things(sample_bill):
    fee, cold_water, *_ = sample_bill.rows

    assert cells(fee)[2].kind is CellKind.NOT_APPLICABLE
    assert cells(cold_water)[8].kind is CellKind.EMPTY
    nothing_used = dataclasses.replace(cold_water, volume_common=Volume(Decimal(0)))
    assert cells(nothing_used)[3].kind is CellKind.NUMBER
    assert cells(fee)[0].kind is CellKind.TEXT


@pytest.mark.parametrize(
    ("volume", "text"),
    [("2.663043", "2,663"), ("0.00005", "0,0001"), ("0.00004", "0"), ("1234.5", "1 234,5")],
)
def test_volumes_print_up_to_four_decimals_half_up(cold_water, volume, text):
    row = dataclasses.replace(cold_water, volume_common=Volume(Decimal(volume)))

    assert printed(row)[3] == text


@pytest.mark.parametrize(
    ("price", "text"),
    [("13.5", "13,50"), ("100", "100,00"), ("1.234567", "1,234567"), ("2100.4", "2 100,40")],
)
def test_prices_print_at_least_two_decimals(cold_water, price, text):
    assert printed(dataclasses.replace(cold_water, price=Decimal(price)))[4] == text


def test_price_that_changed_inside_the_month_is_left_empty(cold_water):
    assert cells(dataclasses.replace(cold_water, price=Blank.EMPTY))[4].kind is CellKind.EMPTY


def test_readings_of_several_meters_share_a_cell(cold_water):
    reference = Reference(meter_readings=(Decimal("103.25"), Decimal(1044)), house_readings=())

    row = dataclasses.replace(cold_water, reference=reference)

    assert printed(row)[15:17] == ["103,25;\n1 044", ""]


def test_reference_that_does_not_apply_is_crossed(cold_water):
    row = dataclasses.replace(cold_water, reference=NO_REFERENCE)

    assert printed(row)[13:] == ["x"] * 6


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (row_of(individual="100.00", common="10.00"), ("100.00", "10.00")),
        (row_of(individual="100.00", common="10.00", recalculated="-30.00"), ("70.00", "10.00")),
        (row_of(individual="100.00", common="10.00", benefit="50.00"), ("50.00", "10.00")),
        (row_of(individual="100.00", recalculated="-30.00"), ("70.00", "0.00")),
        (row_of(recalculated="-30.00"), ("-30.00", "0.00")),
    ],
)
def test_recalculations_and_benefits_change_the_individual_part(row, parts):
    assert total_parts(row) == tuple(map(Decimal, parts))


def test_recalculation_of_a_row_with_only_a_common_part_changes_that_part():
    row = row_of(common="10.00", recalculated="-3.00")

    assert total_parts(row) == (Blank.EMPTY, Decimal("7.00"))


@given(individual=kopecks, common=kopecks, recalculated=kopecks, benefit=kopecks)
def test_parts_of_a_total_add_up_to_it(individual, common, recalculated, benefit):
    row = row_of(individual, common, -recalculated, benefit)

    figures = [part for part in total_parts(row) if not isinstance(part, Blank)]

    assert sum(figures) == row.total


def test_recalculation_and_benefit_print_in_columns_nine_to_eleven():
    row = row_of(individual="100.00", recalculated="-12.50", benefit="7.00")

    assert printed(row)[7:12] == ["100", "−12,5", "7", "80,5", "80,5"]
