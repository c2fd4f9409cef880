"""After a change of the past: the posted months it reaches are offered for counting again."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from accounts_registry.models import House, Organisation
from corrections.queries import posted_months
from zhkh.kernel.period import Period

_NAMED = 6


def offer_recount(
    request: HttpRequest,
    *,
    organisation: Organisation,
    house: House | None,
    since: Period,
    until: Period | None = None,
) -> None:
    """
    A warning with a link when months from `since` to `until` are posted; else nothing.

    No house: the change reaches all of them.
    """
    months = [
        period
        for period in posted_months(organisation)
        if period >= since and (until is None or period <= until)
    ]
    if not months:
        return
    choice = {"organisation": str(organisation.pk), "since": str(since)}
    if house is not None:
        choice["house"] = str(house.pk)
    named = ", ".join(period.title.lower() for period in sorted(months)[:_NAMED])
    more = f" и ещё {len(months) - _NAMED}" if len(months) > _NAMED else ""
    messages.warning(
        request,
        format_html(
            'Это касается проведённых месяцев: {}{}. <a class="link" href="{}">Пересчитать их</a>',
            named,
            more,
            f"{reverse('corrections:new-recount')}?{urlencode(choice)}",
        ),
    )
