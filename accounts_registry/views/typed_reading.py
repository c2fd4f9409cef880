"""A reading from a form: kept, refused on its field, or asked about."""

import dataclasses

from accounts_registry.forms import HIGH_CONFIRMED, MOVES_ON, ROLLED_OVER, ReadingForm
from accounts_registry.models import Meter
from accounts_registry.services import (
    MonthIsClosedForReadings,
    ReadingIsHigh,
    ReadingIsLower,
    submit_reading,
)
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What the screen asks; `answers` is what the form sends with the button `yes`."""

    text: str
    yes: str
    answers: str


def submit_typed(form: ReadingForm, meter: Meter, *, by: User) -> Question | None:
    """
    Keep the reading of a valid form.

    The question the screen asks; None when the reading is kept or the form has the refusal.
    """
    try:
        submit_reading(meter=meter, reading=form.typed(), by=by, at=clock.now())
    except (ReadingIsLower, ReadingIsHigh, MonthIsClosedForReadings) as refusal:
        return question_of(form, refusal)
    except Refusal as refusal:
        form.add_error("value", str(refusal))
    return None


def question_of(
    form: ReadingForm, refusal: ReadingIsLower | ReadingIsHigh | MonthIsClosedForReadings
) -> Question | None:
    """None where nothing can be answered: the open month has not come, the form has the refusal."""
    given = form.cleaned_data["answers"]
    if isinstance(refusal, ReadingIsLower):
        return Question(str(refusal), "Переход через ноль", f"{given} {ROLLED_OVER}".strip())
    if isinstance(refusal, ReadingIsHigh):
        return Question(str(refusal), "Показание верно", f"{given} {HIGH_CONFIRMED}".strip())
    opens_on = refusal.opens_on
    if opens_on is None or opens_on > clock.business_day():
        form.add_error("value", str(refusal))
        return None
    words = f"{refusal.period.title} уже проведён: расход войдёт в открытый месяц, с примечанием."
    return Question(words, f"Записать на {opens_on:%d.%m.%Y}", f"{given} {MOVES_ON}".strip())
