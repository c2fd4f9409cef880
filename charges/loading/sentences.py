"""What is wrong with the data of a house, in the words of the screens."""

import re
from collections.abc import Iterable
from typing import Any

from charges.calc.problems import Place, Problem
from charges.loading.by_book import NO_RATE
from charges.loading.document import Document


def sentences(document: Document, problems: Iterable[Problem]) -> list[str]:
    """
    What is wrong with a house of `load_house`, each once, in the words of the screens.

    «Лицевой счёт 000000001002, кв. 2, площадь: не заполнено.»: paths of the scenario document
    say nothing to an accountant.
    """
    told = (
        f"{', '.join(_where(problem.place, document)) or 'Исходные данные дома'}: "
        f"{_told(problem, document)}."
        for problem in problems
    )
    return list(dict.fromkeys(told))


def _told(problem: Problem, document: Document) -> str:
    if problem.wrong == "нет ключа":
        return "не заполнено"
    if problem.wrong.startswith("у счёта нет строки услуги"):
        return (
            f"{_readable(problem.wrong, document)}: в этом месяце она не начислена. Подключите её "
            "к счёту на этот месяц или внесите перерасчёт по другой услуге"
        )
    if problem.place[-1:] == ("vat",) and problem.wrong == f'"{NO_RATE}" не число':
        return "на первое число месяца её нет: впишите её в справочник «Ставки» или в услугу"
    return f"{_readable(problem.wrong, document)}. Нужно: {problem.expected}"


def _readable(wrong: str, document: Document) -> str:
    """Names instead of codes, days as people write them."""
    for service in document["services"]:
        wrong = wrong.replace(f"«{service['code']}»", f"«{service['name']}»")
    return re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", r"\3.\2.\1", wrong)


_PLACES = {
    "tariffs": "тарифы",
    "norms": "нормативы",
    "uplifts": "повышающие коэффициенты",
    "services": "услуги",
    "vat": "ставка НДС",
    "premises_area": "площадь помещений дома",
    "common_area": "площадь общего имущества",
    "common_volumes": "общедомовые объёмы",
    "house_meters": "общедомовые приборы",
    "heating": "отопление дома",
    "voted": "утверждённые суммы",
    "area": "площадь",
    "living_area": "жилая площадь",
    "residents": "проживающие",
    "owners": "собственники",
    "meters": "счётчики",
    "readings": "показания",
    "recalculations": "перерасчёты",
    "heating_charged": "отопление, начисленное за год",
    "interruptions": "перерывы",
    "absences": "временное отсутствие",
    "benefits": "льготы",
    "x_opened": "день открытия",
    "x_closed": "день закрытия",
    "x_areas": "площадь",
    "x_connected": "подключение услуг",
    "x_share": "доля собственности",
    "x_common_of": "чей общедомовой объём начисляется",
    "x_carried_common": "перенесённый общедомовой остаток",
}


def _where(place: Place, document: Document) -> Iterable[str]:
    """The account or service first, then what of it; steps without a word are left out."""
    at: Any = document
    words: list[str] = []
    for step in place:
        at = _inside(at, step)
        if isinstance(step, str):
            words += [_PLACES[step]] if step in _PLACES else []
        elif isinstance(at, dict) and "number" in at:
            words.append(f"лицевой счёт {at['number']}, кв. {at['premises']}")
        elif isinstance(at, dict) and "service" in at:
            words.append(_readable(f"услуга «{at['service']}»", document))
        elif isinstance(at, dict) and "charge" in at:
            words.append(f"«{at['name']}»")
    return [word[:1].upper() + word[1:] if n == 0 else word for n, word in enumerate(words)]


def _inside(at: Any, step: str | int) -> Any:
    if isinstance(at, dict):
        return at.get(str(step))
    return at[step] if isinstance(at, list) and isinstance(step, int) and step < len(at) else None
