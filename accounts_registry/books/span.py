"""Which months of which organisation a page of the books is about: the choice is in the address."""

import dataclasses
import datetime as dt

from django.http import HttpRequest
from django.utils.http import urlencode

from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import Organisation
from accounts_registry.views.month import chosen_month, typed_month
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Months `first` to `last`, both inclusive; `months` are those of the books, the latest first."""

    organisation: Organisation
    organisations: list[Organisation]
    first: Period
    last: Period
    months: list[Period]
    last_posted: Period | None
    mistake: str = ""

    @property
    def several(self) -> bool:
        return len(self.organisations) > 1

    @property
    def title(self) -> str:
        """«июль 2013» or «июль 2013 — август 2013»."""
        if self.first == self.last:
            return self.first.title.lower()
        return f"{self.first.title.lower()} — {self.last.title.lower()}"

    @property
    def unposted(self) -> bool:
        """Whether some month of the span has no charges in the books yet."""
        return self.last_posted is None or self.last > self.last_posted

    @property
    def query(self) -> str:
        return urlencode(
            {
                "organisation": str(self.organisation.pk),
                "first": str(self.first),
                "last": str(self.last),
            }
        )


def chosen_span(request: HttpRequest, right: str, *, today: dt.date) -> Span | None:
    """
    The months of the address; none named: the latest posted one. None without organisations.

    :raises Http404: the organisation is another's.
    """
    month = chosen_month(request, right, today=today, posted=True)
    if month is None:
        return None
    rows = periods_of(organisation_id=month.organisation.pk)
    first, wrong_first = _month(request.GET.get("first", ""), month.period)
    last, wrong_last = _month(request.GET.get("last", ""), first)
    mistake = wrong_first or wrong_last
    if last < first:
        mistake = f"Конец раньше начала: показан один месяц, {first.title.lower()}."
        last = first
    return Span(
        organisation=month.organisation,
        organisations=month.organisations,
        first=first,
        last=last,
        months=sorted({first, last, *(row.period for row in rows)}, reverse=True),
        last_posted=next((row.period for row in rows if row.is_posted), None),
        mistake=mistake,
    )


def _month(asked: str, usual: Period) -> tuple[Period, str]:
    if not asked:
        return usual, ""
    try:
        return typed_month(asked), ""
    except ValueError:
        return usual, f"Месяца «{asked[:20]}» нет: показан {usual.title.lower()}."
