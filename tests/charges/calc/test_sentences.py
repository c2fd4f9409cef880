"""Refusals of a file and of rows that clash, in their whole words."""

import pytest

from charges.calc.parse import parse_text
from charges.calc.problems import ScenarioProblems
from tests.charges.calc.scenarios import account, cold_water, house, problems_of


def told(data: bytes) -> list[str]:
    with pytest.raises(ScenarioProblems) as refused:
        parse_text(data)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"a": "\xff"}', "байт 7 не читается как UTF-8: текст JSON в UTF-8"),
        (b"\xef\xbb\xbf{}", "файл начинается с метки порядка байтов (BOM): UTF-8 без BOM"),
        (b"{", "не JSON (строка 1, столбец 2): один документ JSON"),
        (b"[" * 200000, "слишком глубокая вложенность: документ по образцу сценария"),
    ],
)
def test_file_that_cannot_be_read(data, sentence):
    assert told(data) == [f"document: {sentence}"]


def test_expectations_with_floats_and_repeated_keys():
    lines = told(b'{"expect": {"a": 1.5, "a": 2.5, "b": "\\u0000"}}')

    assert [line for line in lines if line.startswith("expect")] == [
        "expect.a: ключ повторяется: каждый ключ один раз",
        "expect.a: получено число 2.5: десятичное число строкой",
        'expect.b: недопустимый знак в тексте "\\u0000": текст Unicode без NUL',
    ]


DEBT = {"period": "2024-01", "amount": "10.00", "due": "2024-02-10"}
ROW = {"service": "cold_water", "volume": "1"}


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (
            cold_water(account(unknown=1)),
            [
                ("houses[0].accounts[0].unknown: неизвестный ключ: ключ из описания сценария"),
            ],
        ),
        (
            cold_water(account(number="")),
            [
                ("houses[0].accounts[0].number: пустая строка: непустая строка"),
            ],
        ),
        (
            cold_water(account(area="ten")),
            [
                (
                    'houses[0].accounts[0].area: "ten" не число: десятичное число строкой, как "12.34"'
                ),
            ],
        ),
        (
            cold_water(account(residents=[{"count": 1, "from": "2024-02-30"}])),
            [
                (
                    'houses[0].accounts[0].residents[0].from: "2024-02-30" нет в календаре: дата ГГГГ-ММ-ДД'
                ),
            ],
        ),
        (
            cold_water(account(payer="\0")),
            [
                (
                    'houses[0].accounts[0].payer: недопустимый знак в тексте "\\u0000": текст Unicode без NUL'
                ),
            ],
        ),
        (
            cold_water(account(), account()),
            [
                (
                    "houses[0].accounts[1].number: номер счёта повторяется: у каждого лицевого счёта свой номер"
                ),
            ],
        ),
        (
            cold_water(account(area="1000.01")),
            [
                ("houses[0].accounts[0].area: площадь 1000.01 больше площади дома: не больше 1000"),
            ],
        ),
        (
            cold_water(account(area="600"), account("2", area="600")),
            [
                (
                    "houses[0].premises_area: сумма площадей лицевых счетов 1200 больше 1000: площадь всех помещений дома не меньше этой суммы"
                ),
            ],
        ),
        (
            cold_water(account(x_share="0.6"), account("2", premises="1", x_share="0.6")),
            [
                (
                    "houses[0].accounts[1].x_share: доли помещения вместе 1.2: вместе не больше 1 в каждый день"
                ),
            ],
        ),
        (
            cold_water(account(x_areas=[{"area": "1001", "from": "2024-03-02"}])),
            [
                (
                    "houses[0].accounts[0].x_areas[0].area: площадь 1001 больше площади дома: не больше 1000"
                ),
            ],
        ),
        (
            cold_water(account(opening=[DEBT, {**DEBT, "amount": "-1.00"}])),
            [
                (
                    "houses[0].accounts[0].opening[1].amount: долг и аванс вместе: или долги, или авансы"
                ),
            ],
        ),
        (
            cold_water(account(opening=[DEBT, {**DEBT, "due": "2024-02-11"}])),
            [
                (
                    "houses[0].accounts[0].opening[1].due: у долга за 2024-01 другой срок, чем 2024-02-10: один срок оплаты у долгов одного месяца"
                ),
            ],
        ),
        (
            cold_water(house_meters=[ROW], common_volumes=[{**ROW, "method": "norm"}]),
            [
                (
                    "houses[0].house_meters[0]: для услуги уже дан объём в common_volumes: что-то одно"
                ),
            ],
        ),
        (
            cold_water(common_volumes=[{**ROW, "method": "meter"}]),
            [
                (
                    "houses[0].common_volumes[0].method: неизвестное значение meter: norm или house_meter"
                ),
            ],
        ),
        (
            cold_water(house_meters=[ROW, ROW]),
            [
                (
                    "houses[0].house_meters[1]: объём этой услуги и зоны уже дан выше: одна строка на услугу и зону"
                ),
            ],
        ),
        (
            cold_water() | {"houses": [house(account()), house(account("2"))]},
            [
                ("houses[1].code: код дома повторяется: у каждого дома свой код"),
            ],
        ),
        (
            cold_water() | {"expect": []},
            [
                ("expect: получено список: объект {…}"),
            ],
        ),
        (
            cold_water() | {"scenario": 2},
            [
                ("scenario: версия 2: версия 1"),
            ],
        ),
    ],
)
def test_clash_is_told_whole(document, lines):
    assert problems_of(document) == lines
