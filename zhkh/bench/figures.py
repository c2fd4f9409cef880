"""The answer of a benchmark: a line for a machine, or a list for a person."""

import json
from collections.abc import Mapping

Figures = dict[str, float | int | str | None]

BUSY = (
    "Машина была занята ещё до замера: время часов завышено, сравнивайте отношения внутри этого "
    "запуска."
)


def as_line(name: str, figures: Figures, machine: Mapping[str, object]) -> str:
    answer = {"bench": name, "figures": figures, "machine": dict(machine)}
    return json.dumps(answer, ensure_ascii=False)


def as_list(titles: Mapping[str, str], figures: Figures, machine: Mapping[str, object]) -> str:
    rows = [(titles.get(name, name), _told(value)) for name, value in figures.items()]
    width = max(len(title) for title, _ in rows)
    lines = [f"{title:<{width}}  {value}" for title, value in rows]
    load = ", ".join(str(part) for part in _loads(machine))
    lines.append(
        f"Машина: {machine['cpu']}, ядер {machine['cores']}, Python {machine['python']}, "
        f"PostgreSQL {machine['postgresql']}, загрузка {load}."
    )
    if machine.get("busy"):
        lines.append(BUSY)
    return "\n".join(lines)


def _told(value: float | str | None) -> str:
    return "не измерено" if value is None else str(value).replace(".", ",")


def _loads(machine: Mapping[str, object]) -> list[object]:
    loads = machine["load_average"]
    return loads if isinstance(loads, list) else []
