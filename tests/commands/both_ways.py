"""One scenario by the pure core and by the database, as the text each prints."""

import json
from pathlib import Path
from typing import Any

from django.db import connections

from charges.calc.calculation import calculate
from charges.calc.parse import parse_text
from charges.calc.result import result_json
from zhkh.commands.scenario_database import run_where_connected

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests" / "golden" / "scenarios").glob("*.json"))
EVERYTHING = ROOT / "tests" / "charges" / "calc" / "everything.json"


def by_core(document: Any) -> str:
    return result_json(calculate(_scenario(document)))


def by_database(document: Any) -> str:
    """In the database of the test, which keeps the rows."""
    return result_json(run_where_connected(_scenario(document)))


def in_fresh_clone(document: Any, make_fresh: Any) -> str:
    connections.close_all()
    make_fresh()
    return by_database(document)


def without(document: Any, *keys: str) -> Any:
    return {key: value for key, value in document.items() if key not in keys}


def _scenario(document: Any) -> Any:
    return parse_text(json.dumps(document, ensure_ascii=False).encode())
