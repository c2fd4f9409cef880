"""«Журнал отправки платёжных документов»: the list of batches, one batch, decisions."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mailing.forms import PasswordTwice
from mailing.models import BatchState, Group, JournalRow, MailBatch
from mailing.models.states import ATTENTION
from mailing.queries import Counts, batches_of, counts_of, last_events, rows_of, sent_in_last_minute
from mailing.services import (
    MailingRefusal,
    PasswordNeeded,
    decide_row,
    decisions_for,
    resume_batch,
    stop_batch,
)
from mailing.views.lines import DECISION_WORDS, lines_of
from zhkh.runs.doorbell import ring_on_commit
from zhkh.web.htmx import page_or_part
from zhkh.web.models import User
from zhkh.web.permissions import require

VIEW = "mailing.view_batch"
SEND = "mailing.send_documents"
SEE_ADDRESSES = "mailing.view_addresses"
ROWS_ON_PAGE = 50
EVENTS_SHOWN = 8
_TABS: dict[str, tuple[str, tuple[Group, ...]]] = {
    "attention": ("Требуют внимания", ATTENTION),
    "sent": ("Отправлены", (Group.SENT,)),
    "waiting": ("В очереди", (Group.QUEUED, Group.DEFERRED)),
    "skipped": ("Пропущены", (Group.SKIPPED,)),
    "all": ("Все", tuple(Group)),
}


@require_GET
@require(VIEW)
def batch_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(batches_of(request.user), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    batches = list(page.object_list)
    counts = counts_of([batch.pk for batch in batches])
    context = {
        "section": "mailing",
        "page": page,
        "rows": [(batch, counts[batch.pk]) for batch in batches],
    }
    return render(request, "mailing/batch_list.html", context)


@require_GET
@require(VIEW)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(batches_of(request.user), pk=pk))


@require_POST
@require(SEND)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(batches_of(request.user, SEND), pk=pk)
    try:
        stop_batch(batch_id=shown.pk, by=_user(request))
    except MailingRefusal as refusal:
        messages.error(request, str(refusal))
    return redirect("mailing:batch", shown.pk)


@require_POST
@require(SEND)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on; where the account does not remember its password, with the password typed twice."""
    shown = get_object_or_404(batches_of(request.user, SEND), pk=pk)
    form = _password_form(shown, request.POST)
    if form is not None and not form.is_valid():
        return _page(request, shown, form, status=422)
    password = form.cleaned_data["password"] if form else ""
    try:
        resume_batch(batch_id=shown.pk, by=_user(request), password=password)
    except MailingRefusal as refusal:
        messages.error(request, str(refusal))
    ring_on_commit("mailing.tasks.pump", mail_account_id=shown.mail_account_id)
    return redirect("mailing:batch", shown.pk)


@require_http_methods(["GET", "POST"])
@require(SEND)
def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """A person's decision about one letter; GET asks first."""
    ours = batches_of(request.user, SEND)
    rows = JournalRow.objects.filter(batch__in=ours).select_related("batch__mail_account")
    row = get_object_or_404(rows, pk=pk)
    if decision not in DECISION_WORDS:
        raise Http404
    form = _password_form(row.batch, request.POST or None)
    if request.method == "GET":
        return _question(request, row, decision, form)
    if form is not None and _wakes(row, decision) and not form.is_valid():
        return _question(request, row, decision, form, status=422)
    password = form.cleaned_data.get("password", "") if form and form.is_valid() else ""
    try:
        decide_row(row_id=row.pk, decision=decision, by=_user(request), password=password)
    except PasswordNeeded:
        return _question(request, row, decision, PasswordTwice(), status=422)
    except MailingRefusal as refusal:
        messages.error(request, str(refusal))
    ring_on_commit("mailing.tasks.pump", mail_account_id=row.batch.mail_account_id)
    return redirect("mailing:batch", row.batch_id)


def sees_addresses(request: HttpRequest, shown: MailBatch) -> bool:
    """Whether a role gives the right in the batch's own organisation, not in another one."""
    return batches_of(request.user, SEE_ADDRESSES).filter(pk=shown.pk).exists()


def _page(
    request: HttpRequest, shown: MailBatch, form: PasswordTwice | None = None, status: int = 200
) -> HttpResponse:
    counts = counts_of([shown.pk])[shown.pk]
    tab = _tab(request, counts)
    rows = rows_of(shown, _TABS[tab][1])
    page = Paginator(rows, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    waits = _account_waits(shown)
    may_send = batches_of(request.user, SEND).filter(pk=shown.pk).exists()
    may_resume = may_send and (shown.state == BatchState.STOPPED or bool(waits))
    form = (form or _password_form(shown)) if may_resume else None
    speed = sent_in_last_minute(shown) if shown.state == BatchState.RUNNING else 0
    context = {
        "section": "mailing",
        "shell_organisation": shown.organisation.name,
        "shell_period": shown.period,
        "batch": shown,
        "counts": counts,
        "speed": speed,
        "minutes_left": -(-counts.waiting // speed) if speed else 0,
        "account": shown.mail_account,
        "account_waits": waits,
        "tabs": _tabs(counts, tab),
        "tab_title": _TABS[tab][0],
        "page": page,
        "lines": list(lines_of(page.object_list, shows_addresses=sees_addresses(request, shown))),
        "events": last_events(shown, count=EVENTS_SHOWN),
        "may_send": may_send,
        "may_resume": may_resume,
        "form": form,
        "is_live": shown.state == BatchState.RUNNING and form is None,
    }
    return page_or_part(request, "mailing/batch.html", "live", context, status=status)


def _question(
    request: HttpRequest,
    row: JournalRow,
    decision: str,
    form: PasswordTwice | None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "mailing",
        "row": row,
        "batch": row.batch,
        "decision": decision,
        "words": DECISION_WORDS[decision],
        "is_possible": decision in decisions_for(row.state),
        "form": form if _wakes(row, decision) else None,
    }
    return page_or_part(request, "mailing/decide.html", "dialog", context, status=status)


def _wakes(row: JournalRow, decision: str) -> bool:
    """Whether the decision makes a stopped or finished batch run again."""
    return decision in {"send-again", "release", "try-now"} and (
        row.batch.state != BatchState.RUNNING
    )


def _password_form(shown: MailBatch, typed: Any = None) -> PasswordTwice | None:
    """Asked for only when nobody remembers the password, or the one typed was wrong."""
    account = shown.mail_account
    was_wrong = account.stopped_reason.startswith("auth_")
    asked = account.asks_password and (was_wrong or not shown.password_sealed)
    return PasswordTwice(typed) if asked else None


def _account_waits(shown: MailBatch) -> str:
    """Why nothing is sent at the moment, if so."""
    account = shown.mail_account
    if shown.state != BatchState.RUNNING or not account.stopped_reason:
        return ""
    until = account.stopped_until
    if until is None:
        return f"{account.stopped_explanation} Отправка остановлена."
    if until <= timezone.now():
        return ""
    return f"{account.stopped_explanation} Повторим сами {_clock(until)}."


def _clock(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m в %H:%M:%S}"


def _tab(request: HttpRequest, counts: Counts) -> str:
    chosen = request.GET.get("show", "")
    if chosen in _TABS:
        return chosen
    return "attention" if counts.attention else "all"


def _tabs(counts: Counts, chosen: str) -> list[tuple[str, str, int, bool]]:
    return [
        (key, title, sum(counts.of(group) for group in groups), key == chosen)
        for key, (title, groups) in _TABS.items()
    ]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
