"""A house or an account calculated again inside a draft: the difference, then into the draft."""

import dataclasses
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts_registry.models import House
from accounts_registry.views.frame import shell_context
from accounts_registry.views.month import named_month
from charges import services
from charges.line_words import line_name
from charges.review import redraft
from charges.views.months import asked_period, house_or_404
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.runs import services as runs
from zhkh.web.permissions import require

RUN = "charges.run_charges"
ACCOUNTS_SHOWN = 100


@dataclasses.dataclass(frozen=True, slots=True)
class ChangeRow:
    """A line that changes, named as the bill names it."""

    name: str
    change: redraft.LineChange

    @classmethod
    def of(cls, change: redraft.LineChange) -> "ChangeRow":
        name = line_name(
            change.service.name, zone=change.zone, component=change.component, use=change.use
        )
        return cls(name, change)


@require_http_methods(["GET", "POST"])
@require(RUN)
def redraft_house(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change in the draft; sent with the token of what was seen, it is put in."""
    house = house_or_404(request, pk, RUN)
    if request.method == "POST":
        return _put_in(request, house)
    return _page(request, house, asked_period(request, house.organisation))


def _put_in(request: HttpRequest, house: House) -> HttpResponse:
    _, period = named_month(request, RUN)
    run = runs.latest_run(kind=services.KIND, subject=runs.subject_of(house.organisation, period))
    try:
        change = redraft.put_in_draft(
            house, period=period, seen=request.POST.get("token", ""), run=run
        )
    except redraft.NewsSincePreview as refusal:
        messages.warning(request, str(refusal))
        return redirect(_address("charges:redraft", house, period))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_address("charges:redraft", house, period))
    messages.success(
        request, f"{house.address}: внесено в черновик, изменилось счетов {len(change.accounts)}."
    )
    return redirect(_address("charges:month-house", house, period))


def _page(request: HttpRequest, house: House, period: Period) -> HttpResponse:
    refusal, change = "", None
    sentences: tuple[str, ...] = ()
    try:
        change = redraft.preview_house(house, period=period)
    except redraft.HouseHasErrors as errors:
        sentences = errors.sentences
    except Refusal as error:
        refusal = str(error)
    asked = request.GET.get("account", "")
    context = {
        **shell_context(house.organisation),
        "section": "charges",
        "house": house,
        "period": period,
        "refusal": refusal,
        "sentences": sentences,
        "change": change,
        "house_url": _address("charges:month-house", house, period),
        **(_accounts(change, asked) if change else {}),
    }
    return render(request, "charges/redraft.html", context)


def _accounts(change: redraft.HouseChange, asked: str) -> dict[str, Any]:
    """The asked account apart from the others; a large house shows its largest differences."""
    mine = [one for one in change.accounts if str(one.account.pk) == asked]
    others = [one for one in change.accounts if str(one.account.pk) != asked]
    largest = sorted(others, key=lambda one: (-abs(one.difference), one.account.number))
    return {
        "asked": asked,
        "mine": [_rows(one) for one in mine],
        "others": [_rows(one) for one in largest[:ACCOUNTS_SHOWN]],
        "not_shown": max(len(others) - ACCOUNTS_SHOWN, 0),
    }


def _rows(one: redraft.AccountChange) -> tuple[redraft.AccountChange, list[ChangeRow], Decimal]:
    return one, [ChangeRow.of(line) for line in one.lines], one.difference


def _address(name: str, house: House, period: Period) -> str:
    return f"{reverse(name, args=[house.pk])}?{urlencode({'period': str(period)})}"
