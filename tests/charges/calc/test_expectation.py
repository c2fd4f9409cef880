import pytest

from charges.calc.calculation import calculate
from charges.calc.expectation import differences
from charges.calc.parse import parse_document
from tests.charges.calc.scenarios import account, cold_water, house, result_of, tariff

DOCUMENT = cold_water(
    account(
        opening=[{"period": "2024-02", "amount": "3"}],
        payments=[{"on": "2024-03-05", "amount": "5"}],
    ),
    common_volumes=[{"service": "cold_water", "volume": "20", "method": "house_meter"}],
)


def told(expect, document=DOCUMENT):
    return list(differences(result_of(document), expect))


def one(**expected):
    return {"accounts": [{"number": "1", **expected}]}


def line(**expected):
    return one(lines=[{"service": "cold_water", **expected}])


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"period": "2024-03"},
        one(charged="50"),
        one(charged="50.000"),
        line(individual={"volume": "4.0"}, use=None, segments=[]),
        line(zone=None, common={"method": "house_meter"}),
        {"houses": [{"code": "h1", "common": [{"service": "cold_water", "volume": "20.00"}]}]},
        one(allocations=[{"amount": "3"}, {"period": None, "amount": "2.00"}]),
    ],
)
def test_subset_that_agrees(expect):
    assert told(expect) == []


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ({"period": "2024-04"}, 'expect.period: ожидалось "2024-04", получено "2024-03"'),
        (one(charged="50.01"), 'expect.accounts[0].charged: ожидалось "50.01", получено "50.00"'),
        (one(charged=50), 'expect.accounts[0].charged: ожидалось 50, получено "50.00"'),
        (one(paid="1"), 'expect.accounts[0].paid: ожидалось "1", получено ничего'),
        (
            one(penalty=None),
            'expect.accounts[0].penalty: ожидалось null, получено {"total": "0.00", "spans": []}',
        ),
        (
            {"accounts": [{"number": "01"}]},
            'expect.accounts[0]: в результате нет {"number": "01"}',
        ),
        ({"accounts": ["1"]}, 'expect.accounts[0]: ожидался "1", а не объект'),
        (
            one(lines=[{"service": "cold_water", "use": "common"}]),
            'expect.accounts[0].lines[0]: в результате нет {"service": "cold_water", "use": "common"}',
        ),
        (
            one(allocations=[{"amount": "3.00"}]),
            "expect.accounts[0].allocations: ожидалось элементов 1, получено 2",
        ),
        (
            one(allocations=[{"payment": True}, {}]),
            "expect.accounts[0].allocations[0].payment: ожидалось true, получено 1",
        ),
        (
            line(individual={"method": "meter"}),
            'expect.accounts[0].lines[0].individual.method: ожидалось "meter", получено "norm"',
        ),
        (
            {"houses": [{"code": "h1", "common": [{"service": "cold_water", "zone": "day"}]}]},
            'expect.houses[0].common[0]: в результате нет {"service": "cold_water", "zone": "day"}',
        ),
    ],
)
def test_difference_says_where_and_what(expect, difference):
    assert told(expect) == [difference]


def test_every_difference_is_told():
    assert len(told(one(charged="1", to_pay="2", lines=[{"service": "gas"}]))) == 3


def test_line_without_a_use_matches_the_one_that_fits_best():
    document = {
        **DOCUMENT,
        "tariffs": [tariff("cold_water", "10", use=use) for use in ("individual", "common")],
    }

    assert told(line(common={"volume": "1"}), document) == []


def test_result_is_compared_as_it_is_printed():
    result = calculate(parse_document(cold_water(account())))

    assert differences(result, one(charged="40")) == ()


def test_second_house_is_found_by_its_code():
    document = {**DOCUMENT, "houses": [*DOCUMENT["houses"], house(code="h2")]}

    assert told({"houses": [{"code": "h2", "common": []}]}, document) == []
