"""Which month of which organisation a page is about: the choice lives in the address."""

import dataclasses
import datetime as dt

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode

from accounts_registry.forms import EARLIEST_YEAR, LATEST_YEAR
from accounts_registry.ledger import periods
from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from zhkh.kernel.period import Period

NOT_CALCULATED = "открыт"


@dataclasses.dataclass(frozen=True, slots=True)
class ChosenMonth:
    """
    `state` is empty for a month the books do not know yet; `mistake` is a sentence about an
    address that named no month.
    """

    organisation: Organisation
    organisations: list[Organisation]
    period: Period
    state: str
    state_words: str
    first: Period | None
    last: Period | None
    mistake: str = ""

    @property
    def several(self) -> bool:
        return len(self.organisations) > 1

    @property
    def query(self) -> str:
        """The choice as a query string without "?"."""
        return self._query(self.period)

    @property
    def previous_url(self) -> str | None:
        """None before the first month of the books."""
        if self.first and self.period <= self.first:
            return None
        return f"?{self._query(self.period.previous())}"

    @property
    def next_url(self) -> str | None:
        """None beyond the month after the last one of the books."""
        if self.last and self.period > self.last:
            return None
        return f"?{self._query(self.period.next())}"

    def _query(self, period: Period) -> str:
        named = {"organisation": str(self.organisation.pk)} if self.several else {}
        return urlencode({**named, "period": str(period)})


def chosen_month(
    request: HttpRequest, right: str, *, today: dt.date, posted: bool = False
) -> ChosenMonth | None:
    """
    The organisation and month of the address; None for a user without organisations.

    No month named: the earliest not posted, or with `posted` the latest posted one.

    :raises Http404: the organisation is another's.
    """
    ours = list(organisations_of(request.user, right).order_by("name"))
    if not ours:
        return None
    organisation = _organisation(request.GET.get("organisation", ""), ours)
    months = periods.periods_of(organisation_id=organisation.pk)
    done = [row.period for row in months if row.is_posted]
    open_ones = [row.period for row in months if not row.is_posted]
    usual = _usual(done, open_ones, today, posted=posted)
    asked = request.GET.get("period", "")
    period, mistake = _parsed(asked, usual)
    here = next((row for row in months if row.period == period), None)
    return ChosenMonth(
        organisation=organisation,
        organisations=ours,
        period=period,
        state=here.state if here else "",
        state_words=here.get_state_display() if here else NOT_CALCULATED,
        first=months[-1].period if months else None,
        last=months[0].period if months else None,
        mistake=mistake,
    )


def typed_month(text: str) -> Period:
    """
    Read "2013-07" from an address or a form; the months beside it exist as well.

    :raises ValueError: no month, or long before or after there are any accounts.
    """
    month = Period.parse(text)
    if not EARLIEST_YEAR <= month.year <= LATEST_YEAR:
        raise ValueError(text)
    return month


def named_month(request: HttpRequest, right: str) -> tuple[Organisation, Period]:
    """
    The organisation and month a form sends.

    :raises Http404: the right does not reach the organisation, or there is no such month.
    """
    organisation_id = request.POST.get("organisation", "")
    if not organisation_id.isdecimal():
        raise Http404
    organisation = get_object_or_404(
        organisations_of(request.user, right), pk=int(organisation_id[:18])
    )
    try:
        return organisation, typed_month(request.POST.get("period", ""))
    except ValueError as mistake:
        raise Http404 from mistake


def _organisation(asked: str, ours: list[Organisation]) -> Organisation:
    if not asked:
        return ours[0]
    for organisation in ours:
        if str(organisation.pk) == asked:
            return organisation
    raise Http404


def _usual(done: list[Period], open_ones: list[Period], today: dt.date, *, posted: bool) -> Period:
    """`done` and `open_ones` have the latest month first."""
    if posted and done:
        return done[0]
    if open_ones:
        return open_ones[-1]
    return done[0] if done else Period.of(today)


def _parsed(asked: str, usual: Period) -> tuple[Period, str]:
    if not asked:
        return usual, ""
    try:
        return typed_month(asked), ""
    except ValueError:
        return usual, (
            f"Месяца «{asked[:20]}» нет: показан {usual.title}. Выберите месяц стрелками."
        )
