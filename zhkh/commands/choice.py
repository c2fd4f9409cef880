"""What a command works on: the organisation and the month named in its arguments."""

from accounts_registry.models import Organisation
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal


class ChoiceRefusal(Refusal):
    """An argument names nothing."""


def chosen_organisation(name: str | None) -> Organisation:
    """
    The organisation of that name; without a name the only one there is.

    :raises ChoiceRefusal: there is none, or there are several and none is named.
    """
    found = Organisation.objects.filter(name=name) if name else Organisation.objects.all()
    names = list(Organisation.objects.order_by("name").values_list("name", flat=True))
    if len(found) == 1:
        return found[0]
    if not names:
        raise ChoiceRefusal("В базе нет ни одной организации: загрузите данные.")
    known = "; ".join(names)
    if name:
        raise ChoiceRefusal(f"Организации «{name}» нет. Есть: {known}.")
    raise ChoiceRefusal(f"Организаций несколько, назовите одну в --org: {known}.")


def chosen_period(text: str) -> Period:
    """:raises ChoiceRefusal: the text is not a month."""
    try:
        return Period.parse(text)
    except ValueError as error:
        raise ChoiceRefusal(f"--period {text}: ожидается месяц вида 2013-07.") from error
