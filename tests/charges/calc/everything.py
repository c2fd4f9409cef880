"""The valid scenario of every key, and how a test changes one place of it."""

import copy
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "everything.json"
VALID: dict[str, Any] = json.loads(FILE.read_text())
H, A, M = "houses.0", "houses.0.accounts.0", "houses.0.accounts.0.meters.0"


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
