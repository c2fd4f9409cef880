"""Every refusal of the contract: the path, in document order, all at once."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from charges.calc.parse import parse_document, parse_text
from charges.calc.problems import ScenarioProblems
from tests.charges.calc.scenarios import paths_of, problems_of

FILE = Path(__file__).parent / "everything.json"
VALID: dict[str, Any] = json.loads(FILE.read_text())


def changed(path: str, value: Any = None, *, remove: bool = False) -> dict[str, Any]:
    """The valid scenario with one value set at a path such as `houses.0.accounts.0.area`."""
    document = copy.deepcopy(VALID)
    *steps, last = (int(step) if step.isdecimal() else step for step in path.split("."))
    place: Any = document
    for step in steps:
        place = place[step]
    if remove:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return document


def bracketed(path: str) -> str:
    first, *rest = path.split(".")
    return first + "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in rest)


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


# --- one wrong value at a time

H, A, M = "houses.0", "houses.0.accounts.0", "houses.0.accounts.0.meters.0"
WRONG = [
    ("scenario", 2),
    ("scenario", True),
    ("scenario", "1"),
    ("title", 1),
    ("period", "2024-13"),
    ("period", "2024-3"),
    ("period", "0000-01"),
    ("period", None),
    ("rounding", "per_m2:5"),
    ("rounding.common", "per_m2:8"),
    ("rounding.common", "volume"),
    ("rounding.common", "volume:12"),
    ("rounding.common", 5),
    ("rounding.up", "volume:1"),
    ("x_limit", 1),
    ("x_", None),
    ("colour", "red"),
    ("payments_counted_until", "2024-02-30"),
    ("payments_counted_until", "20240203"),
    ("payments_counted_until", "2024-W01-1"),
    ("payments_counted_until", None),
    ("expect", None),
    ("expect", []),
    ("services", {}),
    ("services.0", []),
    ("services.1.code", "cold"),
    ("services.0.code", 5),
    ("services.0.name", None),
    ("services.0.unit", 1),
    ("services.0.group", "rent"),
    ("services.0.group", ["housing"]),
    ("services.0.charge", "by_hand"),
    ("services.0.charge", {}),
    ("services.0.order", "1"),
    ("services.0.order", True),
    ("services.0.vat", "1.1"),
    ("services.0.vat", "0.12345"),
    ("services.0.uplift", 1),
    ("services.0.x_order", 1),
    ("services.0.minus.0", "gas"),
    ("services.2.from.0", "gas"),
    ("services.2.from.0", "drainage"),
    ("services.2.from.0", 1),
    ("services.2.from", "cold"),
    ("tariffs.0.service", "gas"),
    ("tariffs.0.price", "-1"),
    ("tariffs.0.price", "1.1234567"),
    ("tariffs.0.from", "2024-00-01"),
    ("tariffs.0.to", "2000-01-01"),
    ("tariffs.0.zone", "evening"),
    ("tariffs.0.component", "steam"),
    ("tariffs.0.use", "both"),
    ("tariffs.0.up_to", "0"),
    ("tariffs.0.up_to", "1.12345678"),
    ("tariffs.0.up_to", "100"),
    ("norms.0.service", "gas"),
    ("norms.0.per_person", "-1"),
    ("norms.0.per_person", "1.1234567"),
    ("norms.0.per_common_m2", 1),
    ("norms.0.per_m2", ""),
    ("norms.0.heat_per_unit", "x"),
    ("norms.0.year", "true"),
    ("norms.0.to", "1999-12-31"),
    ("norms.0.per_flat", "1"),
    ("uplifts.0.service", "gas"),
    ("uplifts.0.coefficient", "0.99"),
    ("uplifts.0.coefficient", "1.1234567"),
    ("uplifts.0.to", "2000-01-01"),
    ("penalty.as_of", "2024-02-31"),
    ("penalty.as_of", "9999-12-31"),
    ("penalty.rule", "ru154"),
    ("penalty.rates", "9.5"),
    ("penalty.rates.0.rate", "-1"),
    ("penalty.rates.0.rate", 9),
    ("penalty.rates.0.to", "2024-01-01"),
    ("penalty.cap.0.from", 2024),
    ("penalty.suspended.0.to", "2020-04-06"),
    ("penalty.rate_mode", "mean"),
    ("penalty.working_days", 0),
    (f"{H}.code", ""),
    (f"{H}.address", 5),
    (f"{H}.premises_area", "0"),
    (f"{H}.common_area", "0"),
    (f"{H}.common_area", "1.001"),
    (f"{H}.residents", -1),
    (f"{H}.residents", "4"),
    (f"{H}.common_volumes.0.service", "gas"),
    (f"{H}.common_volumes.0.service", "roof"),
    (f"{H}.common_volumes.0.volume", "-1"),
    (f"{H}.common_volumes.0.volume", "1.12345678"),
    (f"{H}.common_volumes.0.method", "meter"),
    (f"{H}.common_volumes.0.method", "guess"),
    (f"{H}.common_volumes.0.zone", "evening"),
    (f"{H}.common_volumes.0.premises_volume", "-1"),
    (f"{H}.house_meters.0.service", "heating"),
    (f"{H}.house_meters.0.volume", "-0.1"),
    (f"{H}.house_meters.0.zone", ""),
    (f"{H}.heating", []),
    (f"{H}.heating.season", "winter"),
    (f"{H}.heating.months", 0),
    (f"{H}.heating.months", 13),
    (f"{H}.heating.months", "7"),
    (f"{H}.heating.house_volume", "-1"),
    (f"{H}.heating.previous_year_mean", 1),
    (f"{H}.heating.year_volume", "1.12345678"),
    (f"{H}.voted.0.service", "gas"),
    (f"{H}.voted.0.sum", "-1"),
    (f"{H}.voted.0.sum", "1.001"),
    (f"{H}.interruptions.0.service", "gas"),
    (f"{H}.interruptions.0.hours", -1),
    (f"{H}.interruptions.0.hours", "8"),
    (f"{H}.interruptions.0.allowed", -1),
    (f"{H}.interruptions.0.rate", "2"),
    (f"{A}.number", ""),
    (f"{A}.number", 1),
    (f"{A}.payer", None),
    (f"{A}.premises", 1),
    (f"{A}.area", "0"),
    (f"{A}.area", "50.001"),
    (f"{A}.area", "1001"),
    (f"{A}.kind", "shop"),
    (f"{A}.living_area", "0"),
    (f"{A}.owners", 0),
    (f"{A}.residents", 2),
    (f"{A}.residents.0.count", -1),
    (f"{A}.residents.0.to", "1999-01-01"),
    (f"{A}.services.0", "gas"),
    (f"{A}.services", "cold"),
    (f"{A}.meter_impossible.0", "gas"),
    (f"{A}.absences.0.persons", 0),
    (f"{A}.absences.0.returned", "2024-03-01"),
    (f"{A}.absences.0.applied_on", ""),
    (f"{A}.benefits.0.service", "gas"),
    (f"{A}.benefits.0.share", "1.01"),
    (f"{A}.benefits.0.share", "-0.1"),
    (f"{A}.benefits.0.share", "0.12345"),
    (f"{A}.benefits.0.persons", 0),
    (f"{A}.benefits.0.area_norm", "0"),
    (f"{A}.recalculations.0.service", "gas"),
    (f"{A}.recalculations.0.amount", "1.001"),
    (f"{A}.recalculations.0.for_period", "2024"),
    (f"{A}.recalculations.0.reason", 1),
    (f"{A}.recalculations.0.basis", None),
    (f"{A}.opening.0.period", "2024-00"),
    (f"{A}.opening.0.service", "gas"),
    (f"{A}.opening.0.amount", "1.001"),
    (f"{A}.opening.0.due", "soon"),
    (f"{A}.payments.0.on", "yesterday"),
    (f"{A}.payments.0.amount", "0"),
    (f"{A}.payments.0.amount", "-5"),
    (f"{A}.payments.0.period", 2024),
    (f"{A}.heating_charged", "1.001"),
    (f"{M}.service", "gas"),
    (f"{M}.zone", "evening"),
    (f"{M}.digits", 0),
    (f"{M}.digits", 10),
    (f"{M}.removed", "2015-01-01"),
    (f"{M}.verified_until", "never"),
    (f"{M}.readings", {}),
    (f"{M}.readings.0.on", "2014-12-31"),
    (f"{M}.readings.1.on", "2024-02-25"),
    (f"{M}.readings.1.on", "2030-01-02"),
    (f"{M}.readings.0.value", "-1"),
    (f"{M}.readings.0.value", "100000"),
    (f"{M}.readings.0.value", "1.12345678"),
    (f"{M}.readings.0.place", "kitchen"),
]


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_wrong_value_is_told_with_its_path(path, value):
    document = changed(path, value)

    assert bracketed(path) in paths_of(document)


REQUIRED = [
    *("scenario", "period", "services", "tariffs", "houses"),
    *(f"services.0.{key}" for key in ("code", "name", "unit", "group", "charge")),
    "services.2.from",
    *(f"tariffs.0.{key}" for key in ("service", "price", "from")),
    *(f"norms.0.{key}" for key in ("service", "from")),
    *(f"uplifts.0.{key}" for key in ("service", "coefficient", "from")),
    *(f"penalty.{key}" for key in ("as_of", "rule", "rates")),
    *(f"penalty.rates.0.{key}" for key in ("from", "rate")),
    "penalty.suspended.0.from",
    *(f"{H}.{key}" for key in ("code", "address", "premises_area", "accounts")),
    *(f"{H}.common_volumes.0.{key}" for key in ("service", "volume", "method")),
    *(f"{H}.house_meters.0.{key}" for key in ("service", "volume")),
    f"{H}.heating.season",
    *(f"{H}.voted.0.{key}" for key in ("service", "sum")),
    *(f"{H}.interruptions.0.{key}" for key in ("service", "hours", "allowed")),
    *(f"{A}.{key}" for key in ("number", "payer", "premises", "area")),
    *(f"{A}.residents.0.{key}" for key in ("count", "from")),
    *(f"{A}.absences.0.{key}" for key in ("persons", "left", "returned", "applied_on")),
    *(f"{A}.benefits.0.{key}" for key in ("service", "share")),
    *(f"{A}.recalculations.0.{key}" for key in ("service", "amount")),
    *(f"{A}.opening.0.{key}" for key in ("period", "amount", "due")),
    *(f"{A}.payments.0.{key}" for key in ("on", "amount")),
    *(f"{M}.{key}" for key in ("service", "installed", "readings")),
    *(f"{M}.readings.0.{key}" for key in ("on", "value")),
]


@pytest.mark.parametrize("path", REQUIRED)
def test_missing_key_is_told_with_its_path(path):
    assert bracketed(path) in paths_of(changed(path, remove=True))


OPTIONAL = [
    *("title", "rounding", "norms.0.per_person", "uplifts", "penalty.cap", "penalty.suspended"),
    *("penalty.rate_mode", "penalty.working_days", "penalty", "payments_counted_until", "expect"),
    *(f"services.0.{key}" for key in ("order", "minus", "vat", "uplift")),
    *(f"{H}.{key}" for key in ("residents", "common_volumes", "house_meters", "interruptions")),
    *(f"{A}.{key}" for key in ("kind", "living_area", "owners", "residents", "services")),
    *(f"{A}.{key}" for key in ("meter_impossible", "meters", "absences", "benefits")),
    *(f"{A}.{key}" for key in ("recalculations", "opening", "payments", "heating_charged")),
    *(f"{M}.{key}" for key in ("digits", "removed", "verified_until")),
]


@pytest.mark.parametrize("path", OPTIONAL)
def test_key_that_may_be_absent(path):
    assert problems_of(changed(path, remove=True)) == []


# --- rows that clash


def cold(price="10", **more):
    return {"service": "cold", "price": price, "from": "2024-01-01", **more}


@pytest.mark.parametrize(
    "rows",
    [
        [cold(), cold()],
        [cold(), cold(use="common")],
        [cold(to="2024-03-02"), cold(**{"from": "2024-03-01"})],
        [cold(up_to="5"), cold(up_to="5"), cold()],
    ],
)
def test_tariffs_that_overlap(rows):
    assert paths_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == ["tariffs[1]"]


@pytest.mark.parametrize(
    "rows", [[cold(up_to="6"), cold(up_to="5"), cold()], [cold(), cold(up_to="5")]]
)
def test_bounds_that_do_not_ascend(rows):
    assert problems_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == [
        (
            "tariffs[1].up_to: границы диапазонов цен идут не по возрастанию: "
            "up_to по возрастанию, последняя строка без up_to"
        )
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [cold(up_to="5")],
        [cold(up_to="5"), cold(to="2024-06-01")],
        [cold(up_to="5"), cold(**{"from": "2024-02-01"})],
        [cold(up_to="5"), cold(use="individual")],
        [cold(up_to="5"), cold(to="2024-06-01"), cold(**{"from": "2024-06-02"})],
    ],
)
def test_ranges_without_an_open_end(rows):
    assert "tariffs[0].up_to" in paths_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]]))


@pytest.mark.parametrize(
    "rows",
    [
        [cold(to="2024-03-01"), cold(**{"from": "2024-03-01"})],
        [cold(use="individual"), cold(use="common")],
        [cold(), cold(zone="night")],
        [cold(up_to="5"), cold(up_to="6"), cold()],
        [cold(up_to="5"), cold(use="individual"), cold(use="common")],
        [cold(up_to="5"), cold(to="2024-06-01"), cold(**{"from": "2024-06-01"})],
    ],
)
def test_tariffs_that_do_not_clash(rows):
    assert problems_of(changed("tariffs", [*rows, *VALID["tariffs"][1:]])) == []


@pytest.mark.parametrize(
    ("path", "row", "clash"),
    [
        ("norms", {"service": "cold", "from": "2024-05-01", "per_person": "1"}, True),
        ("norms", {"service": "cold", "from": "2024-05-01", "per_m2": "1"}, False),
        ("norms", {"service": "hot", "from": "2024-05-01", "per_person": "1"}, False),
        ("uplifts", {"service": "cold", "coefficient": "2", "from": "2024-05-01"}, True),
        ("uplifts", {"service": "hot", "coefficient": "2", "from": "2024-05-01"}, False),
        (f"{A}.residents", {"count": 1, "from": "2024-05-01"}, True),
        (f"{A}.residents", {"count": 1, "from": "1990-01-01", "to": "2000-01-01"}, False),
        ("penalty.rates", {"from": "2000-01-01", "rate": "1"}, True),
        ("penalty.rates", {"from": "2000-01-02", "rate": "1"}, False),
        ("penalty.cap", {"from": "2000-01-01", "rate": "1"}, True),
        (f"{H}.common_volumes", {"service": "cold", "volume": "1", "method": "norm"}, True),
        (f"{H}.house_meters", {"service": "hot", "volume": "1"}, True),
        (f"{H}.house_meters", {"service": "cold", "zone": "day", "volume": "1"}, True),
        (f"{H}.voted", {"service": "roof", "sum": "1"}, True),
    ],
)
def test_one_row_too_many(path, row, clash):
    document = changed(path, row)
    place: Any = VALID
    for step in path.split("."):
        place = place[int(step) if step.isdecimal() else step]
    document = changed(f"{path}.{len(place)}", row)

    expected = [f"{bracketed(path)}[{len(place)}]"] if clash else []

    assert paths_of(document) == expected


def test_debt_beside_an_advance():
    row = {"period": "2024-01", "amount": "-1"}

    assert paths_of(changed(f"{A}.opening.1", row)) == ["houses[0].accounts[0].opening[1].amount"]


@pytest.mark.parametrize("row", [{"amount": "0"}, {"amount": "5", "due": "2024-02-10"}])
def test_debts_that_agree(row):
    assert problems_of(changed(f"{A}.opening.1", {"period": "2024-01", **row})) == []


def test_debts_of_one_month_with_two_due_days():
    row = {"period": "2024-01", "amount": "5", "due": "2024-02-11"}

    assert paths_of(changed(f"{A}.opening.1", row)) == ["houses[0].accounts[0].opening[1].due"]


def test_due_day_is_not_needed_without_penalties():
    document = changed(f"{A}.opening.0.due", remove=True)
    del document["penalty"]

    assert problems_of(document) == []


def test_numbers_and_codes_are_unique_over_all_houses():
    document = copy.deepcopy(VALID)
    document["houses"].append(copy.deepcopy(document["houses"][0]))

    assert paths_of(document) == [
        "houses[1].code",
        *(f"houses[1].accounts[{number}].number" for number in range(2)),
    ]


def test_areas_together_may_not_pass_the_house():
    assert problems_of(changed(f"{H}.premises_area", "149.99")) == [
        (
            "houses[0].premises_area: сумма площадей лицевых счетов 150 больше 149.99: "
            "площадь всех помещений дома не меньше этой суммы"
        )
    ]


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
