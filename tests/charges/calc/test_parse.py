"""A document as a whole: its text, the order of its problems, their words."""

import copy
import json

import pytest

from charges.calc.parse import parse_document, parse_text
from charges.calc.problems import ScenarioProblems
from tests.charges.calc.everything import VALID, A, changed
from tests.charges.calc.scenarios import paths_of, problems_of


def refusals(data: bytes) -> list[str]:
    with pytest.raises(ScenarioProblems) as refusal:
        parse_text(data)
    return [str(problem) for problem in refusal.value.problems]


def test_valid_scenario_has_no_problem():
    assert problems_of(VALID) == []


# --- the text


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "не JSON (строка 1, столбец 1)"),
        (b"{", "не JSON (строка 1, столбец 2)"),
        (b"{} {}", "не JSON (строка 1, столбец 4)"),
        (b"\xff{}", "байт 0 не читается как UTF-8"),
        ("{}".encode("utf-16"), "байт 0 не читается как UTF-8"),
        (b"\xef\xbb\xbf{}", "файл начинается с метки порядка байтов (BOM)"),
        (b"[" * 100_000, "слишком глубокая вложенность"),
        (b'{"a":' * 100_000, "слишком глубокая вложенность"),
    ],
)
def test_unreadable_text(data, wrong):
    (problem,) = refusals(data)

    assert problem.split(": ")[:2] == ["document", wrong]


@pytest.mark.parametrize("data", [b"null", b"1", b'"a"', b"[]", b"true", b"NaN", b"1.5"])
def test_document_that_is_no_object(data):
    (problem,) = refusals(data)

    assert problem.endswith(": объект {…}")


def test_keys_that_are_missing():
    assert refusals(b"{}") == [
        f"{key}: нет ключа: он обязателен"
        for key in ("scenario", "period", "services", "tariffs", "houses")
    ]


def test_repeated_key_is_told_where_it_first_stands():
    text = '{"scenario": 1, "period": "2024-03", "services": [], "tariffs": [], "houses": [%s]}'
    house = '{"code": "h", "code": "h", "address": "", "premises_area": "1", "accounts": []}'

    assert refusals((text % house).encode()) == [
        "houses[0].code: ключ повторяется: каждый ключ один раз"
    ]


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("1.5", "получено число 1.5"),
        ("1e3", "получено число 1e3"),
        ("NaN", "получено число NaN"),
        ("-Infinity", "получено число -Infinity"),
        ("1" * 5000, "получено число 1111111111111111111…"),
        ("5", "получено целое число"),
        ("null", "получено null"),
        ("true", "получено true"),
        ("[]", "получено список"),
        ("{}", "получено объект"),
        ('"1e3"', '"1e3" не число'),
        ('"+1"', '"+1" не число'),
        ('"1_000"', '"1_000" не число'),
        ('" 1"', '" 1" не число'),
        ('"1\\n"', '"1\\n" не число'),
        ('"NaN"', '"NaN" не число'),
        ('"1."', '"1." не число'),
        ('".5"', '".5" не число'),
        ('""', '"" не число'),
        ('"٣"', '"٣" не число'),
        ('"1234567890123456"', '"1234567890123456" не число'),
        ('"1.234"', "3 зн. после запятой"),
        ('"0"', "число 0"),
        ('"-1"', "число -1"),
    ],
)
def test_decimal_that_is_none(number, wrong):
    text = json.dumps(changed("houses.0.premises_area", "@")).replace('"@"', number)

    (problem,) = refusals(text.encode())

    assert problem.split(": ")[:2] == ["houses[0].premises_area", wrong]


def test_unprintable_texts_are_refused_wherever_they_stand():
    document = changed("title", "a\0b")
    document["houses"][0]["address"] = "\ud800"
    document["x\0"] = 1

    assert refusals(json.dumps(document).encode()) == [
        'title: недопустимый знак в тексте "a\\u0000b": текст Unicode без NUL',
        'houses[0].address: недопустимый знак в тексте "\\ud800": текст Unicode без NUL',
        '["x\\u0000"]: недопустимый знак в тексте 1: текст Unicode без NUL',
        '["x\\u0000"]: неизвестный ключ: ключ из описания сценария',
    ]


def test_numbers_and_repeated_keys_inside_expect_are_refused():
    text = json.dumps(changed("expect", {"a": "@", "b": [{"c": 1}]}))
    text = text.replace('"@"', "0.5").replace('"c": 1', '"c": 1, "c": 2')

    assert refusals(text.encode()) == [
        "expect.a: получено число 0.5: десятичное число строкой",
        "expect.b[0].c: ключ повторяется: каждый ключ один раз",
    ]


def test_float_of_a_document_read_elsewhere_is_refused():
    assert paths_of(changed("expect", {"a": 0.5})) == ["expect.a"]
    assert paths_of(changed("tariffs.0.price", 0.5)) == ["tariffs[0].price"]


# --- all at once


def test_problems_come_in_document_order():
    document = {
        "houses": [
            {
                "accounts": [{"area": "0", "number": "1"}, 5],
                "premises_area": "1",
                "code": "h",
                "extra": 1,
            }
        ],
        "tariffs": [{"service": "gas", "price": 1}],
        "services": [],
        "period": "x",
    }

    assert paths_of(document) == [
        "scenario",
        "houses[0].address",
        "houses[0].accounts[0].payer",
        "houses[0].accounts[0].premises",
        "houses[0].accounts[0].area",
        "houses[0].accounts[1]",
        "houses[0].extra",
        "tariffs[0].from",
        "tariffs[0].service",
        "tariffs[0].price",
        "period",
    ]


def test_services_that_cannot_be_read_make_no_service_unknown():
    assert paths_of(changed("services", 5)) == ["services"]


def test_broken_service_is_still_known_by_its_code():
    assert paths_of(changed("services.0.unit", 5)) == ["services[0].unit"]


def test_problem_shortens_what_it_shows_and_keeps_to_its_line():
    (problem,) = problems_of(changed("period", "2024\n" + "9" * 100))

    assert problem == f'period: "2024\\n{"9" * 52}… не месяц: месяц ГГГГ-ММ'


def test_one_area_over_the_house_is_told_once():
    assert paths_of(changed(f"{A}.area", "1001")) == ["houses[0].accounts[0].area"]


def test_name_from_the_file_does_not_break_the_line():
    document = copy.deepcopy(VALID)
    document["services"].append({**document["services"][3], "code": "a\r\nb\u2028c"})

    assert [problem.splitlines() for problem in problems_of(document)] == [
        [problem] for problem in problems_of(document)
    ]
    assert "услуги «a\\u000d\\u000ab\\u2028c»" in problems_of(document)[0]


def test_message_of_the_refusal_is_its_lines():
    with pytest.raises(ScenarioProblems) as refusal:
        parse_document({})

    assert str(refusal.value).splitlines() == [str(one) for one in refusal.value.problems]


def test_value_that_no_json_has_is_refused():
    assert problems_of(object()) == ["document: получено не JSON: объект {…}"]
