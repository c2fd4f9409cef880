"""«Сверка»: what was proven and when, what differs and where, and the month by houses."""

import dataclasses
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.books.rights import VIEW_TURNOVER, user_of
from accounts_registry.ledger.reports.scope import Scope
from accounts_registry.ledger.reports.turnover import By, turnover_rows, turnover_total
from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import shell_context
from accounts_registry.views.month import ChosenMonth, chosen_month
from zhkh.audits import services
from zhkh.audits.invariants import PROVEN, SUBJECT_OF
from zhkh.audits.month import papers_of_month
from zhkh.runs import services as runs
from zhkh.runs.doorbell import ring_on_commit
from zhkh.runs.models import ItemState, Run, RunItem, RunState
from zhkh.runs.pages import progress_answer
from zhkh.web.clock import business_day
from zhkh.web.permissions import require

TASK = "zhkh.audits.tasks.check"
_ACCOUNT = re.compile(r"[Сс]чёт ([^\s,:]+)")


@dataclasses.dataclass(frozen=True, slots=True)
class FindingShown:
    text: str
    account: str  # number, empty where the difference is not of an account


@dataclasses.dataclass(frozen=True, slots=True)
class AuditShown:
    title: str
    subject: str
    invariants: str
    state: str
    count: int
    findings: list[FindingShown]


@require_GET
@require(VIEW_TURNOVER)
def books(request: HttpRequest) -> HttpResponse:
    month = chosen_month(request, VIEW_TURNOVER, today=business_day(), posted=True)
    if month is None:
        return render(request, "ledger/nobody.html", {"section": "reports"})
    organisation = month.organisation
    run = runs.latest_run(kind=services.KIND, subject=str(organisation.pk))
    context = {
        **shell_context(organisation),
        "section": "reports",
        "shell_organisation": None if month.several else organisation.name,
        "month": month,
        "run": run,
        "is_working": run is not None and run.state == RunState.WORKING,
        "progress": runs.progress_of(run) if run else None,
        "audits": [_shown(item) for item in run.items.order_by("id")] if run else [],
        **_month_by_houses(month),
        "papers": papers_of_month(organisation_id=organisation.pk, period=month.period),
    }
    return render(request, "audits/books.html", context)


@require_POST
@require(VIEW_TURNOVER)
def check(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("organisation", "")
    if not asked.isdecimal():
        raise Http404
    organisation = get_object_or_404(
        organisations_of(request.user, VIEW_TURNOVER), pk=int(asked[:18])
    )
    run = services.request_check(organisation=organisation, by=user_of(request), at=timezone.now())
    ring_on_commit(TASK, run_id=run.pk)
    messages.info(request, "Сверка начата: страница обновится сама.")
    return redirect(_page_of(organisation))


@require_GET
@require(VIEW_TURNOVER)
@never_cache
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked every two seconds while the books are proven; the end of it shows the page anew."""
    run = get_object_or_404(Run, pk=pk, kind=services.KIND)
    organisation = get_object_or_404(
        organisations_of(request.user, VIEW_TURNOVER), pk=int(run.subject)
    )
    page = _page_of(organisation)
    return progress_answer(request, run, "audits/progress.html", page=page, context={})


def _shown(item: RunItem) -> AuditShown:
    """The first line of a failed item's message is how many differences there are."""
    count, *texts = item.message.splitlines() or [""]
    return AuditShown(
        title=item.title,
        subject=SUBJECT_OF.get(item.item_key, ""),
        invariants=", ".join(PROVEN.get(item.item_key, ())),
        state=item.state,
        count=int(count) if item.state == ItemState.FAILED and count.isdecimal() else 0,
        findings=[FindingShown(text, _account_in(text)) for text in texts],
    )


def _account_in(text: str) -> str:
    found = _ACCOUNT.search(text)
    return found[1] if found else ""


def _month_by_houses(month: ChosenMonth) -> dict[str, Any]:
    scope = Scope(month.organisation.pk, month.period, month.period)
    _, total = turnover_total(scope, by=By.HOUSE)
    return {"houses": list(turnover_rows(scope, by=By.HOUSE)), "total": total}


def _page_of(organisation: Organisation) -> str:
    return f"{reverse('audits:books')}?{urlencode({'organisation': str(organisation.pk)})}"
