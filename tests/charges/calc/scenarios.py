"""Scenarios of a few lines: only what a test is about has to be said."""

import json
from typing import Any

from charges.calc.calculation import calculate
from charges.calc.parse import parse_document, sorted_as_read
from charges.calc.problems import ScenarioProblems
from charges.calc.result import result_document

ALWAYS = "2000-01-01"
Document = dict[str, Any]


def service(code: str, charge: str = "metered", **more: Any) -> Document:
    return {
        "code": code,
        "name": code,
        "unit": "м3",
        "group": "communal",
        "charge": charge,
        **more,
    }


def tariff(code: str, price: str, **more: Any) -> Document:
    return {"service": code, "price": price, "from": ALWAYS, **more}


def norm(code: str, **more: Any) -> Document:
    return {"service": code, "from": ALWAYS, **more}


def residents(count: int, since: str = ALWAYS, **more: Any) -> Document:
    return {"count": count, "from": since, **more}


def meter(code: str, *readings: tuple[str, str], **more: Any) -> Document:
    rows = [{"on": on, "value": value} for on, value in readings]
    return {"service": code, "installed": "2015-01-01", "readings": rows, **more}


def account(number: str = "1", area: str = "50", **more: Any) -> Document:
    return {
        "number": number,
        "payer": "Иванов И. И.",
        "premises": number,
        "area": area,
        "residents": [residents(1)],
        **more,
    }


def house(*accounts: Document, **more: Any) -> Document:
    return {
        "code": "h1",
        "address": "г. Тестов, ул. Мира, д. 1",
        "premises_area": "1000",
        "common_area": "100",
        "accounts": list(accounts),
        **more,
    }


def scenario(
    services: list[Document],
    tariffs: list[Document],
    *houses: Document,
    period: str = "2024-03",
    **more: Any,
) -> Document:
    return {
        "scenario": 1,
        "period": period,
        "services": services,
        "tariffs": tariffs,
        "houses": list(houses),
        **more,
    }


def cold_water(*accounts: Document, **more: Any) -> Document:
    """Cold water at 10 roubles with a norm of 4 m³ a person; `more` goes to the house."""
    return scenario(
        [service("cold_water")],
        [tariff("cold_water", "10")],
        house(*(accounts or (account(),)), **more),
        norms=[norm("cold_water", per_person="4")],
    )


def result_of(document: Document) -> Any:
    """What the calculator prints, through JSON text and back: only JSON values are left."""
    parsed = parse_document(json.loads(json.dumps(document)))
    return json.loads(json.dumps(result_document(calculate(parsed))))


def account_of(document: Document, number: str = "1") -> Any:
    return next(row for row in result_of(document)["accounts"] if row["number"] == number)


def lines_of(document: Document, number: str = "1") -> Any:
    return account_of(document, number)["lines"]


def line_of(document: Document, number: str = "1") -> Any:
    (line,) = lines_of(document, number)
    return line


def part(volume: str, method: str | None, amount: str) -> Document:
    return {"volume": volume, "method": method, "amount": amount}


def slices_of(line: Document) -> list[tuple[str, ...]]:
    keys = ("part", "from", "to", "volume", "price", "amount")
    return [tuple(segment[key] for key in keys) for segment in line["segments"]]


def common_of(document: Document) -> Any:
    return result_of(document)["houses"][0]["common"]


def problems_of(document: object) -> list[str]:
    """Every problem as a line, whether found while reading or while calculating."""
    try:
        calculate(parse_document(document))
    except ScenarioProblems as refusal:
        return [str(problem) for problem in sorted_as_read(document, refusal.problems)]
    return []


def paths_of(document: object) -> list[str]:
    return [line.partition(": ")[0] for line in problems_of(document)]
