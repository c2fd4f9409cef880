"""«Отправить по email»: what will be sent, the password, go."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from mailing.forms import NumbersField, PeriodField, SendForm
from mailing.models import Group, JournalRow, MailBatch
from mailing.models.states import states_of
from mailing.queries import batches_of
from mailing.services import BatchRequest, MailingRefusal, preview_batch, queue_batch
from mailing.views.batches import SEND
from zhkh.kernel.period import Period
from zhkh.runs.doorbell import ring_on_commit
from zhkh.web.htmx import is_htmx, page_or_part
from zhkh.web.models import User
from zhkh.web.permissions import require


@require_http_methods(["GET", "POST"])
@require(SEND)
def send(request: HttpRequest) -> HttpResponse:
    """
    GET `period`, `organisation` (when the user has several), `accounts` ("1,2"; all without it),
    or `retry` (a batch whose failed letters go again): the question. POST: the answer to it.
    """
    if request.method == "POST" and "key" in request.POST:
        return _start(request)
    asked = request.POST if request.method == "POST" else request.GET
    organisation, period, account_ids = _asked(request, asked)
    form = SendForm.fresh(organisation, period, account_ids)
    return _question(request, organisation, form, (period, account_ids))


def _start(request: HttpRequest) -> HttpResponse:
    organisation = _organisation(request, request.POST.get("organisation", ""))
    form = SendForm(organisation, request.POST)
    if not form.is_valid():
        return _question(request, organisation, form, _hidden(request.POST), status=422)
    typed = form.cleaned_data
    try:
        batch = queue_batch(
            BatchRequest(
                mail_account=typed["mail_account"],
                period=typed["period"],
                key=typed["key"],
                account_ids=typed["accounts"],
                password=typed["password"],
            ),
            by=_user(request),
            at=timezone.now(),
        )
    except MailingRefusal as refusal:
        form.add_error(None, str(refusal))
        return _question(request, organisation, form, _hidden(request.POST), status=422)
    ring_on_commit("mailing.tasks.pump", mail_account_id=batch.mail_account_id)
    return _to_journal(request, batch)


def _question(
    request: HttpRequest,
    organisation: Organisation,
    form: SendForm,
    asked: tuple[Period, list[int] | None],
    status: int = 200,
) -> HttpResponse:
    period, account_ids = asked
    preview = preview_batch(organisation=organisation, period=period, account_ids=account_ids)
    accounts = list(form.fields["mail_account"].queryset)  # type: ignore[attr-defined]  # ModelChoiceField
    context = {
        "section": "documents",
        "shell_organisation": organisation.name,
        "shell_period": period,
        "period": period,
        "preview": preview,
        "skipped": [(skip.words, count) for skip, count in preview.skipped.items()],
        "form": form,
        "has_account": bool(accounts),
        "one_account": len(accounts) == 1,
        "asks_password": any(account.asks_password for account in accounts),
        "may_send": bool(accounts) and preview.to_send > 0,
    }
    return page_or_part(request, "mailing/send.html", "dialog", context, status=status)


def _asked(request: HttpRequest, asked: QueryDict) -> tuple[Organisation, Period, list[int] | None]:
    if "retry" in asked:
        return _retry(request, asked.get("retry", ""))
    try:
        period = PeriodField().clean(asked.get("period", ""))
        accounts = NumbersField(required=False).clean(",".join(asked.getlist("accounts")))
    except ValidationError:
        raise Http404 from None
    return _organisation(request, asked.get("organisation", "")), period, accounts


def _retry(request: HttpRequest, batch_id: str) -> tuple[Organisation, Period, list[int]]:
    """The accounts whose letters failed or came back: the address is read from the card anew."""
    if not batch_id.isdecimal():
        raise Http404
    batch = get_object_or_404(batches_of(request.user, SEND), pk=int(batch_id[:18]))
    lost = JournalRow.objects.filter(batch=batch, state__in=states_of(Group.FAILED, Group.BOUNCED))
    account_ids = list(lost.values_list("account_id", flat=True))
    if not account_ids:
        raise Http404  # an empty choice would mean everybody
    return batch.organisation, batch.period, account_ids


def _organisation(request: HttpRequest, asked: str) -> Organisation:
    """The named organisation of the user, or the only one."""
    ours = organisations_of(request.user, SEND)
    if asked.isdecimal():
        return get_object_or_404(ours, pk=int(asked[:18]))
    first_two = list(ours[:2])
    if asked or len(first_two) != 1:
        raise Http404
    return first_two[0]


def _hidden(typed: QueryDict) -> tuple[Period, list[int] | None]:
    try:
        period = PeriodField().clean(typed.get("period", ""))
        return period, NumbersField(required=False).clean(typed.get("accounts", ""))
    except ValidationError:
        raise Http404 from None


def _to_journal(request: HttpRequest, batch: MailBatch) -> HttpResponse:
    if is_htmx(request):
        return HttpResponseClientRedirect(reverse("mailing:batch", args=[batch.pk]))
    return redirect("mailing:batch", batch.pk)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
