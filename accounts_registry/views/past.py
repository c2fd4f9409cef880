"""After a change of the past: the posted months it reaches are offered for counting again."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.http import urlencode

from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import House, Organisation, Service
from zhkh.kernel.period import Period
from zhkh.web.sections import url_or_none

_NAMED = 6
RECOUNT = "corrections.add_correctiondocument"


def offer_recount(
    request: HttpRequest,
    *,
    organisation: Organisation,
    house: House | None,
    since: Period,
    until: Period | None = None,
    service: Service | None = None,
) -> None:
    """
    A warning when months from `since` to `until` are posted, with a link for those who may count
    them again; else nothing.

    No house: the change reaches all of them; a service is the only one it concerns.
    """
    months = [
        row.period
        for row in periods_of(organisation_id=organisation.pk)
        if row.is_posted and row.period >= since and (until is None or row.period <= until)
    ]
    if not months:
        return
    choice = {"organisation": str(organisation.pk), "since": str(since)}
    if house is not None:
        choice["house"] = str(house.pk)
    if service is not None:
        choice["service"] = str(service.pk)
    named = ", ".join(period.title.lower() for period in sorted(months)[:_NAMED])
    more = f" и ещё {len(months) - _NAMED}" if len(months) > _NAMED else ""
    told = f"Это касается проведённых месяцев: {named}{more}."
    address = url_or_none("corrections:new-recount")
    if address is None or not request.user.has_perm(RECOUNT):
        messages.warning(request, told)
        return
    link = f"{address}?{urlencode(choice)}"
    messages.warning(
        request, format_html('{} <a class="link" href="{}">Пересчитать их</a>', told, link)
    )
